"""As whom an application should connect, so that policies apply to it."""

from __future__ import annotations

from rlslint.access.data_roles import escapes_row_security
from rlslint.access.roles import ASSUMED_ROLE
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
