"""What a role is and which other roles' rights it has."""

from __future__ import annotations

from collections.abc import Callable

from rlslint.catalog.answers import remembered
from rlslint.catalog.catalog import Catalog
from rlslint.catalog.roles import MIGRATION_ROLE, Membership

BOOTSTRAP_SUPERUSER = "postgres"
"""The superuser that initdb makes, unless told otherwise (manual: initdb, --username)."""

RDS_SUPERUSER = "rdsadmin"
"""The superuser of Amazon RDS."""

ASSUMED_ROLE = "(application role)"
"""Stands for the role of the application where nothing in the project names one."""


@remembered
def inherited_roles(catalog: Catalog, role: str) -> frozenset[str]:
    """Return the roles whose privileges and policies `role` has without SET ROLE, itself included.

    Attributes (SUPERUSER, BYPASSRLS …) are never inherited, and PUBLIC is no role. The manual
    calls this the INHERIT option of a membership (Role Membership); before PostgreSQL 16 it was an
    attribute of the member.
    """
    return _closure(catalog, role, lambda membership: membership.inherit)


@remembered
def settable_roles(catalog: Catalog, role: str) -> frozenset[str]:
    """Return the roles that a session of `role` can become with SET ROLE, itself included.

    A superuser can become any role, which is not listed here.
    """
    return _closure(catalog, role, lambda membership: membership.set)


def is_superuser(catalog: Catalog, role: str) -> bool:
    """Tell whether the history makes `role` a superuser."""
    known = catalog.roles.get(role)
    return known is not None and known.superuser


def is_probably_superuser(catalog: Catalog, role: str) -> bool:
    """Tell whether `role` is probably a superuser though nothing in the history says so.

    That is the role that runs the migrations, and `postgres` unless the history made a role of
    this name. On managed services neither is a superuser; `rdsadmin` is.
    """
    if role in (MIGRATION_ROLE, RDS_SUPERUSER):
        return True
    known = catalog.roles.get(role)
    return role == BOOTSTRAP_SUPERUSER and (known is None or not known.declared)


def has_bypassrls(catalog: Catalog, role: str) -> bool:
    """Tell whether the history gives `role` the attribute BYPASSRLS."""
    known = catalog.roles.get(role)
    return known is not None and known.bypassrls


def can_log_in(catalog: Catalog, role: str) -> bool:
    """Tell whether the history gives `role` the attribute LOGIN."""
    known = catalog.roles.get(role)
    return known is not None and known.login


def is_declared(catalog: Catalog, role: str) -> bool:
    """Tell whether a statement of the history makes `role`."""
    known = catalog.roles.get(role)
    return known is not None and known.declared


def _closure(
    catalog: Catalog, role: str, passes_on: Callable[[Membership], bool]
) -> frozenset[str]:
    known = catalog.roles.get(role)
    if known is None or not known.memberships:
        return frozenset((role,))
    found = {role}
    waiting = [role]
    while waiting:
        member = catalog.roles.get(waiting.pop())
        if member is None:
            continue
        for membership in member.memberships.values():
            name = membership.role.name
            if name not in found and passes_on(membership):
                found.add(name)
                waiting.append(name)
    return frozenset(found)
