"""Whether a predicate lets rows pass, in a session with or without a context.

All rules about what policies admit ask here; `deciding` works the answers out.
"""

from __future__ import annotations

from rlslint.catalog.answers import remembered
from rlslint.meaning.context import ContextFunctions, columns_of_callers, own_columns
from rlslint.meaning.deciding import (
    ERROR,
    PredicateError,
    Ways,
    concerning,
    places,
    ways,
)
from rlslint.meaning.evaluation import Evaluation
from rlslint.meaning.planning import UNDECIDED, constant_truth, planning_errors, without_constants
from rlslint.meaning.simplifying import disjunction, simplified
from rlslint.meaning.values import Known, RaisesError
from rlslint.meaning.worlds import NOT_VALID, SessionSettings, Situation, World
from rlslint.sql.expressions import And, Constant, Expr, Not, Or

_NOTHING: ContextFunctions = frozenset()
_NONE: frozenset[int] = frozenset()
Hidden = frozenset[object]
"""Tables of which the caller does not see the rows of others, see Situation."""

NOTHING_HIDDEN: Hidden = frozenset()
Beside = tuple[Expr, ...]


def is_tautology(expression: Expr, not_null: frozenset[int] = frozenset()) -> bool:
    """Tell whether a predicate is true for every row that has values in the columns it names.

    `tenant_id = tenant_id` filters nothing but NULLs. `tenant_id IS NOT NULL` on a nullable column
    is no tautology: it says what it filters. Raises GivenUp where a condition is too long to tell.
    """
    return _admits(expression, Situation(not_null, eager=True), ())


def admits_all(
    expression: Expr,
    session: SessionSettings,
    not_null: frozenset[int] = frozenset(),
    functions: ContextFunctions = _NOTHING,
    beside: Beside = (),
    typical: bool = False,
    hidden: Hidden = NOTHING_HIDDEN,
) -> bool:
    """Tell whether a predicate lets every row pass in a session, values taken for granted.

    `beside` are conditions that are taken to hold; `typical` rows are enough, see Situation.
    Nothing passes where planning the query or evaluating the predicate raises an error. Raises
    GivenUp where it is too long to tell.
    """
    situation = Situation(
        not_null, session, functions, True, session in NOT_VALID, typical, hidden=hidden
    )
    return _admits(expression, situation, beside)


def admits_foreign(
    expression: Expr,
    not_null: frozenset[int] = frozenset(),
    functions: ContextFunctions = _NOTHING,
    beside: Beside = (),
    typical: bool = False,
    unlisted: bool = False,
    hidden: Hidden = NOTHING_HIDDEN,
) -> bool:
    """Tell whether a caller with a context gets every row of which no value is the caller's.

    For `beside` see admits_all, for `typical`, `unlisted` and `hidden` rows see Situation.
    """
    given = SessionSettings.given
    situation = Situation(not_null, given, functions, True, True, typical, unlisted, hidden)
    return _admits(expression, situation, beside)


def admits_none(
    expression: Expr,
    not_null: frozenset[int] = frozenset(),
    functions: ContextFunctions = _NOTHING,
) -> bool:
    """Tell whether a caller with a context gets no row, whatever is in it. Raises GivenUp."""
    return not ways(expression, Situation(not_null, SessionSettings.given, functions)).give(True)


def value_without_row(
    expression: Expr, session: SessionSettings, functions: ContextFunctions = _NOTHING
) -> Known | None:
    """Return the one value that an expression has in a session, None where it is not known.

    Raises GivenUp where it is too long to tell.
    """
    part, situation = simplified(expression), Situation(frozenset(), session, functions, True)

    def evaluate(world: World) -> tuple[Known | None]:
        try:
            value = Evaluation(world, situation).value(part)
        except RaisesError:
            return (None,)
        return (value if isinstance(value, Known) else None,)

    (only, *others) = Ways(expression, evaluate).all()
    return None if others else only


def hides_others(
    expression: Expr,
    not_null: frozenset[int] = frozenset(),
    functions: ContextFunctions = _NOTHING,
) -> bool:
    """Tell whether no caller with a context gets a row that belongs to others."""
    given = SessionSettings.given
    situation = Situation(not_null, given, functions, foreign=True, unlisted=True)
    return not ways(expression, situation).give(True)


def hides_all_without_context(
    expression: Expr,
    not_null: frozenset[int] = frozenset(),
    functions: ContextFunctions = _NOTHING,
    session: SessionSettings = SessionSettings.never_set,
) -> bool:
    """Tell whether no row passes in a session without a context, and no error says so.

    Raises GivenUp where a condition is too long to tell.
    """
    situation = Situation(not_null, session, functions, True)
    return not ways(expression, situation).give(True, ERROR)


def errors_of_rows(
    expression: Expr,
    session: SessionSettings,
    not_null: frozenset[int] = frozenset(),
    functions: ContextFunctions = _NOTHING,
) -> tuple[Expr, ...]:
    """Return what raises an error for some row that has values in the columns that are named.

    In which order conjuncts are evaluated, the planner decides (order_qual_clauses): one that is
    not true may keep the others from being evaluated.
    """
    predicate = _without_hopeless(simplified(without_constants(expression)), not_null)
    if constant_truth(predicate, not_null) is not UNDECIDED:
        return ()
    conjuncts = _conjuncts(predicate)
    filled = not_null | own_columns(expression)
    situation = Situation(filled, session, functions, True, True)

    def evaluate(world: World) -> list[PredicateError]:
        evaluation, errors = Evaluation(world, situation), list[Expr]()
        for conjunct in conjuncts:
            try:
                if evaluation.truth(conjunct) is not True:
                    return []
            except RaisesError as error:
                errors.append(error.expression)
        return [PredicateError(place) for place in (*errors, *world.errors)]

    return places(Ways(expression, evaluate).known())


def _conjuncts(predicate: Expr) -> tuple[Expr, ...]:
    match predicate:
        case And(arguments):
            return arguments
        case Not(Or(arguments)):
            return tuple(Not(argument, argument.location) for argument in arguments)
        case _:
            return (predicate,)


def _without_hopeless(predicate: Expr, not_null: frozenset[int]) -> Expr:
    """Return a predicate without the alternatives that constants rule out."""
    match predicate:
        case Or(arguments):
            kept = tuple(a for a in arguments if constant_truth(a, not_null) not in (False, None))
            return disjunction(kept, predicate.location) if kept else Constant(False)
        case _:
            return predicate


def needs_values(
    expression: Expr,
    session: SessionSettings,
    not_null: frozenset[int] = frozenset(),
    functions: ContextFunctions = _NOTHING,
) -> frozenset[int]:
    """Return the columns in which rows may lack the value without which they do not pass.

    To be asked of what lets all other rows pass, see admits_all.
    """
    empty = own_columns(expression) - not_null
    if not empty:
        return empty
    situation = Situation(not_null, session, functions, True, session in NOT_VALID)
    return empty if ways(expression, situation).give(False, None, ERROR) else _NONE


def _admits(expression: Expr, situation: Situation, beside: Beside) -> bool:
    return _all_pass(expression, concerning(expression, situation), beside)


@remembered
def _all_pass(expression: Expr, situation: Situation, beside: Beside) -> bool:
    not_null, session, functions = situation.not_null, situation.session, situation.functions
    # That nobody's rows are kept out says nothing of those that are somebody's.
    told = columns_of_callers(expression, functions) if situation.foreign else _NONE
    hidden = frozenset(column for condition in beside for column in own_columns(condition))
    filled = not_null | (own_columns(expression) - hidden)
    fails = session in NOT_VALID

    # One row for which an error is raised ends the query.
    keeps_out = (False, ERROR) if fails else (False,)
    as_they_are = situation._replace(not_null=not_null | told)
    if ways(expression, as_they_are, beside).give(*keeps_out):
        return False
    found = ways(expression, situation._replace(not_null=filled), beside)
    if found.give(False, None, ERROR) or (beside and not found.give(True)):
        return False
    if session is None or not fails:
        return True
    if beside:
        alone = ways(expression, situation._replace(not_null=filled))
        if alone.give(ERROR):
            return False
    return not planning_errors(expression, session, functions, not_null)
