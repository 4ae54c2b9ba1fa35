"""Branches of a predicate that let every row pass, however they are spelled."""

from __future__ import annotations

from rlslint import NamedTuple
from rlslint.catalog.answers import remembered
from rlslint.meaning.admitting import admits_all, needs_values
from rlslint.meaning.bounds import is_filter, unbounded_branches
from rlslint.meaning.branches import Branch, branches_or_whole
from rlslint.meaning.context import ContextFunctions, context_reads, own_columns
from rlslint.meaning.simplifying import conjunction
from rlslint.meaning.worlds import MISSING, SessionSettings
from rlslint.sql.expressions import Column, Expr, Operator

_NOTHING: ContextFunctions = frozenset()


class Tautology(NamedTuple):
    """A condition that is true for every row, or for all but hidden ones.

    `expression` is what to mark. `filled` are the columns without whose value a row does not pass,
    `needs_context` tells that a session without a context gets nothing.
    """

    expression: Expr
    filled: frozenset[int]
    needs_context: bool
    hides_some: bool = False


@remembered
def tautologies(
    expression: Expr,
    not_null: frozenset[int] = frozenset(),
    functions: ContextFunctions = _NOTHING,
) -> tuple[Tautology, ...]:
    """Return each branch that is true for every row, or for all but hidden ones.

    A column compared with itself counts though rows without a value fail it. So does a branch
    that hides some rows from everyone (`deleted_at IS NULL`) and compares a column with itself.
    What only asks for a caller, and nothing of the row, is a gate.
    """
    every = branches_or_whole(expression)
    found = []
    for branch in every:
        if all(admits_all(one, SessionSettings.given, not_null, functions) for one in branch):
            whole = conjunction(branch, -1) if branch else expression
            found.append(whole if len(every) > 1 else expression)
    if not found and admits_all(expression, SessionSettings.given, not_null, functions):
        found.append(expression)
    if found:
        told = (_tautology(one, expression, not_null, functions) for one in found)
        return tuple(one for one in told if one is not None)
    return tuple(
        Tautology(comparison, own_columns(comparison) - not_null, False, True)
        for unbounded in unbounded_branches(expression, not_null, functions)
        if (comparison := _only_self_comparison(unbounded.conjuncts, functions)) is not None
    )


def _tautology(
    place: Expr, whole: Expr, not_null: frozenset[int], functions: ContextFunctions
) -> Tautology | None:
    needs_context = bool(context_reads(place, functions)) and not all(
        admits_all(place, session, not_null, functions) for session in MISSING
    )
    if needs_context and not own_columns(place):
        return None
    sessions = (SessionSettings.given,) if needs_context else (SessionSettings.given, *MISSING)
    needed = [needs_values(whole, session, not_null, functions) for session in sessions]
    return Tautology(place, frozenset().union(*needed), needs_context)


def _only_self_comparison(branch: Branch, functions: ContextFunctions) -> Expr | None:
    """Return a column's comparison with itself beside which only restrictions stand."""
    same = [conjunct for conjunct in branch if _compares_with_itself(conjunct)]
    others = [conjunct for conjunct in branch if not _compares_with_itself(conjunct)]
    hide = all(is_filter(one, functions) for one in others)
    return same[0] if same and hide else None


def _compares_with_itself(conjunct: Expr) -> bool:
    match conjunct:
        case Operator("=", Column() as left, Column() as right):
            return left == right and bool(own_columns(left))
        case _:
            return False
