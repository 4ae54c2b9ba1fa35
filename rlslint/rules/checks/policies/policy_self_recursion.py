"""policy-self-recursion: a policy that reads its own table fails every query that it is for."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import spoken
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Policy
from rlslint.project import Finding, also_shown
from rlslint.project.project import Project
from rlslint.project.questions import certainty
from rlslint.project.questions.circles import Failing, failing, may_lead_back, without_circle
from rlslint.rules.registry import rule
from rlslint.text.sentences import listed


@rule(where=may_lead_back)
def policy_self_recursion(policy: Policy, project: Project) -> Iterator[Finding]:
    found = failing(policy, project, by_forced_owner=False)
    if found is not None:
        yield _finding(policy, found, project)


def _finding(policy: Policy, found: Failing, project: Project) -> Finding:
    circle = found.circle
    table, again, through = policy.relation, circle.again, circle.through
    error = "infinite recursion" if circle.sqlstate == "42P17" else "stack depth limit exceeded"
    kind = "function" if isinstance(through, Function) else "view"
    way = f" through the {kind} {through}" if through is not None else " itself"
    sub_select = " contains a sub-select, which PostgreSQL takes for a circle"
    reason = "" if again is policy else f", whose policy {again.spoken}{sub_select}"
    place = again.created if again is not policy else None
    verb = "fails" if len(found.commands) == 1 else "fail"
    return Finding(
        object=str(policy),
        message=f"{listed(found.commands)} on {table} {verb} for {spoken(found.roles)} with "
        f"{circle.sqlstate} ({error}): policy {policy.spoken} reads {table}{way}{reason}",
        span=circle.clause.span(circle.expression),
        label=f"reads {table} again",
        help=without_circle(policy, circle, project),
        related=also_shown((place, f"policy {again.spoken} applies to that read")),
        confidence=certainty(project),
    )
