"""rls-not-enabled: a table with tenants' rows that was left without row security."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import Exposure, Gap, ancestors, gap_of
from rlslint.catalog.model import Table
from rlslint.findings import Confidence, Finding
from rlslint.project import Project
from rlslint.registry import rule


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
    if table.is_beyond_history or table.temporary or project.is_shared(table):
        return None
    if gap_of(table) is not Gap.plain or not project.tenant_columns(table):
        return None
    exposed = project.exposure(table)
    uncertain = not project.uses_row_security and not project.config.tenant_columns
    return None if uncertain and exposed is not None and exposed.confidence else exposed


def _finding(table: Table, exposed: Exposure, project: Project) -> Finding:
    columns = " and ".join(column.name for column in project.tenant_columns(table))
    because = f" ({exposed.because})" if exposed.because else ""
    statement = table.because("rls_enabled")
    span = statement.span if statement else None
    by_name = not project.uses_row_security and not project.config.tenant_columns
    return Finding(
        object=str(table),
        message=f"{exposed.who} can {exposed.verb} the rows of every tenant in {table} "
        f"because row security is not enabled{because}",
        span=span,
        label=f"has {columns}, and no row security",
        help=f"ALTER TABLE {table.sql_name} ENABLE ROW LEVEL SECURITY; -- then CREATE POLICY",
        related=exposed.related(span),
        confidence=exposed.confidence or (Confidence.medium if by_name else None),
    )
