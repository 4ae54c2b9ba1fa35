"""What a predicate can give: the one procedure by which all rules decide what it means.

It is evaluated in every way in which its rows, the session and what is not known may turn out
(worlds), by SQL's three-valued logic and with the errors that PostgreSQL would raise (evaluation).
For whom and about which rows is the situation. A question is answered with yes or no, or raises
GivenUp where there are too many ways to tell; what has been found out is kept for the next one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, Generic, TypeVar

from rlslint.catalog.answers import remembered
from rlslint.catalog.facts import GivenUp
from rlslint.meaning.context import own_columns
from rlslint.meaning.evaluation import Evaluation
from rlslint.meaning.simplifying import simplified
from rlslint.meaning.values import RaisesError
from rlslint.meaning.worlds import ANY_ROW, Situation, World, worlds
from rlslint.sql.expressions import Cast, Constant, Expr
from rlslint.text.budget import WORLDS

T = TypeVar("T")


class Ways(Generic[T]):
    """What can come of something, each once, found out as far as somebody asks.

    `evaluate` gives what comes of it in one world; `subject` is what is given up if it takes long.
    """

    __slots__ = ("_evaluate", "_found", "_is_all", "_is_given_up", "_subject")

    def __init__(self, subject: Expr, evaluate: Callable[[World], Iterable[T]]) -> None:
        self._subject = subject
        self._evaluate = evaluate
        self._found: tuple[T, ...] = ()
        self._is_all = self._is_given_up = False

    def give(self, *sought: T) -> bool:
        """Tell whether one of these can come of it. Raises GivenUp."""
        if any(one in self._found for one in sought):
            return True
        if not self._is_all and self._are_found(sought):
            return True
        if self._is_given_up:
            raise GivenUp(self._subject)
        return False

    def all(self) -> tuple[T, ...]:
        """Return everything that can come of it. Raises GivenUp."""
        self.give()
        return self._found

    def known(self) -> tuple[T, ...]:
        """Return what is known to come of it. Raises GivenUp where that is nothing."""
        try:
            return self.all()
        except GivenUp:
            if self._found:
                return self._found
            raise

    def _are_found(self, sought: tuple[T, ...]) -> bool:
        for found in worlds(self._evaluate, WORLDS, _parts(self._subject)):
            if found is None:
                self._is_given_up = True
                continue
            new = dict.fromkeys(one for one in found if one not in self._found)
            self._found += (*new,)
            if any(one in sought for one in new):
                return True
        self._is_all = True
        return False


@remembered
def _parts(expression: Expr) -> int:
    """Return how many parts an expression has."""
    return sum(1 for _ in expression.walk())


class PredicateError:
    """That evaluating a predicate raises an error, and the place; ERROR is that it does at all."""

    __slots__ = ("expression",)

    def __init__(self, expression: Expr | None) -> None:
        self.expression = expression

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PredicateError) and other.expression is self.expression

    def __hash__(self) -> int:
        return id(self.expression)


ERROR: Final = PredicateError(None)

Outcome = bool | PredicateError | None
"""What a predicate gives for a row; None is NULL."""


def ways(
    expression: Expr, situation: Situation = ANY_ROW, beside: tuple[Expr, ...] = ()
) -> Ways[Outcome]:
    """Return what a predicate can give for rows that meet the conditions `beside` it.

    An error in a row of a sub-select is one outcome beside that without such a row.
    """
    return _ways(expression, concerning(expression, situation), beside)


def concerning(expression: Expr, situation: Situation) -> Situation:
    """Return a situation without what it says of columns that are not in an expression."""
    if not situation.not_null:
        return situation
    return situation._replace(not_null=situation.not_null & own_columns(expression))


@remembered
def _ways(expression: Expr, situation: Situation, beside: tuple[Expr, ...]) -> Ways[Outcome]:
    predicate = simplified(expression)

    def evaluate(world: World) -> tuple[Outcome, ...]:
        evaluation = Evaluation(world, situation)
        try:
            if beside and any(evaluation.truth(one) is not True for one in beside):
                return ()
            truth = (evaluation.truth(predicate),)
        except RaisesError as error:
            return (ERROR, PredicateError(error.expression), *map(PredicateError, world.errors))
        return (*truth, ERROR, *map(PredicateError, world.errors)) if world.errors else truth

    return Ways(expression, evaluate)


def truths(expression: Expr, situation: Situation = ANY_ROW) -> frozenset[bool | None]:
    """Return every truth value that a predicate may have, all three where it is too long to tell.

    Empty where it always raises an error.
    """
    try:
        found = ways(expression, situation).all()
    except GivenUp:
        return frozenset((True, False, None))
    return frozenset(one for one in found if not isinstance(one, PredicateError))


def certain_errors(expression: Expr, situation: Situation) -> tuple[Expr, ...]:
    """Return what raises an error where nothing else can come of a predicate."""
    try:
        found = ways(expression, situation).all()
    except GivenUp:
        return ()
    if not all(isinstance(one, PredicateError) for one in found):
        return ()
    return places(found)


def places(outcomes: Iterable[Outcome]) -> tuple[Expr, ...]:
    """Return where errors are raised."""
    return tuple(
        one.expression
        for one in outcomes
        if isinstance(one, PredicateError) and one.expression is not None
    )


def can_be_true(expression: Expr, not_null: frozenset[int] = frozenset()) -> bool:
    """Tell whether a predicate can admit a row at all. Raises GivenUp.

    `not_null` are the attribute numbers of own-row columns that hold no NULL (and no composite
    type, whose IS NOT NULL asks for every field).
    """
    return ways(expression, Situation(not_null)).give(True)


def is_always_true(expression: Expr, not_null: frozenset[int] = frozenset()) -> bool:
    """Tell whether a predicate is true for every row in every session. Raises GivenUp."""
    found = ways(expression, Situation(not_null))
    return not found.give(False, None) and found.give(True)


def is_literally_true(expression: Expr) -> bool:
    """Tell whether a predicate says TRUE and nothing else, be it cast or selected."""
    match simplified(expression):
        case Constant(True) | Cast(Constant(), "bool"):
            return is_always_true(expression)
        case _:
            return False
