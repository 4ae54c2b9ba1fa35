"""INSERT, UPDATE and DELETE: what the functions and triggers do that they set off."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rlslint.catalog.functions import Function
from rlslint.replay.plpgsql.calls import Arguments
from rlslint.replay.plpgsql.course import Raised
from rlslint.replay.plpgsql.values import dotted_name

if TYPE_CHECKING:
    from rlslint.replay.plpgsql.interpreter import Interpreter

_CHANGED = re.compile(
    r"\b(?:insert\s+into|update|delete\s+from|merge\s+into|truncate|copy)\s+(?:only\s+|table\s+)?"
    r"((?:\"[^\"]+\"|\w+)(?:\.(?:\"[^\"]+\"|\w+))?)",
    re.IGNORECASE,
)
_CALLED = re.compile(r"((?:\w+\.)?\w+)\s*\(")
_RUNS_DDL = re.compile(r"\b(create|alter|drop|grant|revoke|execute)\b", re.IGNORECASE)


def run_data_change(interpreter: Interpreter, sql: str) -> None:
    """Follow, in doubt, the functions that run DDL when rows change."""
    from rlslint.replay.plpgsql.routines import call_function_of_history

    doubt = object()
    for function in [*_called(interpreter, sql), *_of_triggers(interpreter, sql)]:
        if not function.knows("body") or not _RUNS_DDL.search(function.body):
            continue
        interpreter.doubts.add(doubt)
        try:
            nothing = Arguments((), {})
            call_function_of_history(interpreter.replay, function, nothing, interpreter)
        except Raised as raised:
            interpreter.course.perhaps_raised(raised.condition)
        finally:
            interpreter.doubts.discard(doubt)


def _called(interpreter: Interpreter, sql: str) -> Iterator[Function]:
    for name in set(_CALLED.findall(sql)):
        yield from interpreter.replay.functions_named(dotted_name(name))


def _of_triggers(interpreter: Interpreter, sql: str) -> Iterator[Function]:
    for name in set(_CHANGED.findall(sql)):
        *schema, table = dotted_name(name)
        range_var = {"relname": table, "schemaname": schema[-1] if schema else ""}
        relation = interpreter.replay.find(range_var)
        for trigger in relation.triggers.known() if relation is not None else ():
            yield from interpreter.replay.functions_named(tuple(trigger.function.split(".")))
