"""rls-not-forced: the owner skips every policy, and the application may be the owner."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import Answer, Ownership, owns
from rlslint.catalog.model import Table
from rlslint.findings import Confidence, Finding, Related, Severity
from rlslint.project import Project
from rlslint.registry import rule


@rule
def rls_not_forced(table: Table, project: Project) -> Iterator[Finding]:
    if not table.rls_enabled or table.rls_forced:
        return
    for role in project.runtime.names:
        ownership = owns(project.catalog, project.runtime, role, table)
        if ownership.answer is not Answer.no:
            yield _finding(table, role, ownership)
            return


def _finding(table: Table, role: str, ownership: Ownership) -> Finding:
    certain = ownership.answer is Answer.yes
    subject = f"{role}, which owns it," if certain else "its owner"
    because = f" ({ownership.because})" if ownership.because else ""
    enabled, created = table.because("rls_enabled"), table.created
    related = (Related(created.span, "the table is created here"),) if created else ()
    return Finding(
        object=str(table),
        message=f"{table} shows all rows to {subject} because row security is not forced{because}",
        span=enabled.span if enabled else None,
        label="does not apply to the owner",
        help=f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY;",
        related=related if enabled is not created else (),
        severity=Severity.error if certain else None,
        confidence=None if certain else Confidence.medium,
    )
