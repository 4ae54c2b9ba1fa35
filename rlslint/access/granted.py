"""Which privileges on which tables were granted where, and how to take them back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rlslint.access.wording import in_sql
from rlslint.catalog.model import Catalog, Relation
from rlslint.catalog.privileges import Grant
from rlslint.sql.quoting import quoted_identifier
from rlslint.text import Location, Statement


class Granted(NamedTuple):
    """A privilege on a table that is held at the end of the history."""

    table: Relation
    grant: Grant


Place = tuple[str, Location, Location]
"""Where a statement stands that one can edit: it may run once for each turn of a loop."""


def place_of(statement: Statement) -> Place:
    """Return where a statement, or the outermost one that ran it, stands in its file."""
    span = statement.span
    return (span.text.path, *span.locations())


def grants_by_place(catalog: Catalog) -> dict[Place, tuple[Granted, ...]]:
    """Return what was granted on tables at each place and nothing has revoked, tables by name.

    Default privileges count for the tables that were made under them.
    """
    found: dict[Place, list[Granted]] = {}
    places: dict[Statement, Place] = {}
    relations = (*catalog.relations.known(), *catalog.unknown_relations.values())
    for relation in sorted(relations, key=str):
        if relation.is_beyond_history or relation.is_table:
            for grant in relation.grants.known():
                if (statement := grant.statement) is not None:
                    place = places.get(statement) or place_of(statement)
                    places[statement] = place
                    found.setdefault(place, []).append(Granted(relation, grant))
    return {place: tuple(granted) for place, granted in found.items()}


def revocation(privileges: Iterable[str], granted: Sequence[Granted], catalog: Catalog) -> str:
    """Return the REVOKE that takes `privileges` back from what was granted.

    Where that were default privileges, later tables are to be spared them as well.
    """
    statements = {one.grant.statement for one in granted}
    words = ", ".join(privilege.upper() for privilege in privileges)
    tables = ", ".join(dict.fromkeys(one.table.sql_name for one in granted))
    lines = [f"REVOKE {words} ON {tables} FROM {in_sql(one.grant.grantee for one in granted)};"]
    defaults = [d for d in catalog.defaults if d.statement in statements and d.kind == "tables"]
    for schema in dict.fromkeys(default.schema for default in defaults):
        within = f" IN SCHEMA {quoted_identifier(schema)}" if schema else ""
        grantees = in_sql(d.grantee for d in defaults if d.schema == schema)
        lines.append(f"ALTER DEFAULT PRIVILEGES{within} REVOKE {words} ON TABLES FROM {grantees};")
    return "\n".join(lines)
