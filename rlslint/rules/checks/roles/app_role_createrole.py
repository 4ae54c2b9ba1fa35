"""app-role-createrole: a role of the application may make itself a member of others."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import can_log_in, has_bypassrls, is_declared, is_superuser
from rlslint.access.ownership import Answer
from rlslint.access.serving import Serving, in_words, protected_tables, serves
from rlslint.catalog.roles import MIGRATION_ROLE, Role
from rlslint.config import Severity
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.rules.registry import rule
from rlslint.sql import quoted_identifier


@rule
def app_role_createrole(role: Role, project: Project) -> Iterator[Finding]:
    catalog = project.catalog
    if not role.createrole or is_superuser(catalog, role.name):
        return
    if has_bypassrls(catalog, role.name) or not project.uses_row_security:
        return
    serving = serves(catalog, project.runtime, role.name)
    if serving.answer is Answer.no or _is_a_group(role, project):
        return
    yield from _findings(role, serving, project)


def _is_a_group(role: Role, project: Project) -> bool:
    """Tell whether nobody connects as a role: attributes do not pass to members."""
    return is_declared(project.catalog, role.name) and not can_log_in(project.catalog, role.name)


def _findings(role: Role, serving: Serving, project: Project) -> Iterator[Finding]:
    tables = protected_tables(project.catalog)
    if not tables:
        return
    statement = role.because("createrole")
    yield Finding(
        object=role.name,
        message=f"{role} can get past the policies of {in_words(tables)} before PostgreSQL 16: "
        f"it has CREATEROLE, and can grant itself {_target(role, project)} ({serving.because})",
        span=shown(statement),
        label=f"lets {role} make and change roles",
        help=f"ALTER ROLE {quoted_identifier(role.name)} NOCREATEROLE;",
        related=also_shown(
            *((one, f"{role} serves requests as far as this tells") for one in serving.spans[:1]),
            beside=statement,
        ),
        severity=None if serving.answer is Answer.yes else Severity.info,
    )


def _target(role: Role, project: Project) -> str:
    """Return the role that would help it most, in words."""
    others = [name for name in project.catalog.roles if name != role.name]
    for name in others:
        if has_bypassrls(project.catalog, name) and not is_superuser(project.catalog, name):
            return f"{name}, which has BYPASSRLS"
    for table in protected_tables(project.catalog):
        if table.knows("owner") and table.owner in others and table.owner != MIGRATION_ROLE:
            return f"{table.owner}, which owns {table}"
    return "any role that is no superuser"
