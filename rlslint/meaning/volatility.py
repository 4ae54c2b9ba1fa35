"""Calls that give another value each time they are made, and those that the planner makes once."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rlslint.catalog.functions import Function
from rlslint.meaning import VOLATILE_FUNCTIONS
from rlslint.meaning.context import own_columns
from rlslint.sql.expressions import Call, Cast, Constant, Expr, Items, Operator, SubSelect

Body = Callable[[Function], "Expr | None"]
"""Returns what a call of a function stands for, None where its body says no such thing."""


def volatile_calls(expression: Expr, body: Body) -> Iterator[Call]:
    """Yield the calls of VOLATILE functions of PostgreSQL's that are made for each row.

    A sub-select without a value of the row is evaluated once. A VOLATILE function of the history
    counts where its body makes such a call.
    """
    match expression:
        case SubSelect() if not own_columns(expression.query):
            if expression.left is not None:
                yield from volatile_calls(expression.left, body)
            return
        case Call(function=None) if _is_volatile(expression):
            yield expression
        case Call(function=Function() as function) if function.volatility == "volatile":
            inner = body(function)
            if inner is not None and any(map(_is_volatile, inner.walk())):
                yield expression
    for child in expression.children():
        yield from volatile_calls(child, body)


def _is_volatile(expression: Expr) -> bool:
    return (
        isinstance(expression, Call)
        and expression.function is None
        and expression.name[-1] in VOLATILE_FUNCTIONS
    )


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
