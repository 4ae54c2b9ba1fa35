"""restrictive-without-using: a floor for all commands that holds for new rows only."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import spoken
from rlslint.access.reach import applicable_policies
from rlslint.catalog.model import Policy
from rlslint.config import Severity
from rlslint.meaning.admitting import admits_foreign
from rlslint.meaning.bounds import bounds_of
from rlslint.meaning.deciding import can_be_true
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions import certainty, served_roles
from rlslint.project.questions.conditions import is_sound
from rlslint.project.questions.exposure import admission
from rlslint.project.terms import Terms
from rlslint.rules.registry import rule
from rlslint.text.sentences import listed

_VERBS = {"select": "SELECT", "update": "UPDATE of any row", "delete": "DELETE"}


def _holds_for_new_rows_only(terms: Terms, project: Project) -> bool:
    del project
    if terms.permissive or terms.command not in ("all", "update"):
        return False
    return terms.using is None and terms.check is not None


@rule(where=_holds_for_new_rows_only)
def restrictive_without_using(policy: Policy, project: Project) -> Iterator[Finding]:
    if policy.check is None or not policy.relation.rls_enabled:
        return
    forbids = not project.predicate(policy.check).ask(can_be_true)
    found = [
        (command, role)
        for command in _VERBS
        if policy.covers(command) and not (forbids and command != "delete")
        for role in project.reachable_by(policy.relation, command)
        if role in served_roles(policy, project) and not _is_covered(policy, command, role, project)
    ]
    if found:
        commands, roles = (tuple(dict.fromkeys(words)) for words in zip(*found, strict=True))
        yield _finding(policy, commands, roles, project)


def _is_covered(policy: Policy, command: str, role: str, project: Project) -> bool:
    _, restrictive = applicable_policies(project.catalog, policy.relation, role, command)
    return any(other.using is not None for other in restrictive)


def _shows_rows_of_all(policy: Policy, roles: tuple[str, ...], project: Project) -> bool:
    """Tell whether the tenants that a check keeps apart see each other's rows all the same."""
    check, functions = policy.check, project.context_functions
    if check is None or not project.predicate(check).ask(bounds_of, functions):
        return False
    for other in policy.relation.policies.known():
        left = admission(other, project)
        if left is None or other.using is None or "select" not in left.commands:
            continue
        condition = project.condition(other.using, policy.relation)
        admits = condition.ask(admits_foreign, condition.filled, functions)
        if admits and not set(roles).isdisjoint(left.roles):
            return True
    return False


def _finding(
    policy: Policy, commands: tuple[str, ...], roles: tuple[str, ...], project: Project
) -> Finding:
    check, created = policy.check, policy.relation.created
    verb = "is" if len(commands) == 1 else "are"
    effect = listed(_VERBS[command] for command in commands)
    bound = check is not None and is_sound(check.sql or "", policy.relation, project)
    condition = check.sql if check is not None and bound else None
    return Finding(
        object=str(policy),
        message=f"{effect} on {policy.relation} {verb} not restricted for {spoken(roles)}: the "
        f"restrictive policy {policy.spoken} has no USING, so it holds for new rows only",
        span=shown(check),
        label="says nothing of rows that are there",
        help=f"ALTER POLICY {policy.sql_name} USING ({condition});"
        if condition
        else "say in USING which of the rows that are there the policy is to hold for",
        related=also_shown((created, "the table is created here")),
        severity=Severity.error
        if "select" in commands and _shows_rows_of_all(policy, roles, project)
        else None,
        confidence=certainty(project),
    )
