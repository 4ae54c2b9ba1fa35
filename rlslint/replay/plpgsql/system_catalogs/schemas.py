"""Rows that describe schemas and extensions."""

from __future__ import annotations

from rlslint.replay.plpgsql.system_catalogs.questions import Question, Row, RowSet, row_with
from rlslint.replay.plpgsql.system_catalogs.references import schema_reference
from rlslint.replay.plpgsql.values import ANY, Composite


def _schemas(question: Question) -> dict[str, bool]:
    catalog = question.catalog
    names = {schema: False for schema, _ in catalog.unknown_relations}
    names.update({schema: True for schema, _ in catalog.names})
    names.update(dict.fromkeys(catalog.schemas, True))
    names.update(dict.fromkeys(("public", "pg_catalog", "information_schema"), True))
    return names


def pg_namespace(question: Question) -> RowSet:
    rows = [
        Row(Composite(oid=schema_reference(name), nspname=name, nspowner=ANY), certain)
        for name, certain in _schemas(question).items()
    ]
    return RowSet(rows, False)


def schemata(question: Question) -> RowSet:
    rows = [
        Row(Composite(catalog_name=ANY, schema_name=name, schema_owner=ANY), certain)
        for name, certain in _schemas(question).items()
    ]
    return RowSet(rows, False)


def pg_extension(question: Question) -> RowSet:
    names = question.catalog.extensions
    return RowSet([Row(row_with(extname=name), True) for name in sorted(names)], True)
