"""Queries with what they read from sub-selects and plain views as if they read it themselves.

PostgreSQL plans them so: what is below is pulled up unless it groups, limits or is a barrier.
"""

from __future__ import annotations

from collections.abc import Callable

from rlslint import NamedTuple
from rlslint.catalog.facts import GivenUp
from rlslint.catalog.model import Relation
from rlslint.meaning.queries import may_aggregate
from rlslint.sql.expressions import Column, ColumnBinding, Expr, Query, Source
from rlslint.sql.rebuilding import rebuilt
from rlslint.text.budget import DEEPEST_CALL, PARTS_INLINED, Budget, OutOfBudget

QueryOfView = Callable[[Relation], Query | None]


class QueryReading(NamedTuple):
    """What a query reads, by what conditions and what it puts out; `views` it reads through."""

    sources: tuple[Source, ...]
    conditions: tuple[Expr, ...]
    outputs: tuple[Expr, ...]
    views: tuple[Relation, ...] = ()


def pulled_up(query: Query, of_view: QueryOfView) -> QueryReading:
    """Return what a query reads in the end; `of_view` gives the queries of plain views.

    Raises GivenUp where that is too much.
    """
    try:
        return _pulled_up(query, of_view, DEEPEST_CALL, Budget(PARTS_INLINED))
    except OutOfBudget:
        raise GivenUp(query) from None


def _pulled_up(query: Query, of_view: QueryOfView, depth: int, budget: Budget) -> QueryReading:
    found = QueryReading((), query.conditions, query.outputs)
    for source in query.sources:
        inner = _inner(source, of_view)
        if inner is None or not depth or not query.inner_only or not _is_plain(inner):
            found = found._replace(sources=(*found.sources, source))
            continue
        below = _pulled_up(inner, of_view, depth - 1, budget)
        budget.take(1 + len(below.outputs) // 8)

        def exchanged(
            part: Expr, source: Source = source, outputs: tuple[Expr, ...] = below.outputs
        ) -> Expr:
            return _exchanged(part, source, outputs)

        through = (source.relation,) if isinstance(source.relation, Relation) else ()
        found = QueryReading(
            (*found.sources, *below.sources),
            (*below.conditions, *map(exchanged, found.conditions)),
            tuple(map(exchanged, found.outputs)),
            (*found.views, *through, *below.views),
        )
    return found


def _inner(source: Source, of_view: QueryOfView) -> Query | None:
    if isinstance(source.relation, Relation):
        return of_view(source.relation)
    return source.query if source.call is None else None


def _is_plain(query: Query) -> bool:
    """Tell whether a query only picks rows and columns."""
    return not (
        query.arms
        or query.rows
        or query.grouped
        or query.limited
        or query.has_star
        or query.having is not None
        or not query.sources
        or any(map(may_aggregate, query.outputs))
    )


def _exchanged(expression: Expr, source: Source, outputs: tuple[Expr, ...]) -> Expr:
    match expression:
        case Column(binding=ColumnBinding(of, number, _)) if of is source:
            return outputs[number - 1] if 0 < number <= len(outputs) else expression
        case _:
            return rebuilt(expression, lambda child: _exchanged(child, source, outputs))
