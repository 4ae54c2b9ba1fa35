"""What a predicate admits when the session has no context."""

from __future__ import annotations

from rlslint import NamedTuple
from rlslint.catalog.answers import remembered
from rlslint.meaning.bounds import bound_of, is_restriction, kind_of
from rlslint.meaning.branches import Branch, branches
from rlslint.meaning.callers import alternatives
from rlslint.meaning.context import ContextFunctions, ContextRead, context_reads, own_columns
from rlslint.meaning.evaluation import Missing
from rlslint.meaning.planning import planning_errors
from rlslint.meaning.simplifying import conjunction, simplified
from rlslint.meaning.truth import is_tautology, outcomes
from rlslint.sql.expressions import Cast, Column, Expr, Not, Operator, SubSelect

_NOTHING: ContextFunctions = frozenset()


class OpenBranch(NamedTuple):
    """A branch that admits rows of every tenant to a session without a context.

    `state` says how the context is missing, `expression` is the condition that its absence makes
    true, `reads` what it asks for.
    """

    state: Missing
    expression: Expr
    conjuncts: Branch
    reads: tuple[ContextRead, ...]


@remembered
def null_context_branches(
    expression: Expr,
    not_null: frozenset[int] = frozenset(),
    functions: ContextFunctions = _NOTHING,
) -> tuple[OpenBranch, ...]:
    """Return the branches that a missing context turns from closed to open.

    Found by evaluating with every setting never set, and with every setting empty, so that it
    does not matter how the test for absence is spelled. Nothing opens where
    planning raises. A comparison that falls back to the row's own column is left to
    `coalesce_to_column`.
    """
    found: dict[Branch, OpenBranch] = {}
    fallbacks = {fallback.comparison for fallback in coalesce_to_column(expression, functions)}
    every = tuple(b for b in branches(expression) if fallbacks.isdisjoint(b))
    shared = _shared_conjuncts(every, functions)
    for state in Missing:
        if planning_errors(expression, state, functions):
            continue
        if True not in outcomes(expression, not_null, state, functions, True).truths:
            continue
        for branch in every:
            opened = _opened(branch, state, not_null, functions, shared)
            if opened is not None:
                found.setdefault(branch, opened)
    if not found and not fallbacks:
        return _opened_as_a_whole(expression, not_null, functions)
    return tuple(found.values())


def _shared_conjuncts(every: tuple[Branch, ...], functions: ContextFunctions) -> frozenset[Expr]:
    """Return what all branches that bind rows ask besides: filters, not admissions."""
    bounded = [
        frozenset(branch)
        for branch in every
        if any(bound_of(conjunct, functions) is not None for conjunct in branch)
    ]
    return frozenset.intersection(*bounded) if bounded else frozenset()


def _opened(
    branch: Branch,
    state: Missing,
    not_null: frozenset[int],
    functions: ContextFunctions,
    shared: frozenset[Expr],
) -> OpenBranch | None:
    if True not in outcomes(conjunction(branch, -1), not_null, state, functions).truths:
        return None
    opening: Expr | None = None
    for conjunct in branch:
        reads = context_reads(conjunct, functions)
        if reads and is_tautology(conjunct, not_null, state, functions):
            if is_tautology(conjunct, not_null, None, functions):
                continue
            if opening is None and not _has_deny_list(conjunct):
                opening = conjunct
        elif is_tautology(conjunct, not_null, state, functions):
            continue
        elif not _is_filter(conjunct, shared, functions):
            return None
    if opening is None:
        return None
    return OpenBranch(state, opening, branch, context_reads(opening, functions))


def _is_filter(conjunct: Expr, shared: frozenset[Expr], functions: ContextFunctions) -> bool:
    """Tell whether a conjunct only thins out what the branch admits to everyone."""
    if conjunct not in shared and not is_restriction(conjunct):
        return False
    return kind_of(conjunct, functions) == "row flag"


def _has_deny_list(conjunct: Expr) -> bool:
    """NOT EXISTS (… = ctx) is true without a context, and is no test for one."""
    return any(
        isinstance(part, SubSelect) and part.query.sources for part in conjunct.walk()
    ) and isinstance(conjunct, Not)


def _opened_as_a_whole(
    expression: Expr, not_null: frozenset[int], functions: ContextFunctions
) -> tuple[OpenBranch, ...]:
    reads = context_reads(expression, functions)
    if not reads or is_tautology(expression, not_null, None, functions):
        return ()
    for state in Missing:
        if planning_errors(expression, state, functions):
            continue
        if True not in outcomes(expression, not_null, state, functions, True).truths:
            continue
        if is_tautology(expression, not_null, state, functions):
            return (OpenBranch(state, expression, (expression,), reads),)
    return ()


class ColumnFallback(NamedTuple):
    """A comparison that a missing context turns into one of a column with itself."""

    comparison: Operator
    column: int
    state: Missing


@remembered
def coalesce_to_column(
    expression: Expr,
    functions: ContextFunctions = _NOTHING,
) -> tuple[ColumnFallback, ...]:
    """Return the comparisons `col = COALESCE(ctx, …, col)` and their CASE equivalents."""
    found: list[ColumnFallback] = []
    for part in simplified(expression).walk():
        if not isinstance(part, Operator) or part.left is None or part.quantifier:
            continue
        if part.symbol not in ("=", "is not distinct from", ">=", "<="):
            continue
        for column, other in ((part.left, part.right), (part.right, part.left)):
            if _falls_back(column, other, functions) and context_reads(other, functions):
                state = _state_of_fallback(part, functions)
                if state is not None:
                    (number,) = own_columns(column)
                    found.append(ColumnFallback(part, number, state))
                    break
    return tuple(found)


def _falls_back(column: Expr, other: Expr, functions: ContextFunctions) -> bool:
    del functions
    wanted = own_columns(column)
    bare = _bare(column)
    if len(wanted) != 1 or not isinstance(bare, Column):
        return False
    return any(_bare(alternative) == bare for alternative in alternatives(other))


def _bare(expression: Expr) -> Expr:
    match expression:
        case Cast(argument):
            return _bare(argument)
        case _:
            return expression


def _state_of_fallback(comparison: Operator, functions: ContextFunctions) -> Missing | None:
    for state in Missing:
        if is_tautology(comparison, frozenset(), state, functions):
            return state
    return None


def empty_casts(
    expression: Expr,
    not_null: frozenset[int] = frozenset(),
    functions: ContextFunctions = _NOTHING,
) -> tuple[Expr, ...]:
    """Return the casts that raise an error once a setting is empty after SET LOCAL.

    `ctx <> '' AND tenant_id = ctx::int` is no guard: to estimate how many rows a condition keeps,
    the planner evaluates the stable expressions in each one by itself (clauses.c,
    estimate_expression_value), so that EXPLAIN alone raises; and it sorts conditions by cost.
    NULLIF, and CASE on the setting, do keep the empty string away.
    """
    raised = (
        *outcomes(expression, not_null, Missing.reset, functions).raised,
        *planning_errors(expression, Missing.reset, functions),
    )
    distinct = {id(place): place for place in raised if isinstance(place, Cast)}
    return tuple(distinct.values())
