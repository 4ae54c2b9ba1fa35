"""rls-disabled-later: row security that a later statement took away again."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import Gap, gap_of
from rlslint.catalog.model import Table
from rlslint.findings import Finding, Related, Severity
from rlslint.project import Project
from rlslint.registry import rule


@rule
def rls_disabled_later(table: Table, project: Project) -> Iterator[Finding]:
    if gap_of(table) is not Gap.disabled or project.is_shared(table):
        return
    if _has_remains(table) or project.exposure(table) is not None:
        yield _finding(table, project)


def _has_remains(table: Table) -> bool:
    """Tell whether the table still looks protected: DISABLE leaves FORCE and the policies."""
    return table.rls_forced or bool(table.policies.known())


def _finding(table: Table, project: Project) -> Finding:
    exposed = project.exposure(table)
    who = exposed.who if exposed else "whoever is granted access"
    verb = exposed.verb if exposed else "read"
    remains = ", though its policies are still there" if table.policies.known() else ""
    disabled, enabled = table.because("rls_enabled"), table.because("rls_was_enabled")
    span = disabled.span if disabled else None
    related = (Related(enabled.span, "row security is enabled here"),) if enabled else ()
    is_leak = exposed is not None and (_has_remains(table) or project.tenant_columns(table))
    return Finding(
        object=str(table),
        message=f"{who} can {verb} every row of {table} because its row security was disabled "
        f"again{remains}",
        span=span,
        label="is not enabled again",
        help=f"ALTER TABLE {table.sql_name} ENABLE ROW LEVEL SECURITY;",
        related=related + (exposed.related(span) if exposed else ()),
        severity=None if is_leak else Severity.warning,
    )
