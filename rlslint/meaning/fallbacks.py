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
    every = branches(expression)
    parts = (expression, *(conjunct for branch in every for conjunct in branch))
    found = {f.comparison: f for part in parts for f in coalesce_to_column(part, functions)}
    if not found:
        return ()
    harmless: set[Expr] = set()
    harmful: set[Expr] = set()
    for branch in every:
        here = found.keys() & set(branch)
        others = [conjunct for conjunct in branch if conjunct not in found]
        bound = any(bound_of(conjunct, functions) is not None for conjunct in others)
        (harmless if bound else harmful).update(here)
    return tuple(f for f in found.values() if f.comparison not in harmless - harmful)
