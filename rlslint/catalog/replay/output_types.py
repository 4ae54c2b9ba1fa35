"""The types of what a query puts out, as far as columns, casts and literals tell."""

from __future__ import annotations

from rlslint.catalog.model import Relation
from rlslint.sql.expressions import (
    And,
    Cast,
    Column,
    ColumnBinding,
    Constant,
    Expr,
    Items,
    Not,
    Or,
    Query,
    Source,
    SubSelect,
)


def output_types(query: Query) -> list[str]:
    """Return the type of each output of a bound query, "" where it is not known."""
    if query.arms:
        both = zip(output_types(query.arms[0]), output_types(query.arms[1]), strict=False)
        return [left if left == right else "" for left, right in both]
    if query.set_operation == "values":
        rows = [row.items for row in query.others if isinstance(row, Items)]
        return [_common([_type(item) for item in column]) for column in zip(*rows, strict=False)]
    return [_type(output) for output in query.outputs]


def _common(types: list[str]) -> str:
    return types[0] if len(set(types)) == 1 else ""


def _type(output: Expr) -> str:
    match output:
        case Cast(_, name):
            return name
        case Constant(bool()):
            return "bool"
        case Constant(int()):
            return "int4"
        case And() | Or() | Not():
            return "bool"
        case SubSelect(kind="exists" | "any" | "all"):
            return "bool"
        case SubSelect(kind="scalar", query=query):
            return next(iter(output_types(query)), "")
        case Column(binding=ColumnBinding(source, number, _)):
            return _column_type(source, number)
        case _:
            return ""


def _column_type(source: Source, number: int) -> str:
    if isinstance(source.relation, Relation):
        relation = source.relation
        column = relation.column(number) if relation.knows("columns") else None
        return column.type if column is not None and column.knows("type") else ""
    if source.query is not None and not (source.is_cte and source.query.arms):
        types = output_types(source.query)
        return types[number - 1] if 0 < number <= len(types) else ""
    return ""
