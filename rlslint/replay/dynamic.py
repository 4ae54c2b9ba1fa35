"""DO blocks, CALL, and SELECT of functions that run DDL."""

from __future__ import annotations

from rlslint.catalog.overloads import find_called
from rlslint.replay.state import Replay
from rlslint.sql.expressions import Call
from rlslint.sql.nodes import expression, query
from rlslint.sql.parser import Node, SyntaxProblem
from rlslint.text import Statement


def run_do(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    """Carry out a DO block as far as the history tells what it does."""
    from rlslint.replay.plpgsql.parser import parse_body
    from rlslint.replay.plpgsql.routines import CHANGES_CATALOG
    from rlslint.replay.plpgsql.statements import interpreter_for
    from rlslint.replay.plpgsql.token_stream import NotPlpgsql

    body, language = _definition(node)
    interpreter = interpreter_for(replay, statement, body=_start_of_body(statement, body))
    if language != "plpgsql":
        interpreter.execution.run_in_another_language(language)
        return
    may_call = dict.__len__(replay.catalog.functions) or "select" in body.lower()
    if CHANGES_CATALOG().search(body) is None and not may_call:
        return
    try:
        interpreter.run(parse_body(body))
    except (NotPlpgsql, SyntaxProblem, RecursionError):
        interpreter.execution.run_unparsable(body)


def _start_of_body(statement: Statement, body: str) -> int:
    """Return where the body stands in the statement's text, -1 where quotes in it are doubled."""
    if statement.parent is not None:
        return -1
    return statement.text.data.find(body.encode(), statement.start, statement.end)


def _definition(node: Node) -> tuple[str, str]:
    body, language = "", "plpgsql"
    for item in node.get("args", ()):
        definition = item["DefElem"]
        value = definition.get("arg", {}).get("String", {}).get("sval", "")
        if definition["defname"] == "as":
            body = value
        elif definition["defname"] == "language":
            language = value.lower()
    return body, language


def call_procedure(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    """Carry out CALL of a procedure of the history."""
    call = expression({"FuncCall": node["funccall"]})
    if isinstance(call, Call):
        _call(replay, call, statement)


def call_function(replay: Replay, call: Call, statement: Statement, base: int) -> None:
    """Carry out a top-level call of a function of the history that runs DDL."""
    path = replay.search_path
    function, ambiguous = find_called(replay.catalog, path, call.name, call.arguments, None)
    if function is not None or ambiguous:
        _call(replay, call, statement)


def _call(replay: Replay, call: Call, statement: Statement) -> None:
    from rlslint.replay.plpgsql.statements import interpreter_for

    interpreter_for(replay, statement).evaluator.value(call)


def call_functions_for_rows(replay: Replay, statement: Statement, node: Node) -> None:
    """Carry out the functions of the history that a top-level SELECT calls, for each row."""
    if not dict.__len__(replay.catalog.functions):
        return
    found = query(node)
    names = {part.name for part in found.walk() if isinstance(part, Call)}
    if not any(replay.functions_named(name) for name in names if name):
        return
    from rlslint.replay.plpgsql.embedded_sql import run_calls
    from rlslint.replay.plpgsql.statements import interpreter_for

    run_calls(interpreter_for(replay, statement), found)
