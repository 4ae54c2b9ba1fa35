"""Rows of pg_publication and pg_publication_tables."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.model import Kind, Relation
from rlslint.catalog.publications import OPERATIONS, Publication
from rlslint.replay.plpgsql.system_catalogs.questions import (
    Question,
    Row,
    Rows,
    known_fact,
    row_with,
)
from rlslint.replay.plpgsql.values import ANY, Record

_PLATFORM = "supabase_realtime"
"""What publications begin with that a platform makes: no migration does."""


def pg_publication(question: Question) -> Rows:
    rows = [
        Row(_row(publication), not publication.is_beyond_history)
        for publication in question.catalog.publications.known()
    ]
    return Rows(rows, _may_be_missing(question))


def _row(publication: Publication) -> Record:
    row = row_with(pubname=publication.name, puballtables=known_fact(publication, "all_tables"))
    for operation in OPERATIONS:
        known = publication.knows("operations")
        row[f"pub{operation}"] = operation in publication.operations if known else ANY
    return row


def pg_publication_tables(question: Question) -> Rows:
    name = question.text("pubname")
    rows: list[Row] = []
    is_open = _may_be_missing(question)
    for publication in question.catalog.publications.known():
        if name in (None, publication.name):
            is_open |= publication.tables.is_open or publication.schemas.is_open
            rows += [
                Row(
                    row_with(
                        pubname=publication.name,
                        schemaname=relation.schema,
                        tablename=relation.name,
                    ),
                    certain,
                )
                for relation, certain in _published(publication, question)
            ]
    return Rows(rows, is_open)


def _published(publication: Publication, question: Question) -> Iterator[tuple[Relation, bool]]:
    """Yield the tables of a publication; the view tells of partitions or of their table."""
    catalog = question.catalog
    named = {table.relation for table in publication.tables_named(catalog)}
    schemas = {published.schema.name for published in publication.schemas_named(catalog)}
    everything = publication.knows("all_tables") and publication.all_tables
    for relation in (*catalog.relations.known(), *catalog.unknown_relations.values()):
        if not relation.knows("kind"):
            if relation in named:
                yield relation, False
        elif relation.is_table:
            divided = relation.kind is Kind.partitioned_table or relation.partition_of is not None
            if everything or relation in named or relation.schema in schemas:
                yield relation, not divided and not relation.temporary
            elif divided:
                yield relation, False


def _may_be_missing(question: Question) -> bool:
    name = question.text("pubname")
    return question.catalog.publications.is_open or name is None or name.startswith(_PLATFORM)
