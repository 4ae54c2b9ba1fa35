"""policy-recreate-not-atomic: between DROP POLICY and CREATE POLICY there is none."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rlslint import Pattern
from rlslint.catalog.model import Policy, RemovedPolicy
from rlslint.config import Confidence
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions import served_roles
from rlslint.project.questions.exposure import COMMANDS
from rlslint.project.subjects import Removal
from rlslint.rules.registry import rule
from rlslint.text import Statement


@rule
def policy_recreate_not_atomic(removal: Removal, project: Project) -> Iterator[Finding]:
    if removal.along:
        return
    for removed in removal.policies:
        table = removed.policy.relation
        certainty = _runs_by_itself(removed.statement) if table.rls_enabled else None
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
        else f"callers get rows of {table} that restrictive policy {old.spoken} keeps from them"
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


_OPTED_OUT = Pattern(
    rb"^[ \t]*--.*(?:\bno[ \t-]transaction\b|\bdisable-transaction\b"
    rb"|transaction[ \t]*[:=][ \t]*\"?false|atlas:txmode[ \t]+none)",
    re.IGNORECASE | re.MULTILINE,
)
"""What tells a tool to begin no transaction: goose, sqlx, dbmate, Liquibase, Flyway, Atlas."""

_WITHOUT = Pattern(
    rb"\bindex\s+concurrently\b|^-- Deploy \S+ to \w+[ \t]*$", re.IGNORECASE | re.MULTILINE
)
"""What no transaction may hold, so that nothing wraps the script; and what sqitch writes at the
head of one, which psql runs as it stands."""

_BEGIN = Pattern(
    rb"^\s*(?:begin|start\s+transaction)\b(?:\s+(?:work|transaction))?[^;\n]*;",
    re.IGNORECASE | re.MULTILINE,
)
"""BEGIN as a statement: that of PL/pgSQL has no semicolon behind it."""


def _runs_by_itself(statement: Statement) -> Confidence | None:
    """Tell how surely a statement takes effect before what follows it in its script.

    None where nothing tells so: most tools put each script into a transaction, or send it as one.
    """
    text = statement.text
    if statement.parent is not None or text.host is not None or _BEGIN().search(text.data):
        return None
    if _OPTED_OUT().search(text.data):
        return Confidence.high
    return Confidence.medium if _WITHOUT().search(text.data) else None
