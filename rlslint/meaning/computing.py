"""What operators and functions give for values that are known."""

from __future__ import annotations

from rlslint.meaning import PATTERNS
from rlslint.meaning.values import (
    EMPTY_ARRAY,
    Known,
    RaisesError,
    Term,
    Value,
    is_empty_text,
    known_text,
    known_value,
    plain_value,
    text_kind,
)
from rlslint.sql.casts import NotFollowed, RefusedValue, as_text
from rlslint.sql.expressions import Call, Cast, Expr, Operator
from rlslint.sql.operations import called, operated


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
