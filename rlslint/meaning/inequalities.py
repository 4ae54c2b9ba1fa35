"""Predicates that show the rows of everybody but the caller."""

from __future__ import annotations

from rlslint.catalog.answers import remembered
from rlslint.meaning.admitting import admits_all, admits_foreign
from rlslint.meaning.branches import branches
from rlslint.meaning.context import ContextFunctions, context_reads, own_columns
from rlslint.meaning.simplifying import conjunction
from rlslint.meaning.situations import Session
from rlslint.sql.expressions import Expr

_NOTHING: ContextFunctions = frozenset()


@remembered
def inequality(
    expression: Expr,
    not_null: frozenset[int] = frozenset(),
    functions: ContextFunctions = _NOTHING,
) -> Expr | None:
    """Return what lets rows pass because they are not the caller's, None where nothing does.

    `tenant_id <> ctx` in whatever words: NOT, IS DISTINCT FROM, NOT IN, `= false`. Raises GivenUp
    where the predicate is too long to tell.
    """
    if not context_reads(expression, functions) or not own_columns(expression):
        return None
    if not admits_foreign(expression, not_null, functions):
        return None
    if admits_all(expression, Session.given, not_null, functions):
        return None
    every = branches(expression)
    for branch in every:
        if all(admits_foreign(one, not_null, functions) for one in branch):
            asked = [one for one in branch if own_columns(one) and context_reads(one, functions)]
            if len(asked) == 1:
                return asked[0]
            return conjunction(branch, -1) if len(every) > 1 else expression
    return expression
