"""view-filter-no-security-barrier: what a query asks may be asked of rows that a view hides."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import spoken
from rlslint.access.privileges import grants_to
from rlslint.catalog.model import View
from rlslint.config import Confidence, Severity
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.filtering_views import Filter, filter_of, gets_more_by_itself
from rlslint.project.questions.view_exposure import query_of
from rlslint.rules.registry import rule


@rule
def view_filter_no_security_barrier(view: View, project: Project) -> Iterator[Finding]:
    if not view.is_view or view.option("security_barrier"):
        return
    roles = project.reachable_by(view, "select")
    found = filter_of(view, project) if roles else None
    query = query_of(view, project)
    # No condition gets below LIMIT.
    if found is None or query is None or query.limited:
        return
    kept = tuple(
        role for role in roles if not gets_more_by_itself(role, found.table, "select", project)
    )
    if kept:
        yield _finding(view, found, kept, project)


def _finding(view: View, found: Filter, roles: tuple[str, ...], project: Project) -> Finding:
    statement = view.because("query")
    # Whoever calls an API sends conditions, but no functions of their own.
    calls_api = set(roles) <= set(project.api_roles)
    grants = (
        (grant.statement, f"{spoken((role,))} may query {view} by this privilege")
        for role in roles
        for grant in grants_to(project.catalog, role, view, "select")
    )
    return Finding(
        object=str(view),
        message=f"{spoken(roles)} can learn of every tenant's rows of {found.table}: a function in "
        f"a query of {view} may be called, or fail, before the view has left other rows out",
        span=shown(statement),
        label="filters without security_barrier",
        help=f"ALTER VIEW {view.sql_name} SET (security_barrier = true);",
        related=also_shown(*grants, beside=statement),
        severity=Severity.info if calls_api else None,
        confidence=Confidence.medium,
    )
