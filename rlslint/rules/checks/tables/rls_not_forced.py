"""rls-not-forced: the owner skips every policy, and the application may be the owner."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import Answer, Escape, Ownership, bypass, owning_membership, owns
from rlslint.catalog.model import Table
from rlslint.config.scales import Confidence, Severity
from rlslint.project.findings import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.remedies import forcing
from rlslint.rules.registry import rule


@rule
def rls_not_forced(table: Table, project: Project) -> Iterator[Finding]:
    if not table.rls_enabled or table.rls_forced:
        return
    for role in project.runtime.names:
        escaped = bypass(project.catalog, role, table)
        if escaped is not None and escaped.escape is not Escape.owner:
            continue
        # FORCE does not bind a role with BYPASSRLS: the connection is what has to change.
        if role in project.runtime.exempt or _is_by_membership(role, table, project):
            continue
        ownership = owns(project.catalog, project.runtime, role, table)
        if ownership.answer is Answer.yes or (ownership.answer is Answer.maybe and table.policies):
            reasons = (ownership.because, project.runtime.seen(role))
            yield _finding(table, role, ownership, "; ".join(filter(None, reasons)), project)
            return


def _is_by_membership(role: str, table: Table, project: Project) -> bool:
    """Tell whether the membership is to be mended, not the table: app-role-member-of-owner."""
    membership = owning_membership(project.catalog, project.runtime, role, table)
    return membership is not None and "rls_forced" not in table.statements


def _finding(
    table: Table, role: str, ownership: Ownership, reasons: str, project: Project
) -> Finding:
    certain, doubtful = ownership.answer is Answer.yes, project.runtime.reason(role).doubtful
    subject = f"{role}, which owns it," if certain else "its owner"
    because = f" ({reasons})" if reasons else ""
    enabled = table.because("rls_enabled")
    # NO FORCE is what to take back where it stands.
    statement = table.statements.get("rls_forced") or enabled
    places = (table.created, "the table is created here"), (enabled, "row security is enabled here")
    return Finding(
        object=str(table),
        message=f"{table} shows all rows to {subject} because row security is not forced{because}",
        span=shown(statement),
        label="does not apply to the owner",
        help=forcing(table, project),
        related=also_shown(*dict(places).items(), beside=statement),
        severity=Severity.error if certain and not doubtful else None,
        confidence=Confidence.medium if doubtful or not certain else None,
    )
