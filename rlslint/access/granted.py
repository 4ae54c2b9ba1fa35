"""Which privileges on which tables were granted where, and how to take them back."""

from __future__ import annotations

from collections.abc import Sequence

from rlslint import NamedTuple
from rlslint.catalog.catalog import Catalog
from rlslint.catalog.model import Relation
from rlslint.catalog.roles import MIGRATION_ROLE, Grant, quoted_roles
from rlslint.sql.quoting import quoted_identifier
from rlslint.text import Location, Statement


class Granted(NamedTuple):
    """A privilege on a table that is held at the end of the history."""

    table: Relation
    grant: Grant


_MOST_NAMES = 10

StatementPlace = tuple[str, int | Location, int | Location]
"""Where a statement stands that one can edit: it may run once for each turn of a loop."""


def statement_place(statement: Statement) -> StatementPlace:
    """Return where a statement, or the outermost one that ran it, stands in its file."""
    span = statement.span
    if span.text.host is None:
        return span.text.path, span.start, span.end
    return (span.text.path, *span.locations())


def grants_by_place(catalog: Catalog) -> dict[StatementPlace, tuple[Granted, ...]]:
    """Return what was granted on tables at each place and nothing has revoked, tables by name.

    Default privileges count for the tables that were made under them.
    """
    found: dict[StatementPlace, list[Granted]] = {}
    places: dict[Statement, StatementPlace] = {}
    relations = (*catalog.relations.known(), *catalog.unknown_relations.values())
    for relation in sorted(relations, key=str):
        if relation.is_beyond_history or relation.is_table:
            for grant in relation.grants.known():
                if (statement := grant.statement) is not None:
                    place = places.get(statement) or statement_place(statement)
                    places[statement] = place
                    found.setdefault(place, []).append(Granted(relation, grant))
    return {place: tuple(granted) for place, granted in found.items()}


def revocation(privileges: Sequence[str], granted: Sequence[Granted], catalog: Catalog) -> str:
    """Return the REVOKE that takes `privileges` back from what was granted.

    Where default privileges give the same to the tables that their owners will make in these
    schemas, later tables are to be spared them as well.
    """
    words = ", ".join(privilege.upper() for privilege in privileges)
    grantees = quoted_roles(one.grant.grantee for one in granted)
    lines = [f"REVOKE {words} ON {_tables(privileges, granted, catalog)} FROM {grantees};"]
    alike = {
        (one.table.owner, schema, one.grant.grantee)
        for one in granted
        if one.table.knows("owner")
        for schema in (one.table.schema, "")
    }
    defaults: dict[tuple[str, str], list[str]] = {}
    for default in catalog.defaults:
        if default.kind != "tables" or default.privilege not in privileges:
            continue
        if default.statement and (default.creator, default.schema, default.grantee) in alike:
            defaults.setdefault((default.creator, default.schema), []).append(default.grantee)
    for (creator, schema), names in defaults.items():
        whose = f" FOR ROLE {quoted_identifier(creator)}" if creator != MIGRATION_ROLE else ""
        within = f" IN SCHEMA {quoted_identifier(schema)}" if schema else ""
        lines.append(
            f"ALTER DEFAULT PRIVILEGES{whose}{within} REVOKE {words} ON TABLES "
            f"FROM {quoted_roles(names)};"
        )
    return "\n".join(lines)


def _tables(privileges: Sequence[str], granted: Sequence[Granted], catalog: Catalog) -> str:
    """Name the tables; as those of their schema where they are many and no other is concerned."""
    tables = list(dict.fromkeys(one.table for one in granted))
    schemas = {table.schema for table in tables}
    if len(tables) <= _MOST_NAMES or len(schemas) > 1 or not _are_all(privileges, granted, catalog):
        return ", ".join(table.sql_name for table in tables)
    return f"ALL TABLES IN SCHEMA {quoted_identifier(*schemas)}"


def _are_all(privileges: Sequence[str], granted: Sequence[Granted], catalog: Catalog) -> bool:
    """Tell whether no other relation of the schemas has what is to be taken back."""
    tables = {one.table for one in granted}
    schemas = {table.schema for table in tables}
    grantees = {one.grant.grantee for one in granted}
    return not any(
        relation.grants.is_open
        or any(
            grant.grantee in grantees and grant.privilege in privileges
            for grant in relation.grants.known()
        )
        for relation in (*catalog.relations.known(), *catalog.unknown_relations.values())
        if relation.schema in schemas and relation not in tables
    )
