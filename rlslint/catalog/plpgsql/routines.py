"""Calls of functions and procedures of the history."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rlslint.catalog.binding import find_function
from rlslint.catalog.functions import Function
from rlslint.catalog.plpgsql.course import MOST_STEPS
from rlslint.catalog.plpgsql.parser import parse
from rlslint.catalog.plpgsql.token_stream import NotPlpgsql
from rlslint.catalog.plpgsql.tree import Block, Sql, nested
from rlslint.catalog.plpgsql.values import ANY, Unknown, Value
from rlslint.catalog.replay.state import Replay
from rlslint.sql.parser import SyntaxProblem

if TYPE_CHECKING:
    from rlslint.catalog.plpgsql.interpreter import Interpreter

_MOST_NESTED = 16
CHANGES_CATALOG = re.compile(
    r"\b(create|alter|drop|grant|revoke|execute|perform|call|reassign|set_config"
    r"|set\s+(local\s+|session\s+)?(role|search_path|session))\b",
    re.IGNORECASE,
)
"""Words without which a body changes nothing that the catalog holds."""


def call_routine(
    replay: Replay, name: tuple[str, ...], arguments: tuple[Value, ...], caller: Interpreter
) -> Value:
    """Carry out a call and return its value; ANY for what is no function of the history."""
    if name[-1] == "set_config" and len(name) == 1:
        return _set_config(replay, arguments, caller.certain)
    function, ambiguous = find_function(
        replay.catalog, replay.session.search_path, name, len(arguments)
    )
    if function is None:
        if ambiguous:
            _give_up(replay, name, caller)
        return ANY
    return call_function_of_history(replay, function, arguments, caller)


def call_function_of_history(
    replay: Replay,
    function: Function,
    arguments: tuple[Value, ...],
    caller: Interpreter,
) -> Value:
    """Carry out a function with the settings and the rights that its definition gives it."""
    from rlslint.catalog.plpgsql.interpreter import Interpreter

    facts = ("body", "language", "settings", "security_definer", "owner")
    if not all(function.knows(fact) for fact in facts):
        return ANY
    if function.language not in ("plpgsql", "sql") or function.atomic:
        return ANY
    acts = CHANGES_CATALOG.search(function.body) is not None
    depth = caller.depth + 1
    if not acts and (function.language == "sql" or depth > 2):
        return ANY
    interpreter = Interpreter(
        replay, caller.statement, arguments, not caller.certain, depth, caller.course
    )
    try:
        block = _block_of(function)
    except (NotPlpgsql, SyntaxProblem):
        interpreter.execution.run_unparsable(function.body)
        return ANY
    if depth > _MOST_NESTED or caller.course.is_too_long:
        interpreter.execution.note("its calls are nested too deeply or too many")
        caller.course.steps = MOST_STEPS
        interpreter.execution.run_unparsable(function.body)
        return ANY
    arguments = _collected(function, arguments)
    interpreter.parameters = arguments
    for number, argument_name in enumerate(function.argument_names):
        if argument_name:
            value = arguments[number] if number < len(arguments) else ANY
            type_ = function.argument_types[number]
            interpreter.scopes.declare(argument_name, type_, value)
    return _as_defined(replay, function, interpreter, block)


def _collected(function: Function, arguments: tuple[Value, ...]) -> tuple[Value, ...]:
    """Return the arguments with those that a VARIADIC parameter takes as the array it sees."""
    if not function.variadic:
        return arguments
    first = len(function.argument_types) - 1
    match arguments[first:]:
        case (tuple() | Unknown() as array,):
            return (*arguments[:first], array)
        case collected:
            return (*arguments[:first], collected)


def _as_defined(
    replay: Replay, function: Function, interpreter: Interpreter, block: Block
) -> Value:
    session = replay.session
    user, path = session.user, session.search_path
    is_definer = function.security_definer
    if is_definer:
        session.user = function.owner
    own_path = function.settings.get("search_path")
    if own_path is not None:
        names = (part.strip().strip("\"'") for part in own_path.split(","))
        session.search_path = tuple(name for name in names if name not in ("", "$user"))
    try:
        return interpreter.run(block)
    finally:
        if is_definer:
            session.user = user
        if own_path is not None:
            session.search_path = path


def _block_of(function: Function) -> Block:
    if function.language == "plpgsql":
        return parse(function.body)
    return Block("", (), (Sql(function.body, ()),), ())


def _give_up(replay: Replay, name: tuple[str, ...], caller: Interpreter) -> None:
    """Make unknown what overloads may change of which nobody knows which one is called."""
    for function in replay.functions_named(name):
        if function.knows("body") and CHANGES_CATALOG.search(function.body):
            caller.execution.note(f"it calls {function}, of which there are several")
            for part in nested(_block_of(function).body):
                if isinstance(part, Sql):
                    caller.execution.run_unparsable(part.sql)


def _set_config(replay: Replay, arguments: tuple[Value, ...], certain: bool) -> Value:
    match arguments:
        case (str() as name, str() as value, bool() as local) if certain:
            if name == "search_path":
                parts = tuple(part.strip().strip('"') for part in value.split(","))
                replay.session.set_search_path(tuple(part for part in parts if part), local)
            elif name == "role":
                replay.session.set_role("" if value == "none" else value, local)
            return value
        case _:
            return ANY
