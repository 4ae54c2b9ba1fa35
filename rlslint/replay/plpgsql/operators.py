"""PostgreSQL's operators on values that may be unknown, in three-valued logic."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rlslint.replay.plpgsql.arrays import MOST_ELEMENTS, array_from, depth, size
from rlslint.replay.plpgsql.json_functions import JSON_OPERATORS, json_member
from rlslint.replay.plpgsql.patterns import like_expression, searchable
from rlslint.replay.plpgsql.values import (
    ANY,
    Deparsed,
    Record,
    Reference,
    Unknown,
    Value,
    is_unknown,
    joined,
    text_of,
)

_PATTERNS = {"~~": (False, False), "!~~": (False, True), "~~*": (True, False), "!~~*": (True, True)}
_LONG_WORD = 6
_LARGEST = 2**63 - 1
_REGULAR = {"~": (False, False), "!~": (False, True), "~*": (True, False), "!~*": (True, True)}


def conjunction(values: Iterable[Value]) -> Value:
    """AND."""
    found: Value = True
    for value in values:
        if value is False:
            return False
        if isinstance(value, Unknown) or isinstance(found, Unknown):
            found = ANY
        elif value is None:
            found = None
        elif value is not True:
            found = ANY
    return found


def disjunction(values: Iterable[Value]) -> Value:
    """OR."""
    return negation(conjunction(negation(value) for value in values))


def negation(value: Value) -> Value:
    """NOT."""
    if value is None:
        return None
    return not value if isinstance(value, bool) else ANY


def operate(symbol: str, left: Value, right: Value) -> Value:
    """Return `left symbol right`."""
    match symbol:
        case "is distinct from":
            return negation(operate("is not distinct from", left, right))
        case "is not distinct from" if not is_unknown(left, right) and None in (left, right):
            return left is right
        case "is not distinct from":
            symbol = "="
        case "||":
            return _concatenate(left, right)
        case _:
            pass
    if left is None or right is None:
        return None
    if is_unknown(left, right):
        return _known_to_differ(symbol, left, right)
    if symbol in ("=", "<>", "<", ">", "<=", ">="):
        return _compare(symbol, left, right)
    if symbol in _PATTERNS:
        ignores_case, negated = _PATTERNS[symbol]
        return _like(right, left, ignores_case, negated)
    if symbol in _REGULAR:
        ignores_case, negated = _REGULAR[symbol]
        return _matches(right, left, ignores_case, negated)
    if symbol in JSON_OPERATORS:
        return json_member(symbol, left, right)
    if symbol in ("@>", "<@", "&&"):
        return _contains(symbol, left, right)
    return _calculate(symbol, left, right)


def same(left: Value, right: Value) -> Value:
    """Return whether two values are not distinct from each other."""
    return operate("is not distinct from", left, right)


def _contains(symbol: str, left: Value, right: Value) -> Value:
    """Answer `@>`, `<@` and `&&` on arrays."""
    first, second = (array_from(v) if isinstance(v, str) else v for v in (left, right))
    if not isinstance(first, tuple) or not isinstance(second, tuple):
        return ANY
    if symbol == "<@":
        first, second = second, first
    found = [disjunction([operate("=", item, other) for other in first]) for item in second]
    if symbol == "&&":
        return disjunction([False if answer is None else answer for answer in found])
    return conjunction([False if answer is None else answer for answer in found])


def _known_to_differ(symbol: str, left: Value, right: Value) -> Value:
    """A text with a known beginning or end cannot equal just any other."""
    if isinstance(left, Deparsed) and isinstance(right, str) and symbol in _PATTERNS:
        return _mentions(left, right, *_PATTERNS[symbol])
    for partial, whole in ((left, right), (right, left)):
        if symbol in ("=", "<>") and isinstance(partial, Unknown) and isinstance(whole, str):
            first, last = partial.parts[0], partial.parts[-1]
            starts = not isinstance(first, str) or whole.startswith(first)
            ends = not isinstance(last, str) or whole.endswith(last)
            if not (starts and ends):
                return symbol == "<>"
    return ANY


def _mentions(text: Deparsed, pattern: str, ignores_case: bool, negated: bool) -> Value:
    """Answer LIKE '%word%' on an expression: a long word is in it or it is not.

    Short words may be part of what PostgreSQL adds (casts, qualifiers, keywords).
    """
    word = pattern[1:-1]
    if pattern != f"%{word}%" or not re.fullmatch(r"[\w.]+", word.replace("\\", "")):
        return ANY
    plain = word.replace("\\", "")
    words = text.words
    if ignores_case:
        plain, words = plain.lower(), frozenset(known.lower() for known in words)
    if any(plain in known for known in words):
        return not negated
    return negated if len(plain) >= _LONG_WORD else ANY


def _concatenate(left: Value, right: Value) -> Value:
    if isinstance(left, tuple) or isinstance(right, tuple):
        if is_unknown(left, right):
            return ANY
        before = left if isinstance(left, tuple) else () if left is None else (left,)
        after = right if isinstance(right, tuple) else () if right is None else (right,)
        if size(before) + size(after) > MOST_ELEMENTS:
            return ANY
        if before and after and depth(before) != depth(after):
            return (*before, after) if depth(before) > depth(after) else (before, *after)
        return (*before, *after)
    if left is None or right is None:
        return None
    return joined((left, right))


def _compare(symbol: str, left: Value, right: Value) -> Value:
    pair = _comparable(left, right)
    if pair is None:
        return ANY
    a, b = pair
    if symbol in ("=", "<>"):
        return (a == b) is (symbol == "=")
    if isinstance(a, str) and isinstance(b, str):
        return {"<": a < b, ">": a > b, "<=": a <= b, ">=": a >= b}[symbol]
    if isinstance(a, int) and isinstance(b, int):
        return {"<": a < b, ">": a > b, "<=": a <= b, ">=": a >= b}[symbol]
    return ANY


def _comparable(left: Value, right: Value) -> tuple[Value, Value] | None:
    match left, right:
        case (bool(), bool()) | (str(), str()) | (Reference(), Reference()):
            return left, right
        case (int(), int()) if not isinstance(left, bool) and not isinstance(right, bool):
            return left, right
        case (tuple(), tuple()) if not _has_unknown(left) and not _has_unknown(right):
            return left, right
        case (int(), str()) | (str(), int()) if not isinstance(left, bool | Record):
            texts = text_of(left), text_of(right)
            if all(isinstance(text, str) and re.fullmatch(r"-?\d+", text) for text in texts):
                return int(str(texts[0])), int(str(texts[1]))
            return None
        case (bool(), str()) | (str(), bool()):
            return boolean(left), boolean(right)
        case (Reference(), int()) | (int(), Reference()):
            return (left, right) if 0 in (left, right) else None
        case _:
            return None


def _has_unknown(items: tuple[Value, ...]) -> bool:
    return any(isinstance(item, Unknown | tuple) for item in items)


def boolean(value: Value) -> Value:
    """Return a value as a cast to boolean reads it."""
    if isinstance(value, str):
        word = value.strip().lower()
        if word in ("t", "true", "y", "yes", "on", "1"):
            return True
        return False if word in ("f", "false", "n", "no", "off", "0") else ANY
    return value if isinstance(value, bool | None) else ANY


def _like(pattern: Value, value: Value, ignores_case: bool, negated: bool) -> Value:
    text = text_of(value)
    if not isinstance(pattern, str) or not isinstance(text, str):
        return ANY
    flags = re.DOTALL | (re.IGNORECASE if ignores_case else 0)
    return (re.search(like_expression(pattern), text, flags) is not None) is not negated


def _matches(pattern: Value, value: Value, ignores_case: bool, negated: bool) -> Value:
    text = text_of(value)
    if not isinstance(pattern, str) or not isinstance(text, str):
        return ANY
    flags = re.DOTALL | (re.IGNORECASE if ignores_case else 0)
    try:
        found = re.search(searchable(pattern, text), text, flags)
    except (re.error, ValueError):
        return ANY
    return (found is not None) is not negated


def _calculate(symbol: str, left: Value, right: Value) -> Value:
    if isinstance(left, bool) or isinstance(right, bool):
        return ANY
    if not isinstance(left, int) or not isinstance(right, int):
        return ANY
    match symbol:
        case "+":
            found = left + right
        case "-":
            found = left - right
        case "*":
            found = left * right
        case "/" | "%" if right:
            quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
            found = quotient if symbol == "/" else left - right * quotient
        case _:
            return ANY
    return found if abs(found) <= _LARGEST else ANY
