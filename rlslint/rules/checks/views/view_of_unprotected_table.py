"""view-of-unprotected-table: a view shows rows that neither a policy nor itself keeps apart."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import spoken
from rlslint.access.privileges import grants_to
from rlslint.access.reach import runs_as_invoker
from rlslint.catalog.model import Relation, View
from rlslint.config import Confidence, Severity
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project, is_called_tenant
from rlslint.project.questions import is_privileged
from rlslint.project.questions.view_exposure import query_of, shows_statistics_only, unbound_in
from rlslint.rules.registry import rule
from rlslint.sql import quoted_identifier


@rule
def view_of_unprotected_table(view: View, project: Project) -> Iterator[Finding]:
    if not project.uses_row_security or runs_as_invoker(view):
        return
    roles = tuple(
        role for role in project.reachable_by(view, "select") if not is_privileged(role, project)
    )
    tables = _shown(view, project, frozenset()) if roles else ()
    if tables:
        yield _finding(view, roles, min(tables, key=project.consulted.__contains__), project)


def _shown(view: Relation, project: Project, above: frozenset[Relation]) -> tuple[Relation, ...]:
    """Return the unprotected tables whose rows of all tenants a view shows to all who query it."""
    query = query_of(view, project)
    if query is None or shows_statistics_only(query, project):
        return ()
    found: list[Relation] = []
    for source in unbound_in(query, project):
        if source.is_view or source.is_materialized_view:
            # One that roles reach themselves is reported itself.
            if source not in above and not project.reachable_by(source, "select"):
                found += _shown(source, project, above | {view})
        elif _is_unprotected(source, project):
            found.append(source)
    return tuple(found)


def _is_unprotected(table: Relation, project: Project) -> bool:
    """Tell whether no policy keeps a table's rows apart, and no role reaches it but by views."""
    if project.is_shared(table) or project.exposure(table):
        return False
    if table.is_foreign_table:
        return bool(project.tenant_columns(table)) or any(map(is_called_tenant, table.columns))
    if not table.is_table or table.temporary or table.rls_enabled:
        return False
    return bool(project.tenant_columns(table))


def _finding(view: View, roles: tuple[str, ...], table: Relation, project: Project) -> Finding:
    span = shown(view.because("query"))
    columns = project.tenant_columns(table)
    column = quoted_identifier(columns[0].name) if columns else "its tenant"
    why = (
        "a foreign table has no row security"
        if table.is_foreign_table
        else f"row security of {table} is not enabled"
    )
    consulted = table in project.consulted
    lowered = " (an info only, for policies look up who is who there)" if consulted else ""
    grants = [g for role in roles for g in grants_to(project.catalog, role, view, "select")]
    places = ((grant.statement, f"lets {spoken(roles)} read the view") for grant in grants[:1])
    return Finding(
        object=str(view),
        message=f"{spoken(roles)} can read the rows of every tenant in {table} through {view}: "
        f"{why}, and the view compares {column} with nothing of the caller's{lowered}",
        span=span,
        label=f"shows {table} as it is",
        help=f"compare {column} with the caller's tenant in {view}, WITH (security_barrier)",
        related=also_shown((table.created, "a table without row security"), *places, beside=span),
        severity=Severity.info if consulted else None,
        confidence=Confidence.low if project.runtime.assumed else Confidence.medium,
    )
