"""PostgreSQL's own functions that migrations build SQL with."""

from __future__ import annotations

from collections.abc import Callable

from rlslint.replay.plpgsql.arrays import all_elements, as_array
from rlslint.replay.plpgsql.date_functions import moments_between
from rlslint.replay.plpgsql.dates import Duration, Moment, NotADate, duration_from
from rlslint.replay.plpgsql.three_valued import operate
from rlslint.replay.plpgsql.values import (
    ANY,
    Datum,
    PartlyKnown,
    filled_template,
    is_wholly_known,
    joined_texts,
    literal_of,
    quoted_name,
    shown_text,
)
from rlslint.sql.casts import NotFollowed, RefusedValue
from rlslint.sql.operations import AGGREGATES, FUNCTIONS, called
from rlslint.text.budget import MOST_ITEMS

SERVER_VERSION = 17
"""The major version of PostgreSQL that version checks of migrations are answered for."""

_CANNOT_FAIL = frozenset(
    """unnest generate_series generate_subscripts now clock_timestamp gen_random_uuid pg_notify
    pg_sleep random to_regclass to_regrole to_regnamespace to_regtype current_user session_user
    current_role current_schema current_database current_catalog user obj_description
    col_description has_table_privilege has_schema_privilege pg_get_expr pg_get_constraintdef
    pg_get_indexdef pg_get_viewdef pg_get_functiondef pg_get_function_identity_arguments
    pg_table_is_visible pg_advisory_lock pg_advisory_xact_lock pg_advisory_unlock set_config setval
    nextval pg_get_serial_sequence version age json_build_object jsonb_build_object abs
    array_append array_cat array_ndims array_position array_prepend array_remove array_replace
    array_to_string ascii greatest initcap least md5 overlay regexp_match regexp_replace repeat
    reverse right rpad substr substring to_hex translate""".split()  # noqa: SIM905
)


def is_harmless(name: tuple[str, ...]) -> bool:
    """Tell whether a function of PostgreSQL's own is called for its value and does not fail."""
    return len(name) == 1 and any(
        name[0] in names for names in (_CANNOT_FAIL, _OF_PARTS, FUNCTIONS, AGGREGATES)
    )


def call_builtin(name: str, arguments: tuple[Datum, ...]) -> Datum:
    """Return what a function of pg_catalog answers, ANY where it is not known here."""
    try:
        if name in _OF_PARTS:
            return _OF_PARTS[name](*arguments)
        if name in FUNCTIONS and is_wholly_known(arguments):
            return called(name, arguments)
    except (NotFollowed, RefusedValue, TypeError):
        return ANY
    return None if name in FUNCTIONS and None in arguments else ANY


def set_of(name: str, arguments: tuple[Datum, ...]) -> tuple[Datum, ...] | None:
    """Return what a function that returns a set yields, None if it is none that is known."""
    match name, tuple(map(as_array, arguments)) if name == "unnest" else arguments:
        case "unnest", (None,):
            return ()
        case "unnest", (tuple() as array,):
            return tuple(all_elements(array))
        case "generate_series", (int() as low, int() as high):
            if high - low < MOST_ITEMS:
                return tuple(range(low, high + 1))
        case "generate_series", (Moment() as first, Moment() as last, step):
            duration = _duration(step)
            if duration is not None:
                return moments_between(first, last, duration, MOST_ITEMS)
        case _:
            pass
    return None


def _duration(step: Datum) -> Duration | None:
    try:
        return (
            duration_from(step)
            if isinstance(step, str)
            else step
            if isinstance(step, Duration)
            else None
        )
    except NotADate:
        return None


def _format(template: Datum = None, *arguments: Datum) -> Datum:
    if template is None:
        return None
    return filled_template(template, arguments) if isinstance(template, str) else ANY


def _coalesce(*arguments: Datum) -> Datum:
    for argument in arguments:
        if argument is not None:
            unknown = isinstance(argument, PartlyKnown) and argument.parts == ANY.parts
            return ANY if unknown else argument
    return None


def _nullif(left: Datum, right: Datum) -> Datum:
    equal = operate("=", left, right)
    if isinstance(equal, PartlyKnown):
        return ANY
    return None if equal is True else left


def _concat_ws(separator: Datum = None, *arguments: Datum) -> Datum:
    if separator is None:
        return None
    parts: list[Datum] = []
    for argument in arguments:
        if argument is not None:
            parts += [separator, argument] if parts else [argument]
    return joined_texts(parts)


def _cased(change: Callable[[str], str]) -> Callable[[Datum], Datum]:
    def apply(value: Datum) -> Datum:
        text = shown_text(value)
        if isinstance(text, PartlyKnown):
            return PartlyKnown(tuple(change(p) if isinstance(p, str) else p for p in text.parts))
        return called(change.__name__, (text,))

    return apply


def _current_setting(name: Datum, *_missing_ok: Datum) -> Datum:
    match name:
        case "server_version_num":
            return str(SERVER_VERSION * 10000)
        case "server_version":
            return f"{SERVER_VERSION}.0"
        case _:
            return ANY


_OF_PARTS: dict[str, Callable[..., Datum]] = {
    "coalesce": _coalesce,
    "concat": lambda *arguments: joined_texts(arguments),
    "concat_ws": _concat_ws,
    "current_setting": _current_setting,
    "format": _format,
    "lower": _cased(str.lower),
    "nullif": _nullif,
    "pg_is_in_recovery": lambda: False,
    "quote_ident": quoted_name,
    "quote_literal": literal_of,
    "quote_nullable": lambda value: "NULL" if value is None else literal_of(value),
    "upper": _cased(str.upper),
}
"""Functions to which an argument may be NULL, or known in parts only."""
