"""The ways in which a predicate admits a row: an OR of ANDs."""

from __future__ import annotations

from contextlib import suppress
from math import prod
from typing import Generic, TypeVar

from rlslint.catalog.answers import remembered
from rlslint.catalog.facts import GivenUp
from rlslint.meaning import COMPARISONS, NEGATORS
from rlslint.meaning.simplifying import is_boolean, simplified
from rlslint.sql.expressions import (
    And,
    Call,
    Case,
    Cast,
    Constant,
    Expr,
    IsNull,
    IsTruth,
    Items,
    Not,
    Operator,
    Or,
)
from rlslint.text.budget import BRANCHES

T = TypeVar("T")

Branch = tuple[Expr, ...]
"""Conjuncts, all of which must be true."""


class _TooMany(Exception):
    pass


class Admission(Generic[T]):
    """When a predicate is TRUE, or FALSE, put together from its conditions.

    NOT is pushed inwards, CASE and COALESCE of booleans are taken apart, `x IS TRUE` and `x = true`
    become x. What comes of one condition, and of all or any of several, subclasses say.
    """

    def condition(self, condition: Expr) -> T:
        """Return what comes of a condition that cannot be taken apart."""
        raise NotImplementedError

    def all_of(self, parts: list[T]) -> T:
        """Return what comes of conditions all of which must hold."""
        raise NotImplementedError

    def any_of(self, parts: list[T]) -> T:
        """Return what comes of conditions of which one must hold."""
        raise NotImplementedError

    def every(self, arguments: tuple[Expr, ...], wanted: bool) -> T:
        """Return when all arguments are TRUE, or FALSE."""
        return self.all_of([self.when(argument, wanted) for argument in arguments])

    def when(self, expression: Expr, wanted: bool = True) -> T:
        """Return when `expression` is TRUE, or when it is FALSE where `wanted` says so."""
        match expression:
            case And(arguments) | Or(arguments):
                if isinstance(expression, And) is wanted:
                    return self.every(arguments, wanted)
                return self.any_of([self.when(argument, wanted) for argument in arguments])
            case Not():
                return self.when(expression.argument, not wanted)
            case IsTruth(argument, value, negated):
                return self._truth_test(expression, argument, value, negated is not wanted)
            case IsNull(argument, negated):
                return self._null_test(argument, negated is wanted, expression)
            case Case(None, cases, otherwise):
                return self._case(cases, otherwise, wanted)
            case Call(("coalesce",), arguments) if any(map(is_boolean, arguments)):
                return self._coalesce(arguments, wanted)
            case Operator("=", Expr() as test, Constant(bool() as value), ""):
                return self.when(test, wanted is value)
            case Operator("=", Constant(bool() as value), test, ""):
                return self.when(test, wanted is value)
            case Cast(argument, "bool") if isinstance(argument, Constant):
                return self.when(_boolean_constant(argument), wanted)
            case Constant(bool() as value):
                return self.condition(Constant(value is wanted, expression.location))
            case Constant(None):
                return self.any_of([])
            case _:
                return self.condition(_meant(expression, wanted))

    def _truth_test(self, test: Expr, argument: Expr, value: bool | None, holds: bool) -> T:
        if value is None:
            return self._null_test(argument, not holds, test)
        if holds:
            return self.when(argument, value)
        null = self._null_test(argument, False, IsNull(argument, False, test.location))
        return self.any_of([self.when(argument, not value), null])

    def _null_test(self, argument: Expr, negated: bool, test: Expr) -> T:
        """Return when `argument` is [not] NULL: one side of a comparison is, or both are not."""
        match argument:
            case Not():
                return self._null_test(argument.argument, negated, test)
            case Constant(value):
                return self.condition(Constant((value is None) is not negated, test.location))
            case Items():
                return self.condition(test)
            case Operator(symbol, Expr() as left, right, "") if symbol in COMPARISONS:
                tests = [
                    self._null_test(side, negated, IsNull(side, negated, _place(side, test)))
                    for side in (left, right)
                ]
                return self.all_of(tests) if negated else self.any_of(tests)
            case _:
                return self.condition(IsNull(argument, negated, test.location))

    def _case(
        self, cases: tuple[tuple[Expr, Expr], ...], otherwise: Expr | None, wanted: bool
    ) -> T:
        parts: list[T] = []
        passed: list[T] = []
        for when, then in cases:
            parts.append(self.all_of([*passed, self.when(when), self.when(then, wanted)]))
            passed += map(self.condition, _passed(when))
        if otherwise is not None:
            parts.append(self.all_of([*passed, self.when(otherwise, wanted)]))
        return self.any_of(parts)

    def _coalesce(self, arguments: tuple[Expr, ...], wanted: bool) -> T:
        parts: list[T] = []
        passed: list[T] = []
        for argument in arguments:
            parts.append(self.all_of([*passed, self.when(argument, wanted)]))
            null = IsNull(argument, False, argument.location)
            passed.append(self._null_test(argument, False, null))
        return self.any_of(parts)


class _Branches(Admission[tuple[Branch, ...]]):
    """The branches of a predicate. Raises _TooMany."""

    def condition(self, condition: Expr) -> tuple[Branch, ...]:
        return ((condition,),)

    def every(self, arguments: tuple[Expr, ...], wanted: bool) -> tuple[Branch, ...]:
        """Keep whole what has too many branches."""
        parts = [self._or_whole(argument, wanted) for argument in arguments]
        while prod(map(len, parts)) > BRANCHES:
            most = max(range(len(parts)), key=lambda at: len(parts[at]))
            parts[most] = self.condition(_meant(arguments[most], wanted))
        return self.all_of(parts)

    def _or_whole(self, argument: Expr, wanted: bool) -> tuple[Branch, ...]:
        try:
            return self.when(argument, wanted)
        except _TooMany:
            return self.condition(_meant(argument, wanted))

    def any_of(self, parts: list[tuple[Branch, ...]]) -> tuple[Branch, ...]:
        found = tuple(branch for part in parts for branch in part)
        if len(found) > BRANCHES:
            raise _TooMany
        return found

    def all_of(self, parts: list[tuple[Branch, ...]]) -> tuple[Branch, ...]:
        found: list[dict[Expr, None]] = [{}]
        for part in parts:
            if len(part) == 1:
                for left in found:
                    for conjunct in part[0]:
                        left.setdefault(conjunct)
                continue
            if len(found) * len(part) > BRANCHES:
                raise _TooMany
            found = [{**left, **_as_keys(right, left)} for left in found for right in part]
        return tuple(map(tuple, found))


def _as_keys(right: Branch, left: dict[Expr, None]) -> dict[Expr, None]:
    return {conjunct: None for conjunct in right if conjunct not in left}


def branches(expression: Expr) -> tuple[Branch, ...]:
    """Return the branches of a predicate. Raises GivenUp where there are too many."""
    found = all_branches(expression)
    if found is None:
        raise GivenUp(expression)
    return found


@remembered
def branches_or_whole(expression: Expr) -> tuple[Branch, ...]:
    """Return the branches of a predicate, itself as the only one where there are too many.

    For who looks for a place in it, or takes what is certain of the whole for enough.
    """
    found = all_branches(expression)
    return ((simplified(expression),),) if found is None else found


@remembered
def all_branches(expression: Expr) -> tuple[Branch, ...] | None:
    """Return the disjunctive branches of a predicate, each as its conjuncts.

    A row is admitted exactly when all conjuncts of some branch are true; for how they are found see
    Admission. Those with a constant FALSE or NULL are left out, and what is joined by AND with too
    many alternatives stays one conjunct. None where there are too many still.
    """
    try:
        found = _Branches().when(simplified(expression))
    except _TooMany:
        return None
    return tuple({branch: None for branch in found if not any(map(is_never, branch))})


def is_never(conjunct: Expr) -> bool:
    """Tell whether a condition is FALSE or NULL for what it says."""
    return isinstance(conjunct, Constant) and conjunct.value in (False, None)


def _boolean_constant(constant: Constant) -> Expr:
    match constant.value:
        case str() as text if text.strip().lower() in ("t", "true", "yes", "on", "1", "y"):
            return Constant(True, constant.location)
        case str() as text if text.strip().lower() in ("f", "false", "no", "off", "0", "n"):
            return Constant(False, constant.location)
        case bool() | None:
            return constant
        case _:
            return Cast(constant, "boolean", constant.location)


def _meant(expression: Expr, wanted: bool) -> Expr:
    """Return an expression, or its negation."""
    match expression:
        case _ if wanted:
            return expression
        case Operator(symbol, left, right) if symbol in NEGATORS:
            quantifier = {"any": "all", "all": "any", "": ""}[expression.quantifier]
            return Operator(NEGATORS[symbol], left, right, quantifier, expression.location)
        case _:
            return Not(expression, expression.location)


def _place(expression: Expr, fallback: Expr) -> int:
    return expression.location if expression.location >= 0 else fallback.location


def _passed(when: Expr) -> Branch:
    """Return what holds once WHEN did not: it is FALSE or NULL."""
    if isinstance(when, IsNull | IsTruth):
        with suppress(_TooMany):
            opposite = _Branches().when(when, False)
            if len(opposite) == 1:
                return opposite[0]
    return (IsTruth(when, True, True, when.location),)
