"""Who holds privileges on a protected table to which no policy applies."""

from __future__ import annotations

from rlslint.access import ASSUMED_ROLE, inherited_roles
from rlslint.access.ownership import Answer
from rlslint.access.privileges import Granted, can_use_schema
from rlslint.access.reach import row_security_active
from rlslint.access.serving import serves
from rlslint.catalog.model import Table
from rlslint.catalog.roles import PUBLIC, Grant
from rlslint.project.project import Project

EVERYBODY = "every role"


def is_held(one: Granted, privileges: tuple[str, ...], project: Project) -> bool:
    """Tell whether a statement grants one of the privileges on a protected table to who serves."""
    if one.grant.privilege not in privileges or one.grant.statement is None:
        return False
    if not one.table.knows("rls_enabled") or not one.table.rls_enabled:
        return False
    return bool(holders(one.grant, one.table, project))


def holders(grant: Grant, table: Table, project: Project) -> tuple[str, ...]:
    """Return who has a privilege by a grant, without those whom no policy filters on the table."""
    catalog, runtime = project.catalog, project.runtime
    if grant.grantee == PUBLIC and can_use_schema(catalog, PUBLIC, table.schema):
        return (EVERYBODY,)
    if grant.grantee in runtime.bypassing | runtime.migrating:
        return ()
    if table.unknown:
        return _filtered(grant.grantee, table, project)
    alike = grant.grantee, table.owner, table.schema, table.rls_enabled, table.rls_forced
    known = project.ask(_known)
    if alike not in known:
        known[alike] = _filtered(grant.grantee, table, project)
    return known[alike]


def _known(project: Project) -> dict[tuple[object, ...], tuple[str, ...]]:
    """Return who holds privileges on tables alike, which is filled in as they are met."""
    del project
    return {}


def _filtered(grantee: str, table: Table, project: Project) -> tuple[str, ...]:
    """Return the roles that have what is granted to `grantee`, and that policies filter."""
    catalog, runtime = project.catalog, project.runtime
    return tuple(
        role
        for role in runtime.names
        if serves(catalog, runtime, role).answer is Answer.yes
        and (role == ASSUMED_ROLE or grantee in {PUBLIC, *inherited_roles(catalog, role)})
        and table.owner not in inherited_roles(catalog, role)
        and row_security_active(catalog, role, table)
        and can_use_schema(catalog, role, table.schema)
    )
