"""revoke-without-effect: a REVOKE after which the role holds the privilege as before."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import inherited_roles, spoken
from rlslint.catalog import IdleRevoke
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Relation
from rlslint.catalog.roles import PUBLIC, quoted_roles
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.subjects import Revocation
from rlslint.rules.registry import rule
from rlslint.sql import quoted_identifier

_VERBS = {
    "select": "read",
    "insert": "insert into",
    "update": "change",
    "delete": "delete rows of",
    "execute": "call",
}


@rule
def revoke_without_effect(revocation: Revocation, project: Project) -> Iterator[Finding]:
    if not project.uses_row_security:
        return
    idle = [one for one in revocation.idle if _is_still_held(one, project)]
    if idle:
        yield _finding(idle)


def _finding(idle: list[IdleRevoke]) -> Finding:
    first = idle[0]
    roles = spoken(dict.fromkeys(one.grantee for one in idle))
    verb = _VERBS.get(first.privilege, f"use {first.privilege.upper()} on")
    what = f"{first.column} of {first.owned}" if first.column else str(first.owned)
    others = len({(one.owned, one.column) for one in idle}) - 1
    more = f" and {others} more" if others else ""
    return Finding(
        object=str(first.owned),
        message=f"{roles} can {verb} {what}{more} as before this REVOKE, because {_why(first)}",
        span=shown(first.statement),
        label=f"leaves {first.privilege.upper()} as it was",
        help=_taken_for_good(idle),
        related=also_shown((first.through.statement, "what still gives the privilege")),
    )


def _why(one: IdleRevoke) -> str:
    privilege, through = one.privilege.upper(), one.through
    if through.grantee == one.grantee:
        if one.column and not through.column:
            return f"{privilege} is granted on the whole table"
        return f"the grant comes from {through.grantor}, and not from who revokes"
    if through.grantee == PUBLIC:
        return f"PUBLIC holds {privilege}"
    return f"it has the privileges of {through.grantee}, which holds {privilege}"


def _is_still_held(one: IdleRevoke, project: Project) -> bool:
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


def _taken_for_good(idle: list[IdleRevoke]) -> str:
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
