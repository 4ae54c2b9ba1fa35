"""What of its own table an expression depends on: where that is alike, one predicate serves."""

from __future__ import annotations

from collections.abc import Iterable

from rlslint.catalog.model import Column, Relation
from rlslint.sql.expressions import OWN_ROW, ColumnBinding, Expr
from rlslint.sql.expressions import Column as Reference

ColumnKey = tuple[tuple[int, str, str], ...]
"""The number, name and type of each column, "" for a type that is not known."""


def own_columns(relation: Relation, parts: Iterable[Expr]) -> ColumnKey | None:
    """Return the columns of the row itself that parts name; None where all of them matter."""
    found: dict[str, tuple[int, str, str]] = {}
    for part in parts:
        match part:
            case Reference(binding=ColumnBinding(source, _, name)):
                if source is OWN_ROW and name not in found:
                    column = relation.columns.get(name) if relation.knows("columns") else None
                    if column is None:
                        return None
                    found[name] = _key(column)
            case Reference():
                return None
            case _:
                continue
    return tuple(found.values())


def has_columns(relation: Relation, columns: ColumnKey) -> bool:
    """Tell whether a relation whose columns are known has these."""
    for key in columns:
        column = relation.columns.get(key[1])
        if column is None or _key(column) != key:
            return False
    return True


def columns_key(relation: Relation) -> ColumnKey | None:
    """Return all columns of a relation; None if they are unknown."""
    if not relation.knows("columns"):
        return None
    if relation.columns_key is None:
        relation.columns_key = tuple(map(_key, relation.columns.values()))
    return relation.columns_key


def _key(column: Column) -> tuple[int, str, str]:
    return column.number, column.name, column.type if column.knows("type") else ""
