"""policy-user-editable-claim: a policy trusts what end users write about themselves."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.model import Policy
from rlslint.meaning.claims import user_editable_claims
from rlslint.project import Finding, also_shown
from rlslint.project.project import Project
from rlslint.project.questions import certainty, served_roles
from rlslint.project.terms import Terms
from rlslint.rules.registry import rule


def _trusts_users(terms: Terms, project: Project) -> bool:
    functions = project.context_functions
    return any(condition.ask(user_editable_claims, functions) for condition in terms.conditions)


@rule(where=_trusts_users)
def policy_user_editable_claim(policy: Policy, project: Project) -> Iterator[Finding]:
    found = [
        (clause, place)
        for clause in policy.clauses
        for place in project.predicate(clause).ask(user_editable_claims, project.context_functions)
    ]
    if not found or not served_roles(policy, project):
        return
    (clause, place), *others = found
    spans = [other.span(another) for other, another in others]
    yield Finding(
        object=str(policy),
        message="any signed-in user can pass for another tenant or role in "
        f"{policy.relation}: policy {policy.spoken} trusts user metadata, which users edit",
        span=clause.span(place),
        label="every user can change this about themselves",
        help="keep the value in app_metadata, which only the server writes: "
        "(SELECT auth.jwt()) -> 'app_metadata'",
        related=also_shown(*((span, "here as well") for span in spans)),
        confidence=certainty(project),
    )
