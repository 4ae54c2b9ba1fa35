"""Parts of arrays (manual: 8.15 and 9.19): tuples whose first element is number 1."""

from __future__ import annotations

from rlslint.replay.plpgsql.values import ANY, Datum, is_wholly_known
from rlslint.sql.casts import MOST_DIMENSIONS, NotFollowed, RefusedValue, array_from, checked_array

Array = tuple[Datum, ...]


def array_of(items: Array) -> Datum:
    """Return an array of these items; ANY for one that is larger than what is followed."""
    if not is_wholly_known(items):
        return items if _depth(items) <= MOST_DIMENSIONS else ANY
    try:
        return checked_array(items)
    except NotFollowed:
        return ANY


def as_array(value: Datum) -> Datum:
    """Return what a text stands for where an array is wanted; any other value as it is."""
    if not isinstance(value, str):
        return value
    try:
        return array_from(value)
    except (NotFollowed, RefusedValue):
        return ANY


def all_elements(array: Array) -> list[Datum]:
    """Return the elements of an array whatever its dimensions, as unnest() does."""
    return [
        element
        for item in array
        for element in (all_elements(item) if isinstance(item, tuple) else [item])
    ]


def slices(array: Array, dimensions: int) -> list[Datum]:
    """Return what FOREACH … SLICE yields: sub-arrays of so many dimensions (manual: 41.6.7)."""
    if dimensions == 0:
        return all_elements(array)
    if _depth(array) <= dimensions:
        return [array]
    found: list[Datum] = []
    for item in array:
        found += slices(item, dimensions) if isinstance(item, tuple) else []
    return found


def _depth(array: Datum) -> int:
    if not isinstance(array, tuple):
        return 0
    return 1 + (_depth(array[0]) if array else 0)


def element(array: Array, positions: list[int]) -> Datum:
    """Return `array[…][…]`: NULL outside of it, and where there are too few subscripts."""
    found: Datum = array
    for position in positions:
        if not isinstance(found, tuple) or not 0 < position <= len(found):
            return None
        found = found[position - 1]
    return None if isinstance(found, tuple) else found


def with_element(array: Datum, positions: list[int], value: Datum) -> Datum:
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
