"""Rows that describe constraints and triggers."""

from __future__ import annotations

from rlslint.replay.plpgsql.system_catalogs.questions import (
    Question,
    Row,
    RowSet,
    asked_relations,
    may_be_missing,
    row_with,
    rows_beyond_history,
)
from rlslint.replay.plpgsql.system_catalogs.references import relation_reference, schema_reference

_CONSTRAINT_LETTERS = {
    "primary": "p", "unique": "u", "foreign": "f", "check": "c", "exclude": "x", "not null": "n",
}  # fmt: skip


def pg_constraint(question: Question) -> RowSet:
    rows = []
    path, catalog = question.search_path, question.catalog
    for relation in asked_relations(question, None, None):
        place = {"conrelid": relation_reference(relation, path, catalog)}
        for constraint in relation.constraints.known():
            other = constraint.referenced
            row = row_with(**place)
            row["conname"] = constraint.name
            row["contype"] = _CONSTRAINT_LETTERS.get(constraint.kind, "c")
            row["connamespace"] = schema_reference(relation.schema)
            row["confrelid"] = relation_reference(other, path, catalog) if other else 0
            rows.append(Row(row, True))
        if relation.constraints.is_open:
            rows.append(Row(row_with(**place), False))
    return RowSet(rows, catalog.relations.is_open)


def table_constraints(question: Question) -> RowSet:
    words = {"primary": "PRIMARY KEY", "unique": "UNIQUE", "foreign": "FOREIGN KEY"}
    rows = []
    wanted = question.text("table_schema"), question.text("table_name")
    for relation in asked_relations(question, *wanted):
        place = {"table_schema": relation.schema, "table_name": relation.name}
        for constraint in relation.constraints.known():
            row = row_with(**place)
            row["constraint_name"] = constraint.name
            row["constraint_schema"] = relation.schema
            row["constraint_type"] = words.get(constraint.kind, "CHECK")
            rows.append(Row(row, True))
        if relation.constraints.is_open:
            rows.append(Row(row_with(**place), False))
    rows += rows_beyond_history(question, "table_schema", "table_name")
    return RowSet(rows, may_be_missing(question, *wanted))


def pg_trigger(question: Question) -> RowSet:
    rows = []
    for relation in asked_relations(question, None, None):
        place = {"tgrelid": relation_reference(relation, question.search_path, question.catalog)}
        for name in dict.keys(relation.triggers):
            row = row_with(**place)
            row["tgname"], row["tgisinternal"] = name, False
            rows.append(Row(row, True))
        if relation.triggers.is_open:
            rows.append(Row(row_with(**place), False))
    return RowSet(rows, question.catalog.relations.is_open)


def triggers(question: Question) -> RowSet:
    rows = []
    wanted = question.text("event_object_schema"), question.text("event_object_table")
    for relation in asked_relations(question, *wanted):
        for name in dict.keys(relation.triggers):
            row = row_with(event_object_schema=relation.schema, event_object_table=relation.name)
            row["trigger_schema"], row["trigger_name"] = relation.schema, name
            rows.append(Row(row, True))
    return RowSet(rows, may_be_missing(question, *wanted))
