"""Which policies PostgreSQL applies to the queries of application code, and for which roles."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint import NamedTuple
from rlslint.access.reach import applicable_policies, row_security_active
from rlslint.catalog.binding import find_relation
from rlslint.catalog.model import Relation
from rlslint.catalog.roles import DEFAULT_SEARCH_PATH
from rlslint.meaning.bodies import TableName, tables_below
from rlslint.project.project import Project
from rlslint.project.questions.queried_tables import settings_of
from rlslint.sql.parser import ParsedStatement

_COMMANDS = {
    "InsertStmt": "insert",
    "UpdateStmt": "update",
    "DeleteStmt": "delete",
}


class RowUse(NamedTuple):
    """That a statement does something with the rows of a table; `command` is as in policies."""

    table: Relation
    command: str


def accesses(parsed: ParsedStatement, project: Project) -> Iterator[RowUse]:
    """Yield what a statement of the application does with the tables of the history."""
    node, kind = parsed.node, parsed.statement.kind
    reads, writes = tables_below({kind: node})
    command = _COMMANDS.get(kind, "")
    if kind == "CopyStmt" and "relation" in node:
        copied = node["relation"]
        writes = (TableName(copied.get("schemaname", ""), copied["relname"]),)
        command = "insert" if node.get("is_from") else "select"
    for names, how in ((writes, command), (reads, "select")):
        for name in names if how else ():
            table = _relation(name, project)
            if table is not None:
                yield RowUse(table, how)


def _relation(name: TableName, project: Project) -> Relation | None:
    return find_relation(project.catalog, DEFAULT_SEARCH_PATH, name.schema, name.name)


def bound_roles(table: Relation, project: Project) -> tuple[str, ...]:
    """Return the roles of the application if policies bind each of them on a table, else none.

    Where one of them is exempt, nothing tells which of them a query is run as.
    """
    roles = project.runtime.names
    if all(row_security_active(project.catalog, role, table) for role in roles):
        return roles
    return ()


def settings_needed(access: RowUse, project: Project) -> frozenset[str]:
    """Return the settings without which no policy lets any role do something with a table.

    Each permissive policy for the command reads one of them; none where some reads no setting.
    """
    found: set[str] = set()
    for role in bound_roles(access.table, project):
        permissive, _ = applicable_policies(project.catalog, access.table, role, access.command)
        for policy in permissive:
            read = settings_of(policy, project)
            if not read:
                return frozenset()
            found |= read
    return frozenset(found)
