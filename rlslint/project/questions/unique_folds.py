"""Whether no two values that differ in case alone can be there."""

from __future__ import annotations

from rlslint.catalog.model import Column, Relation
from rlslint.meaning.folded_case import FOLDS
from rlslint.project.project import Project
from rlslint.sql import expressions as sql
from rlslint.sql.expressions import Call, Cast, ColumnBinding, Expr, Operator, without_casts


def is_unique_when_folded(relation: Relation, column: Column, project: Project) -> bool:
    """Tell whether a column, or what it refers to or is named after, holds one spelling each.

    A unique index on the folded value keeps two apart that would be one, and so does a CHECK that
    lets only folded values in.
    """
    places = [(relation, column), *_referred(relation, column), *_named(relation, column, project)]
    return any(_holds_one_spelling(*place) for place in places) or _is_checked(relation, column)


def _referred(relation: Relation, column: Column) -> list[tuple[Relation, Column]]:
    found = []
    for constraint in relation.constraints.known():
        other = constraint.referenced
        if constraint.kind != "foreign" or other is None or column.number not in constraint.columns:
            continue
        if not other.knows("columns") or not constraint.referenced_columns:
            continue
        number = constraint.referenced_columns[constraint.columns.index(column.number)]
        if (target := other.column(number)) is not None:
            found.append((other, target))
    return found


def _named(relation: Relation, column: Column, project: Project) -> list[tuple[Relation, Column]]:
    """Return the text columns of the table that a column is called after: `tenant` of `tenants`."""
    stem = column.name.split("_")[0].lower()
    return [
        (other, one)
        for other in project.catalog.tables()
        if other is not relation and len(stem) > 2 and other.name.lower().startswith(stem)
        if other.knows("columns")
        for one in other.columns.values()
    ]


def _holds_one_spelling(relation: Relation, column: Column) -> bool:
    if _is_checked(relation, column):
        return True
    for index in relation.indexes.known():
        if not index.unique or index.partial or len(index.columns) != 1:
            continue
        if index.columns == (column.number,) and is_citext(column):
            return True
        if any(_folds(clause.expression, column) for clause in index.expressions):
            return True
    return any(
        one.kind in ("primary", "unique") and one.columns == (column.number,) and is_citext(column)
        for one in relation.constraints.known()
    )


def is_citext(column: Column) -> bool:
    """Tell whether equal values of a column may differ in case."""
    return column.type.rpartition(".")[2] == "citext"


def _is_checked(relation: Relation, column: Column) -> bool:
    """Tell whether a CHECK says `column = lower(column)`, or may do so."""
    for constraint in relation.constraints.known():
        if constraint.kind != "check":
            continue
        if constraint.expression is None:
            # Of a server's CHECK nothing is read but what it is about.
            if column.number in constraint.columns:
                return True
            continue
        for part in constraint.expression.expression.walk():
            match part:
                case Operator("=", Expr() as left, right):
                    if any(_folds(side, column) for side in (left, right)):
                        return True
    return False


def _folds(expression: Expr, column: Column) -> bool:
    match expression:
        case Cast(argument, type_name):
            return (type_name == "citext" and _is(argument, column)) or _folds(argument, column)
        case Call(names, (argument, *_)):
            return names[-1] in FOLDS and _is(argument, column)
        case _:
            return False


def _is(expression: Expr, column: Column) -> bool:
    bare = without_casts(expression)
    return (
        isinstance(bare, sql.Column)
        and isinstance(bare.binding, ColumnBinding)
        and bare.binding.number == column.number
    )
