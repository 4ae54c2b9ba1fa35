"""Calls that give another value each time they are made."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rlslint.catalog.functions import Function
from rlslint.meaning import VOLATILE_FUNCTIONS
from rlslint.meaning.context import own_columns
from rlslint.sql.expressions import Call, Expr, SubSelect

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
