"""PostgreSQL's functions on arrays (manual: 9.19)."""

from __future__ import annotations

from collections.abc import Callable

from rlslint.replay.plpgsql.arrays import Array, array_from, depth, elements
from rlslint.replay.plpgsql.operators import same
from rlslint.replay.plpgsql.values import ANY, Unknown, Value, joined


def items_of(value: Value) -> Array:
    """Return an array. Raises TypeError where a value is none."""
    if isinstance(value, str):
        value = array_from(value)
    if not isinstance(value, tuple):
        raise TypeError("not an array")
    return value


def _length(value: Value, dimension: Value = 1) -> Value:
    array: Value = items_of(value)
    if not isinstance(dimension, int) or dimension < 1:
        return None
    for _ in range(dimension - 1):
        array = array[0] if isinstance(array, tuple) and array else None
    return (len(array) or None) if isinstance(array, tuple) else None


def _append(array: Value, item: Value) -> Value:
    if isinstance(array, Unknown):
        return ANY
    return (*(items_of(array) if array is not None else ()), item)


def _prepend(item: Value, array: Value) -> Value:
    if isinstance(array, Unknown):
        return ANY
    return (item, *(items_of(array) if array is not None else ()))


def _cat(left: Value, right: Value) -> Value:
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return ANY
    if left is None or right is None:
        return right if left is None else left
    first, second = items_of(left), items_of(right)
    if first and second and depth(first) == depth(second) + 1:
        return (*first, second)
    if first and second and depth(second) == depth(first) + 1:
        return (first, *second)
    return first + second


def _position(array: Value, item: Value) -> Value:
    for number, element in enumerate(items_of(array), 1):
        equal = same(element, item)
        if isinstance(equal, Unknown):
            return ANY
        if equal:
            return number
    return None


def _remove(array: Value, item: Value) -> Value:
    kept = []
    for element in items_of(array):
        equal = same(element, item)
        if isinstance(equal, Unknown):
            return ANY
        if not equal:
            kept.append(element)
    return tuple(kept)


def _replace(array: Value, old: Value, new: Value) -> Value:
    replaced = []
    for element in items_of(array):
        equal = same(element, old)
        if isinstance(equal, Unknown):
            return ANY
        replaced.append(new if equal else element)
    return tuple(replaced)


def _to_string(value: Value, separator: Value, null: Value = None) -> Value:
    parts: list[Value] = []
    for item in elements(items_of(value)):
        shown = null if item is None else item
        if shown is not None:
            parts += [separator, shown] if parts else [shown]
    return joined(parts)


LENIENT: dict[str, Callable[..., Value]] = {
    "array_append": _append,
    "array_cat": _cat,
    "array_prepend": _prepend,
}
STRICT: dict[str, Callable[..., Value]] = {
    "array_length": _length,
    "array_lower": lambda value, dimension: 1 if _length(value, dimension) else None,
    "array_ndims": lambda value: depth(items_of(value)) if items_of(value) else None,
    "array_upper": _length,
    "cardinality": lambda value: sum(1 for _ in elements(items_of(value))),
}
OF_ELEMENTS: dict[str, Callable[..., Value]] = {
    "array_position": _position,
    "array_remove": _remove,
    "array_replace": _replace,
    "array_to_string": _to_string,
}
"""Those to which a single element may be NULL or unknown, but not the array."""
