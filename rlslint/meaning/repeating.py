"""Whether an expression gives the same value again, and one row or many."""

from __future__ import annotations

from rlslint.catalog.answers import remembered
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.functions import Function
from rlslint.meaning import (
    NEVER_NULL_FUNCTIONS,
    STABLE_FUNCTIONS,
    TYPES_WITH_MODIFIERS,
)
from rlslint.meaning.context import read_of
from rlslint.sql.expressions import Call, Cast, Column, Expr, Query, SubSelect
from rlslint.sql.operations import AGGREGATES


@remembered
def is_repeatable(expression: Expr) -> bool:
    """Tell whether evaluating it twice in one statement surely gives the same value."""
    for part in expression.walk():
        match part:
            case Column() if part.unknown or part.binding is None:
                return False
            case Query() if part.limited:
                return False
            case Cast(type=type_name) if type_name.removesuffix("[]") in TYPES_WITH_MODIFIERS:
                return False
            case Call(name) if read_of(part) is None:
                function = part.function
                if isinstance(function, Function):
                    if not is_repeatable_function(function):
                        return False
                elif len(name) > 1 or name[0] not in STABLE_FUNCTIONS | AGGREGATES:
                    return False
    return True


class Structure:
    """An expression as a key of dictionaries, whose hash is worked out once."""

    __slots__ = ("_expression", "_hash")

    def __init__(self, expression: Expr) -> None:
        self._expression = expression
        self._hash = hash(expression)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Structure) and self._expression == other._expression


@remembered
def structure_of(expression: Expr) -> Structure:
    """Return a key that is equal for expressions that mean the same."""
    return Structure(expression)


def is_repeatable_function(function: Function) -> bool:
    """Tell whether a function is certainly not VOLATILE."""
    try:
        return function.volatility != "volatile"
    except UnknownFact:
        return False


@remembered
def may_aggregate(expression: Expr) -> bool:
    """Tell whether a part may be an aggregate, which makes a row out of none."""
    match expression:
        case SubSelect(left=left):
            return left is not None and may_aggregate(left)
        case Call(name) if expression.function is None and read_of(expression) is None:
            known = len(name) == 1 and name[0] in STABLE_FUNCTIONS | NEVER_NULL_FUNCTIONS
            if name[-1] in AGGREGATES or not known:
                return name[-1] not in _GIVES_ROWS_PER_ROW
    return any(may_aggregate(child) for child in expression.children())


_GIVES_ROWS_PER_ROW = frozenset(
    ("unnest", "jsonb_array_elements", "jsonb_array_elements_text", "generate_series")
)


def aggregates_alone(query: Query) -> bool:
    """Tell whether a query gives one aggregate that is NULL where there are no rows."""
    match query.outputs:
        case (Call((name,), (_,)),):
            is_known = name in AGGREGATES and name != "count"
            return is_known and not (query.grouped or query.arms or query.limited or query.having)
        case _:
            return False


def counts(query: Query) -> bool:
    """Tell whether a query gives nothing but the number of its rows."""
    match query.outputs:
        case (Call(("count",)),):
            return not query.grouped and not query.arms and not query.limited
        case _:
            return False
