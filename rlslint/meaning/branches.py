"""The ways in which a predicate admits a row: an OR of ANDs."""

from __future__ import annotations

from math import prod

from rlslint.catalog.answers import remembered
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

Branch = tuple[Expr, ...]
"""Conjuncts, all of which must be true."""


class _TooMany(Exception):
    pass


@remembered
def branches(expression: Expr) -> tuple[Branch, ...]:
    """Return the disjunctive branches of a predicate, each as its conjuncts.

    A row is admitted exactly when all conjuncts of some branch are true. NOT is pushed inwards,
    CASE and COALESCE of booleans become branches, `x IS TRUE` and `x = true` become x. Branches
    with a constant FALSE or NULL are left out. What is joined by AND with too many alternatives
    stays one conjunct.
    """
    predicate = simplified(expression)
    try:
        found = _branches(predicate, True)
    except _TooMany:
        return ((predicate,),)
    kept = {branch: None for branch in found if not any(map(_is_never, branch))}
    return tuple(kept)


def _is_never(conjunct: Expr) -> bool:
    return isinstance(conjunct, Constant) and conjunct.value in (False, None)


def _branches(expression: Expr, wanted: bool) -> tuple[Branch, ...]:
    """Return when `expression` is TRUE, or when it is FALSE where `wanted` says so."""
    match expression:
        case And():
            return (_every if wanted else _any)(expression.arguments, wanted)
        case Or():
            return (_any if wanted else _every)(expression.arguments, wanted)
        case Not():
            return _branches(expression.argument, not wanted)
        case IsTruth(argument, value, negated):
            return _truth_test(expression, argument, value, negated is not wanted)
        case IsNull(argument, negated):
            return _null_test(argument, negated is wanted, expression)
        case Case(None, cases, otherwise):
            return _case(cases, otherwise, wanted)
        case Call(("coalesce",), arguments) if any(map(is_boolean, arguments)):
            return _coalesce(arguments, wanted)
        case Operator("=", Expr() as test, Constant(bool() as value)) if not expression.quantifier:
            return _branches(test, wanted is value)
        case Operator("=", Constant(bool() as value), test) if not expression.quantifier:
            return _branches(test, wanted is value)
        case Cast(argument, "bool") if isinstance(argument, Constant):
            return _branches(_boolean_constant(argument), wanted)
        case Constant(bool() as value):
            return ((Constant(value is wanted, expression.location),),)
        case Constant(None):
            return ()
        case _:
            return _whole(expression, wanted)


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


def _negated(expression: Expr) -> Expr:
    match expression:
        case Operator(symbol, left, right) if symbol in NEGATORS:
            quantifier = {"any": "all", "all": "any", "": ""}[expression.quantifier]
            return Operator(NEGATORS[symbol], left, right, quantifier, expression.location)
        case _:
            return Not(expression, expression.location)


def _any(arguments: tuple[Expr, ...], wanted: bool) -> tuple[Branch, ...]:
    return _any_of([_branches(argument, wanted) for argument in arguments])


def _every(arguments: tuple[Expr, ...], wanted: bool) -> tuple[Branch, ...]:
    """Return when all arguments are TRUE, or FALSE, and keep whole what has too many branches."""
    parts = [_or_whole(argument, wanted) for argument in arguments]
    while prod(map(len, parts)) > BRANCHES:
        most = max(range(len(parts)), key=lambda at: len(parts[at]))
        parts[most] = _whole(arguments[most], wanted)
    return _all_of(parts)


def _or_whole(argument: Expr, wanted: bool) -> tuple[Branch, ...]:
    try:
        return _branches(argument, wanted)
    except _TooMany:
        return _whole(argument, wanted)


def _whole(argument: Expr, wanted: bool) -> tuple[Branch, ...]:
    return ((argument if wanted else _negated(argument),),)


def _any_of(parts: list[tuple[Branch, ...]]) -> tuple[Branch, ...]:
    found = tuple(branch for part in parts for branch in part)
    if len(found) > BRANCHES:
        raise _TooMany
    return found


def _all_of(parts: list[tuple[Branch, ...]]) -> tuple[Branch, ...]:
    found: list[dict[Expr, None]] = [{}]
    for part in parts:
        if len(part) == 1:
            for left in found:
                for conjunct in part[0]:
                    left.setdefault(conjunct)
            continue
        found = [{**left, **_as_keys(right, left)} for left in found for right in part]
        if len(found) > BRANCHES:
            raise _TooMany
    return tuple(map(tuple, found))


def _as_keys(right: Branch, left: dict[Expr, None]) -> dict[Expr, None]:
    return {conjunct: None for conjunct in right if conjunct not in left}


def _truth_test(test: Expr, argument: Expr, value: bool | None, holds: bool) -> tuple[Branch, ...]:
    if value is None:
        return _null_test(argument, not holds, test)
    if holds:
        return _branches(argument, value)
    null = _null_test(argument, False, IsNull(argument, False, test.location))
    return _any_of([_branches(argument, not value), null])


def _null_test(argument: Expr, negated: bool, test: Expr) -> tuple[Branch, ...]:
    """Return when `argument` is [not] NULL: one side of a comparison is, or both sides are not."""
    match argument:
        case Not():
            return _null_test(argument.argument, negated, test)
        case Constant(value):
            return ((Constant((value is None) is not negated, test.location),),)
        case Items():
            return ((test,),)
        case Operator(symbol, Expr() as left, right) if (
            symbol in COMPARISONS and not argument.quantifier
        ):
            tests = [
                _null_test(side, negated, IsNull(side, negated, _place(side, test)))
                for side in (left, right)
            ]
            return _all_of(tests) if negated else _any_of(tests)
        case _:
            return ((IsNull(argument, negated, test.location),),)


def _place(expression: Expr, fallback: Expr) -> int:
    return expression.location if expression.location >= 0 else fallback.location


def _case(
    cases: tuple[tuple[Expr, Expr], ...], otherwise: Expr | None, wanted: bool
) -> tuple[Branch, ...]:
    parts: list[tuple[Branch, ...]] = []
    passed: Branch = ()
    for when, then in cases:
        parts.append(_all_of([(passed,), _branches(when, True), _branches(then, wanted)]))
        passed = (*passed, *_passed(when))
    if otherwise is not None:
        parts.append(_all_of([(passed,), _branches(otherwise, wanted)]))
    return _any_of(parts)


def _passed(when: Expr) -> Branch:
    """Return what holds once WHEN did not: it is FALSE or NULL."""
    if isinstance(when, IsNull | IsTruth):
        opposite = _branches(when, False)
        if len(opposite) == 1:
            return opposite[0]
    return (IsTruth(when, True, True, when.location),)


def _coalesce(arguments: tuple[Expr, ...], wanted: bool) -> tuple[Branch, ...]:
    parts: list[tuple[Branch, ...]] = []
    passed: list[tuple[Branch, ...]] = [((),)]
    for argument in arguments:
        parts.append(_all_of([*passed, _branches(argument, wanted)]))
        null = IsNull(argument, False, argument.location)
        passed.append(_null_test(argument, False, null))
    return _any_of(parts)
