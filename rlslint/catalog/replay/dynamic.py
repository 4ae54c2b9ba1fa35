"""DO blocks and calls of functions that run DDL."""

from __future__ import annotations

from rlslint.catalog.replay.state import Replay, handles
from rlslint.sql.expressions import Call
from rlslint.sql.parser import Node
from rlslint.text import Statement


@handles("DoStmt")
def run_block(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    raise NotImplementedError


def call_function(replay: Replay, call: Call, statement: Statement, base: int) -> None:
    raise NotImplementedError
