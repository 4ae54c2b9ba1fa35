"""Roles that are there for logical replication: what they may read and write besides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rlslint.access import is_superuser
from rlslint.access.data_roles import escapes_row_security
from rlslint.access.privileges import has_any_column_privilege
from rlslint.access.runtime_roles import Evidence
from rlslint.access.serving import protected_tables
from rlslint.catalog.model import Relation
from rlslint.catalog.roles import Role
from rlslint.project.project import Project


def replicating(project: Project) -> Iterator[Role]:
    """Yield the roles with REPLICATION that are no superusers."""
    for role in project.catalog.roles.values():
        replicates = role.knows("replication") and role.replication
        if replicates and not is_superuser(project.catalog, role.name):
            yield role


def subscribers(tables: Sequence[Relation], project: Project) -> Iterator[Role]:
    """Yield the roles that somebody made to replicate tables, and not to write.

    The first copy of a table takes SELECT; who copies the whole server has no need of it.
    """
    for role in replicating(project):
        connects = role.declared and role.knows("login") and role.login
        reads = connects and _holds(role, ("select",), tables, project)
        if reads and not writes_protected(role, project):
            yield role


def serving_replicators(project: Project) -> Iterator[Role]:
    """Yield the roles with REPLICATION that serve requests, and so may read what is decoded.

    One that may only read tables is likely there for the replica itself, and one that gets past
    policies anyway is another rule's business.
    """
    for role in replicating(project):
        if role.name not in project.runtime.names:
            continue
        configured = project.runtime.reason(role.name).evidence is Evidence.configuration
        bound = not escapes_row_security(project.catalog, role.name)
        if bound and (configured or writes_protected(role, project)):
            yield role


def writes_protected(role: Role, project: Project) -> bool:
    """Tell whether a role may write to a table with row security."""
    tables = protected_tables(project.catalog)
    return _holds(role, ("insert", "update", "delete"), tables, project)


def _holds(
    role: Role, privileges: tuple[str, ...], tables: Sequence[Relation], project: Project
) -> bool:
    return any(
        has_any_column_privilege(project.catalog, role.name, table, privilege)
        for table in tables
        if table.knows("owner")
        for privilege in privileges
    )
