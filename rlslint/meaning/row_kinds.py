"""What kinds of rows a condition admits: a caller's own, a tenant's, those with a flag."""

from __future__ import annotations

from rlslint import NamedTuple
from rlslint.catalog.answers import remembered
from rlslint.meaning.bounds import Bound, bound_of, kind_of
from rlslint.meaning.branches import branches_or_whole
from rlslint.meaning.context import ContextFunctions
from rlslint.sql.expressions import Expr


class RowKind(NamedTuple):
    """Rows that one way to be true of a condition admits, all `conjuncts` of which hold.

    `form` is that of `bound`, or what the way is where nothing in it ties rows to the caller: see
    Bound and UnboundedBranch.
    """

    form: str
    bound: Bound | None
    conjuncts: tuple[Expr, ...]


@remembered
def row_kinds(condition: Expr, functions: ContextFunctions = frozenset()) -> tuple[RowKind, ...]:
    """Return the kinds of rows that a condition admits, each once."""
    found: dict[tuple[Expr, ...], RowKind] = {}
    for branch in branches_or_whole(condition):
        bounds = [b for conjunct in branch if (b := bound_of(conjunct, functions)) is not None]
        form = bounds[0].form if bounds else _form(branch, functions)
        found.setdefault(branch, RowKind(form, bounds[0] if bounds else None, branch))
    return tuple(found.values())


_FORMS = ("opaque", "exclusion", "gate", "row flag", "constant")


def _form(branch: tuple[Expr, ...], functions: ContextFunctions) -> str:
    kinds = [kind_of(conjunct, functions) for conjunct in branch]
    return next((form for form in _FORMS if form in kinds), "constant")
