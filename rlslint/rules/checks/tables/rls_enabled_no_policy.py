"""rls-enabled-no-policy: row security without a policy admits nobody."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access.exposure import Exposure
from rlslint.access.gaps import ancestors
from rlslint.access.privileges import grants_to
from rlslint.access.reach import functions_around, row_security_active
from rlslint.access.runtime_roles import Evidence
from rlslint.catalog.model import Table
from rlslint.catalog.roles import DATA_PRIVILEGES, quoted_roles
from rlslint.config import Confidence, Severity
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.remedies import tenant_policy
from rlslint.project.questions.removals import shuts_somebody_out
from rlslint.rules.registry import rule


@rule
def rls_enabled_no_policy(table: Table, project: Project) -> Iterator[Finding]:
    if not table.rls_enabled or table.policies or project.is_shared(table):
        return
    if any(above.policies for above in ancestors(table)):
        return
    exposed = project.exposure(table)
    if exposed is None or not exposed.is_granted or shuts_somebody_out(table, project):
        return
    refused = [r for r in exposed.roles if row_security_active(project.catalog, r, table)]
    if refused:
        yield _finding(table, exposed._replace(roles=tuple(refused)), project)


def _is_meant_to_be_used(table: Table, exposed: Exposure, project: Project) -> bool:
    """Tell whether the history itself grants a role the table.

    On a platform whose defaults grant everything, a GRANT that restates them says nothing.
    """
    restated = {
        grant.statement
        for role in exposed.roles
        if project.runtime.evidence is Evidence.platform
        for grant in grants_to(project.catalog, role, table, "truncate")
    }
    return any(statement not in restated for statement in exposed.statements)


def _finding(table: Table, exposed: Exposure, project: Project) -> Finding:
    enabled, dropped = table.because("rls_enabled"), table.statements.get("policies")
    span = shown(enabled)
    related = also_shown((dropped, "policies are dropped here"))
    around = functions_around(project.catalog, table)
    by_design = f" (an info only, for {around[0]} reaches it as its owner)" if around else ""
    meant = not around and _is_meant_to_be_used(table, exposed, project)
    return Finding(
        object=str(table),
        message=f"{exposed.who} can neither read nor write any row of {table} because row "
        f"security is enabled and no policy admits any{by_design}",
        span=span,
        label="has no policy",
        help=tenant_policy(table, project) or _revocation(table, exposed, project),
        related=related + exposed.related(span),
        severity=None if meant else Severity.info,
        confidence=None if meant else Confidence.low,
    )


def _revocation(table: Table, exposed: Exposure, project: Project) -> str:
    if table in project.consulted:
        return f"add a policy to {table} that shows callers their own rows: policies look it up"
    grantees = quoted_roles(
        grant.grantee
        for role in exposed.roles
        for privilege in DATA_PRIVILEGES
        for grant in grants_to(project.catalog, role, table, privilege)
    )
    return f"REVOKE ALL ON {table.sql_name} FROM {grantees};"
