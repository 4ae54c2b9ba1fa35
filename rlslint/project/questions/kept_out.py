"""Roles that a policy is for and that cannot use the table: nothing grants them the privilege."""

from __future__ import annotations

from rlslint.access import (
    has_bypassrls,
    inherited_roles,
    is_declared,
    is_probably_superuser,
    is_superuser,
)
from rlslint.access.privileges import (
    Access,
    access_to,
    can_use_schema,
    gives,
    has_any_column_privilege,
)
from rlslint.access.runtime_roles import Evidence, platform_spoken_of
from rlslint.catalog import Catalog
from rlslint.catalog.answers import remembered
from rlslint.catalog.model import Policy
from rlslint.catalog.roles import DATA_PRIVILEGES, MIGRATION_ROLE, PUBLIC
from rlslint.project.project import Project


def kept_out(policy: Policy, project: Project) -> tuple[str, ...]:
    """Return the roles of a permissive policy that can use none of the commands that it is for."""
    if not policy.permissive or PUBLIC in policy.roles:
        return ()
    access = None if policy.relation.unknown else access_to(project.catalog, policy.relation)
    if access is not None:
        return project.ask(_without_use, policy.roles, policy.command, access)
    return tuple(role for role in policy.roles if _is_kept_out(role, policy, project))


def _without_use(
    project: Project, roles: tuple[str, ...], covered: str, access: Access
) -> tuple[str, ...]:
    """Return the roles that can use none of the commands on any table of such an access."""
    return tuple(
        role
        for role in roles
        if _is_told_of(role, project) and _has_no_use(project, role, covered, access)
    )


def _is_kept_out(role: str, policy: Policy, project: Project) -> bool:
    """Tell whether neither a role nor a member of it can use a command that a policy is for."""
    catalog, table = project.catalog, policy.relation
    if not _is_told_of(role, project):
        return False
    return not any(
        _passes_by_itself(catalog, user, table.owner)
        or any(
            policy.covers(command)
            and has_any_column_privilege(catalog, user, table, command)
            and can_use_schema(catalog, user, table.schema)
            for command in DATA_PRIVILEGES
        )
        for user in _users(catalog, role)
    )


def _has_no_use(project: Project, role: str, covered: str, access: Access) -> bool:
    """Tell whether nobody with the privileges of a role can use any of the commands."""
    catalog = project.catalog
    commands = DATA_PRIVILEGES if covered == "all" else (covered,)
    return not any(
        _passes_by_itself(catalog, user, access.owner)
        or any(
            gives(catalog, user, access, command) and can_use_schema(catalog, user, access.schema)
            for command in commands
        )
        for user in _users(catalog, role)
    )


def _passes_by_itself(catalog: Catalog, user: str, owner: str) -> bool:
    """Tell whether a role needs no grant: a superuser, one with BYPASSRLS, the owner."""
    if is_superuser(catalog, user) or is_probably_superuser(catalog, user):
        return True
    return has_bypassrls(catalog, user) or owner in inherited_roles(catalog, user)


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
    told = is_granted_something(role, project)
    if not told and (role.startswith("pg_") or role in project.granted_elsewhere):
        return False
    if runtime.evidence is Evidence.platform and not is_declared(project.catalog, role):
        if role not in runtime.names:
            return False
        return not _has_grants_unseen(project.catalog) or told
    if not _users_of_defaults(project.catalog).isdisjoint(_users(project.catalog, role)):
        return False
    # Who makes a role elsewhere grants it elsewhere, unless the history does so as well.
    return is_declared(project.catalog, role) or told


@remembered
def _has_grants_unseen(catalog: Catalog) -> bool:
    """Tell whether a platform grants tables by itself that only the policies say it is."""
    platform = platform_spoken_of(catalog) if catalog.platform is None else None
    return platform is not None and bool(platform.default_grants)


@remembered
def _users_of_defaults(catalog: Catalog) -> frozenset[str]:
    """Return who gets tables of a role that makes none here: it may run the migrations."""
    owners = {table.owner for table in catalog.relations.known() if table.knows("owner")}
    return frozenset(
        default.grantee
        for default in catalog.defaults
        if default.kind == "tables"
        and default.privilege in DATA_PRIVILEGES
        and default.creator != MIGRATION_ROLE
        and default.creator not in owners
    )


def is_granted_something(role: str, project: Project) -> bool:
    """Tell whether a role, or a member of it, is granted anything on a relation."""
    users = set(_users(project.catalog, role))
    return not users.isdisjoint(project.runtime.grantees)
