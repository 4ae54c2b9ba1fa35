"""Values of expressions as far as they are known without a database."""

from __future__ import annotations

import re

from rlslint import NamedTuple
from rlslint.meaning import TYPES_WITH_MODIFIERS
from rlslint.sql.casts import NotFollowed, PlainValue, RefusedValue, converted
from rlslint.sql.expressions import Expr
from rlslint.sql.operations import order
from rlslint.text.patterns import Pattern


class Known(NamedTuple):
    """A value that is known.

    `kind` is int, text, uuid, json, array (only the empty one), literal (a quoted constant that
    takes its type from what it meets; manual: Constants, unknown-type literals) or setting: a text
    that the session's settings hold, which no row is expected to.
    """

    kind: str
    payload: object


class Term(NamedTuple):
    """A value that is not NULL and not known; equal keys mean equal values."""

    key: object


_NONE = Pattern(r"[-0{}\[\]]+|-1|none|nil|null|undefined|nan", re.IGNORECASE)


def stands_for_none(constant: object) -> bool:
    """Tell whether a constant only stands for a value that is not there: 0, -1, the nil UUID."""
    return _NONE().fullmatch(str(constant)) is not None


Value = Known | Term | bool | None
"""None is NULL."""


class RaisesError(Exception):
    """Evaluating `expression` raises an error in PostgreSQL."""

    def __init__(self, expression: Expr) -> None:
        super().__init__("the expression raises an error")
        self.expression = expression


EMPTY_ARRAY = Known("array", ())
_NUMBER_LIKE = r"[+-]?[0-9.][0-9a-zA-Z_.+-]*|[bx][0-9a-fA-F]*"


def plain_value(value: Value) -> PlainValue:
    """Return a known value as operators and casts take it. Raises NotFollowed for any other."""
    match value:
        case None | bool():
            return value
        case Known("int" | "text" | "literal" | "setting", (int() | str()) as payload):
            return payload
        case Known("array", ()):
            return ()
        case _:
            raise NotFollowed


def known_value(value: PlainValue, kind: str = "text") -> Value:
    """Return a value that is not NULL; `kind` is that of a string. Raises NotFollowed."""
    match value:
        case bool():
            return value
        case int():
            return Known("int", value)
        case str():
            return Known(kind, value)
        case ():
            return EMPTY_ARRAY
        case _:
            raise NotFollowed


def cast_known(value: Known | bool, type_name: str, place: Expr) -> Value:
    """Return what a known value becomes as another type; a Term where that is not certain.

    Raises RaisesError where PostgreSQL refuses the value.
    """
    text = known_text(value)
    match value, type_name:
        case Known("uuid" | "json" as kind, _), _ if type_name.startswith(kind):
            return value
        case Known(), "json" | "jsonb" if text is not None:
            return _json(text, place)
        case _ if text != "" and type_name in TYPES_WITH_MODIFIERS:
            return Term(("cast", type_name, value if text is None else text))
    try:
        of_strings = "uuid" if type_name == "uuid" else text_kind(value)
        return known_value(converted(plain_value(value), type_name), of_strings)
    except RefusedValue:
        raise RaisesError(place) from None
    except NotFollowed:
        return Term(("cast", type_name, value if text is None else text))


def text_kind(value: Value) -> str:
    """Return of which kind a text is that is made out of a value."""
    return "setting" if isinstance(value, Known) and value.kind == "setting" else "text"


def _json(text: str, place: Expr) -> Value:
    import json

    try:
        json.loads(text)
    except ValueError:
        raise RaisesError(place) from None
    return Known("json", text)


def json_key(document: Known, key: Known, as_text: bool) -> Value:
    """Return what `->` or `->>` gives for a known document and key (manual: JSON Functions)."""
    import json

    content = json.loads(str(document.payload))
    match content, key:
        case dict(), Known("literal" | "text" | "setting", str() as name):
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
        case Known("uuid", str() as a), Known("uuid", str() as b):
            return (a > b) - (a < b)
        case Known("uuid"), Known("literal", str() as b):
            return compared(left, Known("uuid", _as_uuid(b)))
        case Known("literal", str() as a), Known("uuid"):
            return compared(Known("uuid", _as_uuid(a)), right)
        case Known("literal", str() as a), Known("literal", str() as b) if a != b:
            numbers = re.fullmatch(_NUMBER_LIKE, a) and re.fullmatch(_NUMBER_LIKE, b)
            return None if numbers else 2
        case Known("literal" | "text" | "setting", a), Known("literal" | "text" | "setting", b):
            return 0 if a == b else 2
        case (Known("text" | "setting"), _) | (_, Known("text" | "setting")):
            return None
        case _:
            pass
    try:
        return order(plain_value(left), plain_value(right))
    except (RefusedValue, NotFollowed):
        return None


def _as_uuid(text: str) -> PlainValue:
    try:
        return converted(text, "uuid")
    except RefusedValue:
        return None


def is_empty_text(value: Value) -> bool:
    """Tell whether the value is certainly the empty string."""
    return known_text(value) == ""


def known_text(value: Value) -> str | None:
    """Return the characters of a known string."""
    if isinstance(value, Known) and value.kind in ("text", "literal", "setting"):
        return str(value.payload)
    return None
