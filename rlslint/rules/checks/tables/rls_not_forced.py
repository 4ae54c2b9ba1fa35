"""rls-not-forced: the owner skips every policy, and the application may be the owner."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.model import Table
from rlslint.config import Severity
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions import is_inside_only, is_open_to_outside
from rlslint.project.questions.remedies import forcing
from rlslint.project.questions.unforced import Unforced, unforced
from rlslint.rules.registry import rule


@rule
def rls_not_forced(table: Table, project: Project) -> Iterator[Finding]:
    found = unforced(table, project)
    if found is not None and found.change is None:
        if found.is_certain and is_open_to_outside(found.role, project):
            return
        yield _finding(table, found, project)


def _finding(table: Table, found: Unforced, project: Project) -> Finding:
    enabled = table.because("rls_enabled")
    # NO FORCE is what to take back where it stands.
    statement = table.statements.get("rls_forced") or enabled
    is_inside = is_inside_only(found.role, project)
    tail = "; an info, for no route from outside leads to it" if is_inside else ""
    places = (table.created, "the table is created here"), (enabled, "row security is enabled here")
    return Finding(
        object=str(table),
        message=f"{table} shows all rows to {found.subject} because row security is not forced"
        f"{found.because}{tail}",
        span=shown(statement),
        label="does not apply to the owner",
        help=forcing(table, project),
        related=also_shown(*dict(places).items(), *project.ways_in(found.role), beside=statement),
        severity=Severity.info if is_inside else found.severity(project),
        confidence=found.confidence(project),
    )
