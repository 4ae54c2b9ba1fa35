"""multiple-permissive-policies: several conditions are asked of a row where one would do."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from rlslint.access import spoken
from rlslint.access.reach import applicable_policies
from rlslint.catalog.model import Policy, Table
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions import served_roles
from rlslint.project.questions.exposure import COMMANDS
from rlslint.rules.registry import rule
from rlslint.text.sentences import listed


@rule
def multiple_permissive_policies(table: Table, project: Project) -> Iterator[Finding]:
    known = [one for one in table.policies.known() if one.knows("permissive") and one.permissive]
    if not any(_may_meet(one, other) for one, other in combinations(known, 2)):
        return
    if not table.rls_enabled:
        return
    found: dict[tuple[Policy, ...], tuple[dict[str, None], dict[str, None]]] = {}
    for command in COMMANDS:
        for role in project.reachable_by(table, command):
            policies, _ = applicable_policies(project.catalog, table, role, command)
            served = tuple(one for one in policies if role in served_roles(one, project))
            if len(served) > 1:
                roles, commands = found.setdefault(served, ({}, {}))
                roles[role] = commands[command] = None
    if found:
        policies, (roles, commands) = next(iter(found.items()))
        yield _finding(table, policies, tuple(roles), tuple(commands))


def _may_meet(one: Policy, other: Policy) -> bool:
    """Tell whether two policies may apply to one command; roles may be members of others."""
    return one.command == other.command or "all" in (one.command, other.command)


def _finding(
    table: Table, policies: tuple[Policy, ...], roles: tuple[str, ...], commands: tuple[str, ...]
) -> Finding:
    first, second, *more = policies
    names = listed([policy.spoken for policy in policies[:3]])
    tail = f" and {len(policies) - 3} more" if len(policies) > 3 else ""
    return Finding(
        object=str(table),
        message=f"queries of {table} ask {len(policies)} conditions of each row, joined by OR: "
        "policies "
        f"{names}{tail} are all permissive for {listed([one.upper() for one in commands])} of "
        f"{spoken(roles)}",
        span=shown(second.created),
        label=f"asked besides policy {first.spoken}",
        help="put the conditions into one policy, or let each role have one of its own",
        related=also_shown(
            (first.created, f"policy {first.spoken}"),
            *((policy.created, f"policy {policy.spoken}") for policy in more),
        ),
    )
