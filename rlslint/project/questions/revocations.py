"""REVOKE statements that leave roles what they were to take."""

from __future__ import annotations

from rlslint.access import inherited_roles
from rlslint.catalog import IdleRevoke
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Relation
from rlslint.catalog.roles import PUBLIC, quoted_roles
from rlslint.project.project import Project
from rlslint.sql import quoted_identifier


def still_held(one: IdleRevoke, project: Project) -> bool:
    """Tell whether a role of the application holds what a REVOKE was to take to this day.

    A membership gives on purpose what a grant of the role's own was to be replaced by.
    """
    owned, through = one.owned, one.through
    there = project.catalog.relations if isinstance(owned, Relation) else project.catalog.functions
    if dict.get(there, owned.oid) is not owned:
        return False
    key = through.grantee, through.privilege, through.column
    now = dict.get(owned.grants, key)
    if now is None or now.statement is not through.statement:
        return False
    if through.grantee not in (PUBLIC, one.grantee) and one.took_some:
        return False
    if PUBLIC in (one.grantee, through.grantee):
        return one.grantee not in project.runtime.bypassing | project.runtime.migrating
    return any(
        one.grantee in inherited_roles(project.catalog, role)
        for role in project.runtime.names
        if role not in project.runtime.bypassing
    )


def taken_for_good(idle: list[IdleRevoke]) -> str:
    """Return SQL that takes columns from a privilege on the whole table, or advice."""
    first = idle[0]
    table = first.owned
    alike = all((one.owned, one.privilege) == (table, first.privilege) for one in idle)
    direct = all(one.through.grantee == one.grantee and one.column for one in idle)
    if not (alike and direct and isinstance(table, Relation) and table.knows("columns")):
        holder = "PUBLIC" if first.through.grantee == PUBLIC else first.through.grantee
        what = f"{first.privilege.upper()} on {table}"
        if isinstance(table, Function):
            what = f"EXECUTE on {table.signature}"
        return f"revoke {what} from {holder}, and grant it to the roles that are to have it"
    revoked = {one.column for one in idle}
    left = [quoted_identifier(name) for name in table.columns if name not in revoked]
    word, roles = first.privilege.upper(), quoted_roles(one.grantee for one in idle)
    return (
        f"REVOKE {word} ON {table.sql_name} FROM {roles};\n"
        f"GRANT {word} ({', '.join(left)}) ON {table.sql_name} TO {roles};"
    )
