"""Answers, found once however many rules ask: the one place that remembers them.

An answer stays with the subject that the question is about (an expression, a function, a catalog,
a project), under the question and its other arguments, which are hashable. It goes when the subject
goes, and `forget_answers` drops what a change to the subject has made untrue. An unknown fact is
asked for again.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
A = TypeVar("A")


class Subject(Protocol):
    """What keeps the answers to questions about itself; not set before the first one."""

    answers: dict[Any, Any]


_NONE_YET: Any = object()


class Answered:
    """While this is entered, what is asked is noted, so that all its answers can be dropped."""

    def __init__(self) -> None:
        self.subjects: list[Any] = []

    def __enter__(self) -> None:
        _noting.append(self.subjects)

    def __exit__(self, *problem: object) -> None:
        _noting.pop()

    def forget(self) -> None:
        """Ask anew from now on: what the subjects name may have changed."""
        for subject in self.subjects:
            subject.answers = {}


_noting: list[list[Any]] = []


def _first(subject: Any) -> dict[Any, Any]:
    """Return where the answers of a subject stand from now on that had none."""
    if _noting:
        _noting[-1].append(subject)
    subject.answers = {}
    return subject.answers  # type: ignore[no-any-return]


S = TypeVar("S", bound=Subject)


def ask(
    question: Callable[Concatenate[S, P], A], subject: S, /, *args: P.args, **kwargs: P.kwargs
) -> A:
    """Return `question(subject, *args)`, found once for all who ask."""
    key = (question, *args, *kwargs.items()) if args or kwargs else question
    try:
        answers = subject.answers
    except AttributeError:
        answers = _first(subject)
    answer = answers.get(key, _NONE_YET)
    if answer is _NONE_YET:
        answer = answers[key] = question(subject, *args, **kwargs)
    return answer  # type: ignore[no-any-return]


def remembered(question: Callable[Concatenate[S, P], A]) -> Callable[Concatenate[S, P], A]:
    """Have a question asked once of each subject, whoever calls it.

    The answer stands under what this returns, which is what others ask by.
    """

    def asked(subject: S, /, *args: P.args, **kwargs: P.kwargs) -> A:
        key = (asked, *args, *kwargs.items()) if args or kwargs else asked
        try:
            answer: A = subject.answers.get(key, _NONE_YET)
        except AttributeError:
            _first(subject)
            answer = _NONE_YET
        if answer is _NONE_YET:
            answer = subject.answers[key] = question(subject, *args, **kwargs)
        return answer

    update_wrapper(asked, question)
    return asked


def forget_answers(*subjects: Subject) -> None:
    """Ask anew from now on: more is known of the subjects than before."""
    for subject in subjects:
        subject.answers = {}
