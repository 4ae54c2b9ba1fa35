"""Which calls the planner evaluates once and for all, while it makes a plan."""

from __future__ import annotations

from rlslint.catalog.functions import Function
from rlslint.sql.expressions import Call, Cast, Constant, Expr, Items, Operator


def folded_calls(expression: Expr) -> tuple[Call, ...]:
    """Return the calls of IMMUTABLE functions of the history whose arguments are all constants.

    The planner replaces such a call by its result, also inside a sub-select
    (eval_const_expressions in clauses.c); one that is given a column is called for every row.
    """
    return tuple(
        part
        for part in expression.walk()
        if isinstance(part, Call) and _is_immutable(part) and all(map(_is_constant, part.arguments))
    )


def _is_immutable(call: Call) -> bool:
    return isinstance(call.function, Function) and call.function.volatility == "immutable"


def _is_constant(expression: Expr) -> bool:
    match expression:
        case Constant():
            return True
        case Cast() | Operator() | Items():
            return all(map(_is_constant, expression.children()))
        case Call():
            return _is_immutable(expression) and all(map(_is_constant, expression.arguments))
        case _:
            return False
