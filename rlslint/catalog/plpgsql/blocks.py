"""Blocks of PL/pgSQL: their declarations and their EXCEPTION sections (manual: 41.6.8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rlslint.catalog.plpgsql.course import Leave, Raised
from rlslint.catalog.plpgsql.embedded_sql import DDL_WORDS
from rlslint.catalog.plpgsql.savepoint import Savepoint
from rlslint.catalog.plpgsql.tree import (
    Block,
    Body,
    Execute,
    ForEach,
    ForExecute,
    ForQuery,
    ForRange,
    PlStatement,
    Raise,
    Sql,
    Target,
    While,
    nested,
)

if TYPE_CHECKING:
    from rlslint.catalog.plpgsql.interpreter import Interpreter


def run_block(interpreter: Interpreter, block: Block) -> Leave | None:
    """Carry out a block with variables of its own; what an error in it undoes is undone."""
    savepoint = Savepoint(interpreter.replay) if _needs_savepoint(interpreter, block) else None
    if savepoint is not None:
        interpreter.course.savepoints.append(savepoint)
    interpreter.scopes.enter()
    try:
        _declare(interpreter, block)
        if not block.handlers:
            return _guarded(interpreter, block, savepoint)
        return _catching(interpreter, block, savepoint)
    finally:
        interpreter.scopes.leave()
        if savepoint is not None:
            interpreter.course.savepoints.remove(savepoint)


def _guarded(interpreter: Interpreter, block: Block, savepoint: Savepoint | None) -> Leave | None:
    """Run a body without an EXCEPTION section: an error in it undoes it all."""
    try:
        return interpreter.run_body(block.body)
    except Raised:
        if savepoint is not None:
            savepoint.roll_back()
        raise


def _catching(interpreter: Interpreter, block: Block, savepoint: Savepoint | None) -> Leave | None:
    """Run a body that has an EXCEPTION section.

    What is not seen to fail is taken to succeed; then what a handler does is in doubt.
    """
    interpreter.catching += 1
    doubt = ("raise", interpreter.catching)
    values = interpreter.scopes.copy()
    leave: Leave | None = None
    error = ""
    try:
        leave = interpreter.run_body(block.body)
    except Raised as raised:
        error = raised.condition
    finally:
        interpreter.catching -= 1
    if error:
        if savepoint is not None:
            savepoint.roll_back()
        for handler in block.handlers:
            if _catches(handler.conditions, error):
                return interpreter.run_body(handler.body)
        raise Raised(error)
    if doubt in interpreter.doubts and savepoint is not None:
        savepoint.roll_back()
        interpreter.scopes.restore(values)
        leave = interpreter.run_body(block.body)
    bodies = [handler.body for handler in block.handlers if _acts(handler.body)]
    if bodies:
        interpreter.run_perhaps([(), *bodies])
    interpreter.doubts.discard(doubt)
    return leave


def _needs_savepoint(interpreter: Interpreter, block: Block) -> bool:
    if not interpreter.certain:
        return False
    inner = nested(block.body)
    effects = sum(1 for part in inner if _is_effect(part))
    raises = any(isinstance(part, Raise) for part in inner)
    loops = any(
        isinstance(part, While | ForRange | ForQuery | ForExecute | ForEach) for part in inner
    )
    outermost = not block.handlers and not interpreter.catching
    if not block.handlers and not outermost:
        return False
    if block.handlers:
        return effects > 1 or (effects == 1 and (loops or raises))
    return raises and effects > 0


def _declare(interpreter: Interpreter, block: Block) -> None:
    for name, type_, default in block.declarations:
        if type_ == "alias":
            number = default.removeprefix("$")
            value = (
                interpreter.parameter(int(number))
                if number.isdigit()
                else interpreter.scopes.value((default.lower(),))
            )
            interpreter.scopes.declare(name, "", value)
            continue
        interpreter.scopes.declare(name, type_, None)
        if default:
            interpreter.assign(Target((name,), False), interpreter.value_of(default))


def _is_effect(part: PlStatement) -> bool:
    match part:
        case Execute():
            return True
        case Sql(sql, _):
            return sql.lstrip().partition(" ")[0].lower() in (*DDL_WORDS, "select")
        case _:
            return False


def _acts(body: Body) -> bool:
    return any(_is_effect(part) for part in nested(body))


def _catches(conditions: tuple[str, ...], error: str) -> bool:
    return any(
        condition == error or (condition == "others" and error != "assert_failure")
        for condition in conditions
    )
