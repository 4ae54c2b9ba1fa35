"""Policies that lead back to their own table, and SQL that breaks the circle."""

from __future__ import annotations

from rlslint.access.recursion import Recursion
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Policy, Relation
from rlslint.meaning.context import own_columns
from rlslint.project.questions.rewording import reworded
from rlslint.sql.expressions import Column, ColumnBinding, Expr, Source, SubSelect
from rlslint.sql.plain_spelling import plain
from rlslint.sql.quoting import quoted_identifier

_ADVICE = (
    "-- move the sub-select into a SECURITY DEFINER function whose owner bypasses row security, "
    "and call that"
)


def without_circle(policy: Policy, circle: Recursion) -> str:
    """Return SQL that lets a policy read its table without leading back to itself, or advice."""
    path = f"SET search_path = {quoted_identifier(policy.relation.schema)}, pg_temp"
    match circle.through:
        case Function() as function:
            return f"ALTER FUNCTION {function.signature} SECURITY DEFINER {path};"
        case None:
            return _with_function(policy, circle, path) or _ADVICE
        case _:
            return _ADVICE


def _with_function(policy: Policy, circle: Recursion, path: str) -> str | None:
    """Return SQL that moves a sub-select into a function, None where it needs the row or text."""
    clause, place = circle.clause, circle.expression
    if not isinstance(place, SubSelect) or place.kind != "any" or own_columns(place.query):
        return None
    output = clause.span(place.query)
    left = clause.span(place.left) if place.left is not None else None
    type_name = _type_of(place.query.outputs)
    if output is None or left is None or type_name is None:
        return None
    schema = quoted_identifier(policy.relation.schema)
    name = f"{schema}.{quoted_identifier(policy.relation.name + '_of_caller')}"
    call = f"{left.sql} IN (SELECT {name}())"
    mended = reworded(policy, clause, place, call.replace("{", "{{").replace("}", "}}"))
    if not mended:
        return None
    return (
        f"CREATE FUNCTION {name}() RETURNS SETOF {type_name} LANGUAGE sql STABLE "
        f"SECURITY DEFINER {path} AS $$ {plain(output)} $$;\n{mended}"
    )


def _type_of(outputs: tuple[Expr, ...]) -> str | None:
    match outputs:
        case (Column() as output,):
            match output.binding:
                case ColumnBinding(Source(relation=Relation() as relation), number, _):
                    column = relation.column(number) if relation.knows("columns") else None
                    return column.type if column is not None else None
    return None
