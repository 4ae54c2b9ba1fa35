"""Which roles get at data, as the migrations' grants and policies tell."""

from __future__ import annotations

from collections.abc import Iterable

from rlslint.access import (
    BOOTSTRAP_SUPERUSER,
    can_log_in,
    certainly,
    certainly_of,
    has_bypassrls,
    inherited_roles,
    is_declared,
    is_probably_superuser,
    is_superuser,
    perhaps,
    settable_roles,
)
from rlslint.catalog import Catalog
from rlslint.catalog.answers import remembered
from rlslint.catalog.model import Kind
from rlslint.catalog.roles import DATA_PRIVILEGES, MIGRATION_ROLE, PUBLIC
from rlslint.text import Statement
from rlslint.text.sentences import words_of

_ADMINISTRATION = frozenset(
    """admin administrator administrators admins alembic dba ddl deploy deployer flyway liquibase
    maintenance migrate migrater migration migrations migrator owner root
    superuser""".split()  # noqa: SIM905
)
_TOOLS = frozenset(("alembic", "flyway", "liquibase"))
"""Tools that run migrations, after which roles are called that serve nothing else."""

WRITE_PRIVILEGES = ("insert", "update", "delete")

RoleStatements = dict[str, list[Statement]]
"""Roles with the statements that speak for each."""


def granted_roles(catalog: Catalog, excluded: frozenset[str]) -> RoleStatements:
    """Return the roles that get at data by GRANT, the members of granted groups included.

    Owners that are granted nothing but what they own, those that are called after administration
    and roles that bypass row security count only where no other role can log in and write.
    A group is left out where a role that can log in inherits from it: that one then stands for it.
    """
    granted = _without(_data_grants(catalog, DATA_PRIVILEGES), excluded)
    tools = frozenset(role for role in granted if not _TOOLS.isdisjoint(words_of(role)))
    direct = _without(granted, tools) or granted
    aside = excluded | _dedicated_owners(catalog) | _escaping(catalog, direct)
    found = _without(direct, aside)
    found |= _members(catalog, found, aside)
    writers = _data_grants(catalog, WRITE_PRIVILEGES)
    if not any(certainly_of(inherited_roles, catalog, role) & writers.keys() for role in found):
        found |= {
            role: statements
            for role, statements in direct.items()
            if certainly(can_log_in, catalog, role) and (role in writers or not found)
        }
    elif not any(_may_log_in(catalog, role) for role in found):
        users = direct | _members(catalog, direct, excluded)
        found |= {
            role: statements
            for role, statements in users.items()
            if certainly(can_log_in, catalog, role)
            and certainly_of(inherited_roles, catalog, role) & writers.keys()
        }
        # What was granted to the new owner of a table is no grant any more.
        found |= given_tables(catalog, excluded)
    groups = {
        group
        for role in found
        if certainly(can_log_in, catalog, role)
        for group in certainly_of(inherited_roles, catalog, role) - {role}
    }
    return {
        role: statements
        for role, statements in found.items()
        if certainly(can_log_in, catalog, role) or role not in groups
    }


def policy_roles(catalog: Catalog, excluded: frozenset[str]) -> RoleStatements:
    """Return the roles that policies name.

    Owners and roles that bypass row security count only where they can log in, or members of what
    is named can, and no other role that is named can.
    """
    found: RoleStatements = {}
    for policy in catalog.policies():
        for role in policy.known_roles:
            if role not in (PUBLIC, MIGRATION_ROLE):
                statement = policy.because("roles")
                found.setdefault(role, []).extend([statement] if statement else [])
    named = _without(found, excluded)
    plain = _without(named, owners(catalog) | _escaping(catalog, named))
    if any(_may_log_in(catalog, role) for role in plain):
        return plain
    users = named | _members(catalog, named, excluded)
    return plain | {
        role: statements
        for role, statements in users.items()
        if certainly(can_log_in, catalog, role)
    }


def given_tables(catalog: Catalog, excluded: frozenset[str]) -> RoleStatements:
    """Return the roles that can log in and that a statement made owners of a table.

    They hold all privileges on it, and what was granted to them before is part of that. The
    superuser that initdb makes owns whatever nobody thought of, which tells nothing.
    """
    found: RoleStatements = {}
    for relation in catalog.tables():
        if relation.knows("owner") and "owner" in relation.statements:
            found.setdefault(relation.owner, []).append(relation.statements["owner"])
    is_first_superuser = certainly(is_superuser, catalog, BOOTSTRAP_SUPERUSER)
    named = _without(found, excluded | ({BOOTSTRAP_SUPERUSER} if is_first_superuser else set()))
    return {
        role: statements
        for role, statements in named.items()
        if certainly(can_log_in, catalog, role)
    }


def all_grantees(catalog: Catalog) -> frozenset[str]:
    """Return whom anything on a relation is granted to."""
    return frozenset(
        grant.grantee for relation in catalog.relations.known() for grant in relation.grants.known()
    )


def escapes_row_security(catalog: Catalog, role: str) -> bool:
    """Tell whether an attribute lets `role` past every policy, certainly or probably."""
    return (
        is_probably_superuser(catalog, role)
        or is_superuser(catalog, role)
        or has_bypassrls(catalog, role)
    )


def _may_log_in(catalog: Catalog, role: str) -> bool:
    return certainly(can_log_in, catalog, role) or not is_declared(catalog, role)


def _without(roles: RoleStatements, excluded: frozenset[str]) -> RoleStatements:
    return {role: statements for role, statements in roles.items() if role not in excluded}


def _escaping(catalog: Catalog, roles: Iterable[str]) -> frozenset[str]:
    return frozenset(role for role in roles if certainly(escapes_row_security, catalog, role))


def _members(catalog: Catalog, groups: RoleStatements, aside: frozenset[str]) -> RoleStatements:
    """Return the roles that can log in and use one of the groups, be it only by SET ROLE."""
    found: RoleStatements = {}
    for name in catalog.roles:
        if name in groups or name in aside or not certainly(can_log_in, catalog, name):
            continue
        if certainly(escapes_row_security, catalog, name):
            continue
        used = (
            certainly_of(inherited_roles, catalog, name)
            | certainly_of(settable_roles, catalog, name)
        ) & groups.keys()
        if used:
            found[name] = [statement for group in sorted(used) for statement in groups[group]]
    return found


def _data_grants(catalog: Catalog, privileges: Iterable[str]) -> RoleStatements:
    wanted = frozenset(privileges)
    grants = [
        (grant.grantee, grant.privilege, grant.statement)
        for relation in catalog.relations.known()
        if not (relation.knows("kind") and relation.kind is Kind.sequence)
        for grant in relation.grants.known()
    ]
    grants += [
        (default.grantee, default.privilege, default.statement)
        for default in catalog.defaults
        if default.kind == "tables"
    ]
    found: RoleStatements = {}
    for grantee, privilege, statement in grants:
        if privilege in wanted and grantee not in (PUBLIC, MIGRATION_ROLE):
            found.setdefault(grantee, []).extend([statement] if statement else [])
    return found


def is_administrative(role: str) -> bool:
    """Tell whether a role is called after administration or migrations, which serve nobody."""
    return not _ADMINISTRATION.isdisjoint(words_of(role))


def is_called_after_administration(role: str) -> bool:
    """Tell whether a role is called after administration or migrations and nothing else."""
    return words_of(role) <= _ADMINISTRATION


def _dedicated_owners(catalog: Catalog) -> frozenset[str]:
    """Return the owners that serve nobody, as far as grants tell.

    One that can log in and is granted what another role owns works with more than it keeps.
    """
    return frozenset(
        owner
        for owner in owners(catalog)
        if is_administrative(owner)
        or not (perhaps(can_log_in, catalog, owner) or not is_declared(catalog, owner))
        or not _is_granted_by_others(catalog, owner)
    )


def _is_granted_by_others(catalog: Catalog, role: str) -> bool:
    return not _granting_owners(catalog).get(role, frozenset()) <= {role}


@remembered
def _granting_owners(catalog: Catalog) -> dict[str, set[str]]:
    """Return the owners of the relations of which each grantee is granted rows."""
    found: dict[str, set[str]] = {}
    for relation in catalog.relations.known():
        if relation.knows("owner"):
            for grant in relation.grants.known():
                if grant.privilege in DATA_PRIVILEGES:
                    found.setdefault(grant.grantee, set()).add(relation.owner)
    return found


def owners(catalog: Catalog) -> frozenset[str]:
    """Return the roles that own a relation, as far as is known."""
    return frozenset(
        relation.owner for relation in catalog.relations.known() if relation.knows("owner")
    )
