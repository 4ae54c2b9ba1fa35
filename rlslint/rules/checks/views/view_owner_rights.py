"""view-owner-rights: a view reads its tables as its owner, past the policies of who asks."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access.reach import runs_as_invoker
from rlslint.catalog.model import View
from rlslint.config import Severity
from rlslint.project import Finding, shown
from rlslint.project.project import Project
from rlslint.project.questions.nested_views import invokers_above
from rlslint.project.questions.purpose import is_called_public
from rlslint.project.questions.view_exposure import (
    ViewLeak,
    as_invoker,
    confidence_of,
    hides_no_tenant,
    query_of,
    related_to,
    severity_of,
    shows_partly,
    view_leaks,
)
from rlslint.rules.registry import rule


@rule
def view_owner_rights(view: View, project: Project) -> Iterator[Finding]:
    if not view.is_view or runs_as_invoker(view) or view.option_before("security_invoker"):
        return
    if invokers_above(view, project):
        return
    leaks = [leak for leak in view_leaks(view, project) if not leak.read.from_copy]
    if leaks:
        yield _finding(view, leaks[0], project)


def _finding(view: View, leak: ViewLeak, project: Project) -> Finding:
    statement = view.because("query")
    severity, doubt = _severity(view, leak, project)
    span = shown(statement)
    return Finding(
        object=str(view),
        message=f"{leak.who} can {leak.what}: {_view(view, leak)} {leak.reason(project)}{doubt}",
        span=span,
        label="runs with the rights of its owner",
        help=as_invoker(view, leak, project),
        related=related_to(leak, project, span),
        severity=severity,
        confidence=confidence_of(leak.bypass, project),
    )


def _severity(view: View, leak: ViewLeak, project: Project) -> tuple[Severity | None, str]:
    """Return how grave it is where less than the card says, and what makes it so."""
    known = severity_of(leak, project)
    if known is not None or leak.privilege != "select":
        return known, ""
    if hides_no_tenant(leak.read.table, project):
        return Severity.info, ", whose rows belong to no tenant"
    query = query_of(view, project)
    if is_called_public(view.name) and query is not None and shows_partly(query, leak.read.table):
        return Severity.info, ", some columns of them, and is called public"
    if "security_invoker" in view.options:
        return Severity.warning, " (not certain: it is said not to be a security_invoker)"
    return None, ""


def _view(view: View, leak: ViewLeak) -> str:
    return "the view" if leak.queried is view else f"the view {view} behind it"
