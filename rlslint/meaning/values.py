"""Values of expressions as far as they are known without a database."""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from rlslint.meaning.built_in import INTEGER_RANGES, TYPES_REFUSING_EMPTY
from rlslint.sql.expressions import Expr


class Known(NamedTuple):
    """A value that is known.

    `kind` is int, text, uuid, json, array (only the empty one) or literal: a quoted constant that
    takes its type from what it meets (manual: Constants, unknown-type literals).
    """

    kind: str
    payload: object


class Term(NamedTuple):
    """A value that is not NULL and not known; equal keys mean equal values."""

    key: object


Value = Known | Term | bool | None
"""None is NULL."""


class Raised(Exception):
    """Evaluating `expression` raises an error in PostgreSQL."""

    def __init__(self, expression: Expr) -> None:
        super().__init__("the expression raises an error")
        self.expression = expression


EMPTY_ARRAY = Known("array", ())
_INTEGER = re.compile(r"\s*[+-]?[0-9]{1,18}\s*")
_NUMBER_LIKE = re.compile(r"[+-]?[0-9.][0-9a-zA-Z_.+-]*|[bx][0-9a-fA-F]*")
_UUID = re.compile(r"[0-9a-f]{32}")
_TRUE = frozenset(("t", "tr", "tru", "true", "y", "ye", "yes", "on", "1"))
_FALSE = frozenset(("f", "fa", "fal", "fals", "false", "n", "no", "of", "off", "0"))


def cast_known(value: Known | bool, type_name: str, place: Expr) -> Value:
    """Return what a known value becomes as another type; a Term where that is not certain.

    Raises Raised where the input function of the type refuses the value.
    """
    match value, type_name:
        case bool(), "bool":
            return value
        case bool(), "text":
            return Known("text", "true" if value else "false")
        case bool(), "int4":
            return Known("int", int(value))
        case Known("int", int() as number), "text":
            return Known("text", str(number))
        case Known("int", int() as number), _ if type_name in INTEGER_RANGES:
            return _in_range(number, type_name, place)
        case Known("int", int() as number), "bool":
            return number != 0
        case Known("literal" | "text", str() as text), _:
            return _cast_text(text, type_name, place)
        case Known("uuid" | "json" as kind, _), _ if type_name.startswith(kind):
            return value
        case Known("array", ()), _ if type_name.endswith("[]"):
            return value
        case _:
            return Term(("cast", type_name, value))


def _in_range(number: int, type_name: str, place: Expr) -> Value:
    limit = INTEGER_RANGES[type_name]
    if not -limit <= number < limit:
        raise Raised(place)
    return Known("int", number)


def _cast_text(text: str, type_name: str, place: Expr) -> Value:
    if type_name == "text" or (type_name in ("varchar", "name") and not text):
        return Known("text", text)
    if not text.strip() and (type_name in TYPES_REFUSING_EMPTY or type_name.endswith("[]")):
        raise Raised(place)
    word = text.strip().lower()
    match type_name:
        case "bool" if word in _TRUE:
            return True
        case "bool" if word in _FALSE:
            return False
        case "int2" | "int4" | "int8" if _INTEGER.fullmatch(text):
            return _in_range(int(text), type_name, place)
        case "uuid":
            digits = word.replace("-", "").strip("{}")
            return Known("uuid", digits) if _UUID.fullmatch(digits) else Term(("uuid", text))
        case "json" | "jsonb":
            return _json(text, place)
        case _ if type_name.endswith("[]") and word == "{}":
            return EMPTY_ARRAY
        case _:
            return Term(("cast", type_name, text))


def _json(text: str, place: Expr) -> Value:
    try:
        json.loads(text)
    except ValueError:
        raise Raised(place) from None
    return Known("json", text)


def json_key(document: Known, key: Known, as_text: bool) -> Value:
    """Return what `->` or `->>` gives for a known document and key (manual: JSON Functions)."""
    content = json.loads(str(document.payload))
    match content, key:
        case dict(), Known("literal" | "text", str() as name):
            if name not in content:
                return None
            inner = content[name]
        case _:
            return Term(("json", document, key))
    if as_text:
        match inner:
            case None:
                return None
            case str():
                return Known("text", inner)
            case _:
                return Term(("json", document, key))
    return Known("json", json.dumps(inner))


def compared(left: Known | bool, right: Known | bool) -> int | None:
    """Return -1, 0 or 1 as `left` is less than, equal to or greater than `right`.

    2 stands for "different, in an order that the collation decides", None for "not certain".
    """
    match left, right:
        case bool(), bool():
            return (left > right) - (left < right)
        case Known("int", int() as a), Known("int", int() as b):
            return (a > b) - (a < b)
        case Known("uuid", str() as a), Known("uuid", str() as b):
            return (a > b) - (a < b)
        case Known("text", a), Known("text", b):
            return 0 if a == b else 2
        case (Known("literal", a), Known("text", b)) | (Known("text", a), Known("literal", b)):
            return 0 if a == b else 2
        case Known("literal", str() as a), Known("literal", str() as b):
            if a == b:
                return 0
            numbers = _NUMBER_LIKE.fullmatch(a) and _NUMBER_LIKE.fullmatch(b)
            return None if numbers else 2
        case _:
            return _after_coercion(left, right)


def _after_coercion(left: Known | bool, right: Known | bool) -> int | None:
    """Compare a literal with a typed value, as which PostgreSQL reads it."""
    types = {"int": "int8", "uuid": "uuid"}
    swapped = isinstance(right, Known) and right.kind == "literal"
    literal, other = (right, left) if swapped else (left, right)
    if not isinstance(literal, Known) or literal.kind != "literal":
        return None
    wanted = "bool" if isinstance(other, bool) else types.get(other.kind)
    if wanted is None:
        return None
    try:
        coerced = _cast_text(str(literal.payload), wanted, _NOWHERE)
    except Raised:
        return None
    if not isinstance(coerced, bool | Known) or isinstance(coerced, bool) != isinstance(
        other, bool
    ):
        return None
    order = compared(coerced, other)
    return order if order in (None, 0, 2) or not swapped else -order


_NOWHERE = Expr()


def is_empty_text(value: Value) -> bool:
    """Tell whether the value is certainly the empty string."""
    return isinstance(value, Known) and value.kind in ("text", "literal") and value.payload == ""


def text_of(value: Value) -> str | None:
    """Return the characters of a known string."""
    if isinstance(value, Known) and value.kind in ("text", "literal"):
        return str(value.payload)
    return None
