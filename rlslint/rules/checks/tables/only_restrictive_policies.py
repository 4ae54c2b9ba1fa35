"""only-restrictive-policies: restrictive policies alone let no row pass."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint import NamedTuple
from rlslint.access import inherited_roles, is_declared, spoken
from rlslint.access.exposure import roles_admitted
from rlslint.access.privileges import Access, access_to
from rlslint.access.reach import applicable_policies, row_security_active
from rlslint.catalog.model import Policy, Table
from rlslint.catalog.roles import PUBLIC, quoted_roles
from rlslint.meaning.bounds import unbounded_branches
from rlslint.meaning.branches import branches_or_whole
from rlslint.meaning.deciding import can_be_true
from rlslint.meaning.intents import is_assurance_test
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions import certainty
from rlslint.project.questions.conditions import model_for
from rlslint.project.questions.exposure import COMMANDS
from rlslint.project.questions.removals import is_granted_by_history, shuts_somebody_out
from rlslint.project.terms import Condition, Terms
from rlslint.rules.registry import rule
from rlslint.sql import free_name, quoted_identifier
from rlslint.text.sentences import listed


class _Refused(NamedTuple):
    role: str
    command: str
    policies: tuple[Policy, ...]


@rule
def only_restrictive_policies(table: Table, project: Project) -> Iterator[Finding]:
    restrictive = [policy for policy in table.policies.known() if not policy.permissive]
    if not restrictive or not table.rls_enabled or not _may_strand(table, project):
        return
    if shuts_somebody_out(table, project):
        return
    refused = [
        _Refused(role, command, aimed)
        for command in COMMANDS
        for role in project.reachable_by(table, command)
        if (aimed := _stranded(table, role, command, project))
    ]
    if refused:
        yield _finding(table, refused, project)


def _may_strand(table: Table, project: Project) -> bool:
    """Tell whether a role may use a command that no permissive policy lets it use on any row."""
    access = access_to(project.catalog, table)
    if access is None or table.policies.is_open:
        return True
    return project.ask(_is_any_unserved, access, project.demands(table))


def _is_any_unserved(project: Project, access: Access, demands: tuple[Terms, ...]) -> bool:
    permissive = [terms for terms in demands if terms.permissive]
    return any(
        not any(
            terms.command in ("all", command)
            and (PUBLIC in terms.roles or not inherited.isdisjoint(terms.roles))
            for terms in permissive
        )
        for command in COMMANDS
        for role in roles_admitted(project.catalog, project.runtime.names, access, (command,))
        if (inherited := inherited_roles(project.catalog, role))
    )


def _stranded(table: Table, role: str, command: str, project: Project) -> tuple[Policy, ...]:
    """Return the restrictive policies that would let rows pass if a permissive one did too."""
    if not row_security_active(project.catalog, role, table):
        return ()
    permissive, restrictive = applicable_policies(project.catalog, table, role, command)
    if permissive or not restrictive:
        return ()
    if any(_locks(policy, command, project) for policy in restrictive):
        return ()
    others = [other for other in project.runtime.names if other != role]
    if _is_served(table, [role], COMMANDS, project):
        if not is_granted_by_history(table, (role,), (command,), project):
            return ()
        # A floor under all commands strands nobody who has permissive policies for some of them.
        floor = _is_served(table, others, (command,), project)
        restrictive = tuple(policy for policy in restrictive if policy.command == command)
    else:
        floor = _is_served(table, others, COMMANDS, project) or _serves_others(table, project)
    return tuple(policy for policy in restrictive if role in policy.roles or not floor)


def _is_served(table: Table, roles: list[str], commands: tuple[str, ...], project: Project) -> bool:
    """Tell whether a permissive policy applies to one of the roles for one of the commands."""
    return any(
        applicable_policies(project.catalog, table, role, command)[0]
        for role in roles
        for command in commands
    )


def _serves_others(table: Table, project: Project) -> bool:
    """Tell whether a permissive policy is for roles that are made elsewhere, whoever they are."""
    return any(
        role != PUBLIC and not is_declared(project.catalog, role)
        for policy in table.policies.known()
        if policy.permissive
        for role in policy.roles
    )


def _locks(policy: Policy, command: str, project: Project) -> bool:
    """Tell whether a policy is there to shut everyone, or all but a few, out."""
    clause = policy.effective_check if command == "insert" else policy.using
    if clause is None:
        return False
    condition = project.condition(clause, policy.relation)
    return not condition.ask(can_be_true) or _is_role_gate(condition, project)


def _is_role_gate(condition: Condition, project: Project) -> bool:
    functions = project.context_functions
    open_ones = condition.ask(unbounded_branches, condition.filled, functions)
    if len(open_ones) < len(condition.ask(branches_or_whole)):
        return False
    return all(
        branch.kind == "gate"
        and not any(is_assurance_test(conjunct, functions) for conjunct in branch.conjuncts)
        for branch in open_ones
    )


def _finding(table: Table, refused: list[_Refused], project: Project) -> Finding:
    policies = list(dict.fromkeys(policy for one in refused for policy in one.policies))
    roles = tuple(dict.fromkeys(one.role for one in refused))
    commands = tuple(dict.fromkeys(one.command for one in refused))
    first, *others = policies
    statement = first.because("permissive")
    return Finding(
        object=str(table),
        message=f"{_effect(table, commands, roles)}: only restrictive policies apply, and these "
        "narrow what a permissive policy admits",
        span=shown(statement),
        label="restrictive, with no permissive policy beside it",
        help=_help(table, commands, roles, project),
        related=also_shown(*((other.created, f"so is policy {other.spoken}") for other in others)),
        confidence=certainty(project),
    )


def _help(table: Table, commands: tuple[str, ...], roles: tuple[str, ...], project: Project) -> str:
    """Return a permissive policy that binds the rows as others do, or advice.

    One that says TRUE would leave all that the restrictive ones do not speak of open.
    """
    model = model_for(table, project, commands[0])
    if model is None:
        return f"add a permissive policy to {table} that says whose rows are admitted"
    taken = [policy.name for policy in table.policies.known()]
    name = quoted_identifier(free_name(f"{table.name}_base", taken))
    kind = f"FOR {commands[0].upper()} " if len(commands) == 1 else ""
    words = "WITH CHECK" if commands == ("insert",) else "USING"
    to = "" if project.runtime.assumed else f"TO {quoted_roles(roles)} "
    return f"CREATE POLICY {name} ON {table.sql_name} {kind}{to}{words} ({model.sql});"


def _effect(table: Table, commands: tuple[str, ...], roles: tuple[str, ...]) -> str:
    who = spoken(roles)
    verbs = [
        {"select": "see", "update": "change", "delete": "delete"}[command]
        for command in commands
        if command != "insert"
    ]
    if not verbs:
        return f"{who} can insert no row into {table}"
    inserting = " nor insert any" if "insert" in commands else ""
    return f"{who} can {listed(verbs)} no row of {table}{inserting}"
