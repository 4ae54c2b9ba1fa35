"""Comparisons that a missing context turns into one of a column with itself."""

from __future__ import annotations

from rlslint.meaning.bounds import bound_of
from rlslint.meaning.branches import branches
from rlslint.meaning.context import ContextFunctions
from rlslint.meaning.missing_context import ColumnFallback, coalesce_to_column
from rlslint.sql.expressions import Expr

_NOTHING: ContextFunctions = frozenset()


def unbound_fallbacks(
    expression: Expr, functions: ContextFunctions = _NOTHING
) -> tuple[ColumnFallback, ...]:
    """Return the fallbacks to the row's own column that nothing else in their branch makes good.

    `tenant_id = ctx AND team_id = COALESCE(chosen_team, team_id)` is an optional filter: the
    tenant still binds the rows.
    """
    found = coalesce_to_column(expression, functions)
    if not found:
        return ()
    fallbacks = {fallback.comparison for fallback in found}
    harmless: set[Expr] = set()
    harmful: set[Expr] = set()
    for branch in branches(expression):
        here = fallbacks.intersection(branch)
        others = [conjunct for conjunct in branch if conjunct not in fallbacks]
        bound = any(bound_of(conjunct, functions) is not None for conjunct in others)
        (harmless if bound else harmful).update(here)
    return tuple(f for f in found if f.comparison not in harmless - harmful)
