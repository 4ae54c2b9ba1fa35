"""policy-to-anon: callers without an account see rows that nothing says are public."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.model import Policy
from rlslint.project import Finding, shown
from rlslint.project.project import Project
from rlslint.project.questions import anonymous_roles, certainty
from rlslint.project.questions.anonymous_callers import admits_whoever_asks, opened_to_anonymous
from rlslint.project.questions.conditions import mended, unsaid
from rlslint.project.questions.exposure import Admission
from rlslint.project.terms import Terms
from rlslint.rules.registry import rule


def _asks_nobody(terms: Terms, project: Project) -> bool:
    using = terms.using
    if using is None or not terms.permissive or not project.ask(anonymous_roles):
        return False
    return admits_whoever_asks(using, project)


@rule(where=_asks_nobody)
def policy_to_anon(policy: Policy, project: Project) -> Iterator[Finding]:
    exposed = opened_to_anonymous(policy, project)
    if exposed is not None:
        yield _finding(policy, exposed, project)


def _finding(policy: Policy, exposed: Admission, project: Project) -> Finding:
    table, using = policy.relation, policy.using
    return Finding(
        object=str(policy),
        message=f"callers without an account can {exposed.what} rows of every tenant in {table}: "
        f"policy {policy.spoken} lets {exposed.who} pass, and nothing says that its rows are "
        "public",
        span=shown(using),
        label="asks nothing about the caller",
        help=mended(policy, project, lambda one: admits_whoever_asks(one, project))
        or unsaid(table, "USING"),
        confidence=certainty(project),
    )
