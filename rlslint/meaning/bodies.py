"""What the body of a function reads and writes: settings and tables."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from sys import intern
from typing import TYPE_CHECKING

from rlslint import NamedTuple, Pattern
from rlslint.catalog.answers import remembered
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.functions import Function
from rlslint.meaning.context import PLATFORM_FUNCTIONS, USERS, ContextFunctions
from rlslint.sql.nodes import strings
from rlslint.sql.parser import Node, SyntaxProblem, Token, parsed_statements, tokens
from rlslint.text import Span, Text, span_of
from rlslint.text.budget import WORDS_OF_A_CALL

if TYPE_CHECKING:
    from rlslint.replay.plpgsql import tree


class SettingChange(NamedTuple):
    """A setting that a body changes.

    `name` is None where it is computed, `is_local` None where it is. `offset` is a byte offset
    into the body. `called` tells set_config() from SET; `resets` that the value is empty.
    """

    name: str | None
    is_local: bool | None
    offset: int
    called: bool = False
    resets: bool = False


class SettingRead(NamedTuple):
    """A setting that a body asks for; `offset` is a byte offset into the body."""

    name: str | None
    missing_ok: bool
    offset: int


class BodyStatement(NamedTuple):
    """A statement of a body, its expressions as SELECT; `into` are the variables that it gives."""

    node: Node
    into: tuple[str, ...]


class TableName(NamedTuple):
    """A table as a body names it; `schema` is "" where it does not say."""

    schema: str
    name: str


def settings_read(function: Function) -> tuple[SettingRead, ...]:
    """Return the settings that a function's body asks for with current_setting.

    Raises UnknownFact where the body is not known or no SQL.
    """
    return _settings(function)[0]


def settings_written(function: Function) -> tuple[SettingChange, ...]:
    """Return the settings that a function's body changes: set_config, SET, SET LOCAL.

    Raises UnknownFact where the body is not known or no SQL.
    """
    return _settings(function)[1]


def span_of_read(function: Function, read: SettingRead) -> Span | None:
    """Return where a read of a setting stands in a body, else what made the function."""
    statement = function.because("body")
    if statement is None or not statement.is_written or function.body_start < 0:
        return span_of(statement)
    start = function.body_start + read.offset
    return Span(statement.text, start, start + len("current_setting"))


def span_of_write(function: Function, write: SettingChange) -> Span | None:
    """Return where a body changes a setting, else what made the function."""
    statement = function.because("body")
    if statement is None or not statement.is_written or function.body_start < 0:
        return span_of(statement)
    start = function.body_start + write.offset
    data = function.body.encode()
    end = data.find(b";", write.offset)
    length = (end if end >= 0 else len(data.rstrip())) - write.offset
    return Span(statement.text, start, start + length)


def reads_context(function: Function, functions: ContextFunctions = frozenset()) -> bool:
    """Tell whether a function's own body reads a setting, the user or a declared function."""
    if _settings(function)[0]:
        return True
    words = words_in_body(function)
    return any(_names_context(one, functions) for one in (words, *map(_words, _run_texts(words))))


def _names_context(words: list[tuple[str, Token]], functions: ContextFunctions) -> bool:
    if any(word in USERS for word, _ in words):
        return True
    names = PLATFORM_FUNCTIONS | functions
    return any(
        tuple(word for word, _ in words[i : i + 3 : 2]) in names or (words[i][0],) in names
        for i in range(len(words))
    )


def _run_texts(words: list[tuple[str, Token]]) -> list[str]:
    """Return the string constants of a body that runs text: a variable may hold it first."""
    if not any(word == "execute" for word, _ in words):
        return []
    return [_content(word)[1:] for word, token in words if token.name == "SCONST"]


def tables_read(function: Function) -> tuple[TableName, ...]:
    """Return the tables that a body selects from. Raises UnknownFact where that is not certain."""
    return tuple(_certain_mentions(function, "tables").reads)


def tables_written(function: Function) -> tuple[TableName, ...]:
    """Return the tables that a body changes. Raises UnknownFact where that is not certain."""
    return tuple(_certain_mentions(function, "tables").writes)


def functions_called(function: Function) -> tuple[tuple[tuple[str, ...], int], ...]:
    """Return the names of the functions that a body calls, with the number of arguments.

    Raises UnknownFact where that is not certain.
    """
    return tuple(_certain_mentions(function, "calls").calls)


def runs_as_caller(function: Function) -> bool:
    """Tell whether a body in SQL runs with the rights of whoever calls it."""
    return function.language in ("sql", "plpgsql") and not function.security_definer


def _require_sql(function: Function) -> None:
    if function.language not in ("sql", "plpgsql"):
        raise UnknownFact(function, "body", function.created)


def words_in_body(function: Function) -> list[tuple[str, Token]]:
    """Return the words of a body in lower case, none where it is no SQL."""
    return _words(function.body)


_SEEN_WORD = Pattern(r"[a-z_][a-z0-9_$]*")


def words_seen(function: Function) -> frozenset[str] | None:
    """Return the words of a body, in comments and strings too; None where only a scanner can tell.

    Scanning takes twenty times as long, and hardly any body has a word that is looked for.
    """
    if '"' in function.body or not function.body.isascii():
        return None
    return frozenset(_SEEN_WORD().findall(function.body.lower()))


@lru_cache(maxsize=64)
def _words(source: str) -> list[tuple[str, Token]]:
    data = source.encode()
    try:
        scanned = tokens(data)
        if len(data) == len(source):
            lower = source.lower()
            return [(intern(lower[token.start : token.end]), token) for token in scanned]
        return [(data[t.start : t.end].decode().lower(), t) for t in scanned]
    except SyntaxProblem:
        return []


@remembered
def _settings(function: Function) -> tuple[tuple[SettingRead, ...], tuple[SettingChange, ...]]:
    _require_sql(function)
    # SET, set_config and current_setting: without these letters nothing is to be found.
    words = words_in_body(function) if "set" in function.body.lower() else []
    reads: list[SettingRead] = []
    writes: list[SettingChange] = []
    for index, (word, token) in enumerate(words):
        following = words[index + 1][0] if index + 1 < len(words) else ""
        if word == "current_setting" and following == "(":
            arguments = _arguments(words, index + 1)
            missing_ok = len(arguments) > 1 and arguments[1] != ["false"]
            reads.append(SettingRead(_string(arguments[0]), missing_ok, token.start))
        elif word == "set_config" and following == "(":
            arguments = _arguments(words, index + 1)
            local = {"true": True, "false": False}.get("".join(arguments[-1]))
            name = _string(arguments[0])
            resets = len(arguments) > 1 and arguments[1] in _EMPTY
            writes.append(SettingChange(name, local, token.start, True, resets))
        elif word == "set" and _starts_statement(words, index):
            writes += _set_statement(words, index, token.start)
        elif word == "execute" and index + 1 < len(words):
            writes += _set_in_string(words, index, token.start)
    for text in _run_texts(words):
        reads += _reads_in_string(text, function.body)
    return tuple(reads), tuple(writes)


def _reads_in_string(text: str, body: str) -> Iterator[SettingRead]:
    inner = _words(text)
    for index, (word, _) in enumerate(inner):
        if word == "current_setting" and inner[index + 1 : index + 2]:
            arguments = _arguments(inner, index + 1)
            missing_ok = len(arguments) > 1 and arguments[1] != ["false"]
            offset = body.lower().encode().find(b"current_setting")
            yield SettingRead(_string(arguments[0]), missing_ok, offset)


_EMPTY = (["'"], ["null"], ["'", "::", "text"], ["null", "::", "text"])


def _arguments(words: list[tuple[str, Token]], opening: int) -> list[list[str]]:
    arguments: list[list[str]] = [[]]
    depth = 0
    for word, token in words[opening : opening + WORDS_OF_A_CALL]:
        if word in ("(", "["):
            depth += 1
            if depth == 1:
                continue
        elif word in (")", "]"):
            depth -= 1
            if depth == 0:
                break
        elif word == "," and depth == 1:
            arguments.append([])
            continue
        elif word == "=>" and depth == 1:
            arguments[-1] = []
            continue
        arguments[-1].append(word if token.name != "SCONST" else _content(word))
    else:
        # What is given last is not known where the call does not end.
        arguments.append([])
    return arguments


def _content(literal: str) -> str:
    """Return a string constant as `'name`, its quotes or dollars taken off."""
    if literal.startswith("$"):
        tag = literal[: literal.index("$", 1) + 1]
        return "'" + literal[len(tag) : -len(tag)]
    return "'" + literal[literal.index("'") + 1 : -1].replace("''", "'")


def _string(argument: list[str]) -> str | None:
    match argument:
        case [text] | [text, "::", "text"] if text.startswith("'"):
            return text[1:]
        case [text, "||", *rest] if text.startswith("'") and (tail := _string(rest)) is not None:
            return text[1:] + tail
        case _:
            return None


_BEFORE_STATEMENT = frozenset((";", "begin", "then", "else", "loop", "atomic"))


def _starts_statement(words: list[tuple[str, Token]], index: int) -> bool:
    return index == 0 or words[index - 1][0] in _BEFORE_STATEMENT


def _set_statement(
    words: list[tuple[str, Token]], index: int, offset: int
) -> Iterator[SettingChange]:
    is_local = False
    position = index + 1
    if position < len(words) and words[position][0] in ("local", "session"):
        is_local = words[position][0] == "local"
        position += 1
    name = ""
    for following in range(position, len(words)):
        word = words[following][0]
        if word in ("=", "to", "from", ";"):
            break
        if not name and word in _WITHOUT_SIGN and following + 1 < len(words):
            after = words[following + 1][0]
            if after not in ("=", "to", "."):
                name = _WITHOUT_SIGN[word]
                break
        name += word.strip('"')
    if name and not name.startswith(("constraints", "transaction", "characteristics")):
        resets = _is_empty_value(words, position)
        yield SettingChange(name, is_local, offset, False, resets)


_WITHOUT_SIGN = {
    "role": "role", "time": "timezone", "authorization": "session_authorization",
    "names": "client_encoding", "schema": "search_path", "xml": "xmloption",
}  # fmt: skip
"""The settings that SET names in words of their own, without `=` or TO (manual: SET)."""


def _is_empty_value(words: list[tuple[str, Token]], position: int) -> bool:
    """Tell whether `name = value …` takes the value away."""
    for index in range(position, len(words)):
        if words[index][0] in ("=", "to"):
            return [word for word, _ in words[index + 1 : index + 2]] in (["''"], ["default"])
    return False


def _set_in_string(
    words: list[tuple[str, Token]], index: int, offset: int
) -> Iterator[SettingChange]:
    """Find `EXECUTE 'SET …'` and `EXECUTE format('SET LOCAL …', …)`."""
    for word, token in words[index + 1 : index + 4]:
        if token.name == "SCONST":
            if "set" not in word:
                return
            sql = _FORMAT().sub(_COMPUTED, _content(word)[1:])
            # A literal that goes on behind `||` is cut off inside its own quotes.
            inner = _words(sql) or _words(sql.partition("'")[0])
            if inner and inner[0][0] == "set":
                for write in _set_statement(inner, 0, offset):
                    known = any(text in ("=", "to") for text, _ in inner)
                    computed = not known or _COMPUTED in str(write.name)
                    yield write._replace(name=None if computed else write.name)
            return


_FORMAT = Pattern(r"%(?:\d+\$)?[ILs]")
_COMPUTED = "_rlslint_computed_"


class _Unparsable(Exception):
    pass


class _Mentions:
    """What a body names, once each: tables that it reads and writes, functions that it calls."""

    def __init__(self) -> None:
        self.reads: dict[TableName, None] = {}
        self.writes: dict[TableName, None] = {}
        self.calls: dict[tuple[tuple[str, ...], int], None] = {}

    def gather(self, node: Node, ctes: frozenset[str]) -> None:
        """Take in what stands below a node; `ctes` are the WITH queries that hide tables."""
        if "withClause" in node:
            clauses = node["withClause"].get("ctes", ())
            ctes = ctes.union(cte["CommonTableExpr"]["ctename"] for cte in clauses)
        for key, value in node.items():
            match key:
                case "InsertStmt" | "UpdateStmt" | "DeleteStmt" | "MergeStmt":
                    self.writes[_table(value["relation"])] = None
                case "CopyStmt" if "relation" in value:
                    into = self.writes if value.get("is_from") else self.reads
                    into[_table(value["relation"])] = None
                case "RangeVar":
                    table = _table(value)
                    if table.schema or table.name not in ctes:
                        self.reads[table] = None
                    continue
                case "TruncateStmt":
                    for item in value["relations"]:
                        self.writes[_table(item["RangeVar"])] = None
                    continue
                case "intoClause":
                    continue
                case "FuncCall":
                    self.calls[strings(value["funcname"]), len(value.get("args", ()))] = None
            if isinstance(value, dict):
                self.gather(value, ctes)
            elif isinstance(value, list):
                for item in value:
                    if isinstance(item, dict):
                        self.gather(item, ctes)


def _certain_mentions(function: Function, fact: str) -> _Mentions:
    _require_sql(function)
    found = _mentions(function)
    if found is None:
        raise UnknownFact(function, fact, function.because("body"))
    return found


@remembered
def _mentions(function: Function) -> _Mentions | None:
    """Return what a body names, None where that is not certain; each statement is parsed once."""
    statements = _statements(function, function.body)
    if statements is None:
        return None
    found = _Mentions()
    try:
        for statement in statements:
            found.gather(statement.node, frozenset())
    except (_Unparsable, RecursionError):
        return None
    return found


def body_statements(function: Function) -> tuple[BodyStatement, ...]:
    """Return the statements of a body in order. Raises UnknownFact where they are not certain."""
    _require_sql(function)
    found = _statements(function, function.body)
    if found is None:
        raise UnknownFact(function, "statements", function.because("body"))
    return found


def tables_in(statement: BodyStatement) -> tuple[tuple[TableName, ...], tuple[TableName, ...]]:
    """Return the tables that a statement of a body reads, and those that it changes."""
    return tables_below(statement.node)


def tables_below(node: Node) -> tuple[tuple[TableName, ...], tuple[TableName, ...]]:
    """Return the tables that are read and those that are changed by what stands below a node."""
    found = _Mentions()
    found.gather(node, frozenset())
    return tuple(found.reads), tuple(found.writes)


def sql_statements(source: str, atomic: bool) -> list[Node]:
    """Return the nodes of a SQL function's statements, each as one pair of kind and fields.

    RETURN of a SQL-standard body counts as SELECT. Raises SyntaxProblem.
    """
    text = Text("", source.encode())
    parsed = [item for item in parsed_statements(text, _EVERYTHING) if item is not None]
    if not atomic:
        return [{item.statement.kind: item.node} for item in parsed]
    match parsed[0].node.get("sql_body"):
        case {"ReturnStmt": {"returnval": value}}:
            return [{"SelectStmt": {"targetList": [{"ResTarget": {"val": value}}]}}]
        case {"List": {"items": [{"List": {"items": items}}]}}:
            return [item for item in items if item]
        case _:
            return []


class _Everything:
    """The kinds of statements to decode: all of them."""

    def __contains__(self, kind: object) -> bool:
        return True


_EVERYTHING = _Everything()


@lru_cache(maxsize=16)
def _statements(function: Function, body: str) -> tuple[BodyStatement, ...] | None:
    """Return the statements of a body, None where they are not certain.

    Several rules in a row ask for those of one function; kept for all, they would be most of what a
    project takes.
    """
    try:
        return tuple(_parsed(function, body))
    except (_Unparsable, SyntaxProblem, RecursionError):
        return None


def _parsed(function: Function, body: str) -> Iterator[BodyStatement]:
    if function.language == "sql":
        for node in sql_statements(body, function.atomic):
            yield BodyStatement(node, ())
        return
    from rlslint.replay.plpgsql import tree
    from rlslint.replay.plpgsql.parser import block_of
    from rlslint.replay.plpgsql.token_stream import NotPlpgsql

    try:
        block = block_of(function)
    except NotPlpgsql:
        raise _Unparsable from None
    runs_text = "execute" in body.lower()
    executed = [word for word, _ in words_in_body(function)].count("execute") if runs_text else 0
    if executed != sum(map(_runs_text, tree.nested((block,)))):
        raise _Unparsable
    fragments = [(sql, into) for sql, into in _fragments(block, executed > 0) if sql]
    # One call of the parser costs less than thousands.
    nodes = sql_statements(";\n".join(sql for sql, _ in fragments), False)
    if len(nodes) != len(fragments):
        yield from (BodyStatement(node, ()) for node in nodes)
        return
    for node, (_, into) in zip(nodes, fragments, strict=True):
        yield BodyStatement(node, into)


def _fragments(block: tree.Block, runs_text: bool) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the SQL of a body, expressions as SELECT, with the variables that it gives."""
    from rlslint.replay.plpgsql import tree

    texts: dict[str, str] = {}
    for statement in tree.nested((block,)):
        match statement:
            case tree.Block(_, declarations):
                for declaration in declarations:
                    if declaration.type == "cursor":
                        raise _Unparsable
                    if declaration.default and declaration.type != "alias":
                        _keep_text(texts, declaration.name, declaration.default, runs_text)
                        yield "SELECT " + declaration.default, (declaration.name,)
            case tree.Assignment(target, value) if value:
                _keep_text(texts, target.names[0], value, runs_text)
                yield "SELECT " + value, target.names[:1]
            case tree.Return(value) | tree.ReturnNext(value) if value:
                yield "SELECT " + value, ()
            case tree.If(branches) | tree.CaseOf(_, branches):
                # A condition of CASE with a subject may be a list.
                for branch in branches:
                    yield f"SELECT ROW({branch.condition})", ()
            case tree.While(_, condition):
                yield "SELECT " + condition, ()
            case tree.ForQuery(_, targets, sql) | tree.Sql(sql, targets):
                yield sql, tuple(target.names[0] for target in targets)
            case tree.OpenCursor(sql):
                yield sql, ()
            case tree.Execute(command, targets, using):
                yield _executed(command, texts), tuple(target.names[0] for target in targets)
                yield from (("SELECT " + value, ()) for value in using)
            case tree.ForExecute(_, targets, command, using):
                yield _executed(command, texts), tuple(target.names[0] for target in targets)
                yield from (("SELECT " + value, ()) for value in using)
            case tree.ReturnQuery(sql, command, using):
                yield _executed(command, texts) if command else sql, ()
                yield from (("SELECT " + value, ()) for value in using)
            case tree.ForEach(_, _, array) if array:
                yield "SELECT " + array, ()
            case _:
                continue


def _runs_text(statement: tree.PlStatement) -> bool:
    from rlslint.replay.plpgsql import tree

    match statement:
        case tree.Execute() | tree.ForExecute():
            return True
        case tree.ReturnQuery(_, command):
            return bool(command)
        case _:
            return False


def _keep_text(texts: dict[str, str], name: str, value: str, runs_text: bool) -> None:
    """Note what a variable holds, if it is a text that EXECUTE may run.

    What is added to one in a branch counts as added: it may name no more than it does there.
    """
    if not runs_text:
        return
    from rlslint.meaning.fixed_text import fixed_text

    text = fixed_text(value, texts)
    if text is None:
        texts.pop(name, None)
    else:
        texts[name] = text


def _executed(command: str, texts: dict[str, str]) -> str:
    from rlslint.meaning.fixed_text import as_run, fixed_text

    text = fixed_text(command, texts)
    if text is None:
        raise _Unparsable
    return as_run(text)


def _table(node: Node) -> TableName:
    return TableName(node.get("schemaname", ""), node["relname"])
