"""How Python puts strings together: f-strings, `format`, `%`, `join`, `+`, psycopg's `sql`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain, repeat

from rlslint.code.python.strings import (
    STAND_IN,
    Fragment,
    RunTimePart,
    Written,
    concatenated,
    interpolated,
)
from rlslint.code.python.values import (
    Elements,
    Pairs,
    Plain,
    RunTimeValue,
    Value,
    WrappedSql,
    collected,
    constant,
    entry,
)
from rlslint.text import HoleValue
from rlslint.text.budget import MOST_ITEMS
from rlslint.text.patterns import Pattern

_FORMAT_FIELD = Pattern(r"\{\{|\}\}|\{([^{}!:]*)(?:!([rsa]))?(?::([^{}]*))?\}")
_PERCENT_FIELD = Pattern(
    r"%(?:%|(?:\((\w+)\))?[-#0 +]*[\d*]*(?:\.[\d*]+)?[hlL]?([diouxXeEfFgGcrsa]))"
)
_ENDS_LITERAL = Pattern(r"[^']*'\s*;\s*\w")
_NUMERIC_CONVERSIONS = "diouxXeEfFgGc"


def as_written(value: Value, source: str, start: int, end: int) -> Written:
    """Return what a value becomes inside a string, all of it placed between two offsets."""
    match value:
        case Written() if ends_literal(value.text):
            return interpolated(source, HoleValue.anything, start, end)
        case Written() | WrappedSql(Written()):
            written = value.sql if isinstance(value, WrappedSql) else value
            return written.moved(start, end)
        case Plain(plain):
            return Written((Fragment(str(plain), start, end),))
        case RunTimeValue(expression, kind):
            return interpolated(expression, kind, start, end)
        case _:
            return interpolated(source, HoleValue.anything, start, end)


def ends_literal(text: str) -> bool:
    """Tell whether a value ends the literal that it is put into and begins another statement.

    A program shows then what a client could send.
    """
    return _ENDS_LITERAL().match(text) is not None


def as_specified(value: Value, conversion: str, specification: str) -> Value:
    """Return the value with `!r` and a format specification applied, as far as it is constant."""
    plain = constant(value)
    if not conversion and not specification:
        return value
    if isinstance(value, Written) and plain is not None and value.fragments:
        first, last = value.fragments[0], value.fragments[-1]
        text = repr(plain) if conversion in ("r", "a") else str(plain)
        return Written((Fragment(_specified(text, specification), first.start, last.end),))
    if isinstance(value, Plain) and plain is not None and specification:
        return Written((Fragment(_specified(plain, specification), 0, 0),))
    return value


def _specified(value: str | float, specification: str) -> str:
    try:
        return format(value, specification)
    except (ValueError, TypeError, OverflowError, MemoryError):
        return str(value)


def formatted(
    template: Written, positional: tuple[Value, ...], named: Mapping[str, Value]
) -> Written:
    """Do what `str.format` and `sql.SQL.format` do."""
    return template.replaced(_format_replacements(template, positional, named))


def _format_replacements(
    template: Written, positional: tuple[Value, ...], named: Mapping[str, Value]
) -> Iterator[tuple[int, int, Written]]:
    automatic = 0
    for field in _FORMAT_FIELD().finditer(template.text):
        start, end = template.stretch(field.start(), field.end())
        if field[0] in ("{{", "}}"):
            replacement = Written((Fragment(field[0][0], start, end),))
        else:
            name, conversion, specification = field[1], field[2] or "", field[3] or ""
            value: Value | None
            if name == "":
                value = positional[automatic] if automatic < len(positional) else None
                automatic += 1
            elif name.isdigit():
                value = positional[int(name)] if int(name) < len(positional) else None
            else:
                value = named.get(name)
            value = as_specified(value or RunTimeValue(field[0]), conversion, specification)
            replacement = as_written(value, field[0], start, end)
        yield field.start(), field.end(), replacement


def percent_formatted(template: Written, right: Value) -> Written:
    """Do what the `%` operator does on strings."""
    return template.replaced(_percent_replacements(template, right))


def _percent_replacements(template: Written, right: Value) -> Iterator[tuple[int, int, Written]]:
    remaining = iter(right.values if isinstance(right, Elements) else (right,))
    for field in _PERCENT_FIELD().finditer(template.text):
        start, end = template.stretch(field.start(), field.end())
        if field[0] == "%%":
            yield field.start(), field.end(), Written((Fragment("%", start, end),))
            continue
        value = entry(right, field[1]) if field[1] else next(remaining, None)
        if value is None:
            value = RunTimeValue(field[0])
        if isinstance(value, RunTimeValue) and field[2] in _NUMERIC_CONVERSIONS:
            # `%d` raises TypeError for anything but a number.
            value = RunTimeValue(value.source, HoleValue.typed)
        value = as_specified(value, field[2] if field[2] == "r" else "", "")
        yield field.start(), field.end(), as_written(value, field[0], start, end)


def joined(separator: Written, values: tuple[Value, ...], start: int, end: int) -> Written:
    """Do what `str.join` does; members that stand elsewhere in the file move to the call."""
    parts: list[Written] = []
    previous = start
    for index, value in enumerate(values):
        match value:
            case Written():
                part = value.within(max(previous, start), end)
            case _:
                part = as_written(value, "", start, end)
        if index:
            parts.append(separator.moved(previous, previous))
        if part.fragments:
            previous = max(previous, part.fragments[-1].end)
        parts.append(part)
    return concatenated(parts)


def composed_identifier(parts: tuple[Value, ...], source: str, start: int, end: int) -> Written:
    """Do what `psycopg.sql.Identifier` does."""
    return _with_dots([_quoted(part, '"', source, start, end) for part in parts], start)


def composed_literal(value: Value, source: str, start: int, end: int) -> Written:
    """Do what `psycopg.sql.Literal` does."""
    match value:
        case Plain(plain):
            text = "NULL" if plain is None else str(plain).lower()
            return Written((Fragment(text, start, end),))
        case _:
            return _quoted(value, "'", source, start, end)


def _quoted(value: Value, quote: str, source: str, start: int, end: int) -> Written:
    plain = constant(value)
    if isinstance(plain, str):
        text = quote + plain.replace(quote, quote * 2) + quote
        return Written((Fragment(text, start, end),))
    expression = value.source if isinstance(value, RunTimeValue) else source
    gap = RunTimePart(expression, False, HoleValue.quoted)
    return Written((Fragment(quote + STAND_IN + quote, start, end, gap),))


def _with_dots(parts: list[Written], start: int) -> Written:
    dotted: list[Written] = []
    for part in parts:
        if dotted:
            dotted.append(Written((Fragment(".", start, start),)))
        dotted.append(part)
    return concatenated(dotted)


def repeated(value: Elements | Pairs | Written, times: Value) -> Value | None:
    """Do what `*` does on a list or string for a known small number, else None."""
    count = constant(times)
    if isinstance(value, Elements) and isinstance(count, int) and 0 <= count <= MOST_ITEMS:
        return collected(chain.from_iterable(repeat(value.values, count)))
    return None
