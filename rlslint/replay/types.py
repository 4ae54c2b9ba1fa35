"""Types, operators, collations and rules: nothing is asked of them but what goes with them."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.replay.dependencies import note_reader
from rlslint.replay.refusals import Refused
from rlslint.replay.state import Need, Replay
from rlslint.sql.nodes import strings, type_name
from rlslint.sql.parser import Node
from rlslint.text import Statement


def create_type(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    """CREATE TYPE of an enumeration or a range, and CREATE DOMAIN."""
    if "domainname" not in node:
        _make(replay, strings(node["typeName"]))
        return
    names = strings(node["domainname"])
    _make(replay, names)
    replay.origins.domains[".".join(names)] = type_name(node["typeName"])


def create_composite_type(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    name = node["typevar"]
    _make(replay, tuple(n for n in (name.get("schemaname", ""), name["relname"]) if n))


def _make(replay: Replay, names: tuple[str, ...]) -> None:
    schema = replay.creation_schema(names[-2] if len(names) > 1 else "")
    if (schema, names[-1]) in replay.origins.types:
        raise Refused("duplicate_object")
    replay.origins.types.add((schema, names[-1]))


def define(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    """CREATE OPERATOR: what it calls may be dropped."""
    if node["kind"] != "OBJECT_OPERATOR":
        return
    given = {
        item["DefElem"]["defname"]: item["DefElem"].get("arg", {}) for item in node["definition"]
    }
    left, right = (
        type_name(given[side]["TypeName"]) if side in given else ""
        for side in ("leftarg", "rightarg")
    )
    called = given.get("function") or given.get("procedure") or {}
    names = strings(called.get("TypeName", {}).get("names"))
    types = tuple(one for one in (left, right) if one)
    found = [f for f in replay.functions_named(names) if f.argument_types == types] if names else []
    symbol = strings(node["defnames"])[-1]
    replay.origins.operators[symbol, left, right] = found[0] if found else None


def create_rule(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    """CREATE RULE: what its actions name is needed by its table."""
    relation = replay.relation(node["relation"], statement)
    needed = frozenset(_named(replay, [node.get("actions"), node.get("whereClause")]))
    replay.origins.rules[relation.oid, node["rulename"]] = needed
    note_reader(replay, relation, needed)


def _named(replay: Replay, part: object) -> Iterator[Need]:
    match part:
        case {"RangeVar": {"relname": name} as fields} if name not in ("old", "new"):
            found = replay.find(fields)
            if found is not None:
                yield id(found)
        case {"relation": {"relname": _} as fields, **others}:
            yield from _named(replay, {"RangeVar": fields})
            yield from _named(replay, others)
        case {"FuncCall": {"funcname": names} as fields}:
            functions = replay.functions_named(strings(names))
            if len(functions) == 1:
                yield id(functions[0])
            yield from _named(replay, fields.get("args"))
        case dict():
            for value in part.values():
                yield from _named(replay, value)
        case list():
            for value in part:
                yield from _named(replay, value)
        case _:
            return
