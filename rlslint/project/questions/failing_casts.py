"""Policies that cast a column to a type that not all of its values may have."""

from __future__ import annotations

from rlslint.catalog.model import Column as TableColumn
from rlslint.catalog.model import Policy, Relation
from rlslint.meaning.context import is_own
from rlslint.meaning.refused_casts import RefusedCast, refused_casts
from rlslint.project.project import Project
from rlslint.project.questions import served_roles
from rlslint.sql.expressions import Call, Column, ColumnBinding, Operator


def failing_casts(policy: Policy, project: Project) -> tuple[RefusedCast, ...]:
    """Return the casts in USING of values of rows that may fail, none where something checks them.

    A CHECK on the column keeps values out that would, and a pattern beside the cast may.
    """
    using, table = policy.using, policy.relation
    if using is None or not table.rls_enabled or not served_roles(policy, project):
        return ()
    expression = project.predicate(using).expression

    def column_of(column: Column) -> TableColumn | None:
        place = _place(column, table)
        return place[0].column(place[1]) if place is not None else None

    tested = {
        part.left
        for part in expression.walk()
        if isinstance(part, Operator) and part.symbol in ("~", "~*", "~~", "~~*")
    }
    return tuple(
        one
        for one in refused_casts(expression, column_of)
        if one.column not in tested and not _is_checked(one.column, table)
    )


def _place(column: Column, table: Relation) -> tuple[Relation, int] | None:
    match column.binding:
        case ColumnBinding(source, number, _):
            relation = table if is_own(column) else source.relation
            if isinstance(relation, Relation) and relation.knows("columns"):
                return relation, number
    return None


def _is_checked(column: Column, table: Relation) -> bool:
    """Tell whether a CHECK asks what the text of a column looks like."""
    place = _place(column, table)
    if place is None:
        return True
    relation, number = place
    for constraint in relation.constraints.known():
        if constraint.kind != "check":
            continue
        if constraint.expression is None:
            # Of a server's CHECK nothing is read but what it is about.
            if number in constraint.columns:
                return True
            continue
        for part in constraint.expression.expression.walk():
            if isinstance(part, Operator | Call) and any(
                isinstance(inner, Column)
                and isinstance(inner.binding, ColumnBinding)
                and inner.binding.number == number
                for inner in part.walk()
            ):
                return True
    return False
