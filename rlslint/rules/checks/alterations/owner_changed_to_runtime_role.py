"""owner-changed-to-runtime-role: a protected table was given to the role that serves requests."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.roles import MIGRATION_ROLE
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.remedies import forcing
from rlslint.project.questions.unforced import unforced
from rlslint.project.subjects import AlteredTable
from rlslint.rules.registry import rule


@rule
def owner_changed_to_runtime_role(altered: AlteredTable, project: Project) -> Iterator[Finding]:
    table = altered.table
    found = unforced(table, project)
    given = table.because("owner")
    if found is None or found.change is None or found.change is not given:
        return
    before = table.before("owner")
    whose = "the role that runs the migrations" if before == MIGRATION_ROLE else before
    enabled = table.because("rls_enabled"), "row security is enabled here"
    yield Finding(
        object=str(table),
        message=f"{table} shows all rows to {found.role} since it was given to it: row security "
        f"that is not forced does not bind the owner{found.because}",
        span=shown(given),
        label=f"belonged to {whose} before",
        help=forcing(table, project),
        related=also_shown(enabled, (table.created, "the table is created here"), beside=given),
        severity=found.severity(project),
        confidence=found.confidence(project),
    )
