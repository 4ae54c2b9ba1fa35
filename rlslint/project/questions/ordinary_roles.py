"""As whom an application should connect, so that policies apply to it."""

from __future__ import annotations

from rlslint.access import protected_tables
from rlslint.access.data_roles import escapes_row_security
from rlslint.access.roles import ASSUMED_ROLE
from rlslint.config.platforms import console_role
from rlslint.files.connections import platform_of, role_of
from rlslint.project.project import Project
from rlslint.sql.quoting import quoted_identifier


def connect_as_another(project: Project, remedy: str = "") -> str:
    """Return help that names, or makes, a role that policies bind; `remedy` is the platform's."""
    because = f" ({remedy})" if remedy else ""
    for name in project.runtime.names:
        if name != ASSUMED_ROLE and not _escapes(name, project):
            role = quoted_identifier(name)
            return f"-- connect as {role}, to which the policies apply{because}"
    name = _free_name(project)
    tables = ", ".join(table.sql_name for table in protected_tables(project.catalog)[:3])
    return (
        f"CREATE ROLE {name} LOGIN;\n"
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {tables} TO {name}; "
        f"-- then connect as {name}{because}"
    )


def _escapes(role: str, project: Project) -> bool:
    """Tell whether an attribute lets a role past every policy, one that a platform gives it too."""
    if escapes_row_security(project.catalog, role):
        return True
    return any(
        role_of(connection) == role
        and (platform := platform_of(connection)) is not None
        and console_role(platform, role) is not None
        for connection in project.connections
    )


def _free_name(project: Project) -> str:
    taken = project.catalog.roles.keys() | {role_of(one) for one in project.connections}
    names = ("app_user", *(f"app_user_{number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)
