"""PostgreSQL's own functions that return sets (manual: 9.26)."""

from __future__ import annotations

import re

from rlslint.replay.plpgsql.arrays import array_from, depth, elements
from rlslint.replay.plpgsql.evaluator import Evaluator
from rlslint.replay.plpgsql.json_functions import json_rows
from rlslint.replay.plpgsql.patterns import searchable
from rlslint.replay.plpgsql.values import Value
from rlslint.sql.expressions import Call

_MOST_ITEMS = 10_000

Items = tuple[Value, ...]


def set_of(call: Call, evaluator: Evaluator) -> Items | None:
    """Return what a function with one column yields, None if it is none that is known."""
    result = evaluator.result_of(call)
    if result is not None:
        rows = result.rows
        if rows is None or rows.open or any(not row.certain for row in rows.rows):
            return None
        return tuple(_whole(row.values) for row in rows.rows)
    columns = columns_of(call, evaluator)
    return None if columns is None else tuple(items[0] for items in columns)


def columns_of(call: Call, evaluator: Evaluator) -> list[Items] | None:
    """Return the rows of a function in FROM; unnest() of several arrays has as many columns."""
    arguments = evaluator.arguments(call).positional
    name = call.name[-1]
    if name == "unnest" and len(arguments) > 1:
        arrays = [_unnested(array) for array in arguments]
        if any(array is None for array in arrays):
            return None
        longest = max(len(array or ()) for array in arrays)
        padded = [(*(array or ()), *[None] * (longest - len(array or ()))) for array in arrays]
        return list(zip(*padded, strict=True))
    items = _unnested(arguments[0]) if name == "unnest" and arguments else _items(name, arguments)
    return None if items is None else [(item,) for item in items]


def _whole(row: dict[str, Value]) -> Value:
    values = list(row.values())
    return values[0] if len(values) == 1 else row  # type: ignore[return-value]


def _unnested(array: Value) -> Items | None:
    if isinstance(array, str):
        array = array_from(array)
    if array is None:
        return ()
    return tuple(elements(array)) if isinstance(array, tuple) else None


def _items(name: str, arguments: Items) -> Items | None:
    match name, arguments:
        case "generate_series", (int() as low, int() as high):
            return _series(low, high, 1)
        case "generate_series", (int() as low, int() as high, int() as step) if step:
            return _series(low, high, step)
        case "generate_subscripts", (tuple() as array, int() as dimension):
            for _ in range(dimension - 1):
                first = array[0] if array else ()
                array = first if isinstance(first, tuple) else ()
            return tuple(range(1, len(array) + 1)) if depth(array) else ()
        case _ if (members := json_rows(name, arguments)) is not None:
            return tuple(next(reversed(member.values())) for member in members)
        case "string_to_table", (str() as text, str() as separator) if separator:
            return tuple(text.split(separator))
        case "regexp_split_to_table", (str() as text, str() as pattern):
            try:
                return tuple(re.split(searchable(pattern, text), text))
            except (re.error, ValueError):
                return None
        case _:
            return None


def _series(low: int, high: int, step: int) -> Items | None:
    if abs(high - low) // abs(step) >= _MOST_ITEMS:
        return None
    return tuple(range(low, high + (1 if step > 0 else -1), step))
