"""Policies that read tables whose policies read further ones."""

from __future__ import annotations

from rlslint import NamedTuple
from rlslint.access.reach import reads_behind, row_security_active
from rlslint.access.recursion import looked_up, select_policies
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.model import Policy, Relation
from rlslint.project.project import Project
from rlslint.project.questions import served_roles
from rlslint.project.questions.index_needs import filters_rows
from rlslint.project.terms import Terms
from rlslint.sql.expressions import Expr, Source


class Nested(NamedTuple):
    """That a policy reads, at `place`, a table whose policy `inner` reads `further`."""

    place: Expr
    inner: Policy
    further: Relation


def reads_tables(terms: Terms, project: Project) -> bool:
    """Tell whether a USING clause itself reads tables."""
    del project
    return terms.using is not None and bool(terms.using.written.ask(_tables_in))


def nested_policies(policy: Policy, project: Project) -> Nested | None:
    """Return a policy that is evaluated inside of this one and reads a table itself.

    Of several policies of a table that read alike the first by name counts. Those that lead back to
    where they began are no matter of speed.
    """
    found = project.ask(_nested, policy)
    if found is None:
        return None
    for other in project.ask(_by_name, policy.relation):
        if other is policy:
            return found
        earlier = project.ask(_nested, other)
        if earlier is not None and earlier.inner.relation is found.inner.relation:
            return None
    return found


def _by_name(project: Project, table: Relation) -> tuple[Policy, ...]:
    del project
    return tuple(sorted(table.policies.known(), key=str))


def _nested(project: Project, policy: Policy) -> Nested | None:
    using = policy.using
    if using is None or not filters_rows(policy, project):
        return None
    for role in served_roles(policy, project):
        for place, relation in using.ask(_tables_in):
            for read in reads_behind(relation, role):
                if read.from_copy or not row_security_active(
                    project.catalog, read.role, read.table
                ):
                    continue
                inside = project.ask(_inside, read.table, read.role)
                for further, inner in inside.policies.items():
                    if further.isdisjoint((policy.relation, read.table)):
                        return Nested(place, inner, min(further, key=str))
                if inside.gap is not None:
                    raise inside.gap
    return None


class _Inside(NamedTuple):
    """What the policies that filter a table read, and the first of them that reads just that."""

    policies: dict[frozenset[Relation], Policy]
    gap: UnknownFact | None


def _inside(project: Project, table: Relation, role: str) -> _Inside:
    found: dict[frozenset[Relation], Policy] = {}
    try:
        for inner in select_policies(project.catalog, table, role):
            further = _further(inner)
            if further:
                found.setdefault(further, inner)
    except UnknownFact as unknown:
        return _Inside(found, unknown)
    return _Inside(found, None)


def _further(inner: Policy) -> frozenset[Relation]:
    if inner.using is None:
        return frozenset()
    return frozenset(relation for _, relation in inner.using.ask(_tables_in))


def _tables_in(expression: Expr) -> tuple[tuple[Expr, Relation], ...]:
    """Return the relations that the sub-selects of a policy read themselves, and where."""
    return tuple(
        (place, source.relation)
        for place, source in looked_up(expression)
        if isinstance(source, Source) and isinstance(source.relation, Relation)
    )
