"""What a statement was meant to be that PostgreSQL's grammar refuses."""

from __future__ import annotations

from enum import Enum
from itertools import pairwise

from rlslint import NamedTuple
from rlslint.sql import free_name, quoted_identifier
from rlslint.sql.parser import BrokenStatement, SyntaxProblem, parse, tokens
from rlslint.text import Statement

_FIRST_WORDS = frozenset(
    {"ALTER", "COMMENT", "CREATE", "DO", "DROP", "GRANT", "REVOKE", "TRUNCATE"}
)
"""How DDL begins. SELECT, UPDATE, BEGIN and their like stand in function bodies as well."""


_FLAG_WORDS = frozenset({"ENABLE", "DISABLE", "FORCE"})
"""What stands before the words for row security where a statement turns it on or off."""


class Mistake(Enum):
    """How a statement about row security goes wrong that PostgreSQL refuses to parse."""

    policy_if_not_exists = "CREATE POLICY has no IF NOT EXISTS"
    or_replace_policy = "CREATE POLICY has no OR REPLACE"
    several_commands = "a policy is for one command or for ALL, not for a list"
    row_security_if_exists = "ENABLE ROW LEVEL SECURITY has no IF EXISTS of its own"
    cast_outside = "the expression ends with its parenthesis, and a cast behind it is refused"
    abbreviated = "PostgreSQL does not know RLS as an abbreviation of ROW LEVEL SECURITY"
    other = "PostgreSQL's grammar refuses it"


def row_security_mistake(statement: Statement) -> Mistake | None:
    """Return what is wrong with a statement that was meant as DDL of row security.

    None where the statement was meant as something else.
    """
    words = _words(statement)
    match words:
        case ["CREATE", "OR", "REPLACE", "POLICY", *_]:
            return Mistake.or_replace_policy
        case ["CREATE", "POLICY", "IF", *_]:
            return Mistake.policy_if_not_exists
        case ["CREATE" | "ALTER" | "DROP", "POLICY", *rest]:
            return _policy_mistake(rest)
        case ["ALTER", "TABLE", *rest] if _mentions_row_security(rest):
            if rest[-2:] == ["IF", "EXISTS"]:
                return Mistake.row_security_if_exists
            return Mistake.abbreviated if "RLS" in rest else Mistake.other
        case _:
            return None


_VALUES = frozenset(
    ("current_catalog", "current_date", "current_role", "current_user", "session_user", "user")
)
"""Words that stand for a value: no function can be called so, nor is one called by them."""


def taken_word(broken: BrokenStatement) -> str | None:
    """Return the word of the grammar that a statement takes for a function where it breaks."""
    place = broken.offset
    data = broken.statement.text.data[broken.statement.start : broken.statement.end]
    try:
        scanned = tokens(data)
    except SyntaxProblem:
        return None
    for token, following in pairwise(scanned):
        word = data[token.start : token.end].decode("utf-8", "replace").lower()
        is_here = place - broken.statement.start in (token.start, following.start)
        if is_here and word in _VALUES and data[following.start : following.end] == b"(":
            return word
    return None


def is_debris(statement: Statement) -> bool:
    """Tell whether a broken statement does not even begin as a statement does.

    Behind another broken one it is a piece of it: a function body whose quotes are missing falls
    apart at every semicolon.
    """
    words = _words(statement)
    return not words or words[0] not in _FIRST_WORDS


def _policy_mistake(words: list[str]) -> Mistake:
    for position, word in enumerate(words):
        if word == "FOR" and words[position + 2 : position + 3] == [","]:
            return Mistake.several_commands
        if word == ")" and words[position + 1 : position + 2] == ["::"]:
            return Mistake.cast_outside
    return Mistake.other


def _mentions_row_security(words: list[str]) -> bool:
    pairs = (words[position : position + 2] for position in range(len(words)))
    return any(
        pair in (["ROW", "LEVEL"], ["ROW", "SECURITY"])
        or (pair[0] in _FLAG_WORDS and pair[1:] == ["RLS"])
        for pair in pairs
    )


def _words(statement: Statement) -> list[str]:
    """Return the tokens of a statement in upper case, what stands between parentheses left out."""
    data = statement.text.data[statement.start : statement.end]
    try:
        scanned = tokens(data)
    except SyntaxProblem:
        return data.decode("utf-8", "replace").upper().split()
    words = []
    depth = 0
    for token in scanned:
        word = data[token.start : token.end].decode().upper()
        depth -= word == ")"
        if depth == 0 and word != ";":
            words.append(word)
        depth += word == "("
    return words


def as_meant(statement: Statement, mistake: Mistake) -> str:
    """Return what a statement was meant to be, as PostgreSQL accepts it, or advice."""
    sql = statement.text.data[statement.start : statement.end].decode("utf-8", "replace")
    found = [_Word(word.upper(), start, end) for word, start, end in _spelled(sql)]
    match mistake:
        case Mistake.policy_if_not_exists:
            mended = _replacing_policy(sql, found, ("IF", "NOT", "EXISTS"))
        case Mistake.or_replace_policy:
            mended = _replacing_policy(sql, found, ("OR", "REPLACE"))
        case Mistake.several_commands:
            mended = _by_command(sql, found)
        case Mistake.row_security_if_exists:
            mended = _if_table_exists(sql, found)
        case Mistake.abbreviated:
            mended = _written_out(sql, found)
        case Mistake.cast_outside:
            mended = _with_cast_inside(sql, found)
        case _:
            mended = ""
    return mended if mended and _is_accepted(mended) else _ADVICE[mistake]


_ADVICE = {
    Mistake.policy_if_not_exists: "write DROP POLICY IF EXISTS before CREATE POLICY",
    Mistake.or_replace_policy: "write DROP POLICY IF EXISTS before CREATE POLICY",
    Mistake.several_commands: "write one policy for each command, or FOR ALL",
    Mistake.row_security_if_exists: "write IF EXISTS behind ALTER TABLE",
    Mistake.abbreviated: "write ROW LEVEL SECURITY",
    Mistake.cast_outside: "put the cast inside: USING ((expression)::boolean)",
    Mistake.other: "",
}


class _Word(NamedTuple):
    word: str
    start: int
    end: int


def _spelled(sql: str) -> list[tuple[str, int, int]]:
    """Return the tokens and where they stand in `sql`, in characters; none where it has no end."""
    data = sql.encode()
    try:
        scanned = tokens(data)
    except SyntaxProblem:
        return []
    places = [(len(data[: t.start].decode()), len(data[: t.end].decode())) for t in scanned]
    return [(sql[start:end], start, end) for start, end in places if sql[start:end] != ";"]


def _is_accepted(sql: str) -> bool:
    try:
        parse(sql.encode())
    except SyntaxProblem:
        return False
    return True


def _replacing_policy(sql: str, found: list[_Word], left_out: tuple[str, ...]) -> str:
    """Return DROP POLICY IF EXISTS and the CREATE POLICY without the words that it cannot have."""
    words = [one.word for one in found]
    size = len(left_out)
    at = next((n for n in range(len(words)) if tuple(words[n : n + size]) == left_out), None)
    if at is None:
        return ""
    head, tail = sql[: found[at].start], sql[found[at + size].start : found[-1].end]
    rest = found[words.index("POLICY") + 1 :] if left_out[0] == "OR" else found[at + size :]
    name, table = _names(sql, rest)
    if not table:
        return ""
    return f"DROP POLICY IF EXISTS {name} ON {table};\n{head}{tail};"


def _names(sql: str, rest: list[_Word]) -> tuple[str, str]:
    """Return the name of a policy and its table, as they are written behind POLICY."""
    if len(rest) < 3 or rest[1].word != "ON":
        return "", ""
    end = 2
    while end + 2 < len(rest) and rest[end + 1].word == ".":
        end += 2
    return sql[rest[0].start : rest[0].end], sql[rest[2].start : rest[end].end]


def _by_command(sql: str, found: list[_Word]) -> str:
    """Return a policy for each of the commands that one was to be for."""
    words = [one.word for one in found]
    first = words.index("FOR") + 1
    last = first
    while words[last + 1 : last + 2] == [","] and last + 2 < len(words):
        last += 2
    commands = words[first : last + 1 : 2]
    name = found[2]
    written = sql[name.start : name.end]
    behind = sql[found[last].end : found[-1].end]
    made = []
    for command in commands:
        own = _renamed(written, command.lower())
        clauses = _clauses_for(behind, command)
        if not clauses:
            return ""
        head = sql[: name.start] + own + sql[name.end : found[first].start]
        made.append(f"{head}{command}{clauses};")
    return "\n".join(made)


def _renamed(written: str, command: str) -> str:
    is_quoted = written.startswith('"')
    name = written[1:-1].replace('""', '"') if is_quoted else written.lower()
    return quoted_identifier(free_name(f"{name}_{command}", ()))


def _clauses_for(behind: str, command: str) -> str:
    """Return the clauses that a command has: INSERT no USING, SELECT and DELETE no WITH CHECK."""
    spelled = _spelled(behind)
    depth, at = 0, dict[str, int]()
    for number, (word, start, _) in enumerate(spelled):
        depth += (word == "(") - (word == ")")
        if depth == 0 and word.upper() == "USING":
            at["USING"] = start
        if depth == 0 and word.upper() == "WITH" and number + 1 < len(spelled):
            at["CHECK"] = start
    using, check = at.get("USING"), at.get("CHECK")
    if command == "INSERT" and using is not None:
        if check is None:
            return f"{behind[:using]}WITH CHECK{behind[using + len('USING') :]}"
        return behind[:using] + behind[check:]
    if command in ("SELECT", "DELETE") and check is not None:
        return behind[:check].rstrip() if using is not None else ""
    return behind


def _if_table_exists(sql: str, found: list[_Word]) -> str:
    """Return ALTER TABLE IF EXISTS … in the place of … IF EXISTS."""
    if [one.word for one in found[-2:]] != ["IF", "EXISTS"] or len(found) < 5:
        return ""
    table = found[1].end
    return f"{sql[:table]} IF EXISTS{sql[table : found[-3].end]};"


def _written_out(sql: str, found: list[_Word]) -> str:
    """Return the statement with ROW LEVEL SECURITY for RLS behind ENABLE and its like."""
    for before, word in reversed(list(pairwise(found))):
        if word.word == "RLS" and before.word in _FLAG_WORDS:
            sql = f"{sql[: word.start]}ROW LEVEL SECURITY{sql[word.end :]}"
    return sql.rstrip("; \t\r\n") + ";"


def _with_cast_inside(sql: str, found: list[_Word]) -> str:
    """Return the clause with the cast behind its parenthesis moved into another one."""
    words = [one.word for one in found]
    at = next((n for n in range(1, len(words)) if words[n] == "::" and words[n - 1] == ")"), None)
    if at is None:
        return ""
    depth, opening = 0, at - 1
    for opening in range(at - 1, -1, -1):
        depth += (words[opening] == ")") - (words[opening] == "(")
        if depth == 0:
            break
    start, end = found[opening].start, found[at + 1].end
    return f"{sql[:start]}({sql[start:end]}){sql[end : found[-1].end]};"
