"""rls-not-enabled: a table with tenants' rows that was left without row security."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import Exposure, Gap, ancestors, gap_of, is_probably_superuser, is_superuser
from rlslint.catalog.model import Table
from rlslint.config.scales import Confidence, Severity
from rlslint.project.findings import Finding, shown
from rlslint.project.project import Project
from rlslint.project.questions.remedies import protection
from rlslint.rules.registry import rule


@rule
def rls_not_enabled(table: Table, project: Project) -> Iterator[Finding]:
    exposed = _exposure(table, project)
    if exposed is None:
        return
    if any(_exposure(above, project) is not None for above in ancestors(table)):
        return
    yield _finding(table, exposed, project)


def _exposure(table: Table, project: Project) -> Exposure | None:
    """Return who gets at a table that should have row security and lacks it."""
    if table.temporary or project.is_shared(table) or gap_of(table) is not Gap.plain:
        return None
    if not project.tenant_columns(table):
        return None
    exposed = project.exposure(table)
    if exposed is None or not _goes_by_names(project):
        return exposed
    # Row security binds no superuser: with those alone, nobody has meant to use it here.
    catalog = project.catalog
    unbound = all(
        is_superuser(catalog, r) or is_probably_superuser(catalog, r) for r in exposed.roles
    )
    return None if exposed.confidence is not None or unbound else exposed


def _goes_by_names(project: Project) -> bool:
    """Tell whether nothing but the names of columns says that there are tenants."""
    return not project.uses_row_security and not project.config.tenant_columns


def _finding(table: Table, exposed: Exposure, project: Project) -> Finding:
    columns = " and ".join(column.name for column in project.tenant_columns(table))
    because = f" ({exposed.because})" if exposed.because else ""
    # Row security on the table that policies consult needs a way around itself.
    consulted = table in project.consulted and (exposed.only_reads or exposed.because != "")
    if consulted:
        because += " (an info only, for policies look up there who may see what)"
    statement = table.because("rls_enabled")
    span = shown(statement)
    return Finding(
        object=str(table),
        message=f"{exposed.who} can {exposed.verb} the rows of every tenant in {table} "
        f"because row security is not enabled{because}",
        span=span,
        label=f"has {columns}, and no row security",
        help=protection(table, project),
        related=exposed.related(span),
        severity=Severity.info if consulted else None,
        confidence=exposed.confidence or (Confidence.medium if _goes_by_names(project) else None),
    )
