"""What PostgreSQL's own functions give for values that are known (manual: 9.4 and 9.19)."""

from __future__ import annotations

from collections.abc import Callable

from rlslint.sql.casts import NotFollowed, PlainValue, array_from, as_text, dimensions, elements
from rlslint.text.budget import LONGEST_TEXT

AGGREGATES = frozenset(
    ("count", "sum", "min", "max", "avg", "bool_or", "bool_and", "every", "array_agg",
     "string_agg", "json_agg", "jsonb_agg", "json_object_agg", "jsonb_object_agg", "bit_or",
     "bit_and", "any_value", "xmlagg", "range_agg", "stddev", "variance")
)  # fmt: skip


def called(name: str, arguments: tuple[PlainValue, ...]) -> PlainValue:
    """Return what a function gives, which is NULL for a NULL. Raises NotFollowed."""
    if name not in FUNCTIONS:
        raise NotFollowed
    if None in arguments:
        return None
    try:
        found = FUNCTIONS[name](*arguments)
    except TypeError:
        raise NotFollowed from None
    if isinstance(found, str) and len(found) > LONGEST_TEXT:
        raise NotFollowed
    return found


def _text(value: PlainValue) -> str:
    if isinstance(value, tuple):
        raise NotFollowed
    return as_text(value)


def _number(value: PlainValue) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise NotFollowed
    return value


def _items(value: PlainValue) -> tuple[PlainValue, ...]:
    if isinstance(value, str):
        return array_from(value)
    if not isinstance(value, tuple):
        raise NotFollowed
    return value


def _cased(change: Callable[[str], str]) -> Callable[[PlainValue], str]:
    def apply(value: PlainValue) -> str:
        text = _text(value)
        if not text.isascii():
            # What becomes of other letters depends on the collation.
            raise NotFollowed
        return change(text)

    return apply


def _length(value: PlainValue) -> int:
    return len(_text(value))


def _octet_length(value: PlainValue) -> int:
    return len(_text(value).encode())


def _md5(value: PlainValue) -> str:
    import hashlib

    return hashlib.md5(_text(value).encode(), usedforsecurity=False).hexdigest()


def _substr(value: PlainValue, start: PlainValue, length: PlainValue = LONGEST_TEXT) -> str:
    first, size = _number(start) - 1, _number(length)
    if size < 0:
        raise NotFollowed
    return _text(value)[max(first, 0) : max(first + size, 0)]


def _replace(value: PlainValue, old: PlainValue, new: PlainValue) -> str:
    return _text(value).replace(_text(old), _text(new)) if _text(old) else _text(value)


def _left(value: PlainValue, length: PlainValue) -> str:
    return _text(value)[: _number(length)]


def _lpad(value: PlainValue, length: PlainValue, fill: PlainValue = " ") -> str:
    text, size, padding = _text(value), max(_number(length), 0), _text(fill)
    if size > LONGEST_TEXT:
        raise NotFollowed
    missing = max(size - len(text), 0) if padding else 0
    return ((padding * missing)[:missing] + text)[:size]


def _split_part(value: PlainValue, separator: PlainValue, position: PlainValue) -> str:
    text, between, number = _text(value), _text(separator), _number(position)
    if not number:
        raise NotFollowed
    parts = text.split(between) if between else [text]
    index = number - 1 if number > 0 else len(parts) + number
    return parts[index] if 0 <= index < len(parts) else ""


def _strpos(whole: PlainValue, part: PlainValue) -> int:
    return _text(whole).find(_text(part)) + 1


def _string_to_array(
    value: PlainValue, separator: PlainValue, null: PlainValue = None
) -> tuple[PlainValue, ...]:
    text, between = _text(value), _text(separator)
    items = (text.split(between) if between else [text]) if text else []
    return tuple(None if item == null else item for item in items)


def _array_length(value: PlainValue, dimension: PlainValue) -> int | None:
    sizes, number = dimensions(_items(value)), _number(dimension)
    return sizes[number - 1] or None if 0 < number <= len(sizes) else None


def _array_lower(value: PlainValue, dimension: PlainValue) -> int | None:
    return 1 if _array_length(value, dimension) else None


def _cardinality(value: PlainValue) -> int:
    return sum(1 for _ in elements(_items(value)))


FUNCTIONS: dict[str, Callable[..., PlainValue]] = {
    "array_length": _array_length,
    "array_lower": _array_lower,
    "array_upper": _array_length,
    "btrim": lambda value, characters=" ": _text(value).strip(_text(characters)),
    "cardinality": _cardinality,
    "char_length": _length,
    "character_length": _length,
    "left": _left,
    "length": _length,
    "lower": _cased(str.lower),
    "lpad": _lpad,
    "ltrim": lambda value, characters=" ": _text(value).lstrip(_text(characters)),
    "md5": _md5,
    "octet_length": _octet_length,
    "position": _strpos,
    "replace": _replace,
    "rtrim": lambda value, characters=" ": _text(value).rstrip(_text(characters)),
    "split_part": _split_part,
    "starts_with": lambda value, start: _text(value).startswith(_text(start)),
    "string_to_array": _string_to_array,
    "strpos": _strpos,
    "substr": _substr,
    "upper": _cased(str.upper),
}
