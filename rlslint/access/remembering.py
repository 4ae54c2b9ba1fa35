"""Answers about a catalog, found once however many rules ask."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Concatenate, ParamSpec, TypeVar

from rlslint.catalog.model import Catalog

P = ParamSpec("P")
A = TypeVar("A")


def remembered(
    question: Callable[Concatenate[Catalog, P], A],
) -> Callable[Concatenate[Catalog, P], A]:
    """Keep each answer of a question with the catalog until its next statement.

    For questions with hashable arguments. An unknown fact is asked for again.
    """

    def ask(catalog: Catalog, /, *args: P.args, **kwargs: P.kwargs) -> A:
        key = (question, args, *kwargs.items())
        if key not in catalog.answers:
            catalog.answers[key] = question(catalog, *args, **kwargs)
        answer: A = catalog.answers[key]
        return answer

    update_wrapper(ask, question)
    return ask
