"""FOUND and GET DIAGNOSTICS (manual: 41.5.5)."""

from __future__ import annotations

from rlslint.replay.plpgsql.interpreter import Interpreter
from rlslint.replay.plpgsql.system_catalogs.questions import RowSet
from rlslint.replay.plpgsql.tree import Diagnostics, Target
from rlslint.replay.plpgsql.values import ANY, Datum
from rlslint.replay.plpgsql.variables import ROW_COUNT

_FOUND = Target(("found",))


def note_found(interpreter: Interpreter, found: Datum) -> None:
    """Set FOUND."""
    interpreter.scopes.assign(_FOUND, found)


def note_rows(interpreter: Interpreter, rows: RowSet | None, at_most_one: bool = False) -> None:
    """Set FOUND and the row count to what a query gave; None stands for rows that nobody knows."""
    surely = rows is not None and any(row.certain for row in rows.rows)
    counted = rows is not None and not rows.open and all(row.certain for row in rows.rows)
    number: Datum = ANY
    if rows is not None and counted:
        number = min(len(rows.rows), 1) if at_most_one else len(rows.rows)
    elif surely and at_most_one:
        number = 1
    note_found(interpreter, True if surely else number if number is ANY else number != 0)
    interpreter.scopes.assign(Target((ROW_COUNT,)), number)


def run_diagnostics(interpreter: Interpreter, statement: Diagnostics) -> None:
    """Carry out GET DIAGNOSTICS; in a handler GET STACKED DIAGNOSTICS tells the SQLSTATE."""
    for target, item in zip(statement.targets, statement.items, strict=True):
        match item:
            case "row_count":
                value = interpreter.scopes.value((ROW_COUNT,))
            case "returned_sqlstate":
                value = interpreter.scopes.value(("sqlstate",))
            case _:
                value = ANY
        interpreter.assign(target, value)
