"""Expressions over one table's row, said of another table that has the same columns."""

from __future__ import annotations

from rlslint.catalog.model import Relation
from rlslint.catalog.predicates import Clause, Predicate
from rlslint.replay.column_numbers import mapped
from rlslint.sql.expressions import OWN_ROW, Column, ColumnBinding, Expr
from rlslint.sql.rebuilding import rebound, rebuilt


def translated(clause: Clause, model: Relation, relation: Relation) -> Clause:
    """Return a clause of `model` as it is for `relation`, whose columns may stand elsewhere."""
    if not (model.knows("columns") and relation.knows("columns")):
        return clause
    numbers = {
        column.number: mapped(model, relation, (column.number,))[0]
        for column in model.columns.values()
    }
    if all(old == new for old, new in numbers.items()):
        return clause
    found = _renumbered(clause.expression, numbers)
    return Clause(Predicate(found), clause.statement, clause.base)


def _renumbered(part: Expr, numbers: dict[int, int]) -> Expr:
    match part:
        case Column(binding=ColumnBinding(source, number, name)) if source is OWN_ROW:
            return rebound(part, ColumnBinding(source, numbers.get(number, number), name))
        case _:
            return rebuilt(part, lambda child: _renumbered(child, numbers))
