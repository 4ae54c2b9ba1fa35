"""Columns and functions follow a type to its new name, for PostgreSQL keeps its oid in them."""

from __future__ import annotations

from rlslint.replay.columns import drop_column
from rlslint.replay.dependencies import drop_dependents_of_function
from rlslint.replay.state import Replay
from rlslint.text import Statement


def rename_type(replay: Replay, schema: str, old: str, new: str, statement: Statement) -> None:
    """Give a type its new name wherever it is used; `schema` is "" where none was written."""

    def renamed(written: str) -> str:
        base, brackets, rest = written.partition("[")
        its_schema, dot, name = base.rpartition(".")
        if name != old or (schema and its_schema and its_schema != schema):
            return written
        return f"{its_schema}{dot}{new}{brackets}{rest}"

    for relation in replay.catalog.relations.known():
        for column in relation.columns.values() if relation.knows("columns") else ():
            if column.knows("type") and renamed(column.type) != column.type:
                column.learn("type", renamed(column.type), statement)
                relation.become("columns_key", None)
    for function in replay.catalog.functions.known():
        function.become("argument_types", tuple(map(renamed, function.argument_types)))
        function.become("return_type", renamed(function.return_type))


def drop_type(replay: Replay, written: str, statement: Statement) -> None:
    """DROP TYPE … CASCADE takes the columns and the functions along that use the type."""
    schema, _, name = written.rpartition(".")

    def is_dropped(used: str) -> bool:
        its_schema, _, its_name = used.partition("[")[0].rpartition(".")
        return its_name == name and (not schema or not its_schema or its_schema == schema)

    for relation in replay.catalog.relations.known():
        if not (relation.knows("columns") and relation.knows("kind") and relation.is_table):
            continue
        for column in list(relation.columns.values()):
            if column.knows("type") and is_dropped(column.type):
                drop_column(replay, relation, column.name, statement)
    for function in list(replay.catalog.functions.known()):
        if any(map(is_dropped, (*function.argument_types, function.return_type))):
            replay.drop_function(function)
            drop_dependents_of_function(replay, function, statement)
