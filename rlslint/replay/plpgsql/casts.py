"""Values as `::type` gives them (manual: 8.19 for the reg… types)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rlslint.catalog.binding import find_relation
from rlslint.replay.plpgsql.arrays import array_from
from rlslint.replay.plpgsql.operators import boolean
from rlslint.replay.plpgsql.system_catalogs.references import (
    function_reference,
    relation_reference,
    schema_reference,
)
from rlslint.replay.plpgsql.values import ANY, Reference, Value, dotted_name, quoted_name, text_of

if TYPE_CHECKING:
    from rlslint.replay.state import Replay

_TEXT_TYPES = frozenset({"text", "varchar", "name", "bpchar", "char", "citext", "sql_identifier"})
_INTEGER_TYPES = frozenset({"int2", "int4", "int8", "oid"})


def cast(replay: Replay, value: Value, type_name: str) -> Value:
    """Return a value as `::type` gives it."""
    if type_name.endswith("[]"):
        return array_from(value) if isinstance(value, str) else value
    word = type_name.rpartition(".")[2]
    if word in _TEXT_TYPES:
        return text_of(value)
    if value is None:
        return None
    match word:
        case "bool":
            return boolean(value)
        case "regclass" | "regproc" | "regprocedure" | "regnamespace" | "regrole":
            return _reference(replay, value, word)
        case _ if word in _INTEGER_TYPES and isinstance(value, str):
            return int(value) if value.strip().lstrip("-").isdigit() else ANY
        case "oid" if isinstance(value, Reference):
            return Reference(value.kind, value.key, value.name)
        case _:
            return value


def _reference(replay: Replay, value: Value, type_: str) -> Value:
    match value:
        case Reference(kind=kind, key=key, name=name):
            return Reference(kind, key, name, True)
        case str() if type_ == "regclass":
            return reference_of_relation(replay, value)
        case str() if type_ == "regnamespace":
            return schema_reference(dotted_name(value)[-1])
        case str() if type_ == "regrole":
            name = dotted_name(value)[-1]
            return Reference("role", name, str(quoted_name(name)), True)
        case str() if type_ in ("regproc", "regprocedure"):
            names = dotted_name(value.partition("(")[0])
            found = replay.functions_named(names)
            if len(found) == 1:
                reference = function_reference(found[0], replay.session.search_path)
                reference.shown = True
                return reference
            return ANY
        case _:
            return ANY


def reference_of_relation(replay: Replay, text: str) -> Value:
    names = dotted_name(text)
    if not names:
        return ANY
    catalog, path = replay.catalog, replay.session.search_path
    schema = names[-2] if len(names) > 1 else ""
    relation = find_relation(catalog, path, schema, names[-1])
    if relation is None:
        places = [schema] if schema else list(path)
        beyond = (catalog.unknown_relations.get((place, names[-1])) for place in places)
        relation = next((r for r in beyond if r is not None), None)
    if relation is None:
        return ANY
    reference = relation_reference(relation, path, catalog)
    reference.shown = True
    return reference
