"""Assignments to variables, to fields of records and to elements of arrays (manual: 41.5.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rlslint.catalog.binding import find_relation
from rlslint.replay.plpgsql.arrays import as_array, with_element
from rlslint.replay.plpgsql.system_catalogs.lookup import is_known
from rlslint.replay.plpgsql.system_catalogs.questions import Row
from rlslint.replay.plpgsql.tree import Target
from rlslint.replay.plpgsql.values import ANY, Record, Value

if TYPE_CHECKING:
    from rlslint.replay.plpgsql.interpreter import Interpreter


def assign(interpreter: Interpreter, target: Target, value: Value) -> None:
    """Assign a value, as the type that the variable is declared with."""
    scopes = interpreter.scopes
    if target.subscripts:
        _assign_element(interpreter, target, value)
        return
    type_ = scopes.type_of(target.names[-1] if not scopes.has(target.names[0]) else target.names[0])
    if len(target.names) == 1 and type_ and not isinstance(value, Record):
        value = interpreter.evaluator.cast(value, type_)
    scopes.assign(target, value)


def _assign_element(interpreter: Interpreter, target: Target, value: Value) -> None:
    array = as_array(interpreter.scopes.value(target.names))
    positions: list[int] = []
    for subscript in target.subscripts:
        number = interpreter.value_of(subscript)
        if not isinstance(number, int):
            interpreter.scopes.assign(target, ANY)
            return
        positions.append(number)
    interpreter.scopes.assign(target, with_element(array, positions, value))


def assign_row(interpreter: Interpreter, targets: tuple[Target, ...], row: Row) -> None:
    """Assign a row to a record, or its columns to one variable each."""
    values = list(row.values.values())
    if len(targets) == 1 and _is_record(interpreter, targets[0], len(values)):
        whole = values[0] if len(values) == 1 and isinstance(values[0], Record) else row.values
        interpreter.scopes.assign(targets[0], whole if isinstance(whole, Record) else ANY)
        return
    for position, target in enumerate(targets):
        assign(interpreter, target, values[position] if position < len(values) else None)


def _is_record(interpreter: Interpreter, target: Target, width: int) -> bool:
    if len(target.names) > 1:
        return False
    type_ = interpreter.scopes.type_of(target.names[0])
    if type_ == "record" or type_.endswith("%rowtype"):
        return True
    schema, _, name = type_.rpartition(".")
    if type_ and is_known(schema, name):
        return True
    path = interpreter.replay.session.search_path
    found = find_relation(interpreter.replay.catalog, path, schema, name) if type_ else None
    return found is not None or (not type_ and width > 1)
