"""Statements of programs written anew: the SQL in its literal, and the value beside it.

Nothing is rewritten of which a part is not known: a literal in pieces, a statement that stands
among others, a call with more arguments, a library of which nothing tells how it takes values.
"""

from __future__ import annotations

import os
import re

from rlslint import NamedTuple, Pattern
from rlslint.text import Text

_SET = Pattern(
    r"\s*SET\s+(?:LOCAL\s+|SESSION\s+)?[\w.\"]+\s*(?:=|\s+TO\s)\s*(?P<quote>'?)(?P<value>.+?)'?\s*;?\s*",
    re.IGNORECASE | re.DOTALL,
)
_CALL = Pattern(
    r"\s*SELECT\s+(?:pg_catalog\.)?set_config\(\s*'[^']*'\s*,\s*(?P<quote>'?)(?P<value>.+?)'?\s*,"
    r"\s*(?:true|false)\s*\)\s*;?\s*",
    re.IGNORECASE | re.DOTALL,
)
_PREFIX = Pattern(r"[A-Za-z$@]{0,2}\Z")


class Replacement(NamedTuple):
    """A stretch of a file, in characters, and what is to stand there."""

    start: int
    end: int
    content: str


class _Passing(NamedTuple):
    """How a library takes a value: `sign` is found in the file, `mark` stands in the SQL.

    `before` stands between the parenthesis of the call and the literal, `after` behind it;
    `taken` are the arguments with the {literal} and its {value}.
    """

    endings: tuple[str, ...]
    sign: Pattern[str]
    mark: str
    before: str
    after: str
    taken: str


_SCRIPTS = (".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".tsx", ".jsx")
_FORMATTED = r"(?:\s*%\s*(?:\(\s*{value}\s*,?\s*\)|{value})|\.format\(\s*{value}\s*\))?\s*"

_PASSINGS = (
    _Passing((".py",), Pattern(r"(?m)^\s*(?:import|from)\s"), "%s", "", _FORMATTED,
             "{literal}, [str({value})]"),
    _Passing((".py",), Pattern(r"\basyncpg\b"), "$1", "", _FORMATTED, "{literal}, str({value})"),
    _Passing((".py",), Pattern(r"\bsqlalchemy\b"), ":value", r"(?:\w+\.)?text\(\s*",
             _FORMATTED + r"\)", '{before}{literal}), {{"value": str({value})}}'),
    _Passing(_SCRIPTS, Pattern(r"""["']pg["']"""), "$1", "", r"\s*", "{literal}, [{value}]"),
    _Passing((".go",), Pattern(r"\"(?:github\.com/(?:jackc/pgx|lib/pq)\b|database/sql\")"), "$1",
             r"fmt\.Sprintf\(\s*", r"\s*,\s*{value}\s*\)", "{literal}, fmt.Sprint({value})"),
)  # fmt: skip
"""How libraries take values; each takes texts, for that is what set_config() wants."""


def rewritten(text: Text, start: int, end: int, call: str, mark: str) -> Replacement | None:
    """Return what makes a statement that sets something call set_config() with a bound value.

    `start` and `end` are its place in `text`, `call` is the query with `{value}` for the value,
    `mark` what stands for one in the library's SQL. None where not all of it is known.
    """
    if text.host is None or text.data[:start].strip() or text.data[end:].strip(b"; \r\n\t"):
        return None
    statement = text.slice(start, end)
    found = _SET().fullmatch(statement) or _CALL().fullmatch(statement)
    holes = [hole for hole in text.holes if start <= hole.start < end]
    if found is None or len(holes) != 1:
        return None
    (hole,) = holes
    before = len(statement[: found.start("value")].encode())
    after = len(statement[: found.end("value")].encode())
    if (hole.start, hole.end) != (start + before, start + after):
        return None
    if hole.binding:
        if found["quote"]:
            return None
        # SET takes numbers, UUIDs and the like; set_config() takes texts.
        is_set = _CALL().fullmatch(statement) is None
        value = f"CAST({hole.source} AS text)" if is_set else hole.source
        return _in_literal(text, call.replace("{value}", value))
    return _with_argument(text, call.replace("{value}", mark), mark, hole.source)


class _Literal(NamedTuple):
    """A literal that holds all of a text: its place with its quotes and without."""

    start: int
    inner: tuple[int, int]
    end: int
    quote: str


def _literal(text: Text) -> _Literal | None:
    host = text.host or ""
    first, last = text.character(0), text.character(len(text.data))
    for quote in ('"""', "'''", '"', "'", "`"):
        if host[:first].endswith(quote) and host.startswith(quote, last):
            inside = host[first:last]
            if quote in inside or ("\n" in inside and quote in ('"', "'")):
                return None
            prefix = _PREFIX().search(host[: first - len(quote)])
            start = first - len(quote) - len(prefix[0] if prefix else "")
            return _Literal(start, (first, last), last + len(quote), quote)
    return None


def _in_literal(text: Text, sql: str) -> Replacement | None:
    """Put SQL into the literal that a text is; its values are passed beside it already."""
    literal = _literal(text)
    if literal is None:
        return None
    inside = (text.host or "")[slice(*literal.inner)]
    if inside != _as_written(text) or "\\" in sql:
        return None
    content = sql.replace("'", "\\'") if literal.quote == "'" else sql
    return Replacement(*literal.inner, content)


def _as_written(text: Text) -> str:
    """Return a text with the sources of its holes in their places."""
    parts, behind = [], 0
    for hole in text.holes:
        parts += [text.slice(behind, hole.start), hole.source]
        behind = hole.end
    return "".join((*parts, text.slice(behind, len(text.data))))


def _with_argument(text: Text, sql: str, mark: str, value: str) -> Replacement | None:
    """Put SQL into the place of a literal with a value in it, and the value behind it."""
    literal, host = _literal(text), text.host or ""
    if literal is None or "\n" in value:
        return None
    ending = os.path.splitext(text.path)[1].lower()
    for passing in _PASSINGS:
        if ending not in passing.endings or passing.mark != mark or not passing.sign().search(host):
            continue
        head = re.search(
            rf"\((?P<more>[^()]*,)?\s*(?P<before>{passing.before})\Z", host[: literal.start]
        )
        tail = passing.after.replace("{value}", re.escape(value))
        end = re.compile(rf"(?P<all>{tail})\s*,?\s*\)").match(host, literal.end)
        if head is None or end is None or (head["more"] and ending != ".go"):
            continue
        filled = passing.taken.format(literal=f'"{sql}"', value=value, before=head["before"])
        return Replacement(head.start("before"), end.end("all"), filled)
    return None
