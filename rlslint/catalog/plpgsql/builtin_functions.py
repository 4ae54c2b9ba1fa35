"""PostgreSQL's own functions that migrations build SQL with."""

from __future__ import annotations

from collections.abc import Callable

from rlslint.catalog.plpgsql.operators import operate
from rlslint.catalog.plpgsql.values import (
    ANY,
    Unknown,
    Value,
    array_from,
    formatted,
    is_unknown,
    joined,
    quoted_literal,
    quoted_name,
    text_of,
)

SERVER_VERSION = 17
"""The major version of PostgreSQL that version checks of migrations are answered for."""


def call_builtin(name: str, arguments: tuple[Value, ...]) -> Value:
    """Return what a function of pg_catalog answers, ANY where it is not known here."""
    try:
        if name in _LENIENT:
            return _LENIENT[name](*arguments)
        if name not in _STRICT:
            return ANY
        if any(argument is None for argument in arguments):
            return None
        return ANY if is_unknown(*arguments) else _STRICT[name](*arguments)
    except (TypeError, ValueError, IndexError, AttributeError):
        return ANY


def _format(template: Value = None, *arguments: Value) -> Value:
    if template is None:
        return None
    return formatted(template, arguments) if isinstance(template, str) else ANY


def _coalesce(*arguments: Value) -> Value:
    for argument in arguments:
        if argument is not None:
            unknown = isinstance(argument, Unknown) and argument.parts == ANY.parts
            return ANY if unknown else argument
    return None


def _nullif(left: Value, right: Value) -> Value:
    equal = operate("=", left, right)
    if isinstance(equal, Unknown):
        return ANY
    return None if equal is True else left


def _concat_ws(separator: Value = None, *arguments: Value) -> Value:
    parts: list[Value] = []
    for argument in arguments:
        if argument is not None:
            parts += [separator, argument] if parts else [argument]
    return joined(parts)


def _cased(change: Callable[[str], str]) -> Callable[[Value], Value]:
    def apply(value: Value) -> Value:
        text = text_of(value)
        if isinstance(text, Unknown):
            return Unknown(tuple(change(p) if isinstance(p, str) else p for p in text.parts))
        return change(text) if text is not None else None

    return apply


def _trimmed(value: Value, *characters: Value) -> Value:
    text = text_of(value)
    return text.strip(str(characters[0]) if characters else " ") if isinstance(text, str) else text


def _replace(value: Value, old: Value, new: Value) -> Value:
    return _text(value).replace(_text(old), _text(new))


def _left(value: Value, length: Value) -> Value:
    return _text(value)[: _number(length)]


def _right(value: Value, length: Value) -> Value:
    text, number = _text(value), _number(length)
    return text[max(len(text) - number, 0) :] if number >= 0 else text[-number:]


def _substring(value: Value, start: Value, *length: Value) -> Value:
    text, first = _text(value), _number(start) - 1
    last = first + _number(length[0]) if length else len(text)
    return text[max(first, 0) : max(last, 0)]


def _split_part(value: Value, separator: Value, number: Value) -> Value:
    parts = _text(value).split(_text(separator))
    position = _number(number)
    index = position - 1 if position > 0 else len(parts) + position
    return parts[index] if 0 <= index < len(parts) else ""


def _string_to_array(value: Value, separator: Value) -> Value:
    text = _text(value)
    return tuple(text.split(_text(separator))) if text else ()


def _array_to_string(value: Value, separator: Value) -> Value:
    return joined(_between(_items(value), separator))


def _between(items: tuple[Value, ...], separator: Value) -> list[Value]:
    parts: list[Value] = []
    for item in items:
        if item is not None:
            parts += [separator, item] if parts else [item]
    return parts


def _array_length(value: Value, _dimension: Value = 1) -> Value:
    return len(_items(value)) or None


def _array_append(array: Value, item: Value) -> Value:
    if isinstance(array, Unknown):
        return ANY
    return (*(_items(array) if array is not None else ()), item)


def _array_position(array: Value, item: Value) -> Value:
    items = _items(array)
    return items.index(item) + 1 if item in items else None


def _lpad(value: Value, length: Value, fill: Value = " ") -> Value:
    text, size = _text(value), _number(length)
    padding = (_text(fill) * size)[: max(size - len(text), 0)]
    return (padding + text)[:size]


def _current_setting(name: Value, *_missing_ok: Value) -> Value:
    match name:
        case "server_version_num":
            return str(SERVER_VERSION * 10000)
        case "server_version":
            return f"{SERVER_VERSION}.0"
        case _:
            return ANY


def _text(value: Value) -> str:
    text = text_of(value)
    if not isinstance(text, str):
        raise TypeError("not a text")
    return text


def _number(value: Value) -> int:
    return int(_text(value))


def _items(value: Value) -> tuple[Value, ...]:
    if isinstance(value, str):
        value = array_from(value)
    if not isinstance(value, tuple):
        raise TypeError("not an array")
    return value


_LENIENT: dict[str, Callable[..., Value]] = {
    "array_append": _array_append,
    "coalesce": _coalesce,
    "concat": lambda *arguments: joined(arguments),
    "concat_ws": _concat_ws,
    "current_setting": _current_setting,
    "format": _format,
    "lower": _cased(str.lower),
    "nullif": _nullif,
    "pg_is_in_recovery": lambda: False,
    "quote_ident": quoted_name,
    "quote_literal": quoted_literal,
    "quote_nullable": lambda value: "NULL" if value is None else quoted_literal(value),
    "btrim": _trimmed,
    "trim": _trimmed,
    "upper": _cased(str.upper),
}
_STRICT: dict[str, Callable[..., Value]] = {
    "array_cat": lambda a, b: _items(a) + _items(b),
    "array_length": _array_length,
    "array_position": _array_position,
    "array_remove": lambda array, item: tuple(i for i in _items(array) if i != item),
    "array_to_string": _array_to_string,
    "array_upper": _array_length,
    "cardinality": lambda array: len(_items(array)),
    "char_length": lambda value: len(_text(value)),
    "chr": lambda number: chr(_number(number)),
    "greatest": lambda *values: max(_number(value) for value in values),
    "initcap": lambda value: _text(value).title(),
    "least": lambda *values: min(_number(value) for value in values),
    "left": _left,
    "length": lambda value: len(_text(value)),
    "lpad": _lpad,
    "ltrim": lambda value, *chars: _text(value).lstrip(_text(chars[0]) if chars else " "),
    "position": lambda text, part: _text(text).find(_text(part)) + 1,
    "repeat": lambda value, times: _text(value) * min(_number(times), 1000),
    "replace": _replace,
    "right": _right,
    "rtrim": lambda value, *chars: _text(value).rstrip(_text(chars[0]) if chars else " "),
    "split_part": _split_part,
    "starts_with": lambda value, start: _text(value).startswith(_text(start)),
    "string_to_array": _string_to_array,
    "strpos": lambda text, part: _text(text).find(_text(part)) + 1,
    "substr": _substring,
    "substring": _substring,
}
