"""Calls of functions and procedures of the history."""

from __future__ import annotations

import re

from rlslint import Pattern
from rlslint.catalog.functions import Function
from rlslint.catalog.overloads import Given, find_function
from rlslint.replay.plpgsql.calls import Arguments, RoutineResult
from rlslint.replay.plpgsql.course import Raised
from rlslint.replay.plpgsql.execution import SESSION_SETTINGS
from rlslint.replay.plpgsql.interpreter import Interpreter
from rlslint.replay.plpgsql.parameters import RoutineParameter, declared_parameters, given_values
from rlslint.replay.plpgsql.parser import block_of
from rlslint.replay.plpgsql.results import result_of_body, result_of_queries
from rlslint.replay.plpgsql.token_stream import NotPlpgsql
from rlslint.replay.plpgsql.tree import Block
from rlslint.replay.plpgsql.values import ANY, Datum
from rlslint.replay.session import ANY_SETTING
from rlslint.replay.settings import give_setting, schemas_of, set_config
from rlslint.replay.state import Replay
from rlslint.sql.parser import SyntaxProblem
from rlslint.text.budget import DEEPEST_CALL_OF_A_BLOCK

_UNKNOWN = RoutineResult(ANY)
CHANGES_CATALOG = Pattern(
    r"\b(create|alter|drop|grant|revoke|execute|perform|call|reassign|set_config"
    r"|set\s+(local\s+|session\s+)?(role|search_path|session))\b",
    re.IGNORECASE,
)
"""Words without which a body changes nothing that the catalog holds."""


def call_routine(
    caller: Interpreter, name: tuple[str, ...], arguments: Arguments
) -> RoutineResult | None:
    """Carry out a call and return what it gives; None for what is no function of the history."""
    replay = caller.replay
    if name == ("set_config",):
        return RoutineResult(_set_config(replay, arguments.positional, caller))
    given = Given(arguments.types, tuple(arguments.named), arguments.spread)
    function, ambiguous = find_function(replay.catalog, replay.session.search_path, name, given)
    if ambiguous:
        _call_perhaps(caller, name, arguments)
        return _UNKNOWN
    if function is None:
        # CALL hands over an argument for each OUT parameter too.
        procedures = [f for f in replay.functions_named(name) if f.is_procedure]
        if len(procedures) != 1:
            return None
        function = procedures[0]
    return call_function_of_history(caller, function, arguments)


def call_function_of_history(
    caller: Interpreter, function: Function, arguments: Arguments
) -> RoutineResult:
    """Carry out a function with the settings and the rights that its definition gives it."""
    facts = ("body", "language", "settings", "security_definer", "owner")
    if not all(function.knows(fact) for fact in facts):
        return _UNKNOWN
    if function.language not in ("plpgsql", "sql") or function.atomic:
        return _UNKNOWN
    interpreter, course = caller.for_callee(), caller.course
    course.steps.spend()
    if interpreter.depth > DEEPEST_CALL_OF_A_BLOCK or course.is_too_long:
        if CHANGES_CATALOG().search(function.body):
            interpreter.execution.note("its calls are nested too deeply or too many")
            interpreter.execution.run_unparsable(function.body)
        course.steps.left, course.gave_up = 0, True
        return _UNKNOWN
    try:
        block = block_of(function) if function.language == "plpgsql" else None
    except (NotPlpgsql, SyntaxProblem):
        interpreter.execution.run_unparsable(function.body)
        return _UNKNOWN
    # What gives back a role or a setting at its end may not commit (manual: CREATE PROCEDURE).
    interpreter.may_end_transaction &= (
        function.is_procedure
        and function.language == "plpgsql"
        and not (function.security_definer or function.settings)
    )
    parameters = declared_parameters(function)
    _declare(interpreter, function, parameters, arguments)
    return _as_defined(interpreter, function, parameters, block)


def _declare(
    interpreter: Interpreter,
    function: Function,
    parameters: tuple[RoutineParameter, ...],
    arguments: Arguments,
) -> None:
    """Give the parameters their values, under their names, with the function's, and by number."""
    values = given_values(parameters, arguments, function.is_procedure, interpreter.evaluator.value)
    interpreter.outputs = tuple(
        parameter.name or f"column{number}"
        for number, parameter in enumerate((p for p in parameters if p.is_output), 1)
    )
    interpreter.scopes.enter(function.name)
    if function.return_type == "event_trigger":
        interpreter.scopes.declare("tg_tag", "", interpreter.event[0] or ANY)
        interpreter.scopes.declare("tg_event", "", interpreter.event[1] or ANY)
    numbered: list[Datum] = []
    for parameter, given in zip(parameters, values, strict=True):
        value = interpreter.evaluator.cast(given, parameter.type)
        if parameter.name:
            interpreter.scopes.declare(parameter.name, parameter.type, value)
        if function.language == "plpgsql" or parameter.is_input:
            numbered.append(value)
    interpreter.parameters = tuple(numbered)


def _as_defined(
    interpreter: Interpreter,
    function: Function,
    parameters: tuple[RoutineParameter, ...],
    block: Block | None,
) -> RoutineResult:
    session = interpreter.replay.session
    user, path = session.user, session.search_path_setting
    is_definer = function.security_definer
    own_path, own_role = function.settings.get("search_path"), function.settings.get("role")
    own_settings = _own_settings(function) - session.given
    for name in own_settings:
        session.give(name, True, False)
    session.become(
        function.owner if is_definer else own_role or user,
        path if own_path is None else schemas_of(own_path.replace("'", '"')),
    )
    try:
        if block is None:
            return result_of_queries(interpreter, function)
        return result_of_body(interpreter, function, parameters, interpreter.run(block))
    finally:
        session.become(
            user if is_definer or own_role else session.user,
            session.search_path_setting if own_path is None else path,
        )
        for name in own_settings:
            session.give(name, False, False)


def _own_settings(function: Function) -> frozenset[str]:
    """Return the settings that hold a value, or switch row_security off, while a function runs."""
    return frozenset(
        name.lower()
        for name, value in function.settings.items()
        if ("." in name and value) or (name, value) == ("row_security", "off")
    )


def _call_perhaps(caller: Interpreter, name: tuple[str, ...], arguments: Arguments) -> None:
    """Carry out, in doubt, each overload of which nobody knows which one is called."""
    doubt = object()
    for function in caller.replay.functions_named(name):
        if function.knows("body") and CHANGES_CATALOG().search(function.body):
            caller.execution.note(f"it calls {function}, of which there are several")
            caller.doubts.add(doubt)
            try:
                call_function_of_history(caller, function, arguments)
            except Raised as raised:
                caller.course.perhaps_raised(raised.condition)
            finally:
                caller.doubts.discard(doubt)


def _note_given(replay: Replay, arguments: tuple[Datum, ...]) -> None:
    """Note the setting that set_config() gives a value, which may be one that nobody knows."""
    match arguments:
        case (str() as name, value, *local) if "." in name:
            give_setting(replay, name.lower(), value not in ("", None), local[:1] == [True])
        case (str(), *_):
            return
        case _:
            give_setting(replay, ANY_SETTING, True, False)


def _set_config(replay: Replay, arguments: tuple[Datum, ...], caller: Interpreter) -> Datum:
    _note_given(replay, arguments)
    match arguments:
        case (str() as name, *_) if name.lower() in SESSION_SETTINGS and not caller.certain:
            caller.execution.note(f"whether it sets {name} depends on the database")
            return ANY
        case (str() as name, str() | None as value, bool() | None as local) if caller.certain:
            set_config(replay, name, value, bool(local))
            return ANY if value is None else value
        case (str() as name, *_) if name.lower() in SESSION_SETTINGS:
            caller.execution.note(f"it sets {name} to what only the database knows")
            return ANY
        case _:
            return ANY
