"""policy-mutual-recursion: policies of several tables read one another, and every query fails."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rlslint.access import spoken
from rlslint.access.recursion import looked_up
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.model import Policy
from rlslint.project import Finding, also_shown
from rlslint.project.project import Project
from rlslint.project.questions import certainty
from rlslint.project.terms import Terms
from rlslint.rules.registry import rule
from rlslint.text.sentences import listed

if TYPE_CHECKING:
    from rlslint.project.questions.mutual_circles import MutualCircle


def _looks_around(terms: Terms, project: Project) -> bool:
    del project
    return any(condition.written.ask(looked_up) for condition in terms.conditions)


@rule(where=_looks_around)
def policy_mutual_recursion(policy: Policy, project: Project) -> Iterator[Finding]:
    from rlslint.project.questions.mutual_circles import mutual_circles

    found = project.ask(mutual_circles).get(policy)
    if isinstance(found, UnknownFact):
        raise found
    if found is not None:
        yield _finding(policy, found, project)


def _finding(policy: Policy, found: MutualCircle, project: Project) -> Finding:
    from rlslint.project.questions.circles import ADVICE

    circle, table = found.circle, policy.relation
    first, *others = circle.steps
    commands = [command.upper() for command in found.commands]
    error = "infinite recursion" if circle.sqlstate == "42P17" else "stack depth limit exceeded"
    way = str(first.read.table)
    verb = "fails" if len(commands) == 1 else "fail"
    return Finding(
        object=str(policy),
        message=f"{listed(commands)} on {table} {verb} for {spoken(found.roles)} with "
        f"{circle.sqlstate} ({error}): policy {policy.spoken} reads {way}, whose policies lead "
        "back",
        span=first.clause.span(first.expression),
        label=f"leads back to {table}",
        help=ADVICE,
        related=also_shown(
            *(
                (
                    step.clause.span(step.expression),
                    f"policy {step.policy.spoken} of {step.policy.relation} reads "
                    f"{step.read.table}",
                )
                for step in others
            )
        ),
        confidence=certainty(project),
    )
