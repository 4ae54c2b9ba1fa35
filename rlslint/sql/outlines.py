"""What a statement that the grammar refuses was to do, and to which objects: told by its tokens.

This is for statements that are broken, of another dialect or known in parts only. Nothing else of
them is told than what stands in their first tokens: a verb, a kind of object and names.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise, takewhile

from rlslint import NamedTuple, Pattern
from rlslint.sql import ANYTHING
from rlslint.sql.statement_ends import DOLLAR_TAG, WORD, end_of_quote

_TEMPLATE = Pattern(
    rb"\{\{[^{}]*\}\}|\$\{[^{}\n]*\}|<%=[^%]*%>|%\(\w+\)s|%(?:\d+\$)?[sIL]\b"
    rb"|(?<![:\w]):['\"]?[A-Za-z_]\w*['\"]?"
)
_TEMPLATE_COMMAND = Pattern(rb"\{%[^%]*%\}|<%[^=%][^%]*%>|\{#[^#]*#\}")
_TOKEN = Pattern(
    rb"(?P<quote>/\*|" + DOLLAR_TAG + rb")"
    rb"|(?P<comment>--[^\n]*)"
    rb"|(?P<string>(?:\b[eEbBxX])?'(?:[^']|'')*')"
    rb"|(?P<quoted>\"(?:[^\"]|\"\")+\"|`[^`\n]+`|(?<![\w\])\"])\[[A-Za-z_][^\]\n]{0,200}\])"
    rb"|(?P<word>" + WORD + rb")"
    rb"|(?P<other>\|\||\d[\w.]*|\S)"
)
_MOST_UNCLOSED = 10
_VERBS = frozenset(("create", "alter", "drop", "grant", "revoke", "reassign"))
_CONTROL = frozenset(("begin", "declare", "then", "else", "loop"))
_MODIFIERS = {
    "or", "replace", "global", "local", "temporary", "temp", "unlogged", "recursive", "unique",
    "foreign", "external", "materialized", "constraint", "trusted", "concurrently", "force",
    "event", "default", "algorithm", "definer", "invoker", "sql", "security", "=", "undefined",
    "merge", "temptable", "transient", "secure", "aggregate", "clustered", "nonclustered",
    "bitmap", "fulltext", "hash", "spatial", "editionable", "row", "access", "masking",
    "aggregation",
}  # fmt: skip
"""What may stand between the verb and the kind, in any dialect."""
_KINDS = {
    "table": "relation", "tables": "relation", "view": "relation", "sequence": "sequence",
    "function": "function", "procedure": "function", "routine": "function",
    "role": "role", "user": "role", "group": "role", "login": "role", "policy": "policy",
    "schema": "schema", "index": "index", "trigger": "trigger", "rule": "rule",
    "publication": "publication", "privileges": "default privileges", "owned": "owned",
}  # fmt: skip
_OTHER_POLICIES = frozenset(("access", "aggregation", "masking", "row", "security"))
"""What other databases have as policies: PostgreSQL's have no such word before them."""
_STRAY = frozenset(("(", ")", ",", "=", "'", '"', "as", "by"))
"""What stands before a name by mistake only, where a list of names begins."""
_BEFORE_NAME = frozenset(("if", "not", "exists", "only", "concurrently", "by"))
_NO_NAMES = frozenset(("on", "as", "to", "from", "with", "using", "for", "set", "rename", "owner"))


class Outline(NamedTuple):
    """A statement as its tokens tell it, all words in lower case.

    `verb` is "" where nothing is known. `kind` is relation, function, role, policy, schema, index,
    trigger, publication, "default privileges", "owned", or "" for what tells nothing about row
    security; of GRANT and REVOKE it is the kind of what the privileges are for ("relation of
    schema" for all in one), role where roles are granted. `names` are the objects, none where the
    tokens give none; `on` is the table of a policy, an index or a trigger, () where it has none;
    `roles` are grantees, or whose default privileges. `words` are all words of it.
    """

    verb: str
    kind: str
    names: tuple[tuple[str, ...], ...]
    on: tuple[str, ...]
    roles: tuple[str, ...]
    words: tuple[str, ...]

    def says(self, *words: str) -> bool:
        """Tell whether these words stand in it, one after the other."""
        return any(
            self.words[at : at + len(words)] == words
            for at, word in enumerate(self.words)
            if word == words[0]
        )

    @property
    def is_temporary(self) -> bool:
        """Whether what it makes ends with its session."""
        modifiers = takewhile(lambda word: word not in _KINDS, self.words)
        return not {"temp", "temporary"}.isdisjoint(modifiers)


NOTHING_KNOWN = Outline("", "", (), (), (), ())


class _Token(NamedTuple):
    """A word in lower case, or a name as it is; what is neither has the `name` "".

    `line` tells whether it is the first one of its line.
    """

    text: str
    name: str
    line: bool


def outlines(sql: str) -> Iterator[Outline]:
    """Yield an outline for each statement in `sql` that may change the catalog.

    `sql` may be a body of PL/pgSQL: the statements in it are told, and those that EXECUTE runs.
    """
    for piece in _pieces(_tokens(sql)):
        if piece[0].text == "execute":
            yield from _executed(piece)
        elif piece[0].text.startswith(ANYTHING):
            yield NOTHING_KNOWN
        elif piece[0].text in _VERBS:
            yield _outline(piece)


def _tokens(sql: str) -> list[_Token]:
    filled = _TEMPLATE_COMMAND().sub(b" ", sql.encode("utf-8", "surrogateescape"))
    data = _TEMPLATE().sub(ANYTHING.encode(), filled)
    found: list[_Token] = []
    end = unclosed = 0
    while (match := _TOKEN().search(data, end)) is not None:
        line = not found or b"\n" in data[end : match.start()]
        end = match.end()
        if match.lastgroup == "quote" and unclosed < _MOST_UNCLOSED:
            # To find out that one has no end takes as long as the rest is.
            closed = end_of_quote(data, match.start(), len(data))
            unclosed += closed > len(data)
            end = closed if closed <= len(data) else end
        text = data[match.start() : end].decode("utf-8", "replace")
        match match.lastgroup:
            case "comment":
                continue
            case "quote" if text.startswith("/*"):
                continue
            case "quoted":
                name = text[1:-1].replace('""', '"') if text[0] == '"' else text[1:-1]
                found.append(_Token("", name, line))
            case "word":
                found.append(_Token(text.lower(), text.lower(), line))
            case _:
                found.append(_Token(text, "", line))
    return found


def _pieces(tokens: list[_Token]) -> Iterator[list[_Token]]:
    """Cut tokens at semicolons, and where a line begins another statement all the same."""
    piece: list[_Token] = []
    for at, token in enumerate(tokens):
        if token.text == ";":
            yield from _without_control(piece)
            piece = []
            continue
        if piece and token.line and _begins_statement(tokens, at, piece):
            yield from _without_control(piece)
            piece = []
        piece.append(token)
    yield from _without_control(piece)


def _begins_statement(tokens: list[_Token], at: int, piece: list[_Token]) -> bool:
    verb = tokens[at].text
    if verb in ("create", "alter", "drop"):
        return bool(_kind_at(tokens[at : at + 8]))
    is_default = [token.text for token in piece[:2]] == ["alter", "default"]
    if verb in ("grant", "revoke") and not is_default:
        words = {token.text for token in tokens[at : at + 40]}
        return not words.isdisjoint(("on", "to", "from"))
    return False


def _without_control(piece: list[_Token]) -> Iterator[list[_Token]]:
    """Yield a piece without the words of PL/pgSQL before its statement."""
    if piece and piece[0].text != "execute" and piece[0].text not in _VERBS:
        for at in range(len(piece) - 1, -1, -1):
            if piece[at].text in _CONTROL and piece[at + 1 : at + 2]:
                piece = piece[at + 1 :]
                break
        piece = piece[_first_verb(piece) :]
    if piece:
        yield piece


def _first_verb(piece: list[_Token]) -> int:
    """Return where a statement begins behind words that are none of it, 0 where none does."""
    for at, token in enumerate(piece):
        is_verb = token.text in ("create", "alter", "drop") and _kind_at(piece[at : at + 8])
        if is_verb or token.text == "execute":
            return at
    return 0


def _executed(piece: list[_Token]) -> Iterator[Outline]:
    """Outline what EXECUTE runs, as far as strings in it tell."""
    sql = ""
    for token in piece[1:]:
        if token.text[-1:] == "'":
            sql += token.text.partition("'")[2][:-1].replace("''", "'")
        elif token.text[:1] == "$" and token.text.count("$") > 1:
            sql += token.text[token.text.index("$", 1) + 1 :].rpartition("$")[0].rpartition("$")[0]
        elif token.text == "||":
            continue
        elif token.text in (",", "into", "using"):
            break
        elif token.name and token.text != "format" and sql:
            sql += ANYTHING
    if sql.strip():
        yield from outlines(sql)
    else:
        yield NOTHING_KNOWN


def _kind_at(tokens: Sequence[_Token]) -> str:
    """Return the word behind a verb that names the kind of an object."""
    for before, token in pairwise(tokens):
        if token.text == "policy" and before.text in _OTHER_POLICIES:
            return ""
        if token.text in _KINDS:
            return token.text
        if token.text not in _MODIFIERS:
            return ""
    return ""


def _outline(piece: list[_Token]) -> Outline:
    words = tuple(token.text for token in piece if token.text and token.name)
    verb = piece[0].text
    if verb in ("grant", "revoke"):
        return _granting(verb, piece, words)
    kind_word = _kind_at(piece[:12])
    kind = _KINDS.get(kind_word, "")
    if not kind:
        return Outline(verb, "", (), (), (), words)
    at = next(at for at, token in enumerate(piece) if token.text == kind_word) + 1
    if kind == "default privileges":
        return _default_privileges(piece, words)
    names, at = _names(piece, at)
    on = _behind(piece, at, "on") if kind in ("policy", "index", "trigger", "rule") else ()
    roles = tuple(name for group in names for name in group) if kind in ("role", "owned") else ()
    return Outline(verb, kind, tuple(names), on, roles, words)


def _granting(verb: str, piece: list[_Token], words: tuple[str, ...]) -> Outline:
    texts = [token.text for token in piece]
    behind = next((at for at, text in enumerate(texts) if text in ("to", "from")), len(piece))
    roles, _ = _names(piece, behind + 1)
    grantees = tuple(name[-1] for name in roles)
    on = texts.index("on") if "on" in texts[:behind] else -1
    if on < 0:
        names, _ = _names(piece, 1 + 3 * (texts[2:4] == ["option", "for"]))
        return Outline(verb, "role", tuple(names), (), grantees, words)
    at, kind = on + 1, "relation"
    if texts[at : at + 1] == ["all"] and texts[at + 2 : at + 4] == ["in", "schema"]:
        inside = _KINDS.get(texts[at + 1].rstrip("s"), "relation")
        schemas, _ = _names(piece, at + 4)
        return Outline(verb, f"{inside} of schema", tuple(schemas), (), grantees, words)
    first = texts[at] if at < len(texts) else ""
    if first in _KINDS:
        kind = _KINDS[first]
        at += 1
    elif first in ("database", "type", "domain", "language", "tablespace", "foreign", "large"):
        return Outline(verb, "", (), (), grantees, words)
    names, _ = _names(piece, at)
    return Outline(verb, kind, tuple(names), (), grantees, words)


def _default_privileges(piece: list[_Token], words: tuple[str, ...]) -> Outline:
    texts = [token.text for token in piece]
    roles: list[tuple[str, ...]] = []
    schemas: list[tuple[str, ...]] = []
    for at in range(3, len(piece) - 1):
        if texts[at - 1] == "for" and texts[at] in ("role", "user"):
            roles, _ = _names(piece, at + 1)
        if texts[at - 1] == "in" and texts[at] == "schema":
            schemas, _ = _names(piece, at + 1)
    creators = tuple(name[-1] for name in roles)
    return Outline("alter", "default privileges", tuple(schemas), (), creators, words)


def _names(piece: list[_Token], at: int) -> tuple[list[tuple[str, ...]], int]:
    """Return the dotted names of a list, and where it ends."""
    found: list[tuple[str, ...]] = []
    while at < len(piece) and (piece[at].text in _STRAY or piece[at].text in _BEFORE_NAME):
        at += 1
    while at < len(piece):
        while at < len(piece) and piece[at].text in _BEFORE_NAME:
            at += 1
        name, at = _dotted(piece, at)
        if not name or (len(name) == 1 and name[0] in _NO_NAMES and piece[at - 1].text):
            break
        found.append(name)
        at = _behind_parentheses(piece, at)
        if at >= len(piece) or piece[at].text != ",":
            break
        at += 1
    return found, at


def _dotted(piece: list[_Token], at: int) -> tuple[tuple[str, ...], int]:
    parts: list[str] = []
    while at < len(piece) and piece[at].name:
        parts.append(piece[at].name)
        at += 1
        if at >= len(piece) or piece[at].text != ".":
            break
        at += 1
    return tuple(parts), at


def _behind_parentheses(piece: list[_Token], at: int) -> int:
    if at >= len(piece) or piece[at].text != "(":
        return at
    depth = 0
    while at < len(piece):
        depth += {"(": 1, ")": -1}.get(piece[at].text, 0)
        at += 1
        if depth == 0:
            break
    return at


def _behind(piece: list[_Token], at: int, word: str) -> tuple[str, ...]:
    """Return the name behind the first word like this one."""
    for position in range(max(0, at - 1), len(piece)):
        if piece[position].text == word:
            names, _ = _names(piece, position + 1)
            return names[0] if names else ()
    return ()
