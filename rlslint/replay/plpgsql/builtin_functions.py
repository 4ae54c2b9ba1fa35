"""PostgreSQL's own functions that migrations build SQL with."""

from __future__ import annotations

from collections.abc import Callable

from rlslint.replay.plpgsql import array_functions, text_functions
from rlslint.replay.plpgsql.operators import operate
from rlslint.replay.plpgsql.values import (
    ANY,
    LONGEST,
    Unknown,
    Value,
    formatted,
    is_unknown,
    joined,
    quoted_literal,
    quoted_name,
    text_of,
)

SERVER_VERSION = 17
"""The major version of PostgreSQL that version checks of migrations are answered for."""

_CANNOT_FAIL = frozenset(
    """count array_agg string_agg bool_and bool_or every min max sum unnest generate_series
    generate_subscripts now clock_timestamp gen_random_uuid pg_notify pg_sleep random
    to_regclass to_regrole to_regnamespace to_regtype current_user session_user current_role
    current_schema current_database current_catalog user obj_description col_description
    has_table_privilege has_schema_privilege pg_get_expr pg_get_constraintdef pg_get_indexdef
    pg_get_viewdef pg_get_functiondef pg_get_function_identity_arguments pg_table_is_visible
    pg_advisory_lock pg_advisory_xact_lock pg_advisory_unlock set_config setval nextval
    pg_get_serial_sequence version age json_build_object jsonb_build_object""".split()  # noqa: SIM905
)


def is_harmless(name: tuple[str, ...]) -> bool:
    """Tell whether a function of PostgreSQL's own is called for its value and does not fail."""
    return len(name) == 1 and (
        name[0] in _CANNOT_FAIL or name[0] in _LENIENT or name[0] in _STRICT
        or name[0] in array_functions.OF_ELEMENTS
    )  # fmt: skip


def call_builtin(name: str, arguments: tuple[Value, ...]) -> Value:
    """Return what a function of pg_catalog answers, ANY where it is not known here."""
    try:
        return _bounded(_answer(name, arguments))
    except (TypeError, ValueError, IndexError, AttributeError, OverflowError):
        return ANY


def _answer(name: str, arguments: tuple[Value, ...]) -> Value:
    if name in _LENIENT:
        return _LENIENT[name](*arguments)
    if name in array_functions.OF_ELEMENTS:
        array, *others = arguments
        if array is None or isinstance(array, Unknown):
            return array
        return array_functions.OF_ELEMENTS[name](array, *others)
    if name not in _STRICT:
        return ANY
    if any(argument is None for argument in arguments):
        return None
    return ANY if is_unknown(*arguments) else _STRICT[name](*arguments)


def _bounded(value: Value) -> Value:
    is_long = isinstance(value, str | tuple) and len(value) > LONGEST
    return ANY if is_long else value


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
    if separator is None:
        return None
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


def _extreme(choose: Callable[[list[int]], int]) -> Callable[..., Value]:
    def apply(*values: Value) -> Value:
        return choose([text_functions.number(value) for value in values if value is not None])

    return apply


def _current_setting(name: Value, *_missing_ok: Value) -> Value:
    match name:
        case "server_version_num":
            return str(SERVER_VERSION * 10000)
        case "server_version":
            return f"{SERVER_VERSION}.0"
        case _:
            return ANY


_LENIENT: dict[str, Callable[..., Value]] = {
    **array_functions.LENIENT,
    "btrim": _trimmed,
    "coalesce": _coalesce,
    "concat": lambda *arguments: joined(arguments),
    "concat_ws": _concat_ws,
    "current_setting": _current_setting,
    "format": _format,
    "greatest": _extreme(max),
    "least": _extreme(min),
    "lower": _cased(str.lower),
    "nullif": _nullif,
    "pg_is_in_recovery": lambda: False,
    "quote_ident": quoted_name,
    "quote_literal": quoted_literal,
    "quote_nullable": lambda value: "NULL" if value is None else quoted_literal(value),
    "trim": _trimmed,
    "upper": _cased(str.upper),
}
_STRICT: dict[str, Callable[..., Value]] = {
    **text_functions.STRICT,
    **array_functions.STRICT,
    "abs": lambda value: abs(text_functions.number(value)),
    "mod": lambda left, right: operate("%", left, right),
}
