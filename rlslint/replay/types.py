"""Types, operators, collations and rules: nothing is asked of them but what goes with them."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.binding import Scope
from rlslint.catalog.model import Relation, RewriteRule
from rlslint.catalog.rewriting import actions_of, event_of
from rlslint.replay import Refused
from rlslint.replay.dependencies import note_reader, type_need
from rlslint.replay.state import Need, Replay
from rlslint.sql.nodes import strings, type_name
from rlslint.sql.parser import Node
from rlslint.text import Statement

OWN_QUERY = "_RETURN"
"""The rule that is a view's query."""


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
    replay.catalog.operators[symbol, left, right] = found[0] if found else None


def create_rule(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    """CREATE RULE: what its actions name is needed by its table."""
    relation = replay.relation(node["relation"], statement)
    needed = frozenset(_named(replay, [node.get("actions"), node.get("whereClause")]))
    name = node["rulename"]
    replay.origins.rules[relation.oid, name] = needed
    note_reader(replay, relation, needed)
    if not relation.knows("rules") or name == OWN_QUERY:
        return
    scope = Scope(replay.catalog, replay.search_path, statement)
    rule = RewriteRule(
        name,
        relation,
        event_of(node),
        node.get("instead", False),
        actions_of(node, scope, statement, base),
        statement,
    )
    others = tuple(one for one in relation.rules if one.name != name)
    relation.become("rules", (*others, rule))


def drop_rule(relation: Relation, name: str) -> None:
    """DROP RULE, and what goes with what a rule needs."""
    if relation.knows("rules"):
        relation.become("rules", tuple(one for one in relation.rules if one.name != name))


def rename_rule(relation: Relation, old: str, new: str) -> None:
    """ALTER RULE … RENAME."""
    if relation.knows("rules"):
        renamed = (one._replace(name=new) if one.name == old else one for one in relation.rules)
        relation.become("rules", tuple(renamed))


def set_rule_firing(relation: Relation, name: str, fires: bool) -> None:
    """ALTER TABLE … ENABLE or DISABLE RULE."""
    if relation.knows("rules"):
        changed = (
            one._replace(enabled=fires) if one.name == name else one for one in relation.rules
        )
        relation.become("rules", tuple(changed))


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
