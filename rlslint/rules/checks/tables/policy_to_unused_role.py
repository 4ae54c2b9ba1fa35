"""policy-to-unused-role: policies are for a role without privileges, which another one has."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint import NamedTuple
from rlslint.access import spoken
from rlslint.access.privileges import Access, access_to, can_use_schema, gives
from rlslint.access.reach import row_security_active
from rlslint.catalog.model import Policy, Table
from rlslint.catalog.roles import PUBLIC, quoted_roles
from rlslint.meaning.bounds import is_bounded
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions import certainty
from rlslint.project.questions.exposure import COMMANDS
from rlslint.project.questions.kept_out import kept_out
from rlslint.project.terms import Terms
from rlslint.rules.registry import rule
from rlslint.text.sentences import listed

_VERBS = {"select": "see", "insert": "insert", "update": "change", "delete": "delete"}


class _Missed(NamedTuple):
    """A role that is granted a command, and the policies for it, none of which is for the role."""

    role: str
    command: str
    policies: tuple[Policy, ...]


@rule
def policy_to_unused_role(table: Table, project: Project) -> Iterator[Finding]:
    if not table.rls_enabled or table.is_beyond_history or not _is_for_roles(table):
        return
    access = access_to(project.catalog, table)
    if access is not None and not project.ask(_may_miss, project.demands(table), access):
        return
    missed = [
        _Missed(role, command, policies)
        for command in COMMANDS
        if (policies := _unused(table, command, project))
        for role in project.reachable_by(table, command)
        if row_security_active(project.catalog, role, table)
        and not _belongs_to_one(role, policies, project)
    ]
    if missed:
        yield _finding(table, missed, project)


def _may_miss(project: Project, demands: tuple[Terms, ...], access: Access) -> bool:
    """Tell whether a command has permissive policies, and they are for nobody who may use it."""
    catalog = project.catalog
    for command in COMMANDS:
        roles = [
            role
            for terms in demands
            if terms.permissive and terms.command in ("all", command)
            for role in terms.roles
        ]
        served = PUBLIC in roles or any(
            gives(catalog, role, access, command) and can_use_schema(catalog, role, access.schema)
            for role in roles
        )
        if roles and not served:
            return True
    return False


def _is_for_roles(table: Table) -> bool:
    return any(
        policy.permissive and PUBLIC not in policy.roles for policy in table.policies.known()
    )


def _unused(table: Table, command: str, project: Project) -> tuple[Policy, ...]:
    """Return the permissive policies for a command, where none is for a role that can use it."""
    found = tuple(
        policy for policy in table.policies.values() if policy.permissive and policy.covers(command)
    )
    return found if all(project.ask(_is_for_nobody, policy) for policy in found) else ()


def _is_for_nobody(project: Project, policy: Policy) -> bool:
    """Tell whether none of the roles of a policy can use a command that it is for."""
    return set(kept_out(policy, project)) == set(policy.roles)


def _belongs_to_one(role: str, policies: tuple[Policy, ...], project: Project) -> bool:
    """Tell whether a role is a member of one that a policy is for, with or without INHERIT."""
    targets = {name for policy in policies for name in policy.roles}
    seen, waiting = {role}, [role]
    while waiting:
        name = waiting.pop()
        if name in targets:
            return True
        known = project.catalog.roles.get(name)
        for membership in known.memberships.values() if known is not None else ():
            above = membership.role.name
            if above not in seen:
                seen.add(above)
                waiting.append(above)
    return False


def _finding(table: Table, missed: list[_Missed], project: Project) -> Finding:
    first = missed[0].policies[0]
    roles = tuple(dict.fromkeys(one.role for one in missed))
    verbs = listed([_VERBS[c] for c in COMMANDS if any(one.command == c for one in missed)])
    policies = list(dict.fromkeys(policy for one in missed for policy in one.policies))
    named = quoted_roles(first.roles)
    grants = [
        grant
        for grant in table.grants.known()
        if grant.grantee == roles[0] and grant.statement is not None
    ]
    return Finding(
        object=str(first),
        message=f"{spoken(roles)} can {verbs} no row of {table}: policy {first.spoken} is for "
        f"{named}, which may not use the table, and no policy is for {listed(roles)}",
        span=shown(first.because("roles")),
        label=f"for {named}, without a privilege",
        help=_help(policies, roles, project),
        related=also_shown(
            *((grant.statement, f"{grant.grantee} is granted privileges") for grant in grants[:1]),
            *((one.because("roles"), f"so is policy {one.spoken}") for one in policies[1:]),
            beside=first.because("roles"),
        ),
        confidence=certainty(project),
    )


def _help(policies: list[Policy], roles: tuple[str, ...], project: Project) -> str:
    """Return the ALTER POLICY for the roles, or advice where the policies bind no rows."""
    conditions = [
        project.condition(clause, one.relation) for one in policies for clause in one.clauses
    ]
    if not all(one.ask(is_bounded, one.filled, project.context_functions) for one in conditions):
        return f"say which policy is for {listed(roles)}, or make that role a member of the other"
    return "\n".join(f"ALTER POLICY {one.sql_name} TO {quoted_roles(roles)};" for one in policies)
