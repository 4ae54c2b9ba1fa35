"""Which privileges on which tables a statement of the history granted."""

from __future__ import annotations

from typing import NamedTuple

from rlslint.catalog.model import Catalog, Grant, Relation
from rlslint.text import Statement


class Granted(NamedTuple):
    """A privilege on a table that is held at the end of the history."""

    table: Relation
    grant: Grant


def grants_by_statement(catalog: Catalog) -> dict[Statement, tuple[Granted, ...]]:
    """Return what each statement granted on tables and nothing has revoked, tables by name.

    Default privileges count for the tables that were made under them.
    """
    found: dict[Statement, list[Granted]] = {}
    relations = (*catalog.relations.known(), *catalog.unknown_relations.values())
    for relation in sorted(relations, key=str):
        if relation.is_beyond_history or relation.is_table:
            for grant in relation.grants.known():
                if grant.statement is not None:
                    found.setdefault(grant.statement, []).append(Granted(relation, grant))
    return {statement: tuple(granted) for statement, granted in found.items()}
