"""policy-recreate-not-atomic: between DROP POLICY and CREATE POLICY there is none."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.model import Policy, RemovedPolicy
from rlslint.config import Confidence
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.exposure import COMMANDS
from rlslint.project.questions.served_roles import served_roles
from rlslint.project.questions.single_statements import runs_by_itself
from rlslint.project.subjects import Removal
from rlslint.rules.registry import rule


@rule
def policy_recreate_not_atomic(removal: Removal, project: Project) -> Iterator[Finding]:
    if removal.along:
        return
    for removed in removal.policies:
        table = removed.policy.relation
        certainty = runs_by_itself(removed.statement) if table.rls_enabled else None
        if certainty is None or not _is_used(removed, project):
            continue
        again = _made_again(removed)
        if again is not None:
            yield _finding(removed, again, certainty)


def _is_used(removed: RemovedPolicy, project: Project) -> bool:
    """Tell whether requests come to the table that the policy is for."""
    policy = removed.policy
    commands = [command for command in COMMANDS if policy.covers(command)]
    roles = project.reachable_by(policy.relation, *commands)
    return any(role in roles for role in served_roles(policy, project))


def _made_again(removed: RemovedPolicy) -> Policy | None:
    """Return the policy that the same script makes in the place of one: of its name, or at once."""
    statement, old = removed.statement, removed.policy
    for policy in old.relation.policies.known():
        created = policy.created
        if created is None or created.text is not statement.text or created.parent is not None:
            continue
        replaces = policy.name == old.name or (
            created.number == statement.number + 1
            and policy.permissive is old.permissive
            and policy.command in (old.command, "all")
        )
        if created.number > statement.number and replaces:
            return policy
    return None


def _finding(removed: RemovedPolicy, again: Policy, certainty: Confidence) -> Finding:
    old, table = removed.policy, removed.policy.relation
    effect = (
        f"callers are refused rows of {table}"
        if old.permissive
        else f"callers get rows of {table} that restrictive policy {old.name} keeps from them"
    )
    same = old.command == again.command and old.permissive is again.permissive
    return Finding(
        object=str(old),
        message=f"{effect} while the migration runs, and for good if it fails halfway: nothing "
        f"puts DROP POLICY {old.name} and CREATE POLICY {again.name} into one transaction",
        span=shown(removed.statement),
        label="takes effect at once",
        help="use ALTER POLICY, which replaces conditions and roles in one step"
        if same
        else "put both between BEGIN and COMMIT, or let the migration tool do so",
        related=also_shown((again.created, "it is made again here")),
        confidence=certainty,
    )
