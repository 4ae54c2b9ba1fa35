"""The branches of a predicate, each with the conditions in it that only thin out what it admits."""

from __future__ import annotations

from rlslint import NamedTuple
from rlslint.catalog.answers import remembered
from rlslint.meaning.bounds import bound_of, is_restriction, kind_of
from rlslint.meaning.branches import Branch, branches
from rlslint.meaning.context import ContextFunctions, own_columns
from rlslint.sql.expressions import Expr


class Beside(NamedTuple):
    """A branch: `filters` keep some rows from everybody, `asked` is what else it asks."""

    branch: Branch
    filters: Branch
    asked: Branch


@remembered
def beside_filters(
    expression: Expr, functions: ContextFunctions, columns: frozenset[int] = frozenset()
) -> tuple[Beside, ...]:
    """Return the branches of a predicate with their filters. Raises GivenUp for too many.

    A filter asks of the row alone, and of none of `columns`. Its shape tells (`NOT hidden`),
    or that it stands beside what ties the rows to the caller, in this branch or in all that do:
    `is_public` alone says who is to see a row.
    """
    every = branches(expression)
    shared = _shared_conjuncts(every, functions)
    return tuple(_divided(branch, shared, columns, functions) for branch in every)


def _divided(
    branch: Branch, shared: frozenset[Expr], columns: frozenset[int], functions: ContextFunctions
) -> Beside:
    is_tied = any(bound_of(one, functions) is not None for one in branch)
    filters = tuple(
        one
        for one in branch
        if (is_tied or one in shared or is_restriction(one))
        and kind_of(one, functions) == "row flag"
        and columns.isdisjoint(own_columns(one))
    )
    return Beside(branch, filters, tuple(one for one in branch if one not in filters))


def _shared_conjuncts(every: tuple[Branch, ...], functions: ContextFunctions) -> frozenset[Expr]:
    """Return what all branches that bind rows ask besides: filters, not admissions."""
    bounded = [
        frozenset(branch)
        for branch in every
        if any(bound_of(conjunct, functions) is not None for conjunct in branch)
    ]
    return frozenset.intersection(*bounded) if bounded else frozenset()
