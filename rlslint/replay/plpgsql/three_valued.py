"""PostgreSQL's operators on values that may be unknown, in three-valued logic."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rlslint.replay.plpgsql.dates import Duration, Moment, NotADate, days_later, later, moment_from
from rlslint.replay.plpgsql.values import (
    ANY,
    Datum,
    PartlyKnown,
    Reference,
    ShownExpression,
    is_unknown,
    is_wholly_known,
    joined_texts,
)
from rlslint.sql.casts import NotFollowed, RefusedValue, as_boolean
from rlslint.sql.operations import ORDERS, operated

_PATTERNS = {"~~": (False, False), "!~~": (False, True), "~~*": (True, False), "!~~*": (True, True)}
_LONG_WORD = 6


def all_hold(values: Iterable[Datum]) -> Datum:
    """AND."""
    found: Datum = True
    for value in values:
        if value is False:
            return False
        if isinstance(value, PartlyKnown) or isinstance(found, PartlyKnown):
            found = ANY
        elif value is None:
            found = None
        elif value is not True:
            found = ANY
    return found


def any_holds(values: Iterable[Datum]) -> Datum:
    """OR."""
    return negation(all_hold(negation(value) for value in values))


def negation(value: Datum) -> Datum:
    """NOT."""
    if value is None:
        return None
    return not value if isinstance(value, bool) else ANY


def boolean(value: Datum) -> Datum:
    """Return a value as a cast to boolean reads it."""
    if value is None or not is_wholly_known(value):
        return None if value is None else ANY
    try:
        return as_boolean(value)
    except (RefusedValue, NotFollowed):
        return ANY


def operate(symbol: str, left: Datum, right: Datum) -> Datum:
    """Return `left symbol right`."""
    if is_wholly_known(left) and is_wholly_known(right):
        try:
            return operated(symbol, left, right)
        except (RefusedValue, NotFollowed):
            return ANY
    match symbol:
        case "is distinct from":
            return negation(operate("is not distinct from", left, right))
        case "is not distinct from" if not is_unknown(left, right) and None in (left, right):
            return False
        case "is not distinct from":
            symbol = "="
        case "||" if left is None or right is None or isinstance(left, tuple):
            return ANY if isinstance(left, tuple) or isinstance(right, tuple) else None
        case "||":
            return ANY if isinstance(right, tuple) else joined_texts((left, right))
        case _:
            pass
    if left is None or right is None:
        return None
    if isinstance(left, Moment | Duration) or isinstance(right, Moment | Duration):
        return _of_times(symbol, left, right)
    if is_unknown(left, right):
        return _known_to_differ(symbol, left, right)
    return _compared_references(symbol, left, right)


def _of_times(symbol: str, left: Datum, right: Datum) -> Datum:
    """Return what an operator gives for dates, timestamps and intervals."""
    try:
        match symbol, left, right:
            case "+", Moment(), Duration():
                return later(left, right)
            case "+", Duration(), Moment():
                return later(right, left)
            case "-", Moment(), Duration():
                return later(left, right.times(-1))
            case "+" | "-", Moment(), int() if not isinstance(right, bool):
                return days_later(left, right if symbol == "+" else -right)
            case "-", Moment(kind="date"), Moment(kind="date"):
                return (left.at - right.at).days
            case "+", Duration(), Duration():
                return left.plus(right)
            case "*", Duration(), int() if not isinstance(right, bool):
                return left.times(right)
            case "*", int(), Duration() if not isinstance(left, bool):
                return right.times(left)
            case (("=" | "<>" | "<" | "<=" | ">" | ">="), Moment(), Moment()):
                return _compared(symbol, left, right)
            case (("=" | "<>" | "<" | "<=" | ">" | ">="), Moment(), str()):
                return _compared(symbol, left, moment_from(right, left.kind))
            case (("=" | "<>" | "<" | "<=" | ">" | ">="), str(), Moment()):
                return _compared(symbol, moment_from(left, right.kind), right)
            case _:
                return ANY
    except NotADate:
        return ANY


def _compared(symbol: str, left: Moment, right: Moment) -> bool:
    order = (left.at > right.at) - (left.at < right.at)
    return order in ORDERS[symbol]


def _compared_references(symbol: str, left: Datum, right: Datum) -> Datum:
    """Compare OIDs, of which only 0 is a number that is known here."""
    match left, right:
        case (Reference(), Reference()) if symbol in ("=", "<>"):
            return (left == right) is (symbol == "=")
        case (Reference(), 0) | (0, Reference()) if symbol in ("=", "<>"):
            return symbol == "<>"
        case _:
            return ANY


def _known_to_differ(symbol: str, left: Datum, right: Datum) -> Datum:
    """A text with a known beginning or end cannot equal just any other."""
    if isinstance(left, ShownExpression) and isinstance(right, str) and symbol in _PATTERNS:
        return _mentions(left, right, *_PATTERNS[symbol])
    for partial, whole in ((left, right), (right, left)):
        if symbol in ("=", "<>") and isinstance(partial, PartlyKnown) and isinstance(whole, str):
            first, last = partial.parts[0], partial.parts[-1]
            starts = not isinstance(first, str) or whole.startswith(first)
            ends = not isinstance(last, str) or whole.endswith(last)
            if not (starts and ends):
                return symbol == "<>"
    return ANY


def _mentions(text: ShownExpression, pattern: str, ignores_case: bool, negated: bool) -> Datum:
    """Answer LIKE '%word%' on an expression: a long word is in it or it is not.

    Short words may be part of what PostgreSQL adds (casts, qualifiers, keywords).
    """
    word = pattern[1:-1]
    plain = word.replace("\\", "")
    if pattern != f"%{word}%" or not re.fullmatch(r"[\w.]+", plain):
        return ANY
    words = text.words
    if ignores_case:
        plain, words = plain.lower(), frozenset(known.lower() for known in words)
    if any(plain in known for known in words):
        return not negated
    return negated if len(plain) >= _LONG_WORD else ANY
