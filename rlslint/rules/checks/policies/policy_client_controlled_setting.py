"""policy-client-controlled-setting: the client sends the value that decides what it may see."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.model import Policy
from rlslint.meaning.claims import client_controlled_bounds, client_controlled_reads
from rlslint.meaning.context import ContextRead
from rlslint.project.findings import Finding, also_shown
from rlslint.project.project import Project
from rlslint.project.questions.conditions import mended, unsaid
from rlslint.project.questions.exposure import (
    admission,
    certainty,
    restricted,
)
from rlslint.project.terms import Condition, Terms
from rlslint.rules.registry import rule


def _believes_the_client(terms: Terms, project: Project) -> bool:
    return any(_believed(terms, condition, project) for condition in terms.conditions)


def _believed(terms: Terms, condition: Condition, project: Project) -> tuple[ContextRead, ...]:
    question = client_controlled_reads if terms.permissive else client_controlled_bounds
    return condition.ask(question, project.context_functions)


@rule(where=_believes_the_client)
def policy_client_controlled_setting(policy: Policy, project: Project) -> Iterator[Finding]:
    terms = project.terms(policy)
    found = [
        (clause, read)
        for clause, condition in zip(policy.clauses, terms.conditions, strict=True)
        for read in _believed(terms, condition, project)
    ]
    if not found:
        return
    exposed = admission(policy, project) if policy.permissive else restricted(policy, project)
    if exposed is None:
        return
    (clause, read), *others = found
    spans = [other.span(another.value) for other, another in others]
    word = "USING" if clause is policy.using else "WITH CHECK"
    yield Finding(
        object=str(policy),
        message=f"{exposed.who} can {exposed.what} any tenant's rows of {policy.relation}: "
        f"policy {policy.name} believes {read.name}, which the client chooses",
        span=clause.span(read.value),
        label="sent by the client",
        help=mended(policy, project, lambda one: bool(_believed(terms, one, project)))
        or unsaid(policy.relation, word),
        related=also_shown(*((span, "here as well") for span in spans)),
        confidence=certainty(project),
    )
