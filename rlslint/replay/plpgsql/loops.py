"""Loops of PL/pgSQL (manual: 41.6.5, 41.6.6 and 41.6.7)."""

from __future__ import annotations

from itertools import islice

from rlslint.replay.plpgsql.arrays import as_array, slices
from rlslint.replay.plpgsql.branching import run_perhaps
from rlslint.replay.plpgsql.course import Departure, Raised
from rlslint.replay.plpgsql.diagnostics import note_found
from rlslint.replay.plpgsql.embedded_sql import note_changes, query_of_command, run_calls
from rlslint.replay.plpgsql.interpreter import Interpreter
from rlslint.replay.plpgsql.queries import query_rows
from rlslint.replay.plpgsql.system_catalogs.questions import Row, RowSet
from rlslint.replay.plpgsql.token_stream import plain_name
from rlslint.replay.plpgsql.tree import (
    Body,
    ForEach,
    ForExecute,
    ForQuery,
    ForRange,
    Target,
    While,
    assigned,
)
from rlslint.replay.plpgsql.values import ANY, Composite, PartlyKnown
from rlslint.replay.rows import note_query
from rlslint.text import Statement
from rlslint.text.budget import STEPS_OF_A_BLOCK


def run_while(interpreter: Interpreter, loop: While) -> Departure | None:
    """Carry out WHILE, and LOOP, whose condition always holds."""
    leave: Departure | None = None
    before = set(interpreter.doubts)
    while True:
        truth, _ = interpreter.truth_of(loop.condition)
        if isinstance(truth, PartlyKnown) or not _may_go_on(interpreter):
            _unknown_iterations(interpreter, loop.body)
            break
        if truth is not True:
            break
        goes_on, leave = _iteration(interpreter, loop.label, loop.body)
        if not goes_on:
            break
        if ("loop", loop.label) in interpreter.doubts or ("loop", "") in interpreter.doubts:
            _unknown_iterations(interpreter, loop.body)
            break
        interpreter.course.steps.spend()
    _end_of_loop(interpreter, loop.label, before)
    return leave


def run_for(
    interpreter: Interpreter, loop: ForRange | ForQuery | ForExecute | ForEach
) -> Departure | None:
    """Carry out FOR and FOREACH, once for each row or item."""
    targets, rows = _rows_of(interpreter, loop)
    before = set(interpreter.doubts)
    leave: Departure | None = None
    goes_on = True
    for row in rows.rows:
        if not _may_go_on(interpreter):
            rows = rows._replace(open=True)
            break
        interpreter.course.steps.spend()
        interpreter.assign_row(targets, row)
        if row.certain:
            goes_on, leave = _iteration(interpreter, loop.label, loop.body)
            if not goes_on:
                break
        else:
            run_perhaps(interpreter, [loop.body, ()])
    if goes_on and rows.open:
        interpreter.scopes.forget({target.names[0] for target in targets})
        _unknown_iterations(interpreter, loop.body)
    _end_of_loop(interpreter, loop.label, before)
    surely = any(row.certain for row in rows.rows)
    if isinstance(loop, ForQuery | ForExecute) and not surely:
        _leave_without_rows(interpreter, targets, rows)
    note_found(interpreter, True if surely else ANY if rows.rows or rows.open else False)
    return leave


def _leave_without_rows(
    interpreter: Interpreter, targets: tuple[Target, ...], rows: RowSet
) -> None:
    """A query without rows leaves NULL in the variable of its loop (tried on 15 and 18)."""
    if rows.rows or rows.open:
        interpreter.scopes.forget({target.names[0] for target in targets})
    else:
        interpreter.assign_row(targets, Row(Composite(), True))


def _rows_of(
    interpreter: Interpreter, loop: ForRange | ForQuery | ForExecute | ForEach
) -> tuple[tuple[Target, ...], RowSet]:
    nothing_known = RowSet([], True)
    match loop:
        case ForRange():
            return (Target((loop.variable,)),), _range(interpreter, loop)
        case ForEach(_, targets, array, dimensions):
            items = as_array(interpreter.value_of(array))
            if items is None:
                raise Raised("null_value_not_allowed")
            if not isinstance(items, tuple):
                return targets, nothing_known
            found = slices(items, dimensions)
            return targets, RowSet([Row(Composite(item=item), True) for item in found], False)
        case ForQuery(_, targets, sql):
            parameters = interpreter.parameters
            query_text = _query_of_cursor(interpreter, sql, targets)
            query = interpreter.query_of(query_text)
            note_changes(interpreter, query_text, _step(interpreter, loop))
        case ForExecute(_, targets, command, using):
            query, parameters = query_of_command(interpreter, command, using)
    if query is None:
        return targets, nothing_known
    note_query(interpreter.replay, _step(interpreter, loop), query)
    outer, interpreter.parameters = interpreter.parameters, parameters
    interpreter.evaluator.results.clear()
    try:
        run_calls(interpreter, query)
        return targets, query_rows(query, interpreter.evaluator)
    finally:
        interpreter.parameters = outer


def _step(interpreter: Interpreter, loop: ForQuery | ForExecute) -> Statement:
    """Return the query of a loop where the block shows it, else the statement that runs it."""
    block = interpreter.statement
    if isinstance(loop, ForQuery) and interpreter.execution.body >= 0:
        sql = loop.query.encode()
        start = block.text.data.find(sql, block.start, block.end)
        if start >= 0:
            return Statement(block.text, start, start + len(sql), "SelectStmt", block)
    return interpreter.execution.step


def _query_of_cursor(interpreter: Interpreter, sql: str, targets: tuple[Target, ...]) -> str:
    """Return the query of a cursor that FOR runs over, its arguments in their variables.

    The loop's variable is a record of its own (manual: 41.7.4). Anything else is the query itself.
    """
    word, _, arguments = sql.partition("(")
    cursor = interpreter.cursors.get(plain_name(word))
    if cursor is None:
        return sql
    query, parameters = cursor
    interpreter.scopes.declare(targets[0].names[0], "record", None)
    found = interpreter.query_of(f"SELECT {arguments.rstrip().removesuffix(')')}")
    given = found.outputs if found is not None else ()
    for number, name in enumerate(parameters):
        value = interpreter.evaluator.value(given[number]) if number < len(given) else ANY
        interpreter.scopes.declare(name, "", value)
    return query


def _range(interpreter: Interpreter, loop: ForRange) -> RowSet:
    low, high, step = (interpreter.value_of(sql) for sql in (loop.low, loop.high, loop.step))
    if not (isinstance(low, int) and isinstance(high, int) and isinstance(step, int)):
        return RowSet([], True)
    if step < 1:
        return RowSet([], True)
    is_open = abs(high - low) // step >= STEPS_OF_A_BLOCK
    numbers = range(low, high - 1, -step) if loop.reverse else range(low, high + 1, step)
    return RowSet([Row(Composite(n=n), True) for n in islice(numbers, STEPS_OF_A_BLOCK)], is_open)


def _iteration(interpreter: Interpreter, label: str, body: Body) -> tuple[bool, Departure | None]:
    """Run a loop's body once; tell whether the loop goes on, and how it was left if not."""
    leave = interpreter.run_body(body)
    if leave is None:
        return True, None
    if leave.word == "return" or leave.label not in ("", label):
        return False, leave
    return leave.word == "continue", None


def _end_of_loop(interpreter: Interpreter, label: str, before: set[object]) -> None:
    """Take away the doubts that concern this loop; those of the loops around it stay."""
    interpreter.doubts -= {("loop", ""), ("loop", label)} - before


def _unknown_iterations(interpreter: Interpreter, body: Body) -> None:
    """Run a body that is run any number of times, with any values of what it assigns."""
    interpreter.scopes.forget(assigned(body))
    run_perhaps(interpreter, [body, ()])
    interpreter.scopes.forget(assigned(body))


def _may_go_on(interpreter: Interpreter) -> bool:
    if not interpreter.course.is_too_long:
        return True
    interpreter.execution.note(f"its loops take more than {STEPS_OF_A_BLOCK:,} steps")
    interpreter.course.gave_up = True
    return False
