"""What a branch of a predicate tells callers apart by."""

from __future__ import annotations

from rlslint.catalog.answers import remembered
from rlslint.meaning.bounds import Bound, bound_of
from rlslint.meaning.branches import branches
from rlslint.meaning.context import ContextFunctions, ContextRead
from rlslint.sql.expressions import Expr


@remembered
def told_by_user(expression: Expr, functions: ContextFunctions) -> tuple[Bound, ...]:
    """Return what binds rows in the branches in which nothing but the database's user does."""
    found: dict[Expr, Bound] = {}
    for branch in branches(expression):
        bounds = [b for conjunct in branch if (b := bound_of(conjunct, functions)) is not None]
        reads = [read for bound in bounds for read in bound.reads]
        if reads and all(map(_is_user, reads)):
            found.update((bound.expression, bound) for bound in bounds if bound.reads)
    return tuple(found.values())


def _is_user(read: ContextRead) -> bool:
    """Tell whether a read gives the user, or the setting that holds who that is."""
    return read.kind == "user" or read.name in ("role", "session_authorization")
