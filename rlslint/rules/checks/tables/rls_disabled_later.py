"""rls-disabled-later: row security that a later statement took away again."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access.gaps import Gap, gap_of
from rlslint.catalog.model import Table
from rlslint.config import Severity
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.remedies import enabling
from rlslint.rules.registry import rule


@rule
def rls_disabled_later(table: Table, project: Project) -> Iterator[Finding]:
    if gap_of(table) is not Gap.disabled or project.is_shared(table):
        return
    if table.policies.known() or _is_open(table, project):
        yield _finding(table, project)


def _is_open(table: Table, project: Project) -> bool:
    """Tell whether the application certainly gets at the table, or at rows of tenants in it."""
    exposed = project.exposure(table)
    return exposed is not None and (exposed.is_granted or _has_tenants(table, project))


def _has_tenants(table: Table, project: Project) -> bool:
    return table.knows("columns") and bool(project.tenant_columns(table))


def _finding(table: Table, project: Project) -> Finding:
    exposed = project.exposure(table)
    who = exposed.who if exposed else "whoever is granted access"
    verb = exposed.verb if exposed else "read"
    though = ", though its policies are still there" if table.policies.known() else ""
    disabled, enabled = table.because("rls_enabled"), table.because_before("rls_enabled")
    span = shown(disabled)
    related = also_shown((enabled, "row security is enabled here"))
    # DISABLE leaves FORCE and the policies, so that the table still looks protected.
    remains = table.rls_forced or bool(table.policies.known())
    is_leak = exposed is not None and (remains or _has_tenants(table, project))
    return Finding(
        object=str(table),
        message=f"{who} can {verb} every row of {table} because its row security was disabled "
        f"again{though}",
        span=span,
        label="is not enabled again",
        help=enabling(table, project),
        related=related + (exposed.related(span) if exposed else ()),
        severity=None if is_leak else Severity.warning,
    )
