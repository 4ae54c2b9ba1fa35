"""Statements that the replay cannot carry out: what they may change becomes unknown."""

from __future__ import annotations

from contextlib import suppress

from rlslint.replay import Refused
from rlslint.replay.plpgsql.execution import Execution
from rlslint.replay.plpgsql.values import Blank, PartlyKnown
from rlslint.replay.state import Replay
from rlslint.sql.intent import row_security_mistake
from rlslint.sql.parser import BrokenStatement, ParsedStatement
from rlslint.sql.placeholders import placeholder_stretches
from rlslint.text import HoleValue, Statement, open_holes


def carry_out_interpolated(replay: Replay, statement: Statement) -> None:
    """Make unknown what a statement may change of which a program fills in parts."""
    parts: list[str | Blank] = []
    position = statement.start
    holes = tuple(open_holes(statement))
    for hole in holes:
        parts += [statement.text.slice(position, hole.start), Blank.anything]
        position = hole.end
    rest = statement.text.slice(position, statement.end)
    if holes and (holes[0].start, holes[0].end) == (statement.start, statement.end):
        Execution(replay, statement).run_unread(f"nothing tells what {holes[0].source} does")
        return
    is_written = any(hole.value is not HoleValue.unread for hole in holes)
    execution = Execution(replay, statement)
    execution.run_unknown(PartlyKnown((*parts, rest)), is_noted=is_written)


def carry_out_filled_in(replay: Replay, statement: Statement) -> None:
    """Make unknown what a statement may change of which psql or a tool fills in the names."""
    data = statement.text.data[statement.start : statement.end]
    parts: list[str | Blank] = []
    position = 0
    for start, end in placeholder_stretches(data):
        parts += [data[position:start].decode("utf-8", "replace"), Blank.anything]
        position = end
    rest = data[position:].decode("utf-8", "replace")
    Execution(replay, statement).run_unknown(PartlyKnown((*parts, rest)), is_noted=True)


def carry_out_inclusion(replay: Replay, statement: Statement) -> None:
    """Make everything unknown that a file may change that a script runs and that is not at hand."""
    Execution(replay, statement).run_unread("the file that it runs is not at hand")


def carry_out_perhaps(replay: Replay, parsed: ParsedStatement) -> None:
    """Make unknown what a statement changes that only some runs of a script carry out."""
    if parsed.statement.kind == "TransactionStmt":
        if replay.transaction is not None:
            replay.transaction.is_in_doubt = True
        return
    with suppress(Refused):
        Execution(replay, parsed.statement).run(parsed, lambda errors: False)


def leave_refused_in_doubt(replay: Replay, statement: Statement) -> None:
    """Make unknown what a statement may change that is refused if nothing in doubt is otherwise."""
    execution = Execution(replay, statement)
    with suppress(Refused):
        execution.run_unparsable(statement.sql)
    execution.note("whether PostgreSQL refuses it depends on what could not be followed before")


def carry_out_broken(replay: Replay, item: BrokenStatement) -> None:
    """Make unknown what a statement may change that cannot be carried out.

    What was meant as DDL of row security and is refused has certainly changed nothing.
    """
    execution = Execution(replay, item.statement)
    refused = item.refused and not any(True for _ in open_holes(item.statement))
    if not refused or row_security_mistake(item.statement) is None:
        with suppress(Refused):
            execution.run_unparsable(item.statement.sql, refused)
    if not item.refused:
        execution.note(item.message)
