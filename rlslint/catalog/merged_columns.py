"""Which side of a join the bare name of a column means that both sides share."""

from __future__ import annotations

from rlslint.catalog.model import Relation
from rlslint.sql.expressions import Cast, Column, ColumnBinding, Expr, Source

_WIDENINGS = (
    ("int2", "int4", "int8", "numeric", "float4", "float8"),
    ("date", "timestamp", "timestamptz"),
    ("time", "timetz"),
    ("varchar", "name"),
)
"""Types whose values become those of a later one by an implicit cast, but not the other way round
(pg_cast)."""


def means_right(left: Source, left_number: int, right: Source, right_number: int) -> bool:
    """Tell whether the name of a column that JOIN … USING or NATURAL shares means the right one.

    An inner join takes the left one, unless that needs a cast to the type of both and the right
    one does not (buildMergedJoinVar in parse_clause.c).
    """
    if right.join != "inner":
        return False
    one, other = _type(left, left_number), _type(right, right_number)
    return any(
        one in types and other in types and types.index(one) < types.index(other)
        for types in _WIDENINGS
    )


def _type(source: Source, number: int) -> str:
    match source:
        case Source(relation=Relation() as relation):
            column = relation.column(number) if relation.knows("columns") else None
            return column.type if column is not None and column.knows("type") else ""
        case Source(query=query) if query is not None and not query.arms:
            return _type_of(query.outputs[number - 1]) if number <= len(query.outputs) else ""
        case _:
            return ""


def _type_of(output: Expr) -> str:
    match output:
        case Column(binding=ColumnBinding(source, number, _)) if number:
            return _type(source, number)
        case Cast(_, type_name):
            return type_name
        case _:
            return ""
