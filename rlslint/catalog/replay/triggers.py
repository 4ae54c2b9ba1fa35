"""CREATE TRIGGER, CREATE RULE and CREATE SEQUENCE."""

from __future__ import annotations

from rlslint.catalog.model import Kind
from rlslint.catalog.replay.state import Replay, handles
from rlslint.sql.expressions import strings
from rlslint.sql.parser import Node
from rlslint.text import Statement


@handles("CreateTrigStmt")
def create_trigger(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    relation = replay.relation(node["relation"], statement)
    relation.triggers[node["trigname"]] = ".".join(strings(node.get("funcname")))


@handles("CreateSeqStmt")
def create_sequence(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    replay.create_relation(node["sequence"], Kind.sequence, statement)
