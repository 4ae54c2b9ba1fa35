"""Policies that are gone though their tables are there: who is shown more, who is shut out."""

from __future__ import annotations

from collections.abc import Iterable

from rlslint.access.privileges import grants_to
from rlslint.access.reach import applicable_policies, named_relations, row_security_active
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Policy, Relation, RemovedPolicy
from rlslint.catalog.roles import PUBLIC, quoted_roles
from rlslint.meaning.admitting import is_tautology
from rlslint.project.project import Project
from rlslint.project.questions import served_roles
from rlslint.project.questions.conditions import bound_condition
from rlslint.project.questions.exposure import COMMANDS, VERBS, Admission
from rlslint.sql import free_name, quoted_identifier
from rlslint.sql.expressions import Call, Expr
from rlslint.text.sentences import listed


def shut_out(removed: RemovedPolicy, project: Project) -> Admission | None:
    """Return whom a permissive policy admitted whom no policy admits any more, and for what.

    Only where row security is enabled and a role may use the command.
    """
    policy, relation = removed.policy, removed.policy.relation
    if not policy.permissive or not relation.rls_enabled:
        return None
    found = [
        (command, role)
        for command in COMMANDS
        if policy.covers(command)
        for role in served_roles(policy, project)
        if role in project.reachable_by(relation, command)
        and row_security_active(project.catalog, role, relation)
        and not applicable_policies(project.catalog, relation, role, command)[0]
    ]
    if not found:
        return None
    return Admission(
        tuple(dict.fromkeys(role for _, role in found)),
        tuple(dict.fromkeys(command for command, _ in found)),
    )


def is_replaced(removed: RemovedPolicy) -> bool:
    """Tell whether a policy that was made later is for a command that a removed one was for."""
    return any(
        _is_newer(policy, removed) and any(map(policy.covers, _commands(removed.policy)))
        for policy in removed.policy.relation.policies.known()
    )


def _commands(policy: Policy) -> tuple[str, ...]:
    return tuple(command for command in COMMANDS if policy.covers(command))


def _is_newer(policy: Policy, removed: RemovedPolicy) -> bool:
    return policy.created is not None and policy.created.number > removed.statement.number


def refused_since(removed: RemovedPolicy, project: Project) -> Admission | None:
    """Return who is shut out since a policy is gone, None where that was perhaps the purpose.

    Where a role goes on using other commands, a policy that admitted everything was too wide; and
    what a platform grants by itself was perhaps never meant to be used.
    """
    shut, table = shut_out(removed, project), removed.policy.relation
    if shut is None or is_replaced(removed):
        return None
    if removed.along:
        return shut
    if not is_granted_by_history(table, shut.roles, shut.commands, project):
        return None
    is_served = any(
        applicable_policies(project.catalog, table, role, command)[0]
        for role in shut.roles
        for command in COMMANDS
    )
    return None if is_served and _admitted_all(removed.policy, project) else shut


def _admitted_all(policy: Policy, project: Project) -> bool:
    conditions = [project.condition(clause, policy.relation) for clause in policy.clauses]
    return all(one.ask(is_tautology, one.filled) for one in conditions)


def shuts_somebody_out(table: Relation, project: Project) -> bool:
    """Tell whether what removed a policy of a table is what shuts somebody out of it."""
    return any(refused_since(removed, project) is not None for removed in table.removed)


def is_granted_by_history(
    relation: Relation, roles: tuple[str, ...], commands: tuple[str, ...], project: Project
) -> bool:
    """Tell whether a statement grants what is of no use without a policy.

    On a platform whose defaults grant everything, a GRANT that restates them says nothing.
    """
    for role in roles:
        restated = {
            grant.statement for grant in grants_to(project.catalog, role, relation, "truncate")
        }
        for command in commands:
            for grant in grants_to(project.catalog, role, relation, command):
                if grant.statement is not None and not (
                    project.api_roles and grant.statement in restated
                ):
                    return True
    return False


def made_again(removed: Iterable[RemovedPolicy], project: Project) -> str:
    """Return SQL that makes policies again as they were, or advice.

    Only where each condition still means something to its table.
    """
    policies = [one.policy for one in removed]
    lines = [_creation(policy, project) for policy in policies[:_MOST_MADE]]
    if len(policies) > _MOST_MADE or not all(lines):
        return f"make {_in_words(policies)} again"
    return "\n".join(lines)


_MOST_MADE = 10


def _in_words(policies: list[Policy]) -> str:
    others = len(policies) - 1
    first = f"policy {policies[0].spoken} of {policies[0].relation}"
    return f"{first} and {others} other{'s' if others > 1 else ''}" if others else first


def _names_what_is_gone(expression: Expr) -> bool:
    return any(one.is_beyond_history for one in named_relations(expression))


def _own_calls(expression: Expr) -> frozenset[tuple[str, ...]]:
    """Return the names by which an expression calls functions of the history that are there."""
    return frozenset(
        part.name
        for part in expression.walk()
        if isinstance(part, Call) and isinstance(part.function, Function)
    )


def _creation(policy: Policy, project: Project) -> str:
    """Return the CREATE POLICY of one that is gone, "" where it could not be made as it was."""
    table, clauses = policy.relation, ""
    for word, clause in (("USING", policy.using), ("WITH CHECK", policy.check)):
        if clause is None:
            continue
        condition = bound_condition(clause.sql, table, project) if clause.sql else None
        if condition is None or condition.ask(_names_what_is_gone):
            return ""
        if not _own_calls(clause.expression) <= _own_calls(condition.written.expression):
            return ""
        clauses += f" {word} ({clause.sql})"
    name = quoted_identifier(free_name(policy.name, [one.name for one in table.policies.known()]))
    kind = "" if policy.permissive else " AS RESTRICTIVE"
    command = "" if policy.command == "all" else f" FOR {policy.command.upper()}"
    to = "" if policy.roles == (PUBLIC,) else f" TO {quoted_roles(policy.roles)}"
    return f"CREATE POLICY {name} ON {table.sql_name}{kind}{command}{to}{clauses};"


def what_is_refused(table: Relation, shut: Admission) -> str:
    """Say what roles can do no more with a table."""
    verbs = [VERBS[command] for command in shut.commands if command in VERBS]
    if not verbs:
        return f"{shut.who} can insert no row into {table} any more"
    adding = " nor insert any" if "insert" in shut.commands else ""
    return f"{shut.who} can {listed(verbs)} no row of {table} any more{adding}"
