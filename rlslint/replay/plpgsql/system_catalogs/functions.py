"""Rows that describe functions and procedures."""

from __future__ import annotations

from rlslint.replay.plpgsql.system_catalogs.questions import (
    Question,
    Row,
    RowSet,
    known_fact,
    row_with,
)
from rlslint.replay.plpgsql.system_catalogs.references import function_reference, schema_reference
from rlslint.replay.plpgsql.values import ANY, Composite, PartlyKnown, Reference


def pg_proc(question: Question) -> RowSet:
    rows = []
    name = question.text("proname")
    for function in question.catalog.functions.known():
        if name is not None and function.name != name:
            continue
        owner = known_fact(function, "owner")
        kind = known_fact(function, "is_procedure")
        rows.append(
            Row(
                Composite(
                    oid=function_reference(function, question.search_path),
                    proname=function.name,
                    pronamespace=schema_reference(function.schema),
                    prosecdef=known_fact(function, "security_definer"),
                    prokind=ANY if isinstance(kind, PartlyKnown) else "p" if kind else "f",
                    proowner=Reference("role", owner, "") if isinstance(owner, str) else ANY,
                    prolang=ANY,
                    proconfig=ANY,
                    provolatile=ANY,
                    prosrc=ANY,
                    prorettype=ANY,
                    pronargs=len(function.argument_types),
                ),
                True,
            )
        )
    return RowSet(rows, question.catalog.functions.is_open)


def routines(question: Question) -> RowSet:
    rows = [
        Row(
            row_with(routine_schema=function.schema, routine_name=function.name),
            True,
        )
        for function in question.catalog.functions.known()
    ]
    return RowSet(rows, question.catalog.functions.is_open)
