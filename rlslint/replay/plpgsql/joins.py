"""Rows of a FROM list that meet the conditions of a query."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rlslint.replay.plpgsql.evaluator import Evaluator, Frame
from rlslint.replay.plpgsql.sources import source_rows
from rlslint.replay.plpgsql.system_catalogs.questions import Row
from rlslint.replay.plpgsql.values import Composite, Datum, PartlyKnown
from rlslint.sql.expressions import And, Column, Expr, Query, Source, SubSelect

_Found = tuple[Frame, bool]


class _NullRow(Composite):
    """What an outer join puts in the place of a row that is missing: every column is NULL."""

    def __missing__(self, column: str) -> Datum:
        return None

    def get(self, key: str, default: Any = None) -> Datum:
        return None


def joined_rows(query: Query, evaluator: Evaluator) -> Iterator[_Found]:
    """Yield the rows of FROM that meet the conditions, and whether they certainly do.

    Joins other than inner and left ones are followed as inner ones of which nothing is certain.
    """
    exact = all(source.join != "other" for source in query.sources)
    walk = _Walk(query, evaluator, exact)
    yield from walk.rows(0, {}, True, filtering_conditions(query))


def filtering_conditions(query: Query) -> list[Expr]:
    """Return what every row must meet: not HAVING, nor what left joins look for their rows by."""
    outer = [part for source in query.sources if source.join == "left" for part in source.on]
    found: list[Expr] = []
    for condition in query.conditions:
        if condition is query.having or any(condition is part for part in outer):
            continue
        found += condition.arguments if isinstance(condition, And) else (condition,)
    return found


def is_open(query: Query, evaluator: Evaluator) -> bool:
    """Tell whether a source may have rows that are not known and could meet the conditions."""
    if any(source.join == "other" for source in query.sources):
        return True
    pending = filtering_conditions(query)
    for condition in pending:
        names = [part for part in condition.walk() if isinstance(part, Column | Query)]
        if not names and evaluator.truth(condition) in (False, None):
            return False
    return evaluator.variables.reads_too_much() or any(
        source_rows(source, [*pending, *source.on], evaluator).open
        for source in query.sources
        if not source.lateral or source.call is not None
    )


class _Walk:
    """One way through the sources of a FROM list, from the first to the last."""

    def __init__(self, query: Query, evaluator: Evaluator, exact: bool) -> None:
        self.query = query
        self.evaluator = evaluator
        self.exact = exact

    def rows(
        self, depth: int, frame: Frame, certain: bool, pending: list[Expr]
    ) -> Iterator[_Found]:
        sources = self.query.sources
        aliases = {source.alias for source in sources[depth:]}
        inner = self.evaluator.within(frame)
        later: list[Expr] = []
        for condition in pending:
            if depth < len(sources) and _may_need(condition, aliases, frame):
                later.append(condition)
                continue
            truth = inner.truth(condition)
            if isinstance(truth, PartlyKnown):
                certain = False
            elif truth is not True:
                if self.exact:
                    return
                certain = False
        if depth == len(sources):
            yield frame, certain and self.exact
            return
        yield from self._source(depth, frame, certain, later)

    def _source(
        self, depth: int, frame: Frame, certain: bool, later: list[Expr]
    ) -> Iterator[_Found]:
        source = self.query.sources[depth]
        outer = source.join == "left" and self.exact
        evaluator = self.evaluator.within(frame)
        given = source_rows(source, [*later, *source.on], evaluator)
        surely, perhaps = False, given.open
        for row in given.rows:
            if self.evaluator.variables.reads_too_much(1):
                return
            wider = {**frame, source.alias: row.values}
            fits = self._fits(source, row, wider) if outer else row.certain
            if fits is None:
                continue
            surely |= fits
            perhaps |= not fits
            yield from self.rows(depth + 1, wider, certain and fits, later)
        if outer and not surely:
            columns = given.rows[0].values if given.rows else ()
            missing = _NullRow(dict.fromkeys(columns))
            wider = {**frame, source.alias: missing}
            yield from self.rows(depth + 1, wider, certain and not perhaps, later)

    def _fits(self, source: Source, row: Row, frame: Frame) -> bool | None:
        """Tell whether a left join surely takes a row; None where it surely does not."""
        certain = row.certain
        inner = self.evaluator.within(frame)
        for condition in source.on:
            truth = inner.truth(condition)
            if isinstance(truth, PartlyKnown):
                certain = False
            elif truth is not True:
                return None
        return certain


def _may_need(condition: Expr, aliases: set[str], frame: Frame) -> bool:
    """Tell whether a condition may name a column of a source that has no row yet."""
    for part in condition.walk():
        match part:
            case Column(names=names) if len(names) > 1:
                if names[-2] in aliases:
                    return True
            case Column(names=names):
                if not any(dict.__contains__(row, names[0]) for row in frame.values()):
                    return True
            case SubSelect(kind="exists") if aliases:
                continue
            case _:
                continue
    return False
