"""Carries out PL/pgSQL as far as the history tells what it does."""

from __future__ import annotations

from rlslint.replay.plpgsql.blocks import run_block
from rlslint.replay.plpgsql.branching import run_branches, run_case, run_jump
from rlslint.replay.plpgsql.course import Departure, Raised
from rlslint.replay.plpgsql.diagnostics import run_diagnostics
from rlslint.replay.plpgsql.embedded_sql import run_execute, run_sql
from rlslint.replay.plpgsql.interpreter import Handling, Interpreter
from rlslint.replay.plpgsql.loops import run_for, run_while
from rlslint.replay.plpgsql.routines import call_function_of_history, call_routine
from rlslint.replay.plpgsql.tree import (
    Assignment,
    Block,
    Body,
    CaseOf,
    Clobber,
    Diagnostics,
    Execute,
    ForEach,
    ForExecute,
    ForQuery,
    ForRange,
    If,
    Jump,
    PlStatement,
    Raise,
    Return,
    ReturnNext,
    ReturnQuery,
    Sql,
    While,
)
from rlslint.replay.state import Replay
from rlslint.text import Statement


def interpreter_for(replay: Replay, statement: Statement, body: int = -1) -> Interpreter:
    """Return an interpreter for a body that `statement` runs.

    `body` is where it starts in the text of the statement, -1 where it does not stand there.
    """
    return Interpreter(replay, statement, _HANDLING, body)


def run_body(interpreter: Interpreter, body: Body) -> Departure | None:
    """Carry out statements until one leaves the body."""
    for statement in body:
        interpreter.course.steps.spend()
        leave = _run(interpreter, statement)
        if leave is not None:
            return leave
    return None


def _run(interpreter: Interpreter, statement: PlStatement) -> Departure | None:
    match statement:
        case Block():
            return run_block(interpreter, statement)
        case Assignment(target, value):
            interpreter.assign(target, interpreter.value_of(value))
        case If(branches, otherwise):
            return run_branches(interpreter, branches, otherwise)
        case CaseOf():
            return run_case(interpreter, statement)
        case While():
            return run_while(interpreter, statement)
        case ForRange() | ForQuery() | ForExecute() | ForEach():
            return run_for(interpreter, statement)
        case Jump():
            return run_jump(interpreter, statement)
        case Return(value):
            return Departure("return", "", interpreter.value_of(value) if value else None)
        case Raise(condition):
            raise Raised(condition or next(reversed(interpreter.handled), "raise_exception"))
        case _:
            _run_simple(interpreter, statement)
    return None


def _run_simple(interpreter: Interpreter, statement: PlStatement) -> None:
    """Carry out a statement that holds no other one and leaves no body."""
    match statement:
        case Execute():
            interpreter.execution.at(statement.place)
            run_execute(interpreter, statement)
        case Sql(sql, into, strict, place):
            interpreter.execution.at(place)
            run_sql(interpreter, sql, into, strict)
        case ReturnNext(value) if value:
            # What a function returns as a set is not followed, but what it calls is.
            interpreter.value_of(value)
        case ReturnQuery(sql, "", _):
            run_sql(interpreter, sql, ())
        case ReturnQuery(_, command, using):
            run_execute(interpreter, Execute(command, (), using))
        case Diagnostics():
            run_diagnostics(interpreter, statement)
        case Clobber(targets):
            interpreter.scopes.forget({target.names[0] for target in targets} | {"found"})
        case _:
            return


_HANDLING = Handling(run_body, call_routine, call_function_of_history)
