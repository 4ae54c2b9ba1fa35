"""Values of expressions as far as they are known, and what operators and functions make of them."""

from __future__ import annotations

import re

from rlslint import NamedTuple, Pattern
from rlslint.meaning import PATTERNS, TYPES_WITH_MODIFIERS
from rlslint.sql.casts import NotFollowed, PlainValue, RefusedValue, as_text, converted
from rlslint.sql.expressions import Call, Cast, Expr, Operator
from rlslint.sql.operations import called, operated, order


class Known(NamedTuple):
    """A value that is known.

    `kind` is int, text, uuid, json, array (only the empty one), literal (a quoted constant that
    takes its type from what it meets; manual: Constants, unknown-type literals) or setting: a text
    that the session's settings hold, which no row is expected to.
    """

    kind: str
    payload: object


class Term:
    """A value that is not NULL and not known; equal keys mean equal values.

    What a long expression gives holds the values of all its parts, so that the hash is kept.
    """

    __match_args__ = ("key",)
    __slots__ = ("_hash", "key")

    def __init__(self, key: object) -> None:
        self.key = key
        self._hash = hash(key)

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return isinstance(other, Term) and self._hash == other._hash and self.key == other.key

    def __hash__(self) -> int:
        return self._hash


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


def is_string(expression: Expr) -> bool:
    """Tell whether an expression certainly has the type text."""
    match expression:
        case Cast(type="text") | Operator("->>" | "#>>") | Call(("current_setting",)):
            return True
        case Call((("lower" | "upper" | "btrim" | "coalesce" | "nullif"),), (first, *_)):
            return is_string(first)
        case Operator("||", left, right):
            return (left is not None and is_string(left)) or is_string(right)
        case _:
            return False


def is_text(value: Value) -> bool:
    """Tell whether a value is certainly a text, though not which."""
    match value:
        case Term((("setting" | "cast" | ("cast", "text")), *_)):
            return True
        case Term(("operator", ("->>" | "#>>"), *_)):
            return True
        case _:
            return False


def literal(value: str | int | bool | None) -> Value:
    """Return the value of a literal."""
    match value:
        case None | bool():
            return value
        case int():
            return Known("int", value)
        case str():
            return Known("literal", value)


def computed(operator: Operator, left: Value, right: Value) -> Value:
    """Return what an operator gives for known values, None where it is not known here.

    Raises RaisesError where PostgreSQL refuses the values.
    """
    takes_text = operator.symbol == "||" or operator.symbol in PATTERNS
    if takes_text and (known_text(left) is None or known_text(right) is None):
        return None
    try:
        return known_value(operated(operator.symbol, plain_value(left), plain_value(right)))
    except RefusedValue:
        raise RaisesError(operator) from None
    except NotFollowed:
        return None


def joined(name: str, values: tuple[Value, ...]) -> Value:
    """Return what concat, concat_ws and format('%s…') give, in which a NULL counts for nothing."""
    parts = [value for value in values if value is not None]
    if any(isinstance(part, bool) for part in parts):
        return Term(("call", name, values))
    if name == "concat_ws" and (not values or values[0] is None):
        return None
    try:
        if name == "format":
            return known_value(_formatted(values))
        texts = [as_text(plain_value(part)) for part in parts]
    except NotFollowed:
        return Term(("call", name, values))
    if name == "concat":
        return Known("text", "".join(texts))
    return Known("text", texts[0].join(texts[1:]))


def _formatted(values: tuple[Value, ...]) -> str | None:
    pattern = known_text(values[0]) if values else None
    if values and values[0] is None:
        return None
    pieces = (pattern or "%").split("%s")
    if any("%" in piece for piece in pieces) or len(pieces) > len(values):
        raise NotFollowed
    given = ("" if value is None else as_text(plain_value(value)) for value in values[1:])
    return "".join(part for pair in zip(pieces, (*given, ""), strict=False) for part in pair)


def known_result(name: str, values: tuple[Value, ...]) -> Value:
    """Return what a function gives for known arguments, None where that is not known here."""
    match name, values:
        case "num_nulls" | "num_nonnulls", _:
            return Known("int", sum((value is None) is (name == "num_nulls") for value in values))
        case "string_to_array", (first, *_) if is_empty_text(first):
            return EMPTY_ARRAY
        case (
            "jsonb_strip_nulls" | "json_strip_nulls",
            (Term(("call", "jsonb_build_object" | "json_build_object", tuple() as members)),),
        ) if all(member is None for member in members[1::2]):
            return Known("json", "{}")
        case "split_part" | "substr" | "substring", (first, *_) if is_empty_text(first):
            return Known(text_kind(first), "")
        case "starts_with", (_, start) if is_empty_text(start):
            return True
        case "strpos" | "position", (_, part) if is_empty_text(part):
            return Known("int", 1)
    try:
        found = called(name, tuple(map(plain_value, values)))
        return None if found is None else known_value(found, text_kind(values[0]))
    except (RefusedValue, NotFollowed):
        return None
