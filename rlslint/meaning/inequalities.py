"""Predicates that show the rows of everybody but the caller."""

from __future__ import annotations

from rlslint import NamedTuple
from rlslint.catalog.answers import remembered
from rlslint.catalog.facts import DataDecides
from rlslint.meaning.admitting import NOTHING_HIDDEN, Hidden, admits_all, admits_foreign
from rlslint.meaning.beside import beside_filters
from rlslint.meaning.branches import Branch, branches, branches_or_whole
from rlslint.meaning.context import (
    ContextFunctions,
    columns_of_callers,
    context_reads,
    own_columns,
)
from rlslint.meaning.simplifying import conjunction
from rlslint.meaning.worlds import SessionSettings
from rlslint.sql.expressions import Expr, Not, Operator

_NOTHING: ContextFunctions = frozenset()


class Inequality(NamedTuple):
    """What lets rows pass because they are not the caller's; `hides_some` tells of exceptions."""

    expression: Expr
    hides_some: bool


@remembered
def inequality(
    expression: Expr,
    not_null: frozenset[int] = frozenset(),
    functions: ContextFunctions = _NOTHING,
    hidden: Hidden = NOTHING_HIDDEN,
) -> Inequality | None:
    """Return what lets rows pass because they are not the caller's, None where nothing does.

    `tenant_id <> ctx` in whatever words: NOT, IS DISTINCT FROM, NOT IN, `= false`. Of the tables
    that are `hidden` the caller sees no row of others. Raises GivenUp where the predicate is too
    long to tell.
    """
    if not context_reads(expression, functions) or not own_columns(expression):
        return None
    if admits_foreign(expression, not_null, functions, hidden=hidden):
        if admits_all(expression, SessionSettings.given, not_null, functions):
            return None
        return Inequality(_place(expression, not_null, functions, hidden), False)
    return _beside_filters(expression, not_null, functions)


def _place(
    expression: Expr, not_null: frozenset[int], functions: ContextFunctions, hidden: Hidden
) -> Expr:
    every = branches_or_whole(expression)
    for branch in every:
        if all(admits_foreign(one, not_null, functions, hidden=hidden) for one in branch):
            asked = [one for one in branch if own_columns(one) and context_reads(one, functions)]
            if len(asked) == 1:
                return asked[0]
            return conjunction(branch, -1) if len(every) > 1 else expression
    return expression


def _beside_filters(
    expression: Expr, not_null: frozenset[int], functions: ContextFunctions
) -> Inequality | None:
    """Return an inequality beside which conditions keep a few rows from everybody."""
    every = beside_filters(expression, functions)
    for _, filters, asked in every:
        if not any(columns_of_callers(one, functions) for one in asked):
            continue
        if not all(_lets_others(one, filters, not_null, functions) for one in asked):
            continue
        whole = conjunction(asked, -1)
        if not admits_all(whole, SessionSettings.given, not_null, functions, filters, True):
            return Inequality(whole if len(every) > 1 or filters else expression, True)
    return None


def _lets_others(
    conjunct: Expr, filters: Branch, not_null: frozenset[int], functions: ContextFunctions
) -> bool:
    return admits_foreign(conjunct, not_null, functions, filters, typical=True)


@remembered
def require_decided(
    expression: Expr,
    not_null: frozenset[int] = frozenset(),
    functions: ContextFunctions = _NOTHING,
) -> None:
    """Raise DataDecides where only the data tells whether others' rows pass.

    An order does (`tenant_id >= ctx`), a list of what the caller does not get
    (`NOT EXISTS (… = ctx)`), and an array whose elements all have to be the caller's: it may be
    empty.
    """
    if not context_reads(expression, functions) or not own_columns(expression):
        return
    for branch in branches(expression):
        others = [one for one in branch if not _orders(one, functions)]
        if len(others) < len(branch) and all(
            _lets_others(one, (), not_null, functions) for one in others
        ):
            raise DataDecides(expression)
    if admits_foreign(
        expression, not_null, functions, typical=True, unlisted=True
    ) and not admits_all(expression, SessionSettings.given, not_null, functions, typical=True):
        raise DataDecides(expression)


def _orders(conjunct: Expr, functions: ContextFunctions) -> bool:
    """Tell whether a conjunct asks on which side of the caller's a row's value is."""
    match conjunct:
        case Operator("<" | "<=" | ">" | ">=", Expr() as left, right, ""):
            return any(
                own_columns(one) and context_reads(other, functions)
                for one, other in ((left, right), (right, left))
            )
        case Operator("=", Expr() as left, right, "all"):
            return bool(own_columns(right) and context_reads(left, functions))
        case Not(inner):
            return _orders(inner, functions)
        case _:
            return False
