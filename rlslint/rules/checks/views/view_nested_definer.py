"""view-nested-definer: a view that asks as its user shows one that asks as its owner."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access.reach import runs_as_invoker
from rlslint.catalog.model import View
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.nested_views import invokers_above
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
def view_nested_definer(view: View, project: Project) -> Iterator[Finding]:
    if not view.is_view or runs_as_invoker(view) or view.option_before("security_invoker"):
        return
    above = invokers_above(view, project)
    leaks = [leak for leak in view_leaks(view, project) if not leak.read.from_copy] if above else []
    if leaks:
        yield _finding(view, above[0], leaks[0], project)


def _finding(view: View, above: View, leak: ViewLeak, project: Project) -> Finding:
    statement = view.because("query")
    span = shown(statement)
    table = leak.read.table
    return Finding(
        object=str(view),
        message=f"{leak.who} can read every tenant's rows of {table} through {above}: its "
        f"security_invoker is for what it names itself, and {view} {leak.reason(project)}",
        span=span,
        label="runs with the rights of its owner",
        help=as_invoker(view, leak, project),
        related=(
            *also_shown((above.because("query"), f"{above} shows it"), beside=statement),
            *related_to(leak, project, span),
        ),
        severity=severity_of(leak, project),
        confidence=confidence_of(leak.bypass, project),
    )
