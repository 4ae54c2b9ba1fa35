"""What comparing two values that are not NULL gives in one world."""

from __future__ import annotations

import re

from rlslint import Pattern
from rlslint.meaning.context import USERS, is_own
from rlslint.meaning.values import (
    Known,
    Term,
    Value,
    compared,
    is_empty_text,
    known_text,
    stands_for_none,
)
from rlslint.meaning.worlds import SessionSettings, Situation, World
from rlslint.sql.expressions import Column

_KEEPING_APART = frozenset(
    ("lower", "upper", "btrim", "ltrim", "rtrim", "md5", "sha256", "reverse", "initcap",
     "to_jsonb", "quote_literal")
)  # fmt: skip
"""Functions that, of identifiers, give equal values for equal ones only."""

_LENGTHS = frozenset(("length", "char_length", "character_length", "octet_length"))
_LIKE_IDENTIFIERS = Pattern(
    r"""\^ (?: (?: \\d | \[ (?: 0-9 | 1-9 | a-f | A-F | - | \\d )+ \] )
              (?: [+*] | \{ \d+ (?:,\d*)? \} )?  |  -\?? )+ \$""",
    re.VERBOSE,
)
"""Regular expressions that ask for the shape of a number or of a UUID, and for no one of them."""

_ANY_TEXT = frozenset(("^", "$", ".", ".+", ".*", "^.", "^.+", "^.*", "^.+$", "^.*$", ".+$", ".*$"))
"""Regular expressions that every text matches which is not empty."""


def equal(
    world: World, situation: Situation, left: Known | Term | bool, right: Known | Term | bool
) -> bool:
    """Tell whether two values are equal."""
    if left == right and type(left) is type(right):
        return True
    if not isinstance(left, Term) and not isinstance(right, Term):
        order = compared(left, right)
        if order is not None:
            return order == 0
    if (decided := _by_size(situation, "=", left, right)) is not None:
        return decided
    for one, other in ((left, right), (right, left)):
        if isinstance(one, bool) and isinstance(other, Term):
            return (world.choose(("true", other), 2) == 0) is one
        if is_empty_text(one) and is_given_text(other, situation):
            return False
        if situation.foreign and is_of_row(one) and is_of_caller(other):
            return False
        if situation.typical and is_of_row(one) and isinstance(other, Known):
            return False
        if situation.foreign and _is_given(one, situation) and _is_no_value(other):
            return False
        if situation.foreign and is_of_nobody(other, situation) and _is_of_table(one):
            return False
    if situation.foreign and is_of_row(left) and _root(left) == _root(right):
        return True
    return world.choose(("equal", frozenset((left, right))), 2) == 0


def _is_given(value: Value, situation: Situation) -> bool:
    return situation.session is SessionSettings.given and is_of_caller(value)


def _is_no_value(value: Value) -> bool:
    """Tell whether a constant only stands for a value that is not there: no caller's is that."""
    return isinstance(value, Known) and stands_for_none(value.payload)


def ordered(
    world: World,
    situation: Situation,
    symbol: str,
    left: Known | Term | bool,
    right: Known | Term | bool,
) -> bool:
    """Tell whether `left symbol right` holds, for a comparison."""
    if symbol in ("=", "<>"):
        return equal(world, situation, left, right) is (symbol == "=")
    if (decided := _by_size(situation, symbol, left, right)) is not None:
        return decided
    order: int | None = None
    if not isinstance(left, Term) and not isinstance(right, Term):
        order = compared(left, right)
    if order == 0 or (order is None and equal(world, situation, left, right)):
        return symbol in ("<=", ">=")
    if situation.foreign and order is None and is_of_row(left) and _root(left) == _root(right):
        return symbol in ("<=", ">=")
    if order in (None, 2):
        if is_empty_text(left):
            return symbol.startswith("<")
        if is_empty_text(right):
            return symbol.startswith(">")
        key, reverse = ("less", left, right), ("less", right, left)
        if reverse in world.decisions:
            order = -1 if world.decisions[reverse] else 1
        else:
            order = 1 if world.choose(key, 2) else -1
    return (order is not None and order < 0) is symbol.startswith("<")


_MIRRORED = {"=": "=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}


def _by_size(situation: Situation, symbol: str, left: Value, right: Value) -> bool | None:
    """Return what is certain of an order: no text is before the empty one, no length below 0.

    The other types that take an empty literal have nothing before it either.
    """
    for one, other, how in ((left, right, symbol), (right, left, _MIRRORED[symbol])):
        if is_empty_text(other) and how in (">=", "<"):
            return how == ">="
        match one, other:
            case Term(("call", name, (value,))), Known("int", int() as number) if name in _LENGTHS:
                is_filled = isinstance(value, Term) and is_given_text(value, situation)
                least = 1 if is_filled else 0
                if number < least:
                    return how.startswith(">")
                if number == least and how in (">=", "<"):
                    return how == ">="
    return None


def matched(world: World, situation: Situation, symbol: str, left: Value, right: Value) -> bool:
    """Tell whether a text matches a pattern that is not known, or of which it is not known."""
    pattern = known_text(right)
    negated = symbol.startswith("!")
    if pattern is not None:
        if symbol.startswith(("~~", "!~~")):
            everything = bool(pattern) and not pattern.strip("%")
            filled = everything or (bool(pattern) and pattern.replace("%", "") in ("", "_"))
            filled = filled and "%" in pattern
        else:
            everything = not pattern
            filled = pattern in _ANY_TEXT
        if everything or (filled and is_given_text(left, situation)):
            return not negated
        if is_of_caller(left) and not symbol.startswith(("~~", "!~~")):
            match situation.session:
                case SessionSettings.given if _LIKE_IDENTIFIERS().fullmatch(pattern):
                    return not negated
                case SessionSettings.malformed if _LIKE_IDENTIFIERS().fullmatch(pattern):
                    return negated
        if pattern in ("", "^$") and is_given_text(left, situation):
            return negated
    if situation.foreign and is_of_row(left) and _is_pattern_of_caller(right):
        return negated
    positive = symbol.removeprefix("!")
    return (world.choose(("match", positive, left, right), 2) == 0) is not negated


def contained(symbol: str, left: Value, right: Value) -> bool | None:
    """Return what `@>`, `<@` or `&&` gives where one side is empty, None for any other.

    Everything contains an empty array, and every document an empty one of its kind.
    """
    if symbol == "&&":
        return False if is_empty_container(left) or is_empty_container(right) else None
    whole, part = (left, right) if symbol == "@>" else (right, left)
    if is_empty_container(part):
        return None if isinstance(whole, Known) and not is_empty_container(whole) else True
    return None


def is_empty_container(value: Value) -> bool:
    """Tell whether a value is an array or a document with nothing in it."""
    match value:
        case Known("array", ()):
            return True
        case Known("json" | "literal", str() as text):
            return "".join(text.split()) in ("{}", "[]")
        case _:
            return False


def _is_pattern_of_caller(pattern: Value) -> bool:
    match pattern:
        case Term(("operator", "||", (Known() | Term()) as start, (Known() | Term()) as end)):
            return _is_pattern_of_caller(start) or _is_pattern_of_caller(end)
        case _:
            return is_of_caller(pattern)


def extreme(name: str, values: tuple[Value, ...]) -> Value:
    """Return what greatest() or least() gives; both pass over NULLs."""
    given = [value for value in values if value is not None]
    if any(map(is_empty_text, given)):
        # No text is before the empty one.
        if name == "least":
            return next(value for value in given if is_empty_text(value))
        given = [value for value in given if not is_empty_text(value)] or given[:1]
    if not given:
        return None
    return given[0] if len(set(given)) == 1 else Term(("call", name, tuple(given)))


def is_given_text(value: Value, situation: Situation) -> bool:
    """Tell whether a value is certainly a text that is not empty, for it is the caller's."""
    match value:
        case Known("text" | "literal", str() as text):
            return bool(text)
        case Term(("call", ("concat" | "concat_ws" | "format" as name), tuple() as parts)):
            skipped = 0 if name == "concat" else 1
            return any(is_given_text(part, situation) for part in parts[skipped:])
        case Term(("operator", "||", (Known() | Term()) as left, (Known() | Term()) as right)):
            return is_given_text(left, situation) or is_given_text(right, situation)
        case Term(
            ("call", ("substr" | "substring"), (Term() as text, Known("int", 1), *length))
        ) | Term(("call", "left", (Term() as text, *length))):
            return all(map(_is_positive, length)) and is_given_text(text, situation)
        case _:
            is_there = situation.session in (SessionSettings.given, SessionSettings.malformed)
            return is_there and is_of_caller(value)


def _is_positive(value: object) -> bool:
    return isinstance(value, Known) and isinstance(value.payload, int) and value.payload > 0


def is_of_caller(value: Value) -> bool:
    """Tell whether a value is read from the session, whatever its type."""
    match value:
        case Known("setting"):
            return True
        case Term((("setting" | "function"), str(), *_)):
            return True
        case Term((str() as name,)):
            return name in USERS
        case Term(("operator", ("->" | "->>" | "#>" | "#>>"), Term() as document, _)):
            return is_of_caller(document)
        case _:
            inner = _inside(value)
            return inner is not None and is_of_caller(inner)


def is_of_nobody(value: Value, situation: Situation) -> bool:
    """Tell whether a value is what a session holds that has no context: no table holds it."""
    match value:
        case Known("setting"):
            return True
        case _:
            return situation.session is SessionSettings.malformed and is_malformed(value)


def is_malformed(value: Value) -> bool:
    """Tell whether a value is read from a malformed setting, whatever was made of its letters."""
    match value:
        case Term(("setting", "malformed", *_)):
            return True
        case _:
            inner = _inside(value)
            return inner is not None and is_malformed(inner)


def _is_of_table(value: Value) -> bool:
    match value:
        case Term(Column()):
            return True
        case _:
            inner = _inside(value)
            return inner is not None and _is_of_table(inner)


def is_of_row(value: Value) -> bool:
    """Tell whether a value is one of the own row's, whatever its type."""
    match value:
        case Term(Column() as column):
            return is_own(column)
        case _:
            inner = _inside(value)
            return inner is not None and is_of_row(inner)


def _inside(value: Value) -> Value:
    """Return the value of which another is only a different form, None for any other."""
    match value:
        case Term(((("cast" | "unique"), _), (Known() | Term()) as inner)):
            return inner
        case Term(("call", str() as name, ((Known() | Term()) as inner, *others))) if (
            name in _KEEPING_APART
        ):
            return inner if not any(isinstance(other, Term) for other in others) else None
        case Term(("call", "string_to_array", ((Known() | Term()) as inner, Known()))):
            return inner
        case _:
            return None


def _root(value: Value) -> Value:
    """Return what casts were made of, and what identifiers are written like in one way."""
    match value:
        case Term(((("cast" | "unique"), _), (Known() | Term()) as inner)):
            return _root(inner)
        case Term(
            ("call", ("lower" | "btrim" | "ltrim" | "rtrim"), ((Known() | Term()) as inner,))
        ):
            return _root(inner)
        case _:
            return value
