"""SQL statements in PL/pgSQL: as they stand, and as EXECUTE puts them together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rlslint.catalog.functions import Function
from rlslint.catalog.journal import JOURNAL
from rlslint.replay import ANY_ERROR, Refused
from rlslint.replay.doubtful import leave_in_doubt
from rlslint.replay.plpgsql.builtin_functions import is_harmless
from rlslint.replay.plpgsql.calls import Arguments
from rlslint.replay.plpgsql.conditions import DATA_ERRORS
from rlslint.replay.plpgsql.course import Raised
from rlslint.replay.plpgsql.diagnostics import note_found, note_rows
from rlslint.replay.plpgsql.evaluator import Evaluator
from rlslint.replay.plpgsql.execution import of_this_database
from rlslint.replay.plpgsql.interpreter import Interpreter
from rlslint.replay.plpgsql.queries import has_more_rows, query_rows, rows_of_from
from rlslint.replay.plpgsql.system_catalogs.questions import Row
from rlslint.replay.plpgsql.tree import Execute, Target
from rlslint.replay.plpgsql.values import (
    ANY,
    Composite,
    Datum,
    PartlyKnown,
    is_unknown,
    parts_of_name,
    shown_text,
)
from rlslint.replay.plpgsql.variables import ROW_COUNT
from rlslint.replay.rows import change_in_with, note_query
from rlslint.replay.transactions import drop_at_commit
from rlslint.sql.expressions import Call, Column, Expr, Query
from rlslint.sql.nodes import expression, query
from rlslint.sql.parser import ParsedStatement, SyntaxProblem
from rlslint.text import Statement

_SELECT_WORDS = ("select", "with", "values", "table")
_DATA_WORDS = ("insert", "update", "delete", "merge", "copy", "truncate")
DDL_WORDS = (
    "create", "alter", "drop", "grant", "revoke", "reassign", "call", "set", "reset",
)  # fmt: skip


_CHANGED = (
    r"(?i)\b(?:insert\s+into|update|delete\s+from|merge\s+into|truncate|copy)\s+(?:only\s+|table\s+)?"
    r"((?:\"[^\"]+\"|\w+)(?:\.(?:\"[^\"]+\"|\w+))?)"
)
_CALLED = r"((?:\w+\.)?\w+)\s*\("
_RUNS_DDL = r"(?i)\b(create|alter|drop|grant|revoke|execute)\b"


def run_execute(interpreter: Interpreter, statement: Execute) -> None:
    """Carry out EXECUTE as far as the text that it runs is known."""
    sql = shown_text(interpreter.value_of(statement.command))
    if sql is None:
        raise Raised("null_value_not_allowed")
    if isinstance(sql, PartlyKnown):
        sql = of_this_database(sql)
    if isinstance(sql, PartlyKnown):
        interpreter.scopes.forget({target.names[0] for target in statement.into} | {ROW_COUNT})
        interpreter.course.may_fail((ANY_ERROR,))
        interpreter.execution.run_unknown(sql)
        return
    found = interpreter.scopes.value(("found",))
    outer = interpreter.parameters, interpreter.may_end_transaction
    if statement.using:
        interpreter.parameters = tuple(interpreter.value_of(value) for value in statement.using)
    interpreter.may_end_transaction = False
    try:
        run_sql(interpreter, sql, statement.into, statement.strict)
    finally:
        interpreter.parameters, interpreter.may_end_transaction = outer
    # EXECUTE leaves FOUND as it is (manual: 41.5.5).
    note_found(interpreter, found)


def query_of_command(
    interpreter: Interpreter, command: str, using: tuple[str, ...]
) -> tuple[Query | None, tuple[Datum, ...]]:
    """Return the query that EXECUTE would run, and its parameters."""
    sql = shown_text(interpreter.value_of(command))
    if sql is None:
        raise Raised("null_value_not_allowed")
    parameters = tuple(interpreter.value_of(value) for value in using) or interpreter.parameters
    return (interpreter.query_of(sql) if isinstance(sql, str) else None), parameters


def run_sql(
    interpreter: Interpreter, sql: str, into: tuple[Target, ...], strict: bool = False
) -> None:
    """Carry out SQL, and assign the row of a query to the targets of INTO."""
    words = sql.lstrip(" \t\r\n(").split(None, 1)
    word = words[0].lower() if words else ""
    found = interpreter.query_of(sql) if word in _SELECT_WORDS else None
    if found is not None:
        note_changes(interpreter, sql, interpreter.execution.step)
        _select(interpreter, found, into, strict)
        return
    names = {target.names[0] for target in into} | {ROW_COUNT}
    if word in _DATA_WORDS or word == "with":
        names.add("found")
        interpreter.course.may_fail(DATA_ERRORS)
        _run_data_change(interpreter, sql)
    interpreter.scopes.forget(names)
    try:
        for parsed in interpreter.execution.statements(sql):
            if parsed is not None:
                run_parsed(interpreter, parsed)
            elif word in DDL_WORDS:
                interpreter.course.may_fail((ANY_ERROR,))
    except SyntaxProblem:
        if word in DDL_WORDS or not word.isalpha():
            interpreter.course.may_fail((ANY_ERROR,))
            interpreter.execution.run_unparsable(sql)


def note_changes(interpreter: Interpreter, sql: str, step: Statement) -> None:
    """Note the tables whose rows the WITH queries of a SELECT change."""
    if interpreter.replay.has_forced and sql.lstrip(" \t\r\n(")[:4].lower() == "with":
        for parsed in interpreter.execution.statements(sql):
            if parsed is not None and parsed.statement.kind == "SelectStmt":
                change_in_with(interpreter.replay, step, parsed.node)


def run_parsed(interpreter: Interpreter, parsed: ParsedStatement) -> None:
    """Carry out one statement."""
    match parsed.statement.kind:
        case "SelectStmt":
            _select(interpreter, query(parsed.node), (), False)
        case "CallStmt":
            call = expression({"FuncCall": parsed.node["funccall"]})
            if isinstance(call, Call):
                _call_procedure(interpreter, call)
        case "TransactionStmt":
            end_transaction(interpreter, parsed)
        case _:
            _utility(interpreter, parsed)


def _call_procedure(interpreter: Interpreter, call: Call) -> None:
    """Carry out CALL in a body: variables in the place of OUT and INOUT parameters get values."""
    result = interpreter.evaluator.result_of(call)
    outputs = result.value if result is not None else ANY
    variables = [
        (number, argument.names)
        for number, argument in enumerate(call.arguments)
        if isinstance(argument, Column) and interpreter.scopes.has(argument.names[0])
    ]
    if not isinstance(outputs, Composite):
        if result is None or outputs is not None:
            interpreter.scopes.forget({names[0] for _, names in variables})
        return
    for number, names in variables:
        if str(number) in outputs:
            interpreter.assign(Target(names), outputs[str(number)])


def _utility(interpreter: Interpreter, parsed: ParsedStatement) -> None:
    course = interpreter.course

    def is_certain(possible: set[str]) -> bool:
        course.may_fail(possible)
        return interpreter.certain

    try:
        interpreter.execution.run(parsed, is_certain)
    except Raised:
        raise
    except Refused as refused:
        # A history that was carried out did not end in an error where nobody knows whether it ran.
        if interpreter.certain or course.is_caught(refused.condition):
            raise Raised(refused.condition, refused.refusal) from None


def _run_data_change(interpreter: Interpreter, sql: str) -> None:
    """Follow, in doubt, the functions that run DDL when rows change."""
    doubt = object()
    for function in [*_called(interpreter, sql), *_of_triggers(interpreter, sql)]:
        if not function.knows("body") or not re.search(_RUNS_DDL, function.body):
            continue
        interpreter.doubts.add(doubt)
        try:
            interpreter.handling.function(interpreter, function, Arguments((), {}))
        except Raised as raised:
            interpreter.course.perhaps_raised(raised.condition)
        finally:
            interpreter.doubts.discard(doubt)


def _called(interpreter: Interpreter, sql: str) -> Iterator[Function]:
    for name in set(re.findall(_CALLED, sql)):
        yield from interpreter.replay.functions_named(parts_of_name(name))


def _of_triggers(interpreter: Interpreter, sql: str) -> Iterator[Function]:
    for name in set(re.findall(_CHANGED, sql)):
        *schema, table = parts_of_name(name)
        range_var = {"relname": table, "schemaname": schema[-1] if schema else ""}
        relation = interpreter.replay.find(range_var)
        for trigger in relation.triggers.known() if relation is not None else ():
            yield from interpreter.replay.functions_named(tuple(trigger.function.split(".")))


def _select(interpreter: Interpreter, found: Query, into: tuple[Target, ...], strict: bool) -> None:
    interpreter.evaluator.results.clear()
    _note_what_may_fail(interpreter, found)
    run_calls(interpreter, found)
    rows = query_rows(found, interpreter.evaluator)
    note_rows(interpreter, rows, bool(into))
    if not into:
        return
    note_query(interpreter.replay, interpreter.execution.step, found)
    known = not rows.open and all(row.certain for row in rows.rows)
    if strict and known and len(rows.rows) != 1:
        raise Raised("too_many_rows" if rows.rows else "no_data_found")
    if strict and not known:
        interpreter.course.may_fail(("no_data_found", "too_many_rows"))
    if known and len(rows.rows) < 2:
        row = rows.rows[0] if rows.rows else Row(Composite(), True)
        interpreter.assign_row(into, row)
    else:
        interpreter.scopes.forget({target.names[0] for target in into})


def _note_what_may_fail(interpreter: Interpreter, found: Query) -> None:
    """A function that the history does not make may fail."""
    if interpreter.course.catching and any(
        isinstance(part, Call)
        and not is_harmless(part.name)
        and not interpreter.replay.functions_named(part.name)
        for part in found.walk()
    ):
        interpreter.course.may_fail((ANY_ERROR,))


def run_calls(interpreter: Interpreter, found: Query) -> None:
    """Carry out the calls in FROM, and for each row those that a SELECT puts out."""
    for source in found.sources:
        if isinstance(source.call, Call) and _matters(interpreter, source.call):
            interpreter.evaluator.value(source.call)
    calls = [
        call
        for output in found.outputs
        for call in _calls_in(output)
        if _matters(interpreter, call)
    ]
    if calls:
        _run_for_rows(interpreter, found, calls)


def _run_for_rows(interpreter: Interpreter, found: Query, calls: list[Call]) -> None:
    outputs = [
        output for output in found.outputs if any(part in calls for part in _calls_in(output))
    ]
    for frame, certain in rows_of_from(found, interpreter.evaluator):
        inner = interpreter.evaluator.within(frame)
        _run_in_frame(interpreter, outputs, inner, certain)
        unclear = [output for output in outputs if is_unknown(inner.value(output))]
        left = [c for o in unclear for c in _calls_in(o) if c in calls and not inner.has_called(c)]
        _run_in_frame(interpreter, left, inner, False)
    if has_more_rows(found, interpreter.evaluator):
        _run_in_frame(interpreter, calls, interpreter.evaluator, False)


def _calls_in(expression: Expr) -> list[Call]:
    return [part for part in expression.walk() if isinstance(part, Call)]


def _run_in_frame(
    interpreter: Interpreter, calls: Iterable[Expr], evaluator: Evaluator, certain: bool
) -> None:
    doubt = object()
    if not certain:
        interpreter.doubts.add(doubt)
    try:
        for call in calls:
            evaluator.value(call)
    except Raised as raised:
        if certain:
            raise
        interpreter.course.perhaps_raised(raised.condition)
    finally:
        interpreter.doubts.discard(doubt)


def _matters(interpreter: Interpreter, call: Call) -> bool:
    return call.name[-1] == "set_config" or bool(interpreter.replay.functions_named(call.name))


def end_transaction(interpreter: Interpreter, parsed: ParsedStatement) -> None:
    """Make last what was done so far, or undo it; a new transaction begins at once.

    Raises Raised where PostgreSQL allows neither: in functions, in EXCEPTION blocks, behind EXECUTE
    and in a transaction block.
    """
    kind = parsed.node["kind"]
    if kind not in ("TRANS_STMT_COMMIT", "TRANS_STMT_ROLLBACK"):
        raise Raised("feature_not_supported")
    if not interpreter.may_end_transaction or interpreter.course.catching:
        raise Raised("invalid_transaction_termination")
    replay, session = interpreter.replay, interpreter.replay.session
    if not interpreter.certain:
        if kind == "TRANS_STMT_ROLLBACK":
            changed = leave_in_doubt(replay.catalog, JOURNAL.checkpoints, interpreter.statement)
            if changed:
                interpreter.execution.note("whether it rolls back depends on the database")
        return
    if kind == "TRANS_STMT_ROLLBACK":
        JOURNAL.undo(JOURNAL.checkpoints)
        return
    drop_at_commit(replay, interpreter.statement)
    session.end()
    session.begin()
    JOURNAL.keep()
