"""The roles that policies bind: as whom to connect, what to grant them, and who uses a group's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rlslint.access import (
    ASSUMED_ROLE,
    can_log_in,
    certainly,
    has_bypassrls,
    inherited_roles,
    is_superuser,
    settable_roles,
)
from rlslint.access.data_roles import (
    escapes_row_security,
    is_administrative,
    is_called_after_administration,
)
from rlslint.access.privileges import PREDEFINED_ROLES, grants_to
from rlslint.access.serving import makes_copies
from rlslint.catalog.model import Relation
from rlslint.catalog.roles import DATA_PRIVILEGES, Membership, Role
from rlslint.config.platforms import console_role
from rlslint.project.project import Project
from rlslint.sql import quoted_identifier
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
        connection.role == role
        and (
            connection.superuser_evidence
            or ((platform := connection.platform) and console_role(platform, role))
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
        and (name in runtime.names or not is_administrative(name))
        and (name in runtime.names or not makes_copies(catalog, name))
    )


def _has(role: Role, name: str, project: Project, *, become: bool) -> bool:
    if role.name in inherited_roles(project.catalog, name):
        return True
    return become and (role.name == name or role.name in settable_roles(project.catalog, name))


def left_out_by_name(project: Project) -> Iterator[tuple[Role, str]]:
    """Yield roles of which rules are silent, for their names or attributes alone say what they do.

    With each a clause that says why. They log in, and get at rows that nothing keeps from them;
    the configuration, connections and what they own say nothing of them. A role that is called
    after nothing else than administration is as good as named in the configuration.
    """
    catalog, runtime, config = project.catalog, project.runtime, project.config
    named = {*runtime.names, *runtime.migrating, *runtime.bypassing, *runtime.exempt}
    named.update(config.runtime_roles, config.owner_roles, config.bypass_roles)
    for role in catalog.roles.values():
        name = role.name
        if name in named or not role.declared or not certainly(can_log_in, catalog, name):
            continue
        if certainly(is_superuser, catalog, name) or is_called_after_administration(name):
            continue
        if certainly(has_bypassrls, catalog, name):
            if not certainly(makes_copies, catalog, name) and _reaches(name, project, True):
                yield role, "past row security, with nothing to tell whom it serves"
        elif is_administrative(name) and _reaches(name, project, False):
            yield role, "taken for one of administration by name alone"


def _reaches(role: str, project: Project, is_enabled: bool) -> bool:
    """Tell whether a role is granted a table of tenants with row security, or one without it."""
    catalog = project.catalog
    if not is_enabled and not inherited_roles(catalog, role).isdisjoint(PREDEFINED_ROLES.values()):
        return True
    return any(
        table.knows("rls_enabled")
        and table.rls_enabled is is_enabled
        and not table.temporary
        and (is_enabled or _has_tenants(table, project))
        and any(grants_to(catalog, role, table, privilege) for privilege in DATA_PRIVILEGES)
        for table in catalog.tables()
    )


def _has_tenants(table: Relation, project: Project) -> bool:
    return (
        table.knows("columns")
        and not project.is_shared(table)
        and bool(project.tenant_columns(table))
    )


def keeping(role: str, tables: Iterable[Relation], project: Project) -> Iterator[str]:
    """Yield the GRANT by which a role goes on using tables that it gets at as a greater one."""
    lacking = [
        table.sql_name
        for table in tables
        if not any(grants_to(project.catalog, role, table, word) for word in DATA_PRIVILEGES)
    ]
    if lacking:
        privileges = "SELECT, INSERT, UPDATE, DELETE"
        yield f"GRANT {privileges} ON {', '.join(lacking)} TO {quoted_identifier(role)};"
