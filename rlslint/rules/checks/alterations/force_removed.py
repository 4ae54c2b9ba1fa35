"""force-removed: row security was forced, and a later statement took that back."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access.data_roles import escapes_row_security
from rlslint.catalog.model import Relation
from rlslint.config import Confidence, Severity
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
    if found is None and _may_serve(table, project):
        yield _of_another_owner(table, project)
        return
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


def _may_serve(table: Relation, project: Project) -> bool:
    """Tell whether row security was forced on an owner of whom nothing says what it is for."""
    owner = project.catalog.roles.get(table.owner)
    if not (table.rls_enabled and table.before("rls_forced") and table.policies.known()):
        return False
    if table.rls_forced or escapes_row_security(project.catalog, table.owner):
        return False
    if table.owner in (*project.config.owner_roles, *project.runtime.migrating):
        return False
    return owner is not None and owner.declared and owner.login


def _of_another_owner(table: Relation, project: Project) -> Finding:
    return Finding(
        object=str(table),
        message=f"{table} shows all rows to {table.owner}, which owns it and may log in, because "
        "its row security is forced no more",
        span=shown(table.because("rls_forced")),
        label="lets the owner past all policies again",
        help=forcing(table, project),
        related=also_shown(
            (table.because_before("rls_forced"), "was forced here"),
            (table.because("owner"), "whose the table is"),
        ),
        severity=Severity.info,
        confidence=Confidence.low,
    )
