"""materialized-view-bypass: a copy of protected rows, which no policy can filter."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.model import View
from rlslint.findings import Finding, Related
from rlslint.project import Project
from rlslint.questions.view_exposure import (
    ViewLeak,
    confidence_of,
    related_to,
    severity_of,
    view_leaks,
)
from rlslint.registry import rule
from rlslint.sql.quoting import quoted_identifier


@rule
def materialized_view_bypass(view: View, project: Project) -> Iterator[Finding]:
    leaks = [
        leak for leak in view_leaks(view, project) if leak.read.from_copy and not leak.statistic
    ]
    if leaks:
        yield _finding(view, leaks[0], project)


def _finding(view: View, leak: ViewLeak, project: Project) -> Finding:
    copy = next(one for one in leak.read.through if one.is_materialized_view)
    statement, filled = view.because("query"), copy.because("query")
    span = statement.span if statement else None
    made = (Related(filled.span, "the rows are copied here"),) if filled else ()
    cause = "a materialized view" if copy is view else f"it shows {copy}, a materialized view that"
    return Finding(
        object=str(view),
        message=f"{leak.who} can {leak.what}: {cause} keeps a copy of them, "
        "and cannot have policies",
        span=span,
        label="copies the rows of all tenants" if copy is view else "shows the copied rows",
        help=f"REVOKE SELECT ON {view.sql_name} FROM {_grantees(leak)}; "
        f"-- and show the rows through a view that filters {copy.sql_name} by tenant",
        related=(*(made if copy is not view else ()), *related_to(leak, project, span)),
        severity=severity_of(leak, project),
        confidence=confidence_of(None, project),
    )


def _grantees(leak: ViewLeak) -> str:
    known = {grant.grantee for grant in leak.queried.grants.known()}
    named = [role for role in leak.roles if role in known] or ["PUBLIC"]
    return ", ".join(quoted_identifier(role) if role != "PUBLIC" else role for role in named)
