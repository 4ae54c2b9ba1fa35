"""Columns that a sub-select captured from the policy's own table."""

from __future__ import annotations

from typing import NamedTuple

from rlslint.catalog.model import Relation
from rlslint.meaning.context import own_columns
from rlslint.sql.expressions import (
    OWN_ROW,
    Cast,
    Column,
    ColumnBinding,
    Expr,
    Operator,
    Query,
    SubSelect,
)


class Capture(NamedTuple):
    """A comparison of an inner column with itself.

    `column` is the side that was probably meant for the own row: the one without a qualifier, or
    the right one where both are qualified as in deparsed text (then `is_bare` is False).
    `relation` is the table that it resolves to, None for a sub-select or a function.
    """

    comparison: Operator
    column: Column
    is_bare: bool
    relation: Relation | None

    @property
    def compares_itself(self) -> bool:
        """Tell whether both sides are one column, not two of the same table."""
        return _column(self.comparison.right) == _column(self.comparison.left or self.comparison)


def captured_comparisons(expression: Expr) -> tuple[Capture, ...]:
    """Return the comparisons inside sub-selects of which both sides are one inner column."""
    found: list[Capture] = []
    for query in expression.walk():
        if not isinstance(query, Query):
            continue
        for condition in query.conditions:
            for part in _without_queries(condition):
                if isinstance(part, Operator) and (capture := _capture(part)) is not None:
                    found.append(capture)
    return tuple(found)


def swallowed_references(expression: Expr, own_names: frozenset[str]) -> tuple[Capture, ...]:
    """Return comparisons of two columns of one inner table in sub-selects without the own row.

    `own_names` are the columns of the policy's table. `org_id = id` inside a sub-select of members
    compares two columns of members where both have an `id`, and nothing links the row.
    """
    found: list[Capture] = []
    for part in expression.walk():
        if not isinstance(part, SubSelect) or own_columns(part):
            continue
        for condition in part.query.conditions:
            for inner in _without_queries(condition):
                if isinstance(inner, Operator):
                    found += _swallowed(inner, own_names)
    return tuple(found)


def _swallowed(operator: Operator, own_names: frozenset[str]) -> list[Capture]:
    if operator.left is None or operator.symbol != "=":
        return []
    left, right = _column(operator.left), _column(operator.right)
    match left, right:
        case Column(binding=ColumnBinding(source, one, _)), Column(
            binding=ColumnBinding(other, another, _)
        ) if source is other and source is not OWN_ROW and one != another:
            sides = [side for side in (right, left) if side is not None and side.name in own_names]
            relation = source.relation if isinstance(source.relation, Relation) else None
            bare = next((side for side in sides if len(side.names) == 1), None)
            chosen = bare or next(iter(sides), None)
            return [Capture(operator, chosen, bare is not None, relation)] if chosen else []
        case _:
            return []


def _without_queries(expression: Expr) -> list[Expr]:
    if isinstance(expression, Query):
        return []
    return [
        expression,
        *(part for child in expression.children() for part in _without_queries(child)),
    ]


def _capture(operator: Operator) -> Capture | None:
    if operator.left is None or operator.symbol not in ("=", "is not distinct from", "<=", ">="):
        return None
    left, right = _column(operator.left), _column(operator.right)
    if left is None or right is None or left.binding != right.binding:
        return None
    match left.binding:
        case ColumnBinding(source, _, _) if source is not OWN_ROW:
            bare = next((side for side in (right, left) if len(side.names) == 1), None)
            relation = source.relation if isinstance(source.relation, Relation) else None
            return Capture(operator, bare or right, bare is not None, relation)
        case _:
            return None


def _column(expression: Expr) -> Column | None:
    match expression:
        case Column():
            return expression
        case Cast(argument):
            return _column(argument)
        case _:
            return None
