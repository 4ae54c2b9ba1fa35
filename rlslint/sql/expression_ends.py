"""Where an expression stands: the parser tells where each of its nodes starts, never where it ends.

The tokens that the nodes name are the core of the expression. It is widened, token by token and
with its brackets balanced, until PostgreSQL's parser reads the same expression from it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache

from rlslint import Pattern
from rlslint.sql import is_placeholder
from rlslint.sql.expressions import Column, Expr, Items, Part, Query, Source, SubSelect
from rlslint.sql.nodes import expression
from rlslint.sql.parser import SyntaxProblem, Token, parse_expression, tokens
from rlslint.text import Span, Text

_PARENTHESIS = "ASCII_40"
_OPENING = {_PARENTHESIS: "ASCII_41", "ASCII_91": "ASCII_93", "CASE": "END_P"}
_CLOSING = {closing: opening for opening, closing in _OPENING.items()}
_JOINING = ("ASCII_46", "TYPECAST", "COLLATE")
_IN_OPERAND = (*_JOINING, _PARENTHESIS, "ASCII_91")
_QUERY_WORDS = ("SELECT", "WITH", "WITH_LA", "VALUES", "TABLE")
_BEHIND_QUERY = ("UNION", "INTERSECT", "EXCEPT", "ASCII_59")
# `timestamp(3) with time zone`, `schema.name[][]`: no type has more than this behind its cast, and
# none has a location where it stands before a string.
_FURTHEST_RIGHT = 8
_FURTHEST_LEFT = 6
# What PostgreSQL reads but an Expr does not keep: `(10, 2)`, `without time zone`, `OVER (…)`.
_LONGEST_SUFFIX = 3

_ONLY_NAMES = Pattern(rb"[\w\s.]*")

_Range = tuple[int, int]


class Places:
    """Where the parts of an expression stand in the SQL that it was read from.

    What is found out about the stretches that they make is kept: policies repeat one clause over a
    hundred tables.
    """

    __slots__ = ("_expr", "_found", "_holes", "_locations")

    def __init__(self, expr: Expr) -> None:
        located = [node for node in _with_sources(expr) if node.location >= 0]
        self._expr = expr
        self._locations = sorted([node.location for node in located])
        self._holes = [
            (node.location, node.names[0])
            for node in located
            if isinstance(node, Column) and is_placeholder(node.names[0])
        ]
        self._found: dict[tuple[object, ...], _Range | None] = {}

    def span(self, text: Text, start: int, end: int, base: int) -> Span:
        """Return the stretch of a statement that is the expression, without parentheses around it.

        `base` is what to add to the locations of the expression to get offsets into the text. What
        is not written as an expression of its own (`x IN (SELECT …)` inside of `x NOT IN (SELECT
        …)`, a side of BETWEEN) gets the stretch of the expression around it; an expression without
        any location gets the statement.
        """
        places = self._locations
        if places and (places[0] < start - base or places[-1] >= end - base):
            places = places[bisect_left(places, start - base) : bisect_left(places, end - base)]
        if not places:
            return Span(text, start, end)
        first = start + _clause_start(text.data[start:end], places[0] + base - start)
        sql, shift = text.data[first:end], base - first
        key = sql, shift, places[0], places[-1]
        if key not in self._found:
            # What to read where placeholders stand.
            filled = bytearray(sql)
            for place, name in self._holes:
                if start <= place + base < end:
                    filled[place + shift : place + shift + len(name)] = name.encode()
            self._found[key] = _range_in(
                bytes(filled), self._expr, places[0] + shift, places[-1] + shift
            )
        found = self._found[key]
        if found is None:
            return Span(text, start, end)
        return Span(text, first + found[0], first + found[1])


def _clause_start(sql: bytes, place: int) -> int:
    """Return where the clauses of a statement begin, whose first expression stands at `place`.

    Policies repeat one clause over a hundred tables: without their names they are equal. Where
    more than names may stand before the first parenthesis, the statement is taken whole.
    """
    first = sql.find(b"(", 0, place)
    return first if first >= 0 and _ONLY_NAMES().fullmatch(sql, 0, first) else 0


def _range_in(sql: bytes, expr: Expr, first: int, last: int) -> _Range | None:
    """Return the bytes from which to which an expression stands in `sql`, None where it is no SQL.

    Its first part stands at one offset, its last at the other.
    """
    statement = _scanned(sql)
    if statement is None:
        return None
    first, last = statement.range_of(expr, first, last)
    return statement.tokens[first].start, statement.tokens[last].end


@lru_cache(maxsize=8)
def _scanned(sql: bytes) -> _Statement | None:
    """Return the tokens of `sql`, of which a thousand expressions may be asked in a row."""
    try:
        scanned = tokens(sql)
    except SyntaxProblem:
        return None
    return _Statement(sql, scanned) if scanned else None


@lru_cache(maxsize=256)
def _read(sql: bytes) -> Expr | None:
    try:
        return expression(parse_expression(f"({sql.decode('utf-8', 'replace')}\n)"))
    except (SyntaxProblem, RecursionError):
        return None


def same_as_written(one: object, other: object) -> bool:
    """Tell whether two expressions are spelled alike, whatever their names are bound to."""
    if type(one) is not type(other):
        return False
    match one, other:
        case tuple(), tuple():
            return len(one) == len(other) and all(map(same_as_written, one, other))
        case Part(), Part():
            return all(
                same_as_written(getattr(one, name), getattr(other, name)) for name in one.written
            )
        case _:
            return one == other


def _with_sources(expr: Expr) -> Iterator[Expr | Source]:
    for node in expr.walk():
        yield node
        if isinstance(node, Query):
            yield from node.sources


class _Statement:
    """The tokens of a statement; a range is the numbers of its first and of its last token."""

    def __init__(self, sql: bytes, scanned: Sequence[Token]) -> None:
        self.sql = sql
        self.tokens = scanned
        self.starts = [token.start for token in scanned]

    def range_of(self, expr: Expr, first: int, last: int) -> _Range:
        core = self._balanced(self._token_at(first), self._token_at(last))
        match expr:
            case Query():
                return self._query(expr, core)
            case Items(kind="list"):
                return self._enclosing(core) or core
            case _:
                return self._widened(expr, core)

    def _token_at(self, offset: int) -> int:
        return max(0, bisect_right(self.starts, offset) - 1)

    def _widened(self, expr: Expr, core: _Range) -> _Range:
        some_expression: _Range | None = None
        seen: set[_Range] = set()
        for candidate in self._wider(core):
            if candidate in seen:
                continue
            seen.add(candidate)
            first, last = candidate
            if (first + 1, last - 1) in seen and self.tokens[first].name == _PARENTHESIS:
                continue  # It reads as what is inside.
            read = self._read(candidate)
            if read is not None and same_as_written(read, expr):
                return self._with_suffix(expr, candidate)
            if read is not None and some_expression is None:
                some_expression = candidate
        return self._with_last_operand(some_expression or core)

    def _wider(self, core: _Range) -> Iterator[_Range]:
        for _ in range(_FURTHEST_LEFT + 1):
            first, last = core
            yield first, last
            for _ in range(_FURTHEST_RIGHT):
                if last + 1 >= len(self.tokens):
                    break
                first, last = self._balanced(first, last + 1)
                yield first, last
            if core[0] == 0:
                break
            core = self._balanced(core[0] - 1, core[1])

    def _with_suffix(self, expr: Expr, found: _Range) -> _Range:
        first, last = found
        for _ in range(_LONGEST_SUFFIX):
            if last + 1 >= len(self.tokens) or self.tokens[last + 1].name in _CLOSING:
                break
            candidate = self._balanced(first, last + 1)
            if candidate[0] != first:
                break
            last = candidate[1]
            read = self._read(candidate)
            if read is not None and same_as_written(read, expr):
                return self._with_suffix(expr, candidate)
        return found

    def _with_last_operand(self, found: _Range) -> _Range:
        """Take in the rest of the last operand: a dotted name, arguments, a subscript, a cast."""
        first, last = found
        while last + 1 < len(self.tokens) and self.tokens[last + 1].name in _IN_OPERAND:
            joins = self.tokens[last + 1].name in _JOINING
            first, last = self._balanced(first, min(last + 1 + joins, len(self.tokens) - 1))
        return first, last

    def _query(self, query: Query, core: _Range) -> _Range:
        for first in range(core[0], -1, -1):
            if self.tokens[first].name not in _QUERY_WORDS:
                continue
            for last in self._ends_of_query(*self._balanced(first, core[1])):
                read = self._read((first, last))
                if isinstance(read, SubSelect) and same_as_written(read.query, query):
                    return first, last
        first, last = self._enclosing(core) or core
        return (first + 1, last - 1) if first < core[0] and last > core[1] else core

    def _ends_of_query(self, first: int, last: int) -> Iterator[int]:
        while last + 1 < len(self.tokens) and self.tokens[last + 1].name not in _CLOSING:
            if self.tokens[last + 1].name in _BEHIND_QUERY:
                yield last
            _, last = self._balanced(first, last + 1)
        yield last

    def _enclosing(self, core: _Range) -> _Range | None:
        opening = self._unmatched(range(core[0] - 1, -1, -1), _CLOSING, _OPENING)
        if opening is None:
            return None
        return self._balanced(opening, core[1])

    def _read(self, found: _Range) -> Expr | None:
        """Read the tokens in parentheses, so that nothing but one expression can stand there."""
        return _read(self.sql[self.tokens[found[0]].start : self.tokens[found[1]].end])

    def _balanced(self, first: int, last: int) -> _Range:
        """Widen the range until each bracket, CASE and END in it has its counterpart."""
        while True:
            closing = self._unmatched(range(first, last + 1), _OPENING, _CLOSING)
            if closing is not None:
                opening = self._unmatched(range(first - 1, -1, -1), _CLOSING, _OPENING)
                if opening is None:
                    return first, last
                first = opening
                continue
            if self._unmatched(range(last, first - 1, -1), _CLOSING, _OPENING) is None:
                return first, last
            end = self._unmatched(range(last + 1, len(self.tokens)), _OPENING, _CLOSING)
            if end is None:
                return first, last
            last = end

    def _unmatched(
        self, numbers: range, entering: dict[str, str], leaving: dict[str, str]
    ) -> int | None:
        """Return the first token, in the order of `numbers`, that leaves what was not entered."""
        depth = 0
        for number in numbers:
            name = self.tokens[number].name
            if name in entering:
                depth += 1
            elif name in leaving:
                if depth == 0:
                    return number
                depth -= 1
        return None
