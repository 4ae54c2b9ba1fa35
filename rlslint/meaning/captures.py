"""Columns that a sub-select captured from the policy's own table."""

from __future__ import annotations

from typing import NamedTuple

from rlslint.catalog.model import Relation
from rlslint.sql.expressions import OWN_ROW, Cast, Column, ColumnBinding, Expr, Operator, Query


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
