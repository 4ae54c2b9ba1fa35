"""SQL statements in PL/pgSQL: as they stand, and as EXECUTE puts them together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rlslint.catalog.plpgsql.course import Raised
from rlslint.catalog.plpgsql.evaluator import Evaluator
from rlslint.catalog.plpgsql.queries import has_more_rows, query_rows, rows_of_from
from rlslint.catalog.plpgsql.system_catalogs.questions import Row
from rlslint.catalog.plpgsql.tree import Execute, Target
from rlslint.catalog.plpgsql.values import ANY, Record, Unknown, text_of
from rlslint.sql.expressions import Call, Query
from rlslint.sql.nodes import expression, query
from rlslint.sql.parser import SyntaxProblem

if TYPE_CHECKING:
    from rlslint.catalog.plpgsql.interpreter import Interpreter


_SELECT_WORDS = ("select", "with", "values", "table")
DDL_WORDS = (
    "create", "alter", "drop", "grant", "revoke", "reassign", "call", "set", "reset",
)  # fmt: skip


def run_execute(interpreter: Interpreter, statement: Execute) -> None:
    """Carry out EXECUTE as far as the text that it runs is known."""
    sql = text_of(interpreter.value_of(statement.command))
    if sql is None:
        raise Raised("null_value_not_allowed")
    if isinstance(sql, Unknown):
        interpreter.scopes.forget({target.names[0] for target in statement.into})
        interpreter.execution.run_unknown(sql)
        return
    outer = interpreter.parameters
    if statement.using:
        interpreter.parameters = tuple(interpreter.value_of(value) for value in statement.using)
    run_sql(interpreter, sql, statement.into)
    interpreter.parameters = outer


def run_sql(interpreter: Interpreter, sql: str, into: tuple[Target, ...]) -> None:
    """Carry out SQL, and assign the row of a query to the targets of INTO."""
    word = sql.lstrip(" \t\r\n(").partition(" ")[0].split("\n")[0].lower()
    found = interpreter.query_of(sql) if word in _SELECT_WORDS else None
    if found is not None:
        _select(interpreter, found, into)
        return
    interpreter.scopes.forget({target.names[0] for target in into} | {"found"})
    try:
        for parsed in interpreter.execution.statements(sql):
            if parsed is None:
                continue
            if parsed.statement.kind == "SelectStmt":
                _select(interpreter, query(parsed.node), ())
                continue
            if parsed.statement.kind == "CallStmt":
                interpreter.evaluator.value(expression({"FuncCall": parsed.node["funccall"]}))
                continue
            if (
                interpreter.catching
                and interpreter.certain
                and (refused := interpreter.execution.refusal(parsed))
            ):
                raise Raised(refused)
            if interpreter.certain:
                for savepoint in interpreter.course.savepoints:
                    savepoint.keep_for(parsed)
            interpreter.execution.run(parsed, interpreter.certain)
    except SyntaxProblem:
        if word in DDL_WORDS or not word.isalpha():
            interpreter.execution.run_unparsable(sql)


def _select(interpreter: Interpreter, found: Query, into: tuple[Target, ...]) -> None:
    if not into:
        run_calls(interpreter, found)
        interpreter.scopes.assign(Target(("found",), False), ANY)
        return
    rows = query_rows(found, interpreter.evaluator)
    known = not rows.open and all(row.certain for row in rows.rows)
    interpreter.scopes.assign(Target(("found",), False), bool(rows.rows) if known else ANY)
    if known and len(rows.rows) < 2:
        row = rows.rows[0] if rows.rows else Row(Record(), True)
        interpreter.assign_row(into, row)
    else:
        interpreter.scopes.forget({target.names[0] for target in into})


def run_calls(interpreter: Interpreter, found: Query) -> None:
    """Carry out the calls in FROM, and for each row those that a SELECT puts out."""
    for source in found.sources:
        if isinstance(source.call, Call) and _matters(interpreter, source.call):
            interpreter.evaluator.value(source.call)
    calls = [output for output in found.outputs if isinstance(output, Call)]
    own = [call for call in calls if _matters(interpreter, call)]
    if not own:
        return
    if not found.sources:
        for call in own:
            interpreter.evaluator.value(call)
        return
    for frame, certain in rows_of_from(found, interpreter.evaluator):
        _run_in_frame(interpreter, own, interpreter.evaluator.within(frame), certain)
    if has_more_rows(found, interpreter.evaluator):
        _run_in_frame(interpreter, own, interpreter.evaluator, False)


def _run_in_frame(
    interpreter: Interpreter, calls: Iterable[Call], evaluator: Evaluator, certain: bool
) -> None:
    doubt = object()
    if not certain:
        interpreter.doubts.add(doubt)
    for call in calls:
        evaluator.value(call)
    interpreter.doubts.discard(doubt)


def _matters(interpreter: Interpreter, call: Call) -> bool:
    return call.name[-1] == "set_config" or bool(interpreter.replay.functions_named(call.name))
