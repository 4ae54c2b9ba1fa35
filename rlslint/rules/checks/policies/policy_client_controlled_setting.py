"""policy-client-controlled-setting: the client sends the value that decides what it may see."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.model import Policy
from rlslint.meaning.claims import client_controlled_bounds, client_controlled_reads
from rlslint.project.findings import Finding
from rlslint.project.project import Project
from rlslint.project.questions.exposure import (
    bound_to_caller,
    certainty,
    exposure,
    qualified,
    restricted,
)
from rlslint.rules.registry import rule
from rlslint.text import Related


@rule
def policy_client_controlled_setting(policy: Policy, project: Project) -> Iterator[Finding]:
    question = client_controlled_reads if policy.permissive else client_controlled_bounds
    found = [
        (clause, read)
        for clause in policy.clauses
        for read in project.predicate(clause).ask(question, project.context_functions)
    ]
    if not found:
        return
    exposed = exposure(policy, project) if policy.permissive else restricted(policy, project)
    if exposed is None:
        return
    (clause, read), *others = found
    spans = [other.span(another.value) for other, another in others]
    word = "USING" if clause is policy.using else "WITH CHECK"
    condition = bound_to_caller(policy.relation, project)
    yield Finding(
        object=str(policy),
        message=f"{exposed.who} can {exposed.what} any tenant's rows of {policy.relation}: "
        f"policy {policy.name} believes {read.name}, which the client chooses",
        span=clause.span(read.value),
        label="sent by the client",
        help=f"ALTER POLICY {qualified(policy)} {word} ({condition});",
        related=tuple(Related(span, "here as well") for span in spans if span is not None),
        confidence=certainty(project),
    )
