"""Blocks of PL/pgSQL: their declarations and their EXCEPTION sections (manual: 41.6.8)."""

from __future__ import annotations

from rlslint.catalog.journal import JOURNAL
from rlslint.replay import ANY_ERROR
from rlslint.replay.plpgsql.branching import run_perhaps
from rlslint.replay.plpgsql.conditions import sqlstate
from rlslint.replay.plpgsql.course import Catching, Departure, Raised
from rlslint.replay.plpgsql.interpreter import Interpreter
from rlslint.replay.plpgsql.tree import Block, Body, ExceptionHandler, Sql, Target, assigned, nested
from rlslint.replay.plpgsql.values import ANY

_NARROW = ("duplicate_", "undefined_")


def run_block(interpreter: Interpreter, block: Block) -> Departure | None:
    """Carry out a block with variables of its own."""
    interpreter.scopes.enter(block.label)
    try:
        _declare(interpreter, block)
        return _catching(interpreter, block) if block.handlers else _guarded(interpreter, block)
    finally:
        interpreter.scopes.leave()


def _guarded(interpreter: Interpreter, block: Block) -> Departure | None:
    """Run a body without an EXCEPTION section: an error in it is one of what is around it.

    If it perhaps ended before the error came, it did: the history was carried out.
    """
    before = set(interpreter.doubts)
    try:
        return interpreter.run_body(block.body)
    except Raised as raised:
        if interpreter.doubts - before:
            interpreter.course.perhaps_raised(raised.condition)
            return Departure("return", "", ANY)
        raise


def _catching(interpreter: Interpreter, block: Block) -> Departure | None:
    """Run a body that has an EXCEPTION section, which begins with a savepoint.

    It surely succeeds, surely fails, or both are followed and the facts on which they differ are
    unknown.
    """
    mark = JOURNAL.mark() if interpreter.certain else None
    try:
        return _attempted(interpreter, block, mark)
    finally:
        if mark is not None:
            JOURNAL.release(mark)


def _attempted(interpreter: Interpreter, block: Block, mark: int | None) -> Departure | None:
    catching = Catching(block.handlers)
    before = set(interpreter.doubts)
    values = interpreter.scopes.copy()
    leave, error = _attempt(interpreter, block.body, catching)
    passed = interpreter.doubts - before
    interpreter.doubts = before | (passed & {"return"} if error else passed)
    if error and not passed and not catching.possible:
        if mark is not None:
            JOURNAL.undo(mark)
        handler = catching.handler_of(error)
        if handler is None:
            raise Raised(error)
        return _handle(interpreter, handler, error)
    if error:
        catching.possible.add(error)
    if not catching.possible:
        return leave
    if mark is not None and not _leaves_it_as_it_would_be(block, catching.possible):
        JOURNAL.undo(mark)
        interpreter.scopes.restore(values)
        leave, _ = _attempt(interpreter, block.body, catching)
    return _perhaps_handle(interpreter, block, catching, leave)


def _attempt(
    interpreter: Interpreter, body: Body, catching: Catching
) -> tuple[Departure | None, str]:
    """Run a body inside of an EXCEPTION section; return how it was left, and the error or ""."""
    interpreter.course.catching.append(catching)
    try:
        return interpreter.run_body(body), ""
    except Raised as raised:
        return None, raised.condition
    finally:
        interpreter.course.catching.remove(catching)


def _handle(interpreter: Interpreter, handler: ExceptionHandler, error: str) -> Departure | None:
    """Run a handler, in which SQLSTATE tells the error."""
    interpreter.scopes.enter()
    interpreter.scopes.declare("sqlstate", "", sqlstate(error) or ANY)
    interpreter.scopes.declare("sqlerrm", "", ANY)
    interpreter.handled.append(error)
    try:
        return interpreter.run_body(handler.body)
    finally:
        interpreter.handled.pop()
        interpreter.scopes.leave()


def _perhaps_handle(
    interpreter: Interpreter, block: Block, catching: Catching, leave: Departure | None
) -> Departure | None:
    """Follow the handlers of the errors that perhaps came."""
    interpreter.scopes.forget(assigned(block.body))
    reached: list[ExceptionHandler] = []
    for error in sorted(catching.possible):
        surely = catching.handler_of(error)
        reached += catching.possible_handlers(error) or ([surely] if surely else [])
    bodies: list[Body] = []
    for handler in reached:
        inner = Block("", (), handler.body, ())
        if (inner,) not in bodies:
            bodies.append((inner,))
    interpreter.handled.append(ANY_ERROR)
    interpreter.scopes.enter()
    interpreter.scopes.declare("sqlstate", "", ANY)
    interpreter.scopes.declare("sqlerrm", "", ANY)
    run_perhaps(interpreter, [(), *bodies])
    interpreter.scopes.leave()
    interpreter.handled.pop()
    if leave is not None:
        interpreter.doubts.add("return" if leave.word == "return" else ("loop", leave.label))
    return None


def _are_narrow(handlers: tuple[ExceptionHandler, ...]) -> bool:
    """Tell whether all handlers wait for what exists already or is missing."""
    return all(
        condition.startswith(_NARROW) for handler in handlers for condition in handler.conditions
    )


def _leaves_it_as_it_would_be(block: Block, errors: set[str]) -> bool:
    """Tell whether a body is one statement that fails only where its object is there or missing."""
    inner = nested(block.body)
    if len(inner) != 1:
        return False
    if isinstance(inner[0], Sql) and _are_narrow(block.handlers):
        return True
    return all(error.startswith(_NARROW) for error in errors)


def _declare(interpreter: Interpreter, block: Block) -> None:
    for name, type_, default, parameters in block.declarations:
        if type_ == "cursor":
            interpreter.cursors[name] = (default, parameters)
        if type_ == "alias":
            number = default.removeprefix("$")
            value = (
                interpreter.parameter(int(number))
                if number.isdecimal() and len(number) < 10
                else interpreter.scopes.value((default.lower(),))
            )
            interpreter.scopes.declare(name, "", value)
            continue
        interpreter.scopes.declare(name, type_, None)
        if default and type_ != "cursor":
            interpreter.assign(Target((name,)), interpreter.value_of(default))
