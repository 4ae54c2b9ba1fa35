"""Columns and functions follow a type to its new name, for PostgreSQL keeps its oid in them."""

from __future__ import annotations

from rlslint.replay.dependencies import note_reader, type_need
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

    types = replay.origins.types
    for known in [one for one in types if one[1] == old and schema in ("", one[0])]:
        types.discard(known)
        types.add((known[0], new))
    for relation in replay.catalog.relations.known():
        for column in relation.columns.values() if relation.knows("columns") else ():
            if column.knows("type") and renamed(column.type) != column.type:
                column.learn("type", renamed(column.type), statement)
                relation.become("columns_key", None)
                note_reader(replay, relation, (type_need(new),))
    for function in replay.catalog.functions.known():
        function.become("argument_types", tuple(map(renamed, function.argument_types)))
        function.become("return_type", renamed(function.return_type))
        note_reader(replay, function, (type_need(new),))
