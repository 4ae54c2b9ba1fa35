"""Lists of exceptions in predicates: what must not be among the rows of another table."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint import NamedTuple
from rlslint.catalog.answers import remembered
from rlslint.catalog.model import Relation
from rlslint.meaning.branches import branches
from rlslint.sql.expressions import (
    And,
    Column,
    ColumnBinding,
    Expr,
    IsNull,
    Not,
    Operator,
    Query,
    SubSelect,
    without_casts,
)


class Exclusion(NamedTuple):
    """That a value must not be one of a column of a relation: NOT IN, or <> ALL.

    `is_outer` tells of an outer join, which makes NULLs of its own.
    """

    expression: Expr
    relation: Relation
    number: int
    is_outer: bool


@remembered
def exclusions(expression: Expr) -> tuple[Exclusion, ...]:
    """Return the exclusions of a predicate whose list the query does not keep free of NULL."""
    found: dict[int, Exclusion] = {}
    for branch in branches(expression):
        for conjunct in branch:
            for query in _excluding(conjunct):
                exclusion = _exclusion(conjunct, query)
                if exclusion is not None:
                    found.setdefault(conjunct.location, exclusion)
    return tuple(found.values())


def _excluding(conjunct: Expr) -> Iterator[Query]:
    match conjunct:
        case Not(SubSelect("any", _, query) as excluded) if excluded.symbol == "=":
            yield query
        case SubSelect("all", _, query) if conjunct.symbol == "<>":
            yield query
        case Operator("<>", _, right) if conjunct.quantifier == "all":
            yield from _array(right)
        case Not(Operator("=", _, right) as operator) if operator.quantifier == "any":
            yield from _array(right)


def _array(expression: Expr) -> Iterator[Query]:
    bare = without_casts(expression)
    if isinstance(bare, SubSelect) and bare.kind == "array":
        yield bare.query


def _exclusion(conjunct: Expr, query: Query) -> Exclusion | None:
    if query.arms or len(query.outputs) != 1:
        return None
    output = without_casts(query.outputs[0])
    match output:
        case Column(binding=ColumnBinding(source, number, _)):
            relation = source.relation
        case _:
            return None
    if not isinstance(relation, Relation) or not relation.knows("columns") or number < 1:
        return None
    if any(_asks_for(part, output) for part in _parts(query.conditions)):
        return None
    return Exclusion(conjunct, relation, number, not query.inner_only)


def _parts(conditions: tuple[Expr, ...]) -> Iterator[Expr]:
    for condition in conditions:
        yield from condition.arguments if isinstance(condition, And) else (condition,)


def _asks_for(condition: Expr, column: Expr) -> bool:
    """Tell whether a condition is true of no NULL in a column."""
    match condition:
        case IsNull(argument, True):
            return without_casts(argument) == column
        case Operator(symbol, Expr() as left, right) if not symbol.startswith("is "):
            return column in (without_casts(left), without_casts(right))
        case _:
            return False
