"""alter-policy-widens: ALTER POLICY replaced what kept other tenants' rows back."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.model import Policy
from rlslint.project import Finding, Shown, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions import certainty
from rlslint.project.questions.alterations import Widening, widening
from rlslint.project.questions.exposure import whose
from rlslint.project.subjects import AlteredPolicy
from rlslint.rules.registry import rule


@rule
def alter_policy_widens(altered: AlteredPolicy, project: Project) -> Iterator[Finding]:
    policy = altered.policy
    widened = widening(policy, project)
    if widened is None:
        return
    before: Shown = policy.because_before("roles")
    if widened.place is policy.using:
        before = policy.before("using")
    elif widened.place is policy.check:
        before = policy.before("check")
    admitting = ((clause, "lets the rows pass") for clause in widened.admitting)
    yield Finding(
        object=str(policy),
        message=f"{_effect(widened, policy, project)}, since policy {policy.spoken} was altered: "
        f"{widened.cause}",
        span=shown(widened.place),
        label="admits more than before",
        help=widened.help,
        related=also_shown((before, "what it was before"), *admitting, beside=widened.place),
        confidence=certainty(project),
    )


def _effect(widened: Widening, policy: Policy, project: Project) -> str:
    table, admission = policy.relation, widened.admission
    if widened.place is policy.check:
        return f"{admission.who} can write rows of other tenants into {table}"
    return f"{admission.who} can {admission.what} every row of {table}{whose(table, project)}"
