"""Conditions that PostgreSQL has no operator for: their types are known and do not go together."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint import NamedTuple
from rlslint.catalog.model import Relation
from rlslint.catalog.types import output_types, type_of
from rlslint.sql.expressions import (
    Call,
    Cast,
    Constant,
    Expr,
    Items,
    Operator,
    SubSelect,
)
from rlslint.sql.rebuilding import rebuilt

_FAMILIES = {
    "bool": ("bool",),
    "bytea": ("bytea",),
    "date": ("date", "timestamp", "timestamptz"),
    "inet": ("inet", "cidr"),
    "interval": ("interval",),
    "json": ("json",),
    "jsonb": ("jsonb",),
    "number": ("int2", "int4", "int8", "numeric", "float4", "float8"),
    "text": ("text", "varchar", "bpchar", "name"),
    "uuid": ("uuid",),
}
"""Types that PostgreSQL compares with one another, and with none of the others (pg_operator)."""

_FAMILY = {name: family for family, names in _FAMILIES.items() for name in names}
_COMPARISONS = frozenset(("=", "<>", "<", ">", "<=", ">="))

PLATFORM_TYPES = {
    ("auth", "email"): "text",
    ("auth", "jwt"): "jsonb",
    ("auth", "role"): "text",
    ("auth", "uid"): "uuid",
}
"""What the functions give that Supabase provides."""


class Mistyped(NamedTuple):
    """A part of a condition that PostgreSQL refuses, and why, as the end of a sentence."""

    part: Expr
    because: str


def mistyped_parts(condition: Expr, own: Relation, on_platform: bool) -> Iterator[Mistyped]:
    """Yield the parts of a bound condition whose types do not go together, outermost first.

    What is not known, and constants in quotes, which take any type, go with everything.
    """
    known = _with_platform_types(condition) if on_platform else condition
    for part in known.walk():
        match part:
            case Operator(symbol, left, right) if symbol in _COMPARISONS and left is not None:
                for one, other in _compared(left, right, part.quantifier, own):
                    yield from _unlike(part, one, symbol, other)
            case SubSelect("any" | "all", left, query, symbol) if left is not None:
                for other in output_types(query)[:1]:
                    yield from _unlike(part, _type(left, own), symbol or "=", other)
            case _:
                continue


def _with_platform_types(condition: Expr) -> Expr:
    def change(child: Expr) -> Expr:
        match child:
            case Call(name, ()) if child.function is None and name in PLATFORM_TYPES:
                return Cast(child, PLATFORM_TYPES[name], child.location)
            case _:
                return rebuilt(child, change)

    return change(condition)


def _compared(left: Expr, right: Expr, quantifier: str, own: Relation) -> Iterator[tuple[str, str]]:
    if not quantifier:
        yield _type(left, own), _type(right, own)
    elif isinstance(right, Items):
        for item in right.items:
            yield _type(left, own), _type(item, own)
    elif (found := _type(right, own)).endswith("[]"):
        yield _type(left, own), found.removesuffix("[]")


def _type(part: Expr, own: Relation) -> str:
    if isinstance(part, Constant) and (part.value is None or isinstance(part.value, str)):
        return ""
    return type_of(part, own).removeprefix("pg_catalog.")


def _unlike(part: Expr, left: str, symbol: str, right: str) -> Iterator[Mistyped]:
    one, other = _FAMILY.get(left, ""), _FAMILY.get(right, "")
    if one and other and (one != other or one == "json"):
        yield Mistyped(part, f"there is no operator {left} {symbol} {right}")
