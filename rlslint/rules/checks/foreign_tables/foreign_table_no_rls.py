"""foreign-table-no-rls: PostgreSQL has no row security for what another server holds."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access.exposure import Exposure
from rlslint.catalog.model import ForeignTable, Relation
from rlslint.config import Confidence
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project, is_called_tenant
from rlslint.project.questions.tenants_exposed import (
    exposed_by_grants,
    exposure_to_api,
)
from rlslint.rules.registry import rule


@rule
def foreign_table_no_rls(table: ForeignTable, project: Project) -> Iterator[Finding]:
    if project.is_shared(table):
        return
    columns = _tenant_columns(table, project)
    exposed = exposed_by_grants(table, project) if columns else None
    if exposed is not None:
        yield _finding(table, columns, exposed)
        return
    opened = exposure_to_api(table, project)
    if opened is not None:
        yield _finding(table, (), opened)


def _tenant_columns(table: Relation, project: Project) -> tuple[str, ...]:
    found = project.tenant_columns(table)
    if found:
        return tuple(column.name for column in found)
    return tuple(filter(is_called_tenant, table.columns))


def _finding(table: Relation, columns: tuple[str, ...], exposed: Exposure) -> Finding:
    span = shown(table.created)
    whose = " of every tenant" if columns else ""
    because = f" ({exposed.because})" if exposed.because else ""
    parent = _protected_parent(table)
    beside = f", and queries of it pass by the policies of {parent}" if parent else ""
    above = parent.because("rls_enabled") if parent else None
    return Finding(
        object=str(table),
        message=f"{exposed.who} can {exposed.verb} the rows{whose} in {table}, because foreign "
        f"tables have no row security{beside}{because}",
        span=span,
        label=f"has {' and '.join(columns)}, and can have no policy" if columns else "no policy",
        help=f"revoke what {exposed.who} may do with it, and grant a view of the caller's own rows "
        "in its place, WITH (security_barrier)",
        related=(
            *exposed.related(span),
            *also_shown((above, f"row security of {parent} is enabled here"), beside=span),
        ),
        confidence=exposed.confidence or Confidence.medium,
    )


def _protected_parent(table: Relation) -> Relation | None:
    parent = table.partition_of
    protected = parent is not None and parent.knows("rls_enabled") and parent.rls_enabled
    return parent if protected else None
