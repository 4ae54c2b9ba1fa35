"""Policies that believe what the client says of itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rlslint.catalog.model import Policy
from rlslint.meaning.claims import client_controlled_bounds, client_controlled_reads
from rlslint.meaning.context import ContextRead
from rlslint.project import Finding, also_shown
from rlslint.project.project import Project
from rlslint.project.questions import certainty
from rlslint.project.questions.conditions import mended, unsaid
from rlslint.project.questions.exposure import admission, restricted
from rlslint.project.terms import Condition, Terms

Chosen = Callable[[ContextRead], bool]
"""Tells which of the values that a client chooses a rule is about."""


def is_believed(terms: Terms, project: Project, chosen: Chosen) -> bool:
    """Tell whether policies of these terms rest on such a value."""
    return any(_believed(terms, condition, project, chosen) for condition in terms.conditions)


def _believed(
    terms: Terms, condition: Condition, project: Project, chosen: Chosen
) -> tuple[ContextRead, ...]:
    question = client_controlled_reads if terms.permissive else client_controlled_bounds
    return tuple(filter(chosen, condition.ask(question, project.context_functions)))


def believing(
    policy: Policy, project: Project, chosen: Chosen, why: str, label: str
) -> Iterator[Finding]:
    """Yield the finding about a policy that believes such a value; `why` says who chooses it."""
    terms = project.terms(policy)
    found = [
        (clause, read)
        for clause, condition in zip(policy.clauses, terms.conditions, strict=True)
        for read in _believed(terms, condition, project, chosen)
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
        f"policy {policy.spoken} believes {read.name}, {why}",
        span=clause.span(read.value),
        label=label,
        help=mended(policy, project, lambda one: bool(_believed(terms, one, project, chosen)))
        or unsaid(policy.relation, word),
        related=also_shown(*((span, "here as well") for span in spans)),
        confidence=certainty(project),
    )
