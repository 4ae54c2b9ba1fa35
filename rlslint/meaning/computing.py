"""What operators and functions give for values that are known."""

from __future__ import annotations

from rlslint.meaning.values import EMPTY_ARRAY, Known, Term, Value, is_empty_text, text_of
from rlslint.sql.expressions import Call, Cast, Expr, Operator


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


def arithmetic(symbol: str, left: Value, right: Value) -> Value:
    """Return a sum, a difference or a product of integers, None where it is not known here."""
    match left, right:
        case Known("int", int() as a), Known("int", int() as b):
            result = a + b if symbol == "+" else a - b if symbol == "-" else a * b
            return Known("int", result) if abs(result) < 1 << 31 else None
        case _:
            return None


def known_result(name: str, values: tuple[Value, ...]) -> Value:
    """Return what a function gives for known arguments, None where that is not known here."""
    first = text_of(values[0]) if values else None
    match name, len(values):
        case ("lower" | "upper", 1) if first is not None and first.isascii():
            return Known("text", first.lower() if name == "lower" else first.upper())
        case ("btrim" | "ltrim" | "rtrim", 1) if first is not None:
            stripped = {"btrim": first.strip(" "), "ltrim": first.lstrip(" ")}
            return Known("text", stripped.get(name, first.rstrip(" ")))
        case ("length" | "char_length" | "character_length", 1) if first is not None:
            return Known("int", len(first))
        case ("string_to_array", _) if first == "":
            return EMPTY_ARRAY
        case ("cardinality", 1) if values[0] == EMPTY_ARRAY:
            return Known("int", 0)
        case ("starts_with", 2) if is_empty_text(values[1]):
            return True
        case ("strpos" | "position", 2) if is_empty_text(values[1]):
            return Known("int", 1)
        case ("split_part", 3) if first == "":
            return Known("text", "")
        case _:
            return None
