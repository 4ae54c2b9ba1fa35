"""force-removed: row security was forced, and a later statement took that back."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.remedies import forcing
from rlslint.project.questions.unforced import unforced
from rlslint.project.subjects import AlteredTable
from rlslint.rules.registry import rule


@rule
def force_removed(altered: AlteredTable, project: Project) -> Iterator[Finding]:
    table = altered.table
    found = unforced(table, project)
    taken = table.because("rls_forced")
    if found is None or found.change is None or found.change is not taken:
        return
    forced, given = table.because_before("rls_forced"), table.because("owner")
    yield Finding(
        object=str(table),
        message=f"{table} shows all rows to {found.subject} because its row security is forced no "
        f"more{found.because}",
        span=shown(taken),
        label="lets the owner past all policies again",
        help=forcing(table, project),
        related=also_shown((forced, "was forced here"), (given, "whose the table is")),
        severity=found.severity(project),
        confidence=found.confidence(project),
    )
