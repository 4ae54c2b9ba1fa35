"""Functions and operators on JSON that a migration writes out (manual: 9.16).

A JSON value is kept as its text.
"""

from __future__ import annotations

import json
from typing import Any

from rlslint.replay.plpgsql.values import ANY, LONGEST, Value

JSON_OPERATORS = frozenset({"->", "->>"})


def json_rows(name: str, arguments: tuple[Value, ...]) -> list[dict[str, Value]] | None:
    """Return the rows that a function on JSON yields, None where it is none of them."""
    function = name.removeprefix("jsonb_").removeprefix("json_")
    if function == name or len(arguments) != 1:
        return None
    match function, _parsed(arguments[0]):
        case "each", dict() as items:
            return [{"key": key, "value": _shown(item)} for key, item in items.items()]
        case "each_text", dict() as items:
            return [{"key": key, "value": _text(item)} for key, item in items.items()]
        case "object_keys", dict() as items:
            return [{name: key} for key in items]
        case "array_elements", list() as elements:
            return [{"value": _shown(item)} for item in elements]
        case "array_elements_text", list() as elements:
            return [{"value": _text(item)} for item in elements]
        case _:
            return None


def json_member(symbol: str, document: Value, key: Value) -> Value:
    """Return `document -> key` or `document ->> key`."""
    found: Any
    match _parsed(document), key:
        case (dict() as items, str() as name):
            found = items.get(name, _MISSING)
        case (list() as elements, int() as number):
            inside = -len(elements) <= number < len(elements)
            found = elements[number] if inside else _MISSING
        case (dict() | list() | str() | int() | float(), str() | int()):
            found = _MISSING
        case _:
            return ANY
    if found is _MISSING:
        return None
    return _text(found) if symbol == "->>" else _shown(found)


_MISSING = object()


def _parsed(value: Value) -> Any:
    if not isinstance(value, str) or len(value) > LONGEST:
        return None
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return _shown(value)
