"""CREATE TRIGGER, CREATE RULE and CREATE SEQUENCE."""

from __future__ import annotations

from rlslint.catalog.model import Kind, Trigger
from rlslint.catalog.replay.state import Replay, handles
from rlslint.sql.nodes import strings
from rlslint.sql.parser import Node
from rlslint.text import Statement

# src/include/catalog/pg_trigger.h: TRIGGER_TYPE_BEFORE and the bits of the events.
_BEFORE = 2
_EVENTS = {"insert": 4, "delete": 8, "update": 16, "truncate": 32}


@handles("CreateTrigStmt")
def create_trigger(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    relation = replay.relation(node["relation"], statement)
    before = bool(node.get("timing", 0) & _BEFORE) and node.get("row", False)
    events = frozenset(name for name, bit in _EVENTS.items() if node.get("events", 0) & bit)
    function = ".".join(strings(node.get("funcname")))
    relation.triggers[node["trigname"]] = Trigger(function, before, events)


@handles("CreateSeqStmt")
def create_sequence(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    replay.create_relation(node["sequence"], Kind.sequence, statement)
