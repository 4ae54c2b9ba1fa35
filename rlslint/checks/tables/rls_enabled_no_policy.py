"""rls-enabled-no-policy: row security without a policy admits nobody."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import Exposure, ancestors, row_security_active
from rlslint.catalog.model import Table
from rlslint.findings import Confidence, Finding, Related, Severity
from rlslint.project import Project
from rlslint.registry import rule


@rule
def rls_enabled_no_policy(table: Table, project: Project) -> Iterator[Finding]:
    if not table.rls_enabled or table.policies or project.is_shared(table):
        return
    if any(above.policies for above in ancestors(table)):
        return
    exposed = project.exposure(table)
    if exposed is not None and any(
        row_security_active(project.catalog, role, table) for role in exposed.roles
    ):
        yield _finding(table, exposed)


def _finding(table: Table, exposed: Exposure) -> Finding:
    enabled = table.because("rls_enabled")
    dropped = table.statements.get("policies")
    span = enabled.span if enabled else None
    related = (Related(dropped.span, "its policies are dropped here"),) if dropped else ()
    granted = bool(exposed.statements)
    return Finding(
        object=str(table),
        message=f"{exposed.who} can neither read nor write any row of {table} because row "
        "security is enabled and no policy admits anybody",
        span=span,
        label="has no policy",
        help=f"CREATE POLICY tenant_isolation ON {table.sql_name} USING (false); -- say who may",
        related=related + exposed.related(span),
        severity=None if granted else Severity.info,
        confidence=None if granted else Confidence.low,
    )
