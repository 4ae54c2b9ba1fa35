"""Tests whether a setting is NULL, which it is no more once a transaction has set it."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from rlslint import NamedTuple
from rlslint.catalog.answers import remembered
from rlslint.meaning.context import ContextFunctions, ContextRead, context_reads, is_row_free
from rlslint.meaning.deciding import Ways
from rlslint.meaning.empty_settings import ALWAYS_SET
from rlslint.meaning.evaluation import Evaluation
from rlslint.meaning.simplifying import simplified
from rlslint.meaning.values import RaisesError
from rlslint.meaning.worlds import SessionSettings, Situation, World
from rlslint.sql.expressions import (
    Call,
    Constant,
    Expr,
    IsNull,
    Operator,
    is_null_constant,
    without_casts,
)
from rlslint.sql.rebuilding import rebuilt

_EQUALITIES = ("=", "<>", "is distinct from", "is not distinct from")


class Effect(Enum):
    """What becomes of a predicate once a setting is empty that was never set before."""

    opens = "rows pass that did not"
    closes = "rows do not pass that did"
    fails = "queries end with an error that did not"


class NullTest(NamedTuple):
    """A test of a setting whose outcome another transaction on the connection decides."""

    expression: Expr
    read: ContextRead
    effect: Effect


@remembered
def null_tests(
    expression: Expr,
    not_null: frozenset[int] = frozenset(),
    functions: ContextFunctions = frozenset(),
) -> tuple[NullTest, ...]:
    """Return the tests by which other rows pass while a setting is NULL than when it is empty.

    SET LOCAL, RESET and DISCARD ALL leave the empty string behind (PostgreSQL keeps the
    placeholder). Where the two come out alike, as with NULLIF, there is none. Raises GivenUp where
    it is too long to tell.
    """
    predicate = simplified(expression)
    found = []
    for test, read in _tests(predicate, functions):
        effect = _difference(predicate, read, not_null, functions)
        if effect is not None:
            found.append(NullTest(test, read, effect))
    return tuple(found)


def _tests(predicate: Expr, functions: ContextFunctions) -> Iterator[tuple[Expr, ContextRead]]:
    for part in predicate.walk():
        tested = _tested(part)
        read = _own_read(tested, functions) if tested is not None else None
        if read is not None:
            yield part, read


def _tested(part: Expr) -> Expr | None:
    """Return what a condition asks about being NULL: by name, or by what stands in for it."""
    match part:
        case IsNull(argument):
            return argument
        case Operator(symbol, left, right) if left is not None and symbol in _EQUALITIES:
            for one, other in ((left, right), (right, left)):
                if symbol.startswith("is") and is_null_constant(other):
                    return one
                match without_casts(one), without_casts(other):
                    case Call(("coalesce",), (first, Constant(str() as fallback))), Constant():
                        if fallback:
                            return first
    return None


def _own_read(expression: Expr, functions: ContextFunctions) -> ContextRead | None:
    """Return the read of a program's own setting that an expression is, unchanged."""
    bare = without_casts(expression)
    for read in context_reads(bare, functions):
        if read.expression == bare and read.kind == "setting" and read.missing_ok:
            is_own = read.name is not None and "." in read.name and read.name not in ALWAYS_SET
            return read if is_own else None
    return None


def _difference(
    predicate: Expr, read: ContextRead, not_null: frozenset[int], functions: ContextFunctions
) -> Effect | None:
    """Return what an empty setting changes that was NULL, None where the same rows pass."""
    others = [one for one in context_reads(predicate, functions) if one.name == read.name]
    tests = [one for one, asked in _tests(predicate, functions) if asked.name == read.name]
    told = sum(len(context_reads(one, functions)) for one in tests)
    if told == len(others) and all(is_row_free(one, functions) for one in tests):
        # Nothing else depends on the setting: the others may hold what they should.
        situation = Situation(not_null, SessionSettings.given, functions, True)
        never = _with_value(predicate, read, None)
        reset = _with_value(predicate, read, "")
        return _compared(never, situation, reset, situation)
    situation = Situation(not_null, SessionSettings.never_set, functions, True, True)
    empty = situation._replace(session=SessionSettings.reset)
    return _compared(predicate, situation, predicate, empty)


def _with_value(expression: Expr, read: ContextRead, value: str | None) -> Expr:
    def change(child: Expr) -> Expr:
        if child == read.expression:
            return Constant(value, child.location)
        return rebuilt(child, change)

    return change(expression)


def _compared(never: Expr, unset: Situation, reset: Expr, empty: Situation) -> Effect | None:
    def evaluate(world: World) -> tuple[tuple[bool | None, bool | None]]:
        before = _passes(Evaluation(world, unset), never)
        return ((before, _passes(Evaluation(world, empty), reset)),)

    ways = Ways(never, evaluate)
    if ways.give((False, True)):
        return Effect.opens
    if ways.give((True, False)):
        return Effect.closes
    fails = [{way[when] for way in ways.all()} == {None} for when in (0, 1)]
    return Effect.fails if fails == [False, True] else None


def _passes(evaluation: Evaluation, predicate: Expr) -> bool | None:
    """Tell whether a row passes, None where an error ends the query."""
    try:
        return evaluation.truth(predicate) is True
    except RaisesError:
        return None
