"""Rows that describe schemas and extensions."""

from __future__ import annotations

from rlslint.replay.plpgsql.system_catalogs.questions import Question, Row, Rows, row_with
from rlslint.replay.plpgsql.system_catalogs.references import schema_reference
from rlslint.replay.plpgsql.values import ANY, Record


def _schemas(question: Question) -> dict[str, bool]:
    catalog = question.catalog
    names = {schema: False for schema, _ in catalog.unknown_relations}
    names.update({schema: True for schema, _ in catalog.names})
    names.update(dict.fromkeys(catalog.schemas, True))
    names.update(dict.fromkeys(("public", "pg_catalog", "information_schema"), True))
    return names


def pg_namespace(question: Question) -> Rows:
    rows = [
        Row(Record(oid=schema_reference(name), nspname=name, nspowner=ANY), certain)
        for name, certain in _schemas(question).items()
    ]
    return Rows(rows, False)


def schemata(question: Question) -> Rows:
    rows = [
        Row(Record(catalog_name=ANY, schema_name=name, schema_owner=ANY), certain)
        for name, certain in _schemas(question).items()
    ]
    return Rows(rows, False)


def pg_extension(question: Question) -> Rows:
    names = question.catalog.extensions
    return Rows([Row(row_with(extname=name), True) for name in sorted(names)], True)
