"""Columns that a sub-select captured from the policy's own table."""

from __future__ import annotations

from rlslint import NamedTuple
from rlslint.catalog.model import Relation
from rlslint.catalog.predicates import Predicate
from rlslint.meaning.context import own_columns
from rlslint.sql.expressions import (
    OWN_ROW,
    And,
    Cast,
    Column,
    ColumnBinding,
    Expr,
    Items,
    Not,
    Operator,
    Query,
    SubSelect,
)


class Capture(NamedTuple):
    """A comparison of an inner column with itself.

    `column` is the side that was probably meant for the own row: the one without a qualifier, or
    the right one where both are qualified as in deparsed text. `relation` is the table that it
    resolves to, None for a sub-select or a function.
    """

    comparison: Operator
    column: Column
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
                if (capture := _capture(part)) is not None:
                    found.append(capture)
    return tuple(found)


def swallowed(predicate: Predicate, own: Relation) -> tuple[Capture, ...]:
    """Return comparisons of inner columns of which `own` has one as well, that add nothing.

    `org_id = id` inside a sub-select of members compares two columns of members where that table
    has an `id`, and `t.id = team_id` repeats what joins teams with members. Only sub-selects count
    in which nothing else links the own row.
    """
    pairs = predicate.ask(idle_pairs)
    if not pairs or not own.knows("columns"):
        return ()
    return tuple(capture for pair in pairs if (capture := _swallowed(pair, own)) is not None)


def idle_pairs(expression: Expr) -> tuple[Operator, ...]:
    """Return the comparisons of two inner columns that join nothing, where no own row is named.

    Their columns are of one table, or the same comparison stands there twice.
    """
    return tuple(
        pair
        for sub_select in expression.walk()
        if isinstance(sub_select, SubSelect) and not own_columns(sub_select)
        for pair in _idle_pairs(sub_select.query)
    )


def _idle_pairs(query: Query) -> list[Operator]:
    found: list[Operator] = []
    joined: dict[frozenset[ColumnBinding], Operator] = {}
    for condition in query.conditions:
        for part in _without_queries(condition):
            bindings = _pair(part)
            if isinstance(part, Operator) and len({id(one.source) for one in bindings}) == 1:
                found.append(part)
        for part in _conjuncts(condition):
            other = joined.setdefault(_pair(part), part)
            if other is not part:
                # The one that was meant for the row has no qualifier, or comes last.
                found.append(other if _is_bare(other) and not _is_bare(part) else part)
    return found


def _conjuncts(condition: Expr) -> list[Operator]:
    if isinstance(condition, And):
        return [part for one in condition.arguments for part in _conjuncts(one)]
    return [condition] if isinstance(condition, Operator) and _pair(condition) else []


def _is_bare(operator: Operator) -> bool:
    sides = [_column(side) for side in (operator.left, operator.right) if side is not None]
    return any(side is not None and len(side.names) == 1 for side in sides)


def _pair(condition: Expr) -> frozenset[ColumnBinding]:
    """Return what the two sides of an equality of inner columns are, nothing for any other."""
    match condition:
        case Operator("=", Expr() as left, right):
            sides = _column(left), _column(right)
        case _:
            return frozenset()
    bindings = frozenset(
        side.binding
        for side in sides
        if side is not None
        and isinstance(side.binding, ColumnBinding)
        and side.binding.source is not OWN_ROW
    )
    return bindings if len(bindings) == 2 else frozenset()


def _swallowed(operator: Operator, own: Relation) -> Capture | None:
    sides = [_column(side) for side in (operator.right, operator.left) if side is not None]
    known = [side for side in sides if side is not None and side.name in own.columns]
    for side in sorted(known, key=lambda column: len(column.names)):
        match side.binding:
            case ColumnBinding(source, _, _):
                relation = source.relation if isinstance(source.relation, Relation) else None
                return Capture(operator, side, relation)
    return None


def _without_queries(expression: Expr) -> list[Expr]:
    if isinstance(expression, Query):
        return []
    return [
        expression,
        *(part for child in expression.children() for part in _without_queries(child)),
    ]


def _capture(condition: Expr) -> Capture | None:
    match condition:
        case Operator("=" | "is not distinct from" | "<=" | ">="):
            operator = condition
        case Not(Operator("<>" | "is distinct from") as operator):
            pass
        case _:
            return None
    left = _column(operator.left) if operator.left is not None else None
    right = _column(operator.right)
    if left is None or right is None or left.binding != right.binding:
        return None
    match left.binding:
        case ColumnBinding(source, _, _) if source is not OWN_ROW:
            bare = next((side for side in (right, left) if len(side.names) == 1), None)
            relation = source.relation if isinstance(source.relation, Relation) else None
            return Capture(operator, bare or right, relation)
        case _:
            return None


def _column(expression: Expr) -> Column | None:
    match expression:
        case Column():
            return expression
        case Cast(argument) | Items(items=(argument,)):
            return _column(argument)
        case _:
            return None
