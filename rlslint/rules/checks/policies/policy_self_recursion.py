"""policy-self-recursion: a policy that reads its own table fails every query that it is for."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access.recursion import Recursion, may_read
from rlslint.access.wording import spoken
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Policy
from rlslint.project.findings import Finding, also_shown
from rlslint.project.project import Project
from rlslint.project.questions.circles import circles_of, is_by_forced_owner, without_circle
from rlslint.project.questions.exposure import certainty
from rlslint.project.terms import Terms
from rlslint.rules.registry import rule
from rlslint.text.sentences import listed


def _looks_around(terms: Terms, project: Project) -> bool:
    return any(may_read(one.written.expression, project.catalog) for one in terms.conditions)


@rule(where=_looks_around)
def policy_self_recursion(policy: Policy, project: Project) -> Iterator[Finding]:
    found = [one for one in circles_of(policy, project) if not is_by_forced_owner(one[2], policy)]
    if found:
        commands = tuple(dict.fromkeys(command.upper() for command, _, _ in found))
        roles = tuple(dict.fromkeys(role for _, role, _ in found))
        yield _finding(policy, commands, roles, found[0][2], project)


def _finding(
    policy: Policy,
    commands: tuple[str, ...],
    roles: tuple[str, ...],
    circle: Recursion,
    project: Project,
) -> Finding:
    table, again, through = policy.relation, circle.again, circle.through
    error = "infinite recursion" if circle.sqlstate == "42P17" else "stack depth limit exceeded"
    kind = "function" if isinstance(through, Function) else "view"
    way = f" through the {kind} {through}" if through is not None else " itself"
    sub_select = " contains a sub-select, which PostgreSQL takes for a circle"
    reason = "" if again is policy else f", whose policy {again.name}{sub_select}"
    place = again.created if again is not policy else None
    verb = "fails" if len(commands) == 1 else "fail"
    return Finding(
        object=str(policy),
        message=f"{listed(commands)} on {table} {verb} for {spoken(roles)} with {circle.sqlstate} "
        f"({error}): policy {policy.name} reads {table}{way}{reason}",
        span=circle.clause.span(circle.expression),
        label=f"reads {table} again",
        help=without_circle(policy, circle, project),
        related=also_shown((place, f"policy {again.name} applies to that read")),
        confidence=certainty(project),
    )
