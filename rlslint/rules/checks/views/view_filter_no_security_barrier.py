"""view-filter-no-security-barrier: what a query asks may be asked of rows that a view hides."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import spoken
from rlslint.access.privileges import grants_to
from rlslint.catalog.model import Relation, View
from rlslint.config import Confidence, Severity
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.filtering_views import (
    Filter,
    Way,
    filter_of,
    gets_more_by_itself,
    ways_to,
)
from rlslint.project.questions.view_exposure import query_of
from rlslint.rules.registry import rule


@rule
def view_filter_no_security_barrier(view: View, project: Project) -> Iterator[Finding]:
    if not _lets_conditions_down(view, project):
        return
    found = filter_of(view, project)
    if found is None or any(below.option("security_barrier") for below in found.views):
        return
    ways = ways_to(view, "select", project, lambda above: _lets_conditions_down(above, project))
    kept = tuple(
        way for way in ways if not gets_more_by_itself(way.role, found.table, "select", project)
    )
    if kept:
        yield _finding(view, found, kept, project)


def _lets_conditions_down(view: Relation, project: Project) -> bool:
    """Tell whether a condition of a query may be asked of the rows below a view."""
    if not view.is_view or view.option("security_barrier"):
        return False
    query = query_of(view, project)
    # No condition gets below LIMIT.
    return query is not None and not query.limited


def _finding(view: View, found: Filter, ways: tuple[Way, ...], project: Project) -> Finding:
    statement = view.because("query")
    roles = tuple(way.role for way in ways)
    queried = ways[0].queried
    # Whoever calls an API sends conditions, but no functions of their own.
    calls_api = set(roles) <= set(project.api_roles)
    grants = (
        (grant.statement, f"{spoken((role,))} may query {way} by this privilege")
        for role, way in ways
        for grant in grants_to(project.catalog, role, way, "select")
    )
    return Finding(
        object=str(view),
        message=f"{spoken(roles)} can learn of every tenant's rows of {found.table}: a function in "
        f"a query of {queried} may be called, or fail, before the view has left other rows out",
        span=shown(statement),
        label="filters without security_barrier",
        help=f"ALTER VIEW {view.sql_name} SET (security_barrier = true);",
        related=also_shown(*grants, beside=statement),
        severity=Severity.info if calls_api else None,
        confidence=Confidence.medium,
    )
