"""down-migration-opens-table: a way back takes the row security and leaves rows and grants."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import inherited_roles, spoken
from rlslint.catalog import Reversal
from rlslint.catalog.roles import PUBLIC
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.exposure import whose
from rlslint.rules.registry import rule


@rule
def down_migration_opens_table(reversal: Reversal, project: Project) -> Iterator[Finding]:
    table = reversal.relation
    there = dict.get(project.catalog.relations, table.oid) is table
    if not there or not table.rls_enabled or project.is_shared(table):
        return
    roles = _reaching(reversal, project)
    if not roles:
        return
    enabled, created = table.because("rls_enabled"), table.created
    yield Finding(
        object=str(table),
        message=f"undoing this migration gives {spoken(roles)} every row of "
        f"{table}{whose(table, project)}: "
        "its row security goes, the rows and the privileges stay",
        span=shown(reversal.statement),
        label="disables row security on the way back",
        help=f"revoke the privileges on {table} before row security is disabled, or drop the table",
        related=also_shown(
            (enabled, "row security is enabled here"), (created, "the table is created here")
        ),
    )


def _reaching(reversal: Reversal, project: Project) -> tuple[str, ...]:
    """Return the runtime roles that have a privilege on the rows both then and at the end."""
    exposed = project.exposure(reversal.relation)
    if exposed is None or not exposed.is_granted:
        return ()
    return tuple(
        role
        for role in exposed.roles
        if PUBLIC in reversal.grantees
        or not inherited_roles(project.catalog, role).isdisjoint(reversal.grantees)
    )
