"""Publications, from the rows that a server returns."""

from __future__ import annotations

from rlslint.catalog import Catalog
from rlslint.catalog.model import Relation
from rlslint.catalog.publications import OPERATIONS, Publication, PublishedSchema, PublishedTable
from rlslint.catalog.roles import MIGRATION_ROLE, Schema
from rlslint.server.introspection.authority import RoleNames, Rows
from rlslint.server.introspection.deparsed import Deparsed
from rlslint.server.introspection.description import Description
from rlslint.server.introspection.relations import Relations
from rlslint.sql import quoted_identifier


def add_publications(
    catalog: Catalog,
    relations: Relations,
    rows: Rows,
    names: RoleNames,
    foreign_owners: frozenset[str],
    deparsed: Deparsed,
    description: Description,
) -> None:
    """Add the publications; of those that a platform owns only what is in them is known."""
    for name, owner_oid, all_tables, operations, via_root, tables, schemas in rows:
        owner = names[owner_oid]
        publication = Publication(name, owner, None)
        publication.all_tables, publication.via_root = all_tables, via_root
        sent = zip(OPERATIONS, operations, strict=True)
        publication.operations = frozenset(operation for operation, is_sent in sent if is_sent)
        if owner in foreign_owners:
            publication = Publication.beyond_history(name, None)
        else:
            shown = _shown(publication)
            publication.statements[""] = description.write("CreatePublicationStmt", shown)
        for oid, columns, condition in tables or ():
            if oid not in relations:
                continue  # A superuser's table in information_schema.
            _add_table(publication, relations[oid], columns, condition, deparsed, description)
        for schema_name in schemas or ():
            _add_schema(publication, catalog, schema_name, description)
        catalog.publications[name] = publication


def _shown(publication: Publication) -> str:
    shown = f"CREATE PUBLICATION {publication.sql_name}"
    if publication.all_tables:
        shown += " FOR ALL TABLES"
    sent = ", ".join(one for one in OPERATIONS if one in publication.operations)
    options = [] if len(publication.operations) == len(OPERATIONS) else [f"publish = '{sent}'"]
    options += ["publish_via_partition_root"] if publication.via_root else []
    return f"{shown} WITH ({', '.join(options)})" if options else shown


def _add_table(
    publication: Publication,
    relation: Relation,
    columns: list[int] | None,
    condition: str | None,
    deparsed: Deparsed,
    description: Description,
) -> None:
    head = f"ALTER PUBLICATION {publication.sql_name} ADD TABLE ONLY {relation.sql_name}"
    if columns and relation.knows("columns"):
        found = (relation.column(number) for number in columns)
        listed = (quoted_identifier(column.name) for column in found if column is not None)
        head += f" ({', '.join(listed)})"
    if condition is None:
        statement = description.write("AlterPublicationStmt", head)
        clause = None
    else:
        head += " WHERE ("
        statement = description.write("AlterPublicationStmt", f"{head}{condition})")
        at = statement.start + len(head.encode())
        clause = deparsed.clause(condition, relation, statement, at)
        if clause is None:
            publication.tables.open(statement)
            return
    publication.tables[relation] = PublishedTable(
        relation, tuple(sorted(columns or ())), clause, statement
    )


def _add_schema(
    publication: Publication, catalog: Catalog, name: str, description: Description
) -> None:
    schema = catalog.schemas.get(name)
    if schema is None:
        schema = Schema(name, MIGRATION_ROLE, None)
        schema.forget("owner", None)
    named = quoted_identifier(name)
    statement = description.write(
        "AlterPublicationStmt",
        f"ALTER PUBLICATION {publication.sql_name} ADD TABLES IN SCHEMA {named}",
    )
    publication.schemas[schema] = PublishedSchema(schema, statement)
