"""permissive-policies-widen: a second permissive policy takes the tenant bound away."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import spoken
from rlslint.catalog.model import Policy
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions import certainty
from rlslint.project.questions.anonymous_callers import opens_to_anonymous
from rlslint.project.questions.exposure import whose
from rlslint.project.questions.ownerless import ownerless_rows
from rlslint.project.questions.siblings import (
    Neighbour,
    admits_by_row_alone,
    binds_no_row,
    bound_neighbour,
    bounded,
    has_company,
    is_meant_for_everyone,
    keeps_rows_out,
)
from rlslint.project.terms import Terms
from rlslint.rules.registry import rule


def _admits_whoever_asks(terms: Terms, project: Project) -> bool:
    return terms.permissive and terms.using is not None and binds_no_row(terms.using, project)


@rule(where=_admits_whoever_asks)
def permissive_policies_widen(policy: Policy, project: Project) -> Iterator[Finding]:
    if not has_company(policy) or keeps_rows_out(policy, project):
        return
    if not admits_by_row_alone(policy, project) or is_meant_for_everyone(policy, project):
        return
    bound = bound_neighbour(policy, project)
    if bound is None or ownerless_rows(policy, project) is not None:
        return
    if not opens_to_anonymous(policy, project):
        yield _finding(policy, bound, project)


def _finding(policy: Policy, bound: Neighbour, project: Project) -> Finding:
    table, using, other = policy.relation, policy.using, bound.policy
    place = shown(other.using)
    return Finding(
        object=str(policy),
        message=f"{spoken(bound.roles)} can {bound.verbs} rows of {table} that policy "
        f"{policy.spoken} admits{whose(table, project)}: permissive policies are joined with OR, "
        "so "
        f"the bound of policy {other.spoken} does not hold for them",
        span=shown(using),
        label="does not ask whose the row is",
        help=bounded(policy, project),
        related=also_shown((place, f"policy {other.spoken} binds the rows")),
        confidence=certainty(project),
    )
