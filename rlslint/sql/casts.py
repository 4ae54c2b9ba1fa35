"""What casts make of values that are known (manual: 8, and the input function of each type).

A value is a Python one: a bool, an int, a str, or a tuple for an array. NULL is None, and stays
NULL. What is not known is the callers' matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias

from rlslint.text.budget import MOST_ITEMS

PlainValue: TypeAlias = "bool | int | str | tuple[PlainValue, ...] | None"


class RefusedValue(Exception):
    """PostgreSQL answers with an error."""


class NotFollowed(Exception):
    """What comes out depends on the database, or is not worked out here."""


TEXT_TYPES = frozenset({"text", "varchar", "name", "bpchar", "char", "citext", "sql_identifier"})
INTEGER_RANGES = {"int2": 1 << 15, "int4": 1 << 31, "int8": 1 << 63}
TYPES_REFUSING_EMPTY = frozenset(
    ("bool", "int2", "int4", "int8", "float4", "float8", "numeric", "uuid", "json", "jsonb",
     "date", "time", "timetz", "timestamp", "timestamptz", "interval", "inet", "cidr", "macaddr",
     "oid", "money", "int4range", "int8range", "daterange", "numrange", "tsrange", "tstzrange",
     "regclass", "regrole", "regtype", "pg_lsn", "xid")
)  # fmt: skip
"""Types whose input function raises 22P02 (or its like) for the empty string."""


_TRUE = frozenset(("t", "tr", "tru", "true", "y", "ye", "yes", "on", "1"))
_FALSE = frozenset(("f", "fa", "fal", "fals", "false", "n", "no", "of", "off", "0"))
_INTEGER = r"[ \t\n\v\f\r]*[+-]?[0-9]{1,30}[ \t\n\v\f\r]*"
_OTHER_INTEGER = r"\s*[+-]?(?:0[xXoObB][0-9a-fA-F_]+|[0-9]+(?:_[0-9]+)+|[0-9]{31,})\s*"
_UUID = r"(\{)?[0-9a-f]{4}(?:-?[0-9a-f]{4}){7}(?(1)\})"
_NAME_BYTES = 63
MOST_DIMENSIONS = 6
_ARRAY_TOKEN = r'(?s)\s*(?:([{},])|"((?:[^"\\]|\\.)*)"|((?:[^{},"\\\s]|\\.|\s+(?=[^{},\s]))+))\s*'


def converted(value: PlainValue, type_name: str) -> PlainValue:
    """Return `value::type_name`. Raises RefusedValue or NotFollowed."""
    if value is None:
        return None
    if type_name.endswith("[]"):
        return _as_array(value, type_name.removesuffix("[]"))
    word = type_name.rpartition(".")[2]
    if word in TEXT_TYPES:
        if isinstance(value, bool) and word in ("name", "char"):
            # Through the output function, which says t and f.
            raise NotFollowed
        return _of_text_type(as_text(value), word)
    if isinstance(value, tuple):
        raise NotFollowed
    match word:
        case "bool":
            return as_boolean(value)
        case "int2" | "int4" | "int8":
            return _as_integer(value, word)
        case "uuid" if isinstance(value, str):
            return _as_uuid(value)
        case _ if isinstance(value, str) and not value.strip() and word in TYPES_REFUSING_EMPTY:
            raise RefusedValue
        case _:
            raise NotFollowed


def as_text(value: PlainValue) -> str:
    """Return how a value that is not NULL looks as a text."""
    match value:
        case bool():
            return "true" if value else "false"
        case tuple():
            return _array_text(value)
        case _:
            return str(value)


def _of_text_type(text: str, word: str) -> str:
    """Return a text as a type of texts keeps it; what a length cuts off is not followed."""
    is_cut = {
        "name": len(text.encode()) > _NAME_BYTES,
        "char": len(text.encode()) > 1,
        "bpchar": text.endswith(" "),
    }
    if is_cut.get(word):
        raise NotFollowed
    return text


def as_boolean(value: PlainValue) -> bool:
    """Return a value as a cast to boolean reads it."""
    match value:
        case bool():
            return value
        case int():
            return value != 0
        case str():
            word = value.strip().lower()
            if word in _TRUE or word in _FALSE:
                return word in _TRUE
            raise RefusedValue
        case _:
            raise NotFollowed


def _as_integer(value: bool | int | str, word: str) -> int:
    match value:
        case bool():
            if word != "int4":
                raise RefusedValue
            number = int(value)
        case int():
            number = value
        case _ if re.fullmatch(_INTEGER, value):
            number = int(value)
        case _ if re.fullmatch(_OTHER_INTEGER, value):
            # 0x1F and 1_000 are integers since PostgreSQL 16.
            raise NotFollowed
        case _:
            raise RefusedValue
    limit = INTEGER_RANGES[word]
    if not -limit <= number < limit:
        raise RefusedValue
    return number


def _as_uuid(text: str) -> str:
    word = text.lower()
    if not re.fullmatch(_UUID, word):
        raise RefusedValue
    digits = word.replace("-", "").strip("{}")
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _as_array(value: PlainValue, element_type: str) -> PlainValue:
    items = array_from(value) if isinstance(value, str) else value
    if not isinstance(items, tuple):
        raise NotFollowed
    return tuple(
        _as_array(item, element_type) if isinstance(item, tuple) else converted(item, element_type)
        for item in items
    )


def array_from(literal: str) -> tuple[PlainValue, ...]:
    """Return the array of texts that `{a,"b c"}` or `{{a,b},{c,d}}` stands for."""
    opened: list[list[PlainValue]] = []
    position, text = 0, literal.strip()
    if not text.startswith("{"):
        raise NotFollowed if text.startswith("[") else RefusedValue
    expects_item, token = True, re.compile(_ARRAY_TOKEN)
    while position < len(text):
        found = token.match(text, position)
        if found is None:
            raise RefusedValue
        position = found.end()
        sign, quoted, plain = found.groups()
        if sign == ",":
            if expects_item or not opened:
                raise RefusedValue
            expects_item = True
        elif sign == "}":
            if not opened or (expects_item and opened[-1]):
                raise RefusedValue
            array = tuple(opened.pop())
            expects_item = False
            if not opened:
                if position != len(text):
                    raise RefusedValue
                return checked_array(array)
            opened[-1].append(array)
        elif not expects_item:
            raise RefusedValue
        elif sign == "{":
            opened.append([])
        else:
            expects_item = False
            unescaped = re.sub(
                r"\\(.)", r"\1", plain if quoted is None else quoted, flags=re.DOTALL
            )
            is_null = quoted is None and plain.lower() == "null"
            opened[-1].append(None if is_null else unescaped)
    raise RefusedValue


def checked_array(array: tuple[PlainValue, ...]) -> tuple[PlainValue, ...]:
    """Return an array whose parts have the same dimensions. Raises NotFollowed for any other."""
    if len(list(elements(array))) > MOST_ITEMS or len(dimensions(array)) > MOST_DIMENSIONS:
        raise NotFollowed
    if not _is_regular(array, dimensions(array)):
        raise NotFollowed
    return () if not any(True for _ in elements(array)) else array


def _is_regular(array: PlainValue, sizes: tuple[int, ...]) -> bool:
    if not isinstance(array, tuple):
        return not sizes
    return bool(sizes) and len(array) == sizes[0] and all(_is_regular(i, sizes[1:]) for i in array)


def dimensions(array: PlainValue) -> tuple[int, ...]:
    """Return the length of an array in each dimension."""
    if not isinstance(array, tuple):
        return ()
    return (len(array), *(dimensions(array[0]) if array else ()))


def elements(array: tuple[PlainValue, ...]) -> Iterator[PlainValue]:
    """Yield the elements of an array whatever its dimensions, as unnest() does."""
    for item in array:
        if isinstance(item, tuple):
            yield from elements(item)
        else:
            yield item


def _array_text(items: tuple[PlainValue, ...]) -> str:
    parts = []
    for item in items:
        if item is None:
            parts.append("NULL")
        elif isinstance(item, tuple):
            parts.append(_array_text(item))
        elif isinstance(item, bool):
            parts.append("t" if item else "f")
        else:
            text = str(item)
            is_plain = re.fullmatch(r"[^\s,{}\"\\]+", text) and text.lower() != "null"
            escaped = text.replace("\\", "\\\\").replace('"', '\\"')
            parts.append(text if is_plain else f'"{escaped}"')
    return "{" + ",".join(parts) + "}"
