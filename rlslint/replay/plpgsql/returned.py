"""RETURN NEXT and RETURN QUERY (manual: 41.6.1.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rlslint.replay.plpgsql.embedded_sql import query_of_command, run_calls
from rlslint.replay.plpgsql.queries import query_rows
from rlslint.replay.plpgsql.system_catalogs.questions import Row, Rows
from rlslint.replay.plpgsql.tree import ReturnNext, ReturnQuery
from rlslint.replay.plpgsql.values import Record

if TYPE_CHECKING:
    from rlslint.replay.plpgsql.interpreter import Interpreter

_MOST_ROWS = 10_000


def return_next(interpreter: Interpreter, statement: ReturnNext) -> None:
    """Add a row to what the function returns."""
    if statement.value:
        value = interpreter.value_of(statement.value)
        row = value if isinstance(value, Record) else Record(value=value)
    else:
        values = ((name, interpreter.scopes.value((name,))) for name in interpreter.outputs)
        row = Record(values)
    _add(interpreter, Rows([Row(row, True)], False))


def return_query(interpreter: Interpreter, statement: ReturnQuery) -> None:
    """Add the rows of a query to what the function returns."""
    if statement.command:
        found, parameters = query_of_command(interpreter, statement.command, statement.using)
    else:
        found, parameters = interpreter.query_of(statement.query), interpreter.parameters
    if found is None:
        interpreter.rows_open = True
        return
    outer, interpreter.parameters = interpreter.parameters, parameters
    interpreter.evaluator.results.clear()
    run_calls(interpreter, found)
    _add(interpreter, query_rows(found, interpreter.evaluator))
    interpreter.parameters = outer


def _add(interpreter: Interpreter, rows: Rows) -> None:
    if not interpreter.certain or len(interpreter.rows) > _MOST_ROWS:
        interpreter.rows_open = True
        return
    interpreter.rows += rows.rows
    interpreter.rows_open |= rows.open
