"""Answers about an expression, found once however many rules ask."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Concatenate, ParamSpec, TypeVar

from rlslint.sql.expressions import Expr

P = ParamSpec("P")
A = TypeVar("A")


def remembered(question: Callable[Concatenate[Expr, P], A]) -> Callable[Concatenate[Expr, P], A]:
    """Keep each answer of a question with the expression that it is about.

    For questions about bound expressions, which nobody changes any more, with hashable arguments.
    """

    def ask(expression: Expr, /, *args: P.args, **kwargs: P.kwargs) -> A:
        try:
            answers = expression.answers
        except AttributeError:
            answers = expression.answers = {}
        key = (question, args, tuple(kwargs.items())) if kwargs else (question, args)
        if key not in answers:
            answers[key] = question(expression, *args, **kwargs)
        answer: A = answers[key]
        return answer

    update_wrapper(ask, question)
    return ask
