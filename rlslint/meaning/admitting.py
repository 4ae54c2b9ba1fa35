"""Whether a predicate lets every row pass, in a session with or without a context.

All rules about what policies admit ask here. A predicate is evaluated in every way in which its
rows and what is not known may turn out (worlds), by SQL's three-valued logic and with the errors
that PostgreSQL would raise (evaluation).
"""

from __future__ import annotations

from collections.abc import Callable

from rlslint.catalog.answers import remembered
from rlslint.catalog.facts import GivenUp
from rlslint.meaning.context import ContextFunctions, columns_of_callers, own_columns
from rlslint.meaning.evaluation import Evaluation
from rlslint.meaning.planning import constant_truth, planning_errors, without_constants
from rlslint.meaning.simplifying import disjunction, simplified
from rlslint.meaning.truth import UNDECIDED
from rlslint.meaning.values import Known, RaisesError
from rlslint.meaning.worlds import NOT_VALID, Session, Situation, World, worlds
from rlslint.sql.expressions import And, Constant, Expr, Not, Or
from rlslint.text.budget import WORLDS

_NOTHING: ContextFunctions = frozenset()
_NONE: frozenset[int] = frozenset()
Beside = tuple[Expr, ...]


def is_tautology(expression: Expr, not_null: frozenset[int] = frozenset()) -> bool:
    """Tell whether a predicate is true for every row that has values in the columns it names.

    `tenant_id = tenant_id` filters nothing but NULLs. `tenant_id IS NOT NULL` on a nullable column
    is no tautology: it says what it filters. Raises GivenUp where a condition is too long to tell.
    """
    return _admits(expression, Situation(_asked(not_null, expression), eager=True), ())


def admits_all(
    expression: Expr,
    session: Session,
    not_null: frozenset[int] = frozenset(),
    functions: ContextFunctions = _NOTHING,
    beside: Beside = (),
    typical: bool = False,
) -> bool:
    """Tell whether a predicate lets every row pass in a session, values taken for granted.

    `beside` are conditions that are taken to hold; `typical` rows are enough, see Situation.
    Nothing passes where planning the query or evaluating the predicate raises an error. Raises
    GivenUp where it is too long to tell.
    """
    situation = Situation(
        _asked(not_null, expression), session, functions, True, session in NOT_VALID, typical
    )
    return _admits(expression, situation, beside)


def admits_foreign(
    expression: Expr,
    not_null: frozenset[int] = frozenset(),
    functions: ContextFunctions = _NOTHING,
    beside: Beside = (),
    typical: bool = False,
    unlisted: bool = False,
) -> bool:
    """Tell whether a caller with a context gets every row of which no value is the caller's.

    For `beside` see admits_all, for `typical` and `unlisted` rows see Situation.
    """
    rows = _asked(not_null, expression)
    situation = Situation(rows, Session.given, functions, True, True, typical, unlisted)
    return _admits(expression, situation, beside)


def admits_none(
    expression: Expr,
    not_null: frozenset[int] = frozenset(),
    functions: ContextFunctions = _NOTHING,
) -> bool:
    """Tell whether a caller with a context gets no row, whatever is in it. Raises GivenUp."""
    situation = Situation(_asked(not_null, expression), Session.given, functions)
    return not _is_met(expression, situation, (), lambda truth: truth is True)


def value_without_row(
    expression: Expr, session: Session, functions: ContextFunctions = _NOTHING
) -> Known | None:
    """Return the one value that an expression has in a session, None where it is not known.

    Raises GivenUp where it is too long to tell.
    """
    part, situation = simplified(expression), Situation(frozenset(), session, functions, True)

    def evaluate(world: World) -> Known | bool:
        try:
            value = Evaluation(world, situation).value(part)
        except RaisesError:
            return False
        return value if isinstance(value, Known) else False

    values = set(worlds(evaluate, WORLDS))
    if None in values:
        raise GivenUp(expression)
    (only, *others) = values
    return only if isinstance(only, Known) and not others else None


def hides_all_without_context(
    expression: Expr,
    not_null: frozenset[int] = frozenset(),
    functions: ContextFunctions = _NOTHING,
) -> bool:
    """Tell whether no row passes where no setting was ever set, and no error says so.

    Raises GivenUp where a condition is too long to tell.
    """
    situation = Situation(_asked(not_null, expression), Session.never_set, functions, True)
    return not _is_met(expression, situation, (), lambda truth: truth not in (False, None))


def errors_of_rows(
    expression: Expr,
    session: Session,
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
    raised: dict[int, Expr] = {}

    def evaluate(world: World) -> bool:
        evaluation, errors = Evaluation(world, situation), []
        for conjunct in conjuncts:
            try:
                if evaluation.truth(conjunct) is not True:
                    return True
            except RaisesError as error:
                errors.append(error.expression)
        raised.update((id(place), place) for place in (*errors, *world.errors))
        return True

    for _ in worlds(evaluate, WORLDS):
        pass
    return tuple(raised.values())


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
    session: Session,
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
    return empty if _is_met(expression, situation, (), lambda truth: truth is not True) else _NONE


def _asked(not_null: frozenset[int], expression: Expr) -> frozenset[int]:
    return not_null & own_columns(expression) if not_null else not_null


@remembered
def _admits(expression: Expr, situation: Situation, beside: Beside) -> bool:
    not_null, session, functions = situation.not_null, situation.session, situation.functions
    # That nobody's rows are kept out says nothing of those that are somebody's.
    told = columns_of_callers(expression, functions) if situation.foreign else _NONE
    as_they_are = situation._replace(not_null=not_null | told)
    hidden = frozenset(column for condition in beside for column in own_columns(condition))
    filled = situation._replace(not_null=not_null | (own_columns(expression) - hidden))
    fails = session in NOT_VALID

    def keeps_out(truth: bool | RaisesError | None) -> bool:
        # One row for which an error is raised ends the query.
        return truth is False or (fails and isinstance(truth, RaisesError))

    if _is_met(expression, as_they_are, beside, keeps_out):
        return False
    if _is_met(expression, filled, beside, lambda truth: truth is not True):
        return False
    if beside and not _is_met(expression, filled, beside, lambda truth: truth is True):
        return False
    if session not in NOT_VALID:
        return True
    if beside and _is_met(expression, filled, (), lambda truth: isinstance(truth, RaisesError)):
        return False
    return not planning_errors(expression, session, functions, not_null)


def _is_met(
    expression: Expr,
    situation: Situation,
    beside: Beside,
    sought: Callable[[bool | RaisesError | None], bool],
) -> bool:
    """Tell whether some row gives what is sought. Raises GivenUp where that is not known."""
    predicate = simplified(expression)

    def gives(world: World) -> bool:
        evaluation = Evaluation(world, situation)
        try:
            if any(evaluation.truth(condition) is not True for condition in beside):
                return False
            truth: bool | RaisesError | None = evaluation.truth(predicate)
        except RaisesError as error:
            truth = error
        return sought(truth) or any(sought(RaisesError(place)) for place in world.errors)

    gave_up = False
    for found in worlds(gives, WORLDS):
        if found:
            return True
        gave_up = gave_up or found is None
    if gave_up:
        raise GivenUp(expression)
    return False
