"""Branches of a predicate that let every row pass, however they are spelled."""

from __future__ import annotations

from rlslint.catalog.answers import remembered
from rlslint.meaning.bounds import is_restriction, unbounded_branches
from rlslint.meaning.branches import Branch, branches
from rlslint.meaning.context import ContextFunctions, own_columns
from rlslint.meaning.simplifying import conjunction
from rlslint.meaning.truth import is_tautology
from rlslint.sql.expressions import Column, Expr, Operator

_NOTHING: ContextFunctions = frozenset()


@remembered
def tautologies(
    expression: Expr,
    not_null: frozenset[int] = frozenset(),
    functions: ContextFunctions = _NOTHING,
) -> tuple[Expr, ...]:
    """Return what to mark in each branch that is true for every row, or for all but hidden ones.

    A column compared with itself counts though rows without a value fail it. So does a branch
    that hides some rows from everyone (`deleted_at IS NULL`) and compares a column with itself.
    """
    every = branches(expression)
    found = []
    for branch in every:
        if all(is_tautology(conjunct, not_null) for conjunct in branch):
            whole = conjunction(branch, -1) if branch else expression
            found.append(whole if len(every) > 1 else expression)
    if found:
        return tuple(found)
    if is_tautology(expression, not_null):
        return (expression,)
    return tuple(
        comparison
        for unbounded in unbounded_branches(expression, not_null, functions)
        if (comparison := _only_self_comparison(unbounded.conjuncts)) is not None
    )


def _only_self_comparison(branch: Branch) -> Expr | None:
    """Return a column's comparison with itself beside which only restrictions stand."""
    same = [conjunct for conjunct in branch if _compares_with_itself(conjunct)]
    others = [conjunct for conjunct in branch if not _compares_with_itself(conjunct)]
    return same[0] if same and all(map(is_restriction, others)) else None


def _compares_with_itself(conjunct: Expr) -> bool:
    match conjunct:
        case Operator("=", Column() as left, Column() as right):
            return left == right and bool(own_columns(left))
        case _:
            return False
