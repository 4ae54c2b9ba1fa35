"""Policies that let every tenant have the rows of none."""

from __future__ import annotations

from rlslint import NamedTuple
from rlslint.catalog.model import Column, Policy, Relation
from rlslint.meaning.bounds import UnboundedBranch
from rlslint.meaning.ownerless_rows import ownerless_columns
from rlslint.meaning.simplifying import conjunction
from rlslint.project.project import Project
from rlslint.sql.expressions import Expr


class Ownerless(NamedTuple):
    """What lets the rows pass that have no value in a column which tells whose they are."""

    column: Column
    place: Expr


def ownerless_rows(policy: Policy, project: Project) -> Ownerless | None:
    """Return how the USING clause of a policy shows every tenant the rows of none."""
    table, using = policy.relation, policy.using
    if using is None or not policy.permissive:
        return None
    condition, functions = project.condition(using, table), project.context_functions
    return _first(table, condition.ask(ownerless_columns, condition.filled, functions), project)


def is_ownerless(branch: UnboundedBranch, table: Relation, project: Project) -> bool:
    """Tell whether a branch asks of a row only that it has no tenant."""
    filled = project.filled_columns(table)
    found = ownerless_columns(conjunction(branch.conjuncts, -1), filled, project.context_functions)
    return _first(table, found, project) is not None


def _first(
    table: Relation, found: tuple[tuple[int, Expr], ...], project: Project
) -> Ownerless | None:
    if not found:
        return None
    tenants = {column.number: column for column in project.tenant_columns(table)}
    open_ones = (Ownerless(tenants[number], place) for number, place in found if number in tenants)
    return next(open_ones, None)
