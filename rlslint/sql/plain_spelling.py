"""SQL to paste into a sentence: on one line, and without what only a server would write."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from rlslint import NamedTuple
from rlslint.sql.parser import SyntaxProblem, tokens
from rlslint.text import CatalogText, Span

_OPENING, _CLOSING = "ASCII_40", "ASCII_41"
_OPERATORS = frozenset(
    (
        "Op",
        "NOT_EQUALS",
        "LESS_EQUALS",
        "GREATER_EQUALS",
        *(f"ASCII_{ord(character)}" for character in "=<>+-*/%^"),
    )
)
_EXTRACTING = ("->", "->>")
_EQUALITY = ("ASCII_61", "NOT_EQUALS")
_BEFORE_SUBSELECT = _OPERATORS | {"IN_P", "ANY", "SOME", "ALL", "ARRAY", "EXISTS"}
_CALLED = ("IDENT", "NULLIF", "COALESCE")
_BEFORE_OPERAND = _OPERATORS | {_OPENING, "ASCII_44", "SELECT", "AND", "OR", "NOT", "WHERE", ""}


class _Word(NamedTuple):
    """A token as it is spelled, and whether something stands between it and the one before."""

    sql: str
    name: str
    is_apart: bool


_NO_WORD = _Word("", "", False)
_Words = list[_Word]


def plain(span: Span) -> str:
    """Return what stands there on one line, comments left out.

    Of what a server shows, the casts and names go that pg_get_expr() adds and that change nothing:
    `( SELECT (NULLIF(current_setting('a'::text, true), ''::text))::uuid AS "nullif")` comes as
    `(SELECT NULLIF(current_setting('a', true), '')::uuid)`.
    """
    return plain_sql(span.sql, isinstance(span.text, CatalogText))


@lru_cache(maxsize=1 << 12)
def plain_sql(sql: str, is_deparsed: bool) -> str:
    """Return SQL as `plain` does; `is_deparsed` tells of SQL that a server has put together."""
    data = sql.encode()
    try:
        scanned = tokens(data)
    except SyntaxProblem:
        return " ".join(sql.split())
    words: _Words = []
    end = 0
    for token in scanned:
        spelled = data[token.start : token.end].decode()
        words.append(_Word(spelled, token.name, token.start > end and bool(words)))
        end = token.end
    if is_deparsed:
        for change in _CHANGES:
            words = change(words)
    return "".join(f" {word.sql}" if word.is_apart else word.sql for word in words)


def _without_casts(words: _Words) -> _Words:
    """Leave out `::text` behind a string where PostgreSQL would take it for text anyway."""
    kept: _Words = []
    calls = _openings(words)
    at = 0
    while at < len(words):
        kept.append(words[at])
        cast = [word.name for word in words[at + 1 : at + 3]]
        is_array = _at(words, at + 3).sql in ("[", "(")
        if words[at].name == "SCONST" and cast == ["TYPECAST", "TEXT_P"] and not is_array:
            at += 2 if _takes_text(words, at, calls) else 0
        at += 1
    return kept


def _takes_text(words: _Words, at: int, openings: dict[int, int]) -> bool:
    before = _at(words, at - 1)
    if before.name in _EQUALITY or before.sql in _EXTRACTING:
        return True
    called = _at(words, openings.get(at, 0) - 1)
    match called.name, before.sql:
        case "ARRAY", "[" | ",":
            return True
        case "NULLIF" | "COALESCE", ",":
            return True
        case _:
            return called.sql == "current_setting" and before.sql == "("


def _openings(words: _Words) -> dict[int, int]:
    """Return for each word in parentheses or brackets where these open."""
    found: dict[int, int] = {}
    waiting: list[int] = []
    for at, word in enumerate(words):
        if word.sql in (")", "]") and waiting:
            waiting.pop()
        if waiting:
            found[at] = waiting[-1]
        if word.sql in ("(", "["):
            waiting.append(at)
    return found


def _without_names(words: _Words) -> _Words:
    """Leave out the name of the one column of a sub-select that is an operand.

    Nothing can refer to it there.
    """
    openings = _openings(words)
    dropped: set[int] = set()
    for at, word in enumerate(words):
        if word.name != "AS" or _at(words, at + 2).name != _CLOSING:
            continue
        opening = openings.get(at, -1)
        if opening < 0 or _at(words, opening + 1).name != "SELECT":
            continue
        before, behind = _at(words, opening - 1).name, _at(words, at + 3).name
        if before in _BEFORE_SUBSELECT or behind in _OPERATORS or behind == "TYPECAST":
            dropped |= {at, at + 1}
    return [word for at, word in enumerate(words) if at not in dropped]


def _without_parentheses(words: _Words) -> _Words:
    """Leave out parentheses around a call that is cast: `(f(x))::int`."""
    closings = {}
    waiting: list[int] = []
    for at, word in enumerate(words):
        if word.name == _OPENING:
            waiting.append(at)
        elif word.name == _CLOSING and waiting:
            closings[waiting.pop()] = at
    dropped: set[int] = set()
    for opening, closing in closings.items():
        called = opening + 1
        while _at(words, called + 1).sql == ".":
            called += 2
        is_call = closings.get(called + 1) == closing - 1 and words[called].name in _CALLED
        is_cast = _at(words, closing + 1).name == "TYPECAST"
        if is_call and is_cast and _at(words, opening - 1).name in _BEFORE_OPERAND:
            dropped |= {opening, closing}
    return [
        word._replace(is_apart=words[at - 1].is_apart) if at - 1 in dropped and at else word
        for at, word in enumerate(words)
        if at not in dropped
    ]


def _without_gaps(words: _Words) -> _Words:
    """Close the gap that the server leaves before the SELECT in parentheses."""
    return [
        word._replace(is_apart=word.is_apart and _at(words, at - 1).name != _OPENING)
        for at, word in enumerate(words)
    ]


_CHANGES: tuple[Callable[[_Words], _Words], ...] = (
    _without_casts,
    _without_names,
    _without_parentheses,
    _without_gaps,
)


def _at(words: _Words, at: int) -> _Word:
    return words[at] if 0 <= at < len(words) else _NO_WORD
