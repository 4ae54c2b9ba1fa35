"""What a predicate gives for one row and one session, as far as somebody says what is in them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TypeAlias

from rlslint import NamedTuple
from rlslint.catalog.facts import GivenUp
from rlslint.catalog.model import Relation
from rlslint.meaning.context import (
    USERS,
    ContextFunctions,
    is_own,
    own_column,
    setting_name,
)
from rlslint.meaning.deciding import Outcome, PredicateError, ways
from rlslint.meaning.worlds import SessionSettings, Situation
from rlslint.sql.casts import NotFollowed, RefusedValue, converted
from rlslint.sql.expressions import Call, Cast, Constant, Expr, IsNull, Items
from rlslint.sql.rebuilding import rebuilt

Value: TypeAlias = "bool | int | float | str | list[Value] | dict[str, Value] | None"
"""A value as JSON writes it."""


class Given(NamedTuple):
    """What is known of a row and of the session that asks for it.

    `row` holds values by the attribute number of their column, with the type of each; `settings`
    those of settings by their names in small letters, and of context functions (`auth.uid`). With
    `is_session`, no other setting was ever set. `user` is current_user, "" where it may be anyone.
    """

    row: tuple[tuple[int, str, Value], ...] = ()
    settings: tuple[tuple[str, str], ...] = ()
    is_session: bool = False
    user: str = ""


NOTHING_GIVEN = Given()


def given_row(table: Relation, values: Mapping[str, Value]) -> tuple[tuple[int, str, Value], ...]:
    """Return a row of a table by attribute number. Raises KeyError for what is no column of it."""
    columns = table.columns
    return tuple((columns[name].number, columns[name].type, one) for name, one in values.items())


def may_hold(type_name: str, value: Value) -> bool:
    """Tell whether PostgreSQL may take a value as JSON writes it for one of a type."""
    if value is None or type_name in ("json", "jsonb"):
        return True
    if isinstance(value, list):
        kind = type_name.removesuffix("[]")
        return kind != type_name and all(may_hold(kind, one) for one in value)
    if isinstance(value, dict):
        return "." in type_name or type_name not in _PLAIN
    if isinstance(value, bool):
        return type_name not in _PLAIN or type_name in ("bool", "text", "varchar", "bpchar")
    try:
        converted(str(value), type_name)
    except RefusedValue:
        return False
    except NotFollowed:
        pass
    return True


_NUMBERS = ("int2", "int4", "int8", "numeric", "float4", "float8")
_PLAIN = frozenset(
    (*_NUMBERS, "bool", "text", "varchar", "bpchar", "name", "uuid", "date", "timestamptz")
)


def outcomes(
    expression: Expr, given: Given, not_null: frozenset[int], functions: ContextFunctions
) -> tuple[Outcome, ...] | None:
    """Return all that a predicate can give there, None where there are too many ways to tell."""
    session = SessionSettings.never_set if given.is_session else None
    situation = Situation(not_null, session, functions, given.is_session)
    try:
        found = ways(with_given(expression, given), situation).all()
    except GivenUp:
        return None
    return tuple(
        dict.fromkeys(one if not isinstance(one, PredicateError) else _ERROR for one in found)
    )


_ERROR = PredicateError(None)


def with_given(expression: Expr, given: Given) -> Expr:
    """Return an expression with what is given in place of columns, settings and users."""
    row = {number: (kind, value) for number, kind, value in given.row}
    settings = dict(given.settings)

    def exchange(part: Expr) -> Expr:
        if is_own(part) and own_column(part) in row:
            return _constant(*row[own_column(part)])
        match part:
            case IsNull(argument, negated) if is_own(argument) and own_column(argument) in row:
                return Constant((row[own_column(argument)][1] is None) is not negated)
            case Call(("current_setting",), (name, *_)) if setting_name(name) in settings:
                return Cast(Constant(settings[setting_name(name) or ""]), "text")
            case Call((name,), ()) if name in USERS and name != "session_user" and given.user:
                return Cast(Constant(given.user), "name")
            case Call(name, ()) if ".".join(name) in settings:
                return Cast(Constant(settings[".".join(name)]), _TYPES.get(name[-1], "text"))
            case _:
                return rebuilt(part, exchange)

    return exchange(expression)


_TYPES = {"uid": "uuid", "jwt": "jsonb"}
"""What the context functions of platforms return, where it is no text."""


def _constant(type_name: str, value: Value) -> Expr:
    """Return a value as PostgreSQL reads it into a column of a type."""
    match value:
        case None:
            return Constant(None)
        case _ if type_name in ("json", "jsonb"):
            return Cast(Constant(json.dumps(value)), type_name)
        case bool():
            return Constant(value)
        case int() if type_name in _NUMBERS:
            return Constant(value)
        case int() | float() | str():
            # A value that is in a column has been cut to its length already.
            return Cast(Constant(str(value)), "text" if type_name == "varchar" else type_name)
        case list() if type_name.endswith("[]"):
            kind = type_name.removesuffix("[]")
            items = tuple(_constant(kind, one) for one in value)
            return Cast(Items(items, "array"), type_name)
        case _:
            return Cast(Constant(json.dumps(value)), type_name)
