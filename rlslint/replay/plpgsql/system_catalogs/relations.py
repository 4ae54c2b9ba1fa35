"""Rows that describe tables, views and indexes: pg_class, pg_tables, tables and their kin."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rlslint.catalog.model import Kind, Relation
from rlslint.replay.plpgsql.system_catalogs.questions import (
    Question,
    Row,
    RowSet,
    asked_relations,
    known_fact,
    may_be_missing,
    row_with,
    rows_beyond_history,
)
from rlslint.replay.plpgsql.system_catalogs.references import relation_reference, schema_reference
from rlslint.replay.plpgsql.values import ANY, Composite, Reference

_KIND_LETTERS = {
    Kind.table: "r", Kind.partitioned_table: "p", Kind.view: "v", Kind.materialized_view: "m",
    Kind.foreign_table: "f", Kind.sequence: "S",
}  # fmt: skip
_TABLES = (Kind.table, Kind.partitioned_table)


def _of_kind(relation: Relation, kinds: tuple[Kind, ...]) -> bool | None:
    """Tell whether a relation is of one of these kinds, None where it is not known."""
    return relation.kind in kinds if relation.knows("kind") else None


def _kind_rows(
    question: Question,
    schema_column: str,
    name_column: str,
    kinds: tuple[Kind, ...],
    describe: Callable[[Relation], Composite],
) -> RowSet:
    rows = []
    wanted = question.text(schema_column), question.text(name_column)
    for relation in asked_relations(question, *wanted):
        fits = _of_kind(relation, kinds)
        if fits is not False:
            rows.append(Row(describe(relation), fits is True))
    rows += rows_beyond_history(question, schema_column, name_column)
    return RowSet(rows, may_be_missing(question, *wanted))


def pg_tables(question: Question) -> RowSet:
    def describe(relation: Relation) -> Composite:
        return Composite(
            schemaname=relation.schema,
            tablename=relation.name,
            tableowner=known_fact(relation, "owner"),
            rowsecurity=known_fact(relation, "rls_enabled"),
            hasindexes=ANY,
            hasrules=ANY,
            hastriggers=ANY,
            tablespace=ANY,
        )

    return _kind_rows(question, "schemaname", "tablename", _TABLES, describe)


def pg_views(question: Question) -> RowSet:
    def describe(relation: Relation) -> Composite:
        return Composite(
            schemaname=relation.schema,
            viewname=relation.name,
            viewowner=known_fact(relation, "owner"),
            definition=ANY,
        )

    return _kind_rows(question, "schemaname", "viewname", (Kind.view,), describe)


def pg_stat_user_tables(question: Question) -> RowSet:
    def describe(relation: Relation) -> Composite:
        return Composite(
            relid=relation_reference(relation, question.search_path, question.catalog),
            schemaname=relation.schema,
            relname=relation.name,
        )

    return _kind_rows(question, "schemaname", "relname", (*_TABLES,), describe)


def tables(question: Question) -> RowSet:
    words = {Kind.view: "VIEW", Kind.foreign_table: "FOREIGN"}

    def describe(relation: Relation) -> Composite:
        known = relation.knows("kind")
        return Composite(
            table_catalog=ANY,
            table_schema=relation.schema,
            table_name=relation.name,
            table_type=words.get(relation.kind, "BASE TABLE") if known else ANY,
        )

    kinds = (*_TABLES, Kind.view, Kind.foreign_table)
    return _kind_rows(question, "table_schema", "table_name", kinds, describe)


def views(question: Question) -> RowSet:
    def describe(relation: Relation) -> Composite:
        return Composite(
            table_catalog=ANY,
            table_schema=relation.schema,
            table_name=relation.name,
            view_definition=ANY,
        )

    return _kind_rows(question, "table_schema", "table_name", (Kind.view,), describe)


def pg_class(question: Question) -> RowSet:
    rows = []
    schema = question.reference("relnamespace")
    name = question.text("relname")
    for relation in asked_relations(question, str(schema.key) if schema else None, name):
        rows.append(Row(_class_row(question, relation), relation.knows("kind")))
    if question.text("relkind") in (None, "i", "I"):
        rows += _index_rows(question, name)
    if not any(row.values["relname"] == name for row in rows):
        rows += rows_beyond_history(question, "relnamespace", "relname")
    return RowSet(rows, question.catalog.relations.is_open)


def _class_row(question: Question, relation: Relation) -> Composite:
    owner = known_fact(relation, "owner")
    partition = relation.partition_of is not None if relation.knows("partition_of") else ANY
    known = relation.knows("kind")
    return Composite(
        oid=relation_reference(relation, question.search_path, question.catalog),
        relname=relation.name,
        relnamespace=schema_reference(relation.schema),
        relkind=_KIND_LETTERS[relation.kind] if known else ANY,
        relowner=Reference("role", owner, str(owner)) if isinstance(owner, str) else ANY,
        relrowsecurity=known_fact(relation, "rls_enabled"),
        relforcerowsecurity=known_fact(relation, "rls_forced"),
        relispartition=partition,
        relpersistence="t" if relation.temporary else "p",
        relhastriggers=ANY,
        reltuples=ANY,
        relacl=ANY,
        reloptions=ANY,
    )


def pg_inherits(question: Question) -> RowSet:
    rows = []
    path, catalog = question.search_path, question.catalog
    for relation in asked_relations(question, None, None):
        if relation.is_beyond_history:
            continue
        place = {"inhrelid": relation_reference(relation, path, catalog)}
        if not (relation.knows("parents") and relation.knows("partition_of")):
            rows.append(Row(row_with(**place), False))
            continue
        above = relation.parents
        if relation.partition_of is not None:
            above = (relation.partition_of,)
        for number, parent in enumerate(above, 1):
            row = row_with(**place)
            row["inhparent"] = relation_reference(parent, path, catalog)
            row["inhseqno"] = number
            rows.append(Row(row, True))
    return RowSet(rows, catalog.relations.is_open)


def _index_rows(question: Question, name: str | None) -> Iterator[Row]:
    for relation in question.catalog.relations.known():
        for index in relation.indexes.known():
            if name is None or index.name == name:
                yield Row(
                    Composite(
                        oid=Reference("index", (relation, index.name), index.name),
                        relname=index.name,
                        relnamespace=schema_reference(relation.schema),
                        relkind="i",
                        relowner=ANY,
                        relrowsecurity=False,
                        relforcerowsecurity=False,
                        relispartition=ANY,
                        relpersistence="p",
                    ),
                    True,
                )


def pg_indexes(question: Question) -> RowSet:
    rows = []
    wanted = question.text("schemaname"), question.text("tablename")
    for relation in asked_relations(question, *wanted):
        place = {"schemaname": relation.schema, "tablename": relation.name}
        for index in relation.indexes.known():
            rows.append(Row(Composite(**place, indexname=index.name, indexdef=ANY), True))
        if relation.indexes.is_open:
            rows.append(Row(row_with(**place), False))
    return RowSet(rows, may_be_missing(question, *wanted))
