"""view-replace-drops-invoker: a statement takes security_invoker away from a view that had it."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access.reach import runs_as_invoker
from rlslint.catalog.model import View
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.view_exposure import (
    ViewLeak,
    as_invoker,
    confidence_of,
    related_to,
    severity_of,
    view_leaks,
)
from rlslint.rules.registry import rule


@rule
def view_replace_drops_invoker(view: View, project: Project) -> Iterator[Finding]:
    if not view.is_view or runs_as_invoker(view) or not view.option_before("security_invoker"):
        return
    leaks = [leak for leak in view_leaks(view, project) if not leak.read.from_copy]
    if leaks:
        yield _finding(view, leaks[0], project)


def _finding(view: View, leak: ViewLeak, project: Project) -> Finding:
    dropped = view.because("security_invoker")
    enabled = view.because_before("security_invoker")
    span = shown(dropped)
    before = also_shown((enabled, "the option was set here"))
    how = (
        "this statement does not restate" if "security_invoker" not in view.options else "turns off"
    )
    return Finding(
        object=str(view),
        message=f"{leak.who} can {leak.what} since {view} lost security_invoker: it "
        f"{leak.reason(project)}",
        span=span,
        label=f"{how} security_invoker",
        help=as_invoker(view, leak, project),
        related=(*before, *related_to(leak, project, span)),
        severity=severity_of(leak, project),
        confidence=confidence_of(leak.bypass, project),
    )
