"""The roles that policies bind: as whom to connect, and who uses what a group is granted."""

from __future__ import annotations

from rlslint.access.data_roles import escapes_row_security, is_administrative
from rlslint.access.roles import (
    ASSUMED_ROLE,
    can_log_in,
    has_bypassrls,
    inherited_roles,
    is_superuser,
    settable_roles,
)
from rlslint.access.serving import makes_copies
from rlslint.catalog.roles import Membership, Role
from rlslint.config.platforms import console_role
from rlslint.files.connections import platform_of, role_of
from rlslint.project.project import Project
from rlslint.sql.quoting import quoted_identifier
from rlslint.text.display import printable


def connect_as_another(project: Project, remedy: str = "") -> str:
    """Return help that names a role that policies bind, or asks for one; `remedy` is a hint."""
    because = f" ({remedy})" if remedy else ""
    for name in project.runtime.names:
        if name != ASSUMED_ROLE and not _escapes(name, project):
            role = printable(quoted_identifier(name))
            return f"connect as {role}, to which the policies apply{because}"
    return (
        "make a role for the application that owns nothing and bypasses nothing, grant it what it "
        f"needs, and connect as that{because}"
    )


def _escapes(role: str, project: Project) -> bool:
    """Tell whether an attribute lets a role past every policy.

    A platform may give it, or what sets up the server.
    """
    if escapes_row_security(project.catalog, role):
        return True
    return any(
        role_of(connection) == role
        and (
            connection.superuser_evidence
            or ((platform := platform_of(connection)) and console_role(platform, role))
        )
        for connection in project.connections
    )


def users_through(membership: Membership, project: Project, *, become: bool) -> tuple[str, ...]:
    """Return who serves requests or logs in with what a membership gives, and is bound by policies.

    To `become` the role with SET ROLE is enough where it is asked for.
    """
    catalog, runtime = project.catalog, project.runtime
    aside = runtime.bypassing | runtime.migrating
    return tuple(
        name
        for name in catalog.roles
        if _has(membership.member, name, project, become=become)
        and (name in runtime.names or can_log_in(catalog, name))
        and name not in aside
        and not is_superuser(catalog, name)
        and not has_bypassrls(catalog, name)
        and not is_administrative(name)
        and not makes_copies(catalog, name)
    )


def _has(role: Role, name: str, project: Project, *, become: bool) -> bool:
    if role.name in inherited_roles(project.catalog, name):
        return True
    return become and (role.name == name or role.name in settable_roles(project.catalog, name))
