"""Whether the condition of a partial index holds for all rows that a policy admits.

PostgreSQL uses such an index only where it can prove that (predtest.c).
"""

from __future__ import annotations

from rlslint.meaning.context import context_reads, own_columns
from rlslint.sql.expressions import (
    And,
    Cast,
    Column,
    Constant,
    Expr,
    IsNull,
    IsTruth,
    Items,
    Not,
    Operator,
    Or,
    SubSelect,
    without_casts,
)

_KEEPING_NULL = ("is distinct from", "is not distinct from")


def may_follow(condition: Expr, demanded: tuple[Expr, ...]) -> bool:
    """Tell whether a condition follows from what is demanded beside it, or perhaps does.

    What is demanded of a column besides a comparison with the context may well imply more than
    is worked out here.
    """
    match condition:
        case And(arguments):
            return all(may_follow(argument, demanded) for argument in arguments)
        case Or(arguments):
            if any(may_follow(argument, demanded) for argument in arguments):
                return True
        case IsNull(argument, True):
            if any(_fails_on_null(one, argument) for one in demanded):
                return True
    columns = own_columns(condition)
    return any(
        one == condition or (not columns.isdisjoint(own_columns(one)) and not context_reads(one))
        for one in demanded
    )


def _fails_on_null(demanded: Expr, operand: Expr) -> bool:
    """Tell whether a condition is not true where an operand is NULL."""
    match demanded:
        case Operator(symbol, left, right) if symbol not in _KEEPING_NULL:
            found = [right] if left is None else [left, right]
        case SubSelect("any", Expr() as left, _):
            found = list(left.items) if isinstance(left, Items) else [left]
        case _:
            return False
    return any(without_casts(one) == without_casts(operand) for one in found)


def tells_of_use(condition: Expr) -> bool:
    """Tell whether a condition only keeps out what is deleted or switched off.

    Queries of the application tend to say that as well.
    """
    match condition:
        case And(arguments):
            return all(map(tells_of_use, arguments))
        case IsNull(Column(), _) | IsTruth(Column()) | Column() | Not(Column()):
            return True
        case Operator("=" | "<>", Expr() as left, right):
            return isinstance(without_casts(left), Column) and _is_boolean(right)
        case _:
            return False


def _is_boolean(expression: Expr) -> bool:
    match expression:
        case Cast(argument, "bool"):
            return _is_boolean(argument)
        case Constant(True | False | "t" | "f" | "true" | "false"):
            return True
        case _:
            return False
