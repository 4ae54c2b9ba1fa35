"""Columns of one table in another: by name, for their numbers may differ."""

from __future__ import annotations

from rlslint.catalog.model import Relation


def mapped(model: Relation, relation: Relation, numbers: tuple[int, ...]) -> tuple[int, ...]:
    """Return the attribute numbers that columns of `model` have in `relation`, by name."""
    return column_numbers(relation, names_of(model, numbers))


def names_of(relation: Relation, numbers: tuple[int, ...]) -> tuple[str, ...]:
    """Return the names of columns, "" for an expression."""
    return tuple(name_of(relation, number) for number in numbers)


def name_of(relation: Relation, number: int) -> str:
    """Return the name of a column, "" for an expression."""
    column = relation.column(number) if number and relation.knows("columns") else None
    return column.name if column is not None else ""


def column_numbers(relation: Relation, names: tuple[str, ...]) -> tuple[int, ...]:
    """Return the attribute numbers of columns, 0 for one that is not known."""
    if not relation.knows("columns"):
        return tuple(0 for _ in names)
    found = (relation.columns.get(name) for name in names)
    return tuple(column.number if column is not None else 0 for column in found)
