"""Triggers that decide a column's value whatever the statement says."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog import Catalog
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Column, Relation


def overwriting_triggers(
    catalog: Catalog, relation: Relation, column: Column, command: str
) -> tuple[str, ...]:
    """Return the BEFORE row triggers that set `column` themselves, on every insert or update.

    Row security checks the row that BEFORE triggers leave behind (manual: CREATE POLICY, WITH
    CHECK), so the value of the statement does not count.
    """
    return tuple(
        name
        for name, trigger in zip(
            dict.keys(relation.triggers), relation.triggers.known(), strict=True
        )
        if trigger.before
        and trigger.enabled
        and command in trigger.events
        and any(
            _overwrites(function, column.name)
            for function in _functions_named(catalog, trigger.function)
        )
    )


def _functions_named(catalog: Catalog, dotted: str) -> Iterator[Function]:
    schema, _, name = dotted.rpartition(".")
    for (own_schema, own_name), functions in catalog.function_names.items():
        if own_name == name and schema in ("", own_schema):
            yield from functions


def _overwrites(function: Function, column: str) -> bool:
    if not function.knows("body") or function.language != "plpgsql":
        return False
    from rlslint.replay.plpgsql import tree
    from rlslint.replay.plpgsql.parser import parse_body
    from rlslint.replay.plpgsql.token_stream import NotPlpgsql

    try:
        block = parse_body(function.body)
    except NotPlpgsql:
        return False
    return any(
        isinstance(statement, tree.Assignment)
        and statement.target.names == ("new", column)
        and "new." not in statement.value.lower()
        for statement in block.body
    )
