"""Rows that describe columns: pg_attribute and information_schema.columns."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.model import Relation
from rlslint.replay.plpgsql.system_catalogs.questions import (
    Question,
    Row,
    RowSet,
    asked_relations,
    known_fact,
    row_with,
    rows_beyond_history,
)
from rlslint.replay.plpgsql.system_catalogs.references import relation_reference
from rlslint.replay.plpgsql.values import ANY, Composite, Datum, PartlyKnown, Reference

TYPE_WORDS = {
    "int4": "integer", "int8": "bigint", "int2": "smallint", "bool": "boolean",
    "timestamptz": "timestamp with time zone", "timestamp": "timestamp without time zone",
    "varchar": "character varying", "bpchar": "character", "float8": "double precision",
    "float4": "real",
}  # fmt: skip


def pg_attribute(question: Question) -> RowSet:
    rows = []
    for relation, certain in _with_columns(question, None, None):
        reference = relation_reference(relation, question.search_path, question.catalog)
        for column in relation.columns.values() if certain else ():
            rows.append(
                Row(
                    Composite(
                        attrelid=reference,
                        attname=column.name,
                        attnum=column.number,
                        attnotnull=known_fact(column, "not_null"),
                        attisdropped=False,
                        atttypid=Reference("type", known_fact(column, "type"), column.name),
                        atthasdef=ANY,
                        attidentity=ANY,
                        attgenerated=ANY,
                    ),
                    True,
                )
            )
        if not certain:
            rows.append(Row(row_with(attrelid=reference), False))
    return RowSet(rows, question.catalog.relations.is_open)


def _with_columns(
    question: Question, schema: str | None, name: str | None
) -> Iterator[tuple[Relation, bool]]:
    for relation in asked_relations(question, schema, name):
        yield relation, relation.knows("columns")


def columns(question: Question) -> RowSet:
    rows = []
    wanted = question.text("table_schema"), question.text("table_name")
    for relation, certain in _with_columns(question, *wanted):
        place = {"table_schema": relation.schema, "table_name": relation.name}
        if not certain:
            rows.append(Row(row_with(**place), False))
            continue
        for column in relation.columns.values():
            not_null = known_fact(column, "not_null")
            type_ = known_fact(column, "type")
            row = Composite(**place, column_name=column.name, ordinal_position=column.number)
            row["is_nullable"] = ANY if isinstance(not_null, PartlyKnown) else _yes(not not_null)
            row["udt_name"] = _udt_name(type_)
            row["data_type"] = _data_type(type_)
            default = column.default if column.knows("default") else ANY
            row["column_default"] = None if default is None and not column.identity else ANY
            row["table_catalog"] = ANY
            rows.append(Row(row, True))
    rows += rows_beyond_history(question, "table_schema", "table_name")
    return RowSet(rows, question.catalog.relations.is_open)


def _yes(value: bool) -> str:
    return "YES" if value else "NO"


def _udt_name(type_: Datum) -> Datum:
    if not isinstance(type_, str) or not type_:
        return ANY
    return f"_{type_[:-2]}" if type_.endswith("[]") else type_.rpartition(".")[2]


def _data_type(type_: Datum) -> Datum:
    if not isinstance(type_, str) or not type_:
        return ANY
    if type_.endswith("[]"):
        return "ARRAY"
    return TYPE_WORDS.get(type_, type_ if "." not in type_ else "USER-DEFINED")
