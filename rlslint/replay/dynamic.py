"""DO blocks, CALL, and what a top-level SELECT does beside reading."""

from __future__ import annotations

from itertools import zip_longest

from rlslint import Pattern
from rlslint.catalog.overloads import find_called
from rlslint.replay.rows import change_in_with
from rlslint.replay.settings import set_config
from rlslint.replay.state import Replay
from rlslint.sql.expressions import Call, Constant, Expr, Other, Query
from rlslint.sql.nodes import expression, query
from rlslint.sql.parser import Node, SyntaxProblem
from rlslint.text import Statement

_SETS = Pattern(r"(?i)set_config")
_ASKS = Pattern(r"(?i)\bcurrent_setting\s*\(\s*'([^']+)'")
_RUNS_SQL = Pattern(r"(?i)\b(?:psql|pg_restore)\b|\.sql\b")
_POLICY = Pattern(r"(?i)\bpolicy\b")


def select(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    """Carry out what a top-level SELECT does beside reading: set_config, SELECT INTO, calls."""
    if replay.has_forced and "withClause" in node:
        change_in_with(replay, statement, node)
    if "intoClause" in node:
        from rlslint.catalog.model import Kind
        from rlslint.replay.tables import table_of_query

        table_of_query(replay, statement, node, node["intoClause"], Kind.table, base)
        return
    if "fromClause" in node or "whereClause" in node:
        run_query(replay, statement, node)
        return
    for target in node.get("targetList", ()):
        value = target["ResTarget"].get("val")
        if value is None or "ColumnRef" in value or "A_Const" in value:
            continue
        if "FuncCall" not in value or _calls_in_arguments(value["FuncCall"]):
            run_query(replay, statement, {"targetList": [target]})
            continue
        call = expression(value)
        match call:
            case Call(("set_config",), (Constant(str() as name), Constant(setting), *rest)) if (
                setting is None or isinstance(setting, str)
            ):
                set_config(replay, name, setting, rest == [Constant(True)])
            case Call(("cron", ("schedule" | "schedule_in_database")), (_, *given)):
                _run_later(replay, statement, given)
            case Call(("set_config",)):
                run_query(replay, statement, {"targetList": [target]})
            case Call():
                call_function(replay, call, statement, base)


_CATALOGS = frozenset(
    """pg_auth_members pg_authid pg_class pg_db_role_setting pg_default_acl pg_language pg_namespace
    pg_policy pg_proc pg_rewrite pg_roles""".split()  # noqa: SIM905
)
"""The system catalogs that say what is protected from whom, and by what."""


def change_catalogs(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    """Make everything unknown where a superuser changes what the system catalogs say."""
    del base
    name, schema = node["relation"]["relname"], node["relation"].get("schemaname", "pg_catalog")
    if name in _CATALOGS and schema == "pg_catalog":
        from rlslint.replay.plpgsql.statements import interpreter_for

        execution = interpreter_for(replay, statement).execution
        execution.run_unread(f"it changes the system catalog {name} itself")


def _run_later(replay: Replay, statement: Statement, given: list[Expr]) -> None:
    """Make unknown what a job of pg_cron may change: it runs again and again, whatever is done."""
    from rlslint.replay.plpgsql.statements import interpreter_for
    from rlslint.replay.plpgsql.values import PartlyKnown

    match given:
        case [Constant(str() as command)] | [_, Constant(str() as command), *_]:
            execution = interpreter_for(replay, statement).execution
            execution.run_unknown(PartlyKnown((command,)))
        case _:
            return


def _calls_in_arguments(call: Node) -> bool:
    return any("FuncCall" in argument for argument in call.get("args", ()))


def run_do(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    """Carry out a DO block as far as the history tells what it does."""
    from rlslint.replay.plpgsql.parser import parse_body
    from rlslint.replay.plpgsql.routines import CHANGES_CATALOG
    from rlslint.replay.plpgsql.statements import interpreter_for
    from rlslint.replay.plpgsql.token_stream import NotPlpgsql

    body, language = _definition(node)
    interpreter = interpreter_for(replay, statement, body=_start_of_body(statement, body))
    if language != "plpgsql":
        interpreter.execution.run_unread(f"it is written in {language}")
        return
    # A block that makes policies may ask in their words.
    if _POLICY().search(body) is None:
        for name in _ASKS().findall(body):
            replay.catalog.asked_by_blocks.add(name.lower())
    may_call = dict.__len__(replay.catalog.functions) or "select" in body.lower()
    may_call = may_call or replay.transaction is not None  # An error undoes what was done before.
    may_call = may_call or replay.has_forced
    if CHANGES_CATALOG().search(body) is None and not may_call:
        return
    try:
        interpreter.run(parse_body(body))
    except (NotPlpgsql, SyntaxProblem, RecursionError):
        interpreter.execution.run_unparsable(body)


def run_results(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    """Carry out what psql's `\\gexec` runs: what a query gives, as statements."""
    from rlslint.replay.plpgsql.statements import interpreter_for

    if len(node.get("targetList", ())) != 1:
        interpreter_for(replay, statement).execution.run_unread("it runs what a query gives")
        return
    loop = f"FOR given IN {statement.sql} LOOP EXECUTE given; END LOOP"
    run_do(replay, statement, _block(f"DECLARE given text; BEGIN {loop}; END"), base)


def run_shell(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    """Make unknown what a program may change that a script starts to run SQL."""
    from rlslint.replay.plpgsql.statements import interpreter_for

    if _RUNS_SQL().search(node["command"]):
        interpreter_for(replay, statement).execution.run_unread("it starts a program that runs SQL")


def _block(body: str) -> Node:
    return {"args": [{"DefElem": {"defname": "as", "arg": {"String": {"sval": body}}}}]}


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
        _call(replay, _without_outputs(replay, call), statement)


def _without_outputs(replay: Replay, call: Call) -> Call:
    """Return a CALL with NULL for each OUT parameter, whose argument is not evaluated."""
    from rlslint.replay.plpgsql.parameters import declared_parameters

    procedures = [one for one in replay.functions_named(call.name) if one.is_procedure]
    if len(procedures) != 1 or any(isinstance(one, Other) for one in call.arguments):
        return call  # An argument that is named may stand anywhere.
    outputs = [parameter.mode == "out" for parameter in declared_parameters(procedures[0])]
    arguments = (
        Constant(None) if is_output else argument
        for argument, is_output in zip_longest(call.arguments, outputs[: len(call.arguments)])
    )
    return Call(call.name, tuple(arguments), call.location)


def call_function(replay: Replay, call: Call, statement: Statement, base: int) -> None:
    """Carry out a top-level call of a function of the history that runs DDL."""
    path = replay.search_path
    function, ambiguous = find_called(replay.catalog, path, call.name, call.arguments, None)
    if function is not None or ambiguous:
        _call(replay, call, statement)


def _call(replay: Replay, call: Call, statement: Statement) -> None:
    from rlslint.replay.plpgsql.statements import interpreter_for

    interpreter_for(replay, statement).evaluator.value(call)


def run_query(replay: Replay, statement: Statement, node: Node) -> None:
    """Carry out what a top-level SELECT calls of the history for each row, and set_config.

    In a transaction block an error of what it computes undoes what was done before.
    """
    if not dict.__len__(replay.catalog.functions) and not _SETS().search(statement.sql):
        if replay.transaction is not None and "fromClause" not in node:
            _compute(replay, statement, query(node))
        return
    found = query(node)
    names = {part.name for part in found.walk() if isinstance(part, Call)}
    if not any(name[-1] == "set_config" or replay.functions_named(name) for name in names if name):
        return
    from rlslint.replay.plpgsql.embedded_sql import run_calls
    from rlslint.replay.plpgsql.statements import interpreter_for

    run_calls(interpreter_for(replay, statement), found)


def _compute(replay: Replay, statement: Statement, found: Query) -> None:
    from rlslint.replay.plpgsql.statements import interpreter_for

    for output in found.outputs:
        interpreter_for(replay, statement).evaluator.value(output)
