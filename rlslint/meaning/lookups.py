"""Conditions that look for a row's value among all rows of another table, whoever asks."""

from __future__ import annotations

from rlslint import NamedTuple
from rlslint.catalog.answers import remembered
from rlslint.catalog.model import Relation
from rlslint.meaning.bounds import is_filter, unbounded_branches
from rlslint.meaning.context import ContextFunctions, is_own, own_column
from rlslint.meaning.simplifying import simplified
from rlslint.sql.expressions import (
    And,
    Column,
    ColumnBinding,
    Expr,
    IsNull,
    Operator,
    Query,
    SubSelect,
    without_casts,
)


class LookUp(NamedTuple):
    """That a branch asks for no more than that some row of a relation has a column's value.

    `column` is the own row's, `number` the one of `relation` that it is looked for in.
    """

    expression: Expr
    column: int
    relation: Relation
    number: int


@remembered
def open_lookups(
    expression: Expr, not_null: frozenset[int], functions: ContextFunctions
) -> tuple[LookUp, ...]:
    """Return, for the branches that ask nothing else of a row, what they look for."""
    found = []
    for branch in unbounded_branches(expression, not_null, functions):
        lookups = [(one, _lookup(one)) for one in branch.conjuncts]
        others = [one for one, lookup in lookups if lookup is None]
        if all(is_filter(one, functions) for one in others):
            found += [lookup for _, lookup in lookups if lookup is not None][:1]
    return tuple(found)


def _lookup(conjunct: Expr) -> LookUp | None:
    match simplified(conjunct):
        case SubSelect("exists", _, query):
            return _among(conjunct, query, query.conditions)
        case SubSelect("any", Expr() as left, query) as searched if searched.symbol == "=":
            match query.outputs:
                case (output,):
                    comparison = Operator("=", left, output)
                    return _among(conjunct, query, (comparison, *query.conditions))
        case Operator("=", Expr() as left, SubSelect("array", _, query)) as searched:
            if searched.quantifier == "any" and len(query.outputs) == 1:
                comparison = Operator("=", left, query.outputs[0])
                return _among(conjunct, query, (comparison, *query.conditions))
    return None


def _among(conjunct: Expr, query: Query, conditions: tuple[Expr, ...]) -> LookUp | None:
    """Return the one comparison with a column of the only table, if nothing else is asked."""
    if query.arms or query.limited or query.grouped or len(query.sources) != 1:
        return None
    relation = query.sources[0].relation
    if not isinstance(relation, Relation):
        return None
    found = None
    for part in _parts(conditions):
        match part:
            case IsNull(Column(), True):
                continue
            case Operator("=", Expr() as left, right) if found is None and not part.quantifier:
                one, other = without_casts(left), without_casts(right)
                own, inner = (one, other) if is_own(one) else (other, one)
                if not (is_own(own) and own_column(own) and _number(inner)):
                    return None
                found = LookUp(conjunct, own_column(own), relation, _number(inner))
            case _:
                return None
    return found


def _parts(conditions: tuple[Expr, ...]) -> list[Expr]:
    return [
        part
        for condition in conditions
        for part in (condition.arguments if isinstance(condition, And) else (condition,))
    ]


def _number(expression: Expr) -> int:
    """Return the number of a sub-select's own column, 0 for anything else."""
    match expression:
        case Column(binding=ColumnBinding(_, number, _)) if not is_own(expression):
            return number
        case _:
            return 0
