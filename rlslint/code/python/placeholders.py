"""Placeholders of Python's database libraries: the holes that a driver fills safely."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from enum import Enum

from rlslint.code.python.strings import Fragment, RunTimePart, Written
from rlslint.text.patterns import Pattern

_PERCENT = Pattern(r"%(?:%|(?:\((?P<name>[^)]*)\))?[sbt])")
# What SQLAlchemy itself matches: neither a cast (`::`) nor a time (`12:30`) nor `\:`.
_NAMED = Pattern(r"(?<![:\w\\]):(?P<name>\w+)(?!:)")
_NUMBERED = Pattern(
    r"""'(?:[^']|'')*'|"[^"]*"|--[^\n]*|/\*.*?\*/|\$(?P<tag>[A-Za-z_]*)\$.*?\$(?P=tag)\$"""
    r"""|\$(?P<name>\d+)""",
    re.DOTALL,
)


class Placeholders(Enum):
    """How a library marks the place of a value in SQL."""

    percent = "%s"
    named = ":name"
    numbered = "$1"


def with_placeholders(
    sql: Written, style: Placeholders, passed: bool, source_of: Callable[[str, int], str]
) -> Written:
    """Return the SQL with a gap for each placeholder.

    `passed` tells whether values are passed at all: without them psycopg and Django leave `%s` as
    it is. `source_of` gives the expression for a placeholder's name and its ordinal number.
    """
    match style:
        case Placeholders.percent if passed:
            return sql.replaced(_percent(sql, source_of))
        case Placeholders.named:
            return sql.replaced(_matched(sql, _NAMED(), source_of))
        case Placeholders.numbered:
            return sql.replaced(_matched(sql, _NUMBERED(), source_of))
        case _:
            return sql


def _percent(
    sql: Written, source_of: Callable[[str, int], str]
) -> Iterator[tuple[int, int, Written]]:
    ordinal = 0
    for found in _PERCENT().finditer(sql.text):
        if found[0] == "%%":
            yield found.start() + 1, found.end(), Written(())
        else:
            yield _gap(sql, found, source_of(found["name"] or "", ordinal))
            ordinal += 1


def _matched(
    sql: Written, pattern: re.Pattern[str], source_of: Callable[[str, int], str]
) -> Iterator[tuple[int, int, Written]]:
    for found in pattern.finditer(sql.text):
        name = found["name"]
        if name is not None:
            ordinal = int(name) - 1 if name.isdigit() else 0
            yield _gap(sql, found, source_of(name, ordinal))


def _gap(sql: Written, found: re.Match[str], source: str) -> tuple[int, int, Written]:
    """Return a gap as long as the placeholder, so that columns stay what they are."""
    start, end = sql.stretch(found.start(), found.end())
    stand_in = "_" * (found.end() - found.start())
    fragment = Fragment(stand_in, start, end, RunTimePart(source or found[0], binding=True))
    return found.start(), found.end(), Written((fragment,))
