"""policy-without-grant: a policy admits a role that has no privilege on the table."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import (
    DATA_PRIVILEGES,
    Evidence,
    can_use_schema,
    has_any_column_privilege,
    has_bypassrls,
    inherited_roles,
    is_declared,
    is_probably_superuser,
    is_superuser,
)
from rlslint.access.wording import spoken
from rlslint.catalog.answers import remembered
from rlslint.catalog.catalog import Catalog
from rlslint.catalog.model import Policy, Table
from rlslint.catalog.roles import MIGRATION_ROLE, PUBLIC, quoted_roles
from rlslint.config.scales import Confidence
from rlslint.meaning.bounds import is_bounded
from rlslint.project.findings import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.rules.registry import rule
from rlslint.sql.quoting import quoted_identifier

_VERBS = {"select": "read", "insert": "insert into", "update": "change", "delete": "delete from"}


@rule
def policy_without_grant(table: Table, project: Project) -> Iterator[Finding]:
    if not table.policies.known() or not table.rls_enabled or table.is_beyond_history:
        return
    found: dict[Policy, tuple[str, ...]] = {}
    for policy in table.policies.known():
        if policy.permissive and PUBLIC not in policy.roles:
            roles = tuple(r for r in policy.roles if _is_kept_out(r, policy, project))
            if roles:
                found[policy] = roles
    if found:
        yield _finding(table, found, project)


def _is_kept_out(role: str, policy: Policy, project: Project) -> bool:
    """Tell whether neither a role nor a member of it can use a command that a policy is for."""
    catalog, table = project.catalog, policy.relation
    if not _is_told_of(role, project):
        return False
    for user in _users(catalog, role):
        if is_superuser(catalog, user) or is_probably_superuser(catalog, user):
            return False
        if has_bypassrls(catalog, user) or table.owner in inherited_roles(catalog, user):
            return False
        if any(
            policy.covers(command)
            and has_any_column_privilege(catalog, user, table, command)
            and can_use_schema(catalog, user, table.schema)
            for command in DATA_PRIVILEGES
        ):
            return False
    return True


@remembered
def _users(catalog: Catalog, role: str) -> tuple[str, ...]:
    """Return a role and those that have its privileges."""
    members = (name for name in catalog.roles if role in inherited_roles(catalog, name))
    return tuple(dict.fromkeys((role, *members)))


def _is_told_of(role: str, project: Project) -> bool:
    """Tell whether the history decides what a role is granted: it makes it, or grants others."""
    runtime = project.runtime
    if role == MIGRATION_ROLE or role in runtime.bypassing | runtime.migrating:
        return False
    if runtime.evidence is Evidence.platform and not is_declared(project.catalog, role):
        return role in runtime.names
    return is_declared(project.catalog, role) or _grants_anything(project.catalog)


@remembered
def _grants_anything(catalog: Catalog) -> bool:
    return any(
        grant.statement is not None and grant.privilege in DATA_PRIVILEGES
        for relation in catalog.relations.known()
        for grant in relation.grants.known()
    )


def _finding(table: Table, found: dict[Policy, tuple[str, ...]], project: Project) -> Finding:
    first, *others = found
    roles = tuple(dict.fromkeys(role for kept in found.values() for role in kept))
    commands = [c for c in DATA_PRIVILEGES if any(policy.covers(c) for policy in found)]
    nothing = len(commands) == len(DATA_PRIVILEGES)
    what = "use" if nothing else " or ".join(_VERBS[command] for command in commands)
    is_sure = all(_is_granted_something(role, project) for role in roles)
    return Finding(
        object=str(first),
        message=f"{spoken(roles)} cannot {what} {table}, because policy {first.name} admits rows "
        "to who has no privilege on the table: a policy grants none",
        span=shown(first.because("roles")),
        label=f"for {quoted_roles(found[first])}, without a privilege",
        help=_help(table, found, roles, commands, project),
        related=also_shown(*((one.created, f"so is policy {one.name}") for one in others)),
        confidence=None if is_sure else Confidence.medium,
    )


def _is_granted_something(role: str, project: Project) -> bool:
    users = set(_users(project.catalog, role))
    return not users.isdisjoint(project.runtime.grantees)


def _help(
    table: Table,
    found: dict[Policy, tuple[str, ...]],
    roles: tuple[str, ...],
    commands: list[str],
    project: Project,
) -> str:
    """Return the GRANT that the policies wait for, or advice where they admit more than one's own.

    Who is to read everything, nobody but the project knows.
    """
    words = ", ".join(command.upper() for command in commands)
    conditions = [project.condition(clause, table) for policy in found for clause in policy.clauses]
    if not all(one.ask(is_bounded, one.filled, project.context_functions) for one in conditions):
        return f"grant {quoted_roles(roles)} what it is to do with {table}, or drop the policy"
    lines = [f"GRANT {words} ON {table.sql_name} TO {quoted_roles(roles)};"]
    outside = [r for r in roles if not can_use_schema(project.catalog, r, table.schema)]
    if outside:
        schema = quoted_identifier(table.schema)
        lines.insert(0, f"GRANT USAGE ON SCHEMA {schema} TO {quoted_roles(outside)};")
    return "\n".join(lines)
