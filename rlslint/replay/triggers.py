"""CREATE TRIGGER, CREATE EVENT TRIGGER and CREATE SEQUENCE."""

from __future__ import annotations

from rlslint.catalog import model
from rlslint.catalog.binding import Scope, bind
from rlslint.catalog.model import Kind, Relation, Trigger
from rlslint.catalog.predicates import Clause, Predicate
from rlslint.replay import Refused, TriggerDetails, must_have_columns
from rlslint.replay.dependencies import note_clause, note_reader
from rlslint.replay.partition_triggers import add_trigger
from rlslint.replay.state import EventTrigger, Replay
from rlslint.sql.expressions import Column
from rlslint.sql.nodes import expression, strings
from rlslint.sql.parser import Node
from rlslint.text import Statement

# src/include/catalog/pg_trigger.h: TRIGGER_TYPE_BEFORE and the bits of the events.
_BEFORE = 2
_EVENTS = {"insert": 4, "delete": 8, "update": 16, "truncate": 32}


def create_trigger(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    relation = replay.relation(node["relation"], statement)
    if not node.get("replace"):
        if dict.__contains__(relation.triggers, node["trigname"]):
            raise Refused("duplicate_object")
        if relation.triggers.is_open:
            replay.perhaps_refused("duplicate_object")
    must_have_columns(relation, strings(node.get("columns")))
    for_each_row = node.get("row", False)
    before = bool(node.get("timing", 0) & _BEFORE) and for_each_row
    events = frozenset(name for name, bit in _EVENTS.items() if node.get("events", 0) & bit)
    names = strings(node.get("funcname"))
    named = replay.functions_named(names)
    if named and all(f.return_type not in ("trigger", "event_trigger") for f in named):
        raise Refused("invalid_object_definition")
    function = str(named[0]) if named else ".".join(names)
    tables = frozenset(item["TriggerTransition"]["name"] for item in node.get("transitionRels", ()))
    trigger = Trigger(function, before, events, True, tables, statement)
    condition = _condition(replay, relation, node, statement, base)
    details = TriggerDetails(for_each_row, _columns(node), False, condition)
    for clause in condition:
        note_clause(replay, relation, clause)
    if len(named) == 1:
        note_reader(replay, relation, (id(named[0]),))
    add_trigger(replay, relation, node["trigname"], trigger, details)


def _condition(
    replay: Replay, relation: Relation, node: Node, statement: Statement, base: int
) -> tuple[Clause, ...]:
    if "whenClause" not in node:
        return ()
    scope = Scope(replay.catalog, replay.search_path, statement).with_own_row(relation)
    return (Clause(Predicate(bind(expression(node["whenClause"]), scope)), statement, base),)


def _columns(node: Node) -> frozenset[str]:
    """Return the columns that a trigger cannot do without: those of UPDATE OF and WHEN."""
    named = set(strings(node.get("columns")))
    if "whenClause" in node:
        parts = expression(node["whenClause"]).walk()
        named.update(part.name for part in parts if isinstance(part, Column))
    return frozenset(named)


def create_event_trigger(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    if node["eventname"] != "ddl_command_end":
        return
    from rlslint.replay.plpgsql.event_triggers import fire_event_triggers

    replay.fire_event_triggers = fire_event_triggers
    conditions = (item["DefElem"] for item in node.get("whenclause", ()))
    tags = tuple(
        tag.upper()
        for condition in conditions
        if condition["defname"] == "tag"
        for tag in strings(condition["arg"]["List"]["items"])
    )
    replay.event_triggers[node["trigname"]] = EventTrigger(strings(node["funcname"]), tags, True)


def alter_event_trigger(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    event = replay.event_triggers.get(node["trigname"])
    if event is not None:
        enabled = node["tgenabled"] != "D"
        replay.event_triggers[node["trigname"]] = event._replace(enabled=enabled)


def create_sequence(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    taken = replay.place_of_new(node["sequence"]) in replay.catalog.names
    if not taken or not node.get("if_not_exists"):
        sequence = replay.create_relation(node["sequence"], Kind.sequence, statement)
        for number, (name, type_name) in enumerate(_OF_SEQUENCES, 1):
            sequence.add_column(model.Column(name, number, type_name, False, statement))
        own_sequence(replay, node)


_OF_SEQUENCES = (("last_value", "int8"), ("log_cnt", "int8"), ("is_called", "bool"))
"""The columns of a sequence and their types (sequence.h)."""


def alter_sequence(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    own_sequence(replay, node)


def own_sequence(replay: Replay, node: Node) -> None:
    """Let a sequence go with the column that OWNED BY names."""
    for item in node.get("options", ()):
        if item["DefElem"]["defname"] != "owned_by":
            continue
        *table, column = strings(item["DefElem"]["arg"]["List"]["items"])
        relation = replay.find(
            {"schemaname": "".join(table[-2:-1]), "relname": "".join(table[-1:])}
        )
        columns = relation.columns if relation is not None and relation.knows("columns") else {}
        if relation is not None and column in columns:
            key = relation.oid, columns[column].number
            replay.origins.owned_sequences[key] = node["sequence"]["relname"]
