"""Tables with partitions or children: PostgreSQL asks the policies of the one that is named."""

from __future__ import annotations

from rlslint.access.exposure import Exposure
from rlslint.access.gaps import Gap, gap_of, protected_ancestors
from rlslint.catalog.model import Relation
from rlslint.project.project import Project
from rlslint.project.subjects import children


def protected_below(table: Relation, project: Project) -> tuple[Relation, ...]:
    """Return the partitions or children of a table that certainly have row security."""
    below = project.ask(children).get(table, [])
    return tuple(one for one in below if one.knows("rls_enabled") and one.rls_enabled)


def opened_above(table: Relation, project: Project) -> Exposure | None:
    """Return who gets past the row security of partitions or children by the table above them.

    None where that has row security, or a more specific reason to have none.
    """
    protected = protected_below(table, project)
    if not protected or gap_of(table) is not Gap.plain or project.is_shared(table):
        return None
    exposed = project.exposure(table, protected)
    return exposed if exposed is not None and exposed.is_granted else None


def protected_before(table: Relation, project: Project) -> tuple[Relation, ...]:
    """Return the siblings of a partition that had row security when it joined them."""
    parent = table.partition_of
    joined = table.because("partition_of")
    if parent is None or joined is None or not protected_ancestors(table):
        return ()
    return tuple(
        one
        for one in protected_below(parent, project)
        if (enabled := one.because("rls_enabled")) is not None and enabled.number < joined.number
    )
