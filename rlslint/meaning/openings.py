"""What a predicate admits when the session has no context."""

from __future__ import annotations

from rlslint import NamedTuple
from rlslint.catalog.answers import remembered
from rlslint.meaning.admitting import admits_all, needs_values
from rlslint.meaning.bounds import bound_of, is_restriction, kind_of
from rlslint.meaning.branches import Branch, branches
from rlslint.meaning.callers import alternatives
from rlslint.meaning.context import ContextFunctions, ContextRead, context_reads, own_columns
from rlslint.meaning.simplifying import simplified
from rlslint.meaning.situations import MISSING, Session
from rlslint.sql.expressions import Column, Expr, Not, Operator, SubSelect, without_casts

_NOTHING: ContextFunctions = frozenset()


class Opening(NamedTuple):
    """That a predicate lets the rows of all tenants pass in a session without a context.

    `session` says how the context is missing, `expression` is the condition that its absence makes
    true, `reads` what that asks for. `fallback` is the column that then stands in for the context,
    None where none does. `filled` are the columns without whose value a row does not pass;
    `hides_some` tells of conditions beside it that keep some rows from all.
    """

    session: Session
    expression: Expr
    reads: tuple[ContextRead, ...]
    fallback: int | None
    filled: frozenset[int]
    hides_some: bool


@remembered
def openings(
    expression: Expr,
    not_null: frozenset[int] = frozenset(),
    functions: ContextFunctions = _NOTHING,
) -> tuple[Opening, ...]:
    """Return what a missing context opens that is closed to callers with one.

    Found by evaluating the whole predicate with every setting never set, and with every setting
    empty, so that it does not matter how the test for absence is spelled, nor what else the
    predicate asks. Raises GivenUp where it is too long to tell.
    """
    if not context_reads(expression, functions):
        return ()
    every = branches(expression)
    found = _open(expression, every, (), not_null, functions)
    if not found:
        for filters in _filters(every, functions):
            found += _open(expression, every, filters, not_null, functions)
    return tuple({opening.expression: opening for opening in reversed(found)}.values())[::-1]


def _open(
    expression: Expr,
    every: tuple[Branch, ...],
    filters: Branch,
    not_null: frozenset[int],
    functions: ContextFunctions,
) -> list[Opening]:
    """Return what opens among the rows that conditions let through, see _filters."""
    opened = [s for s in MISSING if admits_all(expression, s, not_null, functions, filters)]
    if not opened or admits_all(expression, Session.given, not_null, functions, filters):
        return []
    found = []
    for session in opened:
        filled = frozenset() if filters else needs_values(expression, session, not_null, functions)
        for opening in _opening(expression, every, filters, session, not_null, functions):
            place, fallback = _fallback(opening, session, functions)
            reads = context_reads(place, functions)
            found.append(Opening(session, place, reads, fallback, filled, bool(filters)))
    return found


def _filters(every: tuple[Branch, ...], functions: ContextFunctions) -> tuple[Branch, ...]:
    """Return for each branch the conjuncts that only thin out what it admits to everyone."""
    shared = _shared_conjuncts(every, functions)
    compared = _compared_with_context(every, functions)
    found: dict[Branch, None] = {}
    for branch in every:
        filters = tuple(
            conjunct
            for conjunct in branch
            if (conjunct in shared or is_restriction(conjunct))
            and kind_of(conjunct, functions) == "row flag"
            and compared.isdisjoint(own_columns(conjunct))
        )
        if filters and len(filters) < len(branch):
            found[filters] = None
    return tuple(found)


def _compared_with_context(
    every: tuple[Branch, ...], functions: ContextFunctions
) -> frozenset[int]:
    """Return the columns that tell whose a row is: what asks for them is no filter."""
    return frozenset(
        column
        for branch in every
        for conjunct in branch
        for part in conjunct.walk()
        if isinstance(part, Operator) and context_reads(part, functions)
        for column in own_columns(part)
    )


def _shared_conjuncts(every: tuple[Branch, ...], functions: ContextFunctions) -> frozenset[Expr]:
    """Return what all branches that bind rows ask besides: filters, not admissions."""
    bounded = [
        frozenset(branch)
        for branch in every
        if any(bound_of(conjunct, functions) is not None for conjunct in branch)
    ]
    return frozenset.intersection(*bounded) if bounded else frozenset()


def _opening(
    expression: Expr,
    every: tuple[Branch, ...],
    filters: Branch,
    session: Session,
    not_null: frozenset[int],
    functions: ContextFunctions,
) -> list[Expr]:
    """Return the conditions that are true for want of a context, else the whole predicate."""
    found = []
    for branch in every:
        asked = [conjunct for conjunct in branch if conjunct not in filters]
        if not all(admits_all(one, session, not_null, functions, filters) for one in asked):
            continue
        opening = [
            one
            for one in asked
            if context_reads(one, functions)
            and not admits_all(one, Session.given, not_null, functions, filters)
        ]
        found += [one for one in opening if not _is_deny_list(one)][:1]
    return found or [expression]


def _is_deny_list(conjunct: Expr) -> bool:
    """NOT EXISTS (… = ctx) is true without a context, and is no test for one."""
    return any(
        isinstance(part, SubSelect) and part.query.sources for part in conjunct.walk()
    ) and isinstance(conjunct, Not)


def _fallback(
    place: Expr, session: Session, functions: ContextFunctions
) -> tuple[Expr, int | None]:
    """Return the comparison `col = COALESCE(ctx, …, col)` and its column, else what was given."""
    for part in simplified(place).walk():
        if not isinstance(part, Operator) or part.left is None or part.quantifier:
            continue
        if part.symbol not in ("=", "is not distinct from", ">=", "<=", "<>", "is distinct from"):
            continue
        for column, other in ((part.left, part.right), (part.right, part.left)):
            if _falls_back(column, other) and context_reads(other, functions):
                equality = Operator("is not distinct from", part.left, part.right)
                if admits_all(equality, session, frozenset(), functions):
                    (number,) = own_columns(column)
                    return part, number
    return place, None


def _falls_back(column: Expr, other: Expr) -> bool:
    wanted = without_casts(column)
    if len(own_columns(column)) != 1 or not isinstance(wanted, Column):
        return False
    return any(without_casts(alternative) == wanted for alternative in alternatives(other))
