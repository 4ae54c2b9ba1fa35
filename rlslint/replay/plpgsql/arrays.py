"""Arrays (manual: 8.15 and 9.19): tuples whose first element is number 1."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rlslint.replay.plpgsql.values import ANY, Value

Array = tuple[Value, ...]

MOST_ELEMENTS = 1 << 16
"""How many elements an array may have: none that is longer is carried out."""

_MOST_DIMENSIONS = 6

_TOKEN = re.compile(r'\s*(?:([{},])|"((?:[^"\\]|\\.)*)"|((?:[^{},"\\\s]|\\.|\s+(?=[^{},\s]))+))\s*')


def array_from(literal: str) -> Value:
    """Return the array that a literal such as `{a,"b c"}` or `{{a,b},{c,d}}` stands for."""
    opened: list[list[Value]] = []
    position, text = 0, literal.strip()
    if not text.startswith("{"):
        return ANY
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            return ANY
        position = found.end()
        sign, quoted, plain = found.groups()
        if sign == "{":
            opened.append([])
        elif sign == "}":
            array = tuple(opened.pop())
            if not opened:
                return array if position == len(text) else ANY
            opened[-1].append(array)
        elif sign is None:
            unescaped = re.sub(r"\\(.)", r"\1", quoted if quoted is not None else plain)
            is_null = quoted is None and plain.lower() == "null"
            opened[-1].append(None if is_null else unescaped)
    return ANY


def array_of(items: Array) -> Value:
    """Return an array of these items; ANY for one that is larger than what is carried out."""
    if depth(items) > _MOST_DIMENSIONS or size(items) > MOST_ELEMENTS:
        return ANY
    return items


def size(array: Array) -> int:
    """Return the number of elements in all dimensions."""
    return sum(size(item) if isinstance(item, tuple) else 1 for item in array)


def elements(array: Array) -> Iterator[Value]:
    """Yield the elements of an array whatever its dimensions, as unnest() does."""
    for item in array:
        if isinstance(item, tuple):
            yield from elements(item)
        else:
            yield item


def slices(array: Array, dimensions: int) -> list[Value]:
    """Return what FOREACH … SLICE yields: sub-arrays of so many dimensions (manual: 41.6.7)."""
    if dimensions == 0:
        return list(elements(array))
    if depth(array) <= dimensions:
        return [array]
    found: list[Value] = []
    for item in array:
        found += slices(item, dimensions) if isinstance(item, tuple) else []
    return found


def depth(array: Value) -> int:
    """Return the number of dimensions."""
    if not isinstance(array, tuple):
        return 0
    return 1 + (depth(array[0]) if array else 0)


def element(array: Array, positions: list[int]) -> Value:
    """Return `array[…][…]`: NULL outside of it, and where there are too few subscripts."""
    found: Value = array
    for position in positions:
        if not isinstance(found, tuple) or not 0 < position <= len(found):
            return None
        found = found[position - 1]
    return None if isinstance(found, tuple) else found


def with_element(array: Value, positions: list[int], value: Value) -> Value:
    """Return an array after `array[…] := value`; ANY where its bounds would be other than 1."""
    if array is None:
        array = ()
    if not positions:
        return value
    if not isinstance(array, tuple):
        return ANY
    first, *further = positions
    if not 0 < first <= len(array) + 1 or (further and first > len(array)):
        return ANY
    inner = with_element(array[first - 1], further, value) if further else value
    return (*array[: first - 1], inner, *array[first:])
