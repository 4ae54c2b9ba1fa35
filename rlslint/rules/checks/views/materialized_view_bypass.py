"""materialized-view-bypass: a copy of protected rows, which no policy can filter."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.model import View
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.view_exposure import (
    ViewLeak,
    confidence_of,
    related_to,
    severity_of,
    view_leaks,
)
from rlslint.rules.registry import rule


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
    span = shown(statement)
    made = also_shown((filled, "the rows are copied here"))
    cause = "a materialized view" if copy is view else f"it shows {copy}, a materialized view that"
    return Finding(
        object=str(view),
        message=f"{leak.who} can {leak.what}: {cause} keeps a copy of them, "
        "and cannot have policies",
        span=span,
        label="copies the rows of all tenants" if copy is view else "shows the copied rows",
        help=f"show the rows through a view that asks whose they are, and revoke SELECT on "
        f"{leak.queried} from {leak.who}",
        related=(*(made if copy is not view else ()), *related_to(leak, project, span)),
        severity=severity_of(leak, project),
        confidence=confidence_of(None, project),
    )
