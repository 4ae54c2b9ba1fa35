"""What PostgreSQL's operators give for values that are known (manual: 9)."""

from __future__ import annotations

import re

from rlslint.sql.casts import (
    NotFollowed,
    PlainValue,
    RefusedValue,
    array_from,
    as_text,
    checked_array,
    converted,
    dimensions,
)
from rlslint.text.budget import LONGEST_TEXT, MOST_ITEMS

ORDERS = {
    "=": (0,), "<>": (-1, 1), "<": (-1,), "<=": (-1, 0), ">": (1,), ">=": (0, 1),
}  # fmt: skip
_PATTERNS = {"~~": (False, False), "!~~": (False, True), "~~*": (True, False), "!~~*": (True, True)}
_REGULAR = {"~": (False, False), "!~": (False, True), "~*": (True, False), "!~*": (True, True)}
_LARGEST = 1 << 31
_READ_ALIKE = (
    r"(?:\\[.\\dswDSW()\[\]{}+*?|/$^-]|[^\\()\[\]{}+*?|]"
    r"|\[\^?\]?(?:[^\\\[\]]|\\[dsw.\-])+\]|\((?:\?:)?|\)|\||[+*?]\??(?![+*?])|\{\d+(?:,\d*)?\})*"
)
_REPEATED_GROUP = r"\)(?:[+*]|\{)"
_REPETITION = r"(?<!\\)[+*{]"
_SHORT = 128
_MOST_REPETITIONS = 3


def operated(symbol: str, left: PlainValue, right: PlainValue) -> PlainValue:
    """Return `left symbol right`. Raises RefusedValue or NotFollowed."""
    if symbol in ("is distinct from", "is not distinct from"):
        same = left is right if left is None or right is None else is_equal(left, right)
        return same is (symbol == "is not distinct from")
    if symbol == "||":
        return _concatenated(left, right)
    if left is None or right is None:
        return None
    if symbol in ORDERS:
        if symbol in ("=", "<>"):
            return is_equal(left, right) is (symbol == "=")
        return order(left, right) in ORDERS[symbol]
    if symbol in _PATTERNS:
        ignores_case, negated = _PATTERNS[symbol]
        return _is_like(left, right, ignores_case) is not negated
    if symbol in _REGULAR:
        ignores_case, negated = _REGULAR[symbol]
        return _matches(left, right, ignores_case) is not negated
    return _calculated(symbol, left, right)


def is_equal(left: PlainValue, right: PlainValue) -> bool:
    """Tell whether two values that are not NULL are equal."""
    left, right = _of_one_type(left, right)
    return left == right


def order(left: PlainValue, right: PlainValue) -> int:
    """Return -1, 0 or 1; in which order texts come, only the collation tells."""
    left, right = _of_one_type(left, right)
    if left == right:
        return 0
    if isinstance(left, int) and isinstance(right, int):
        return -1 if left < right else 1
    raise NotFollowed


def _of_one_type(left: PlainValue, right: PlainValue) -> tuple[PlainValue, PlainValue]:
    """Return two values, a constant in quotes read as what it is compared with."""
    match left, right:
        case (bool(), bool()) | (str(), str()):
            return left, right
        case (bool(), str()):
            return left, converted(right, "bool")
        case (str(), bool()):
            return converted(left, "bool"), right
        case (bool(), _) | (_, bool()):
            raise NotFollowed
        case (int(), int()):
            return left, right
        case (int(), str()):
            return left, _integer_beside(right)
        case (str(), int()):
            return _integer_beside(left), right
        case (tuple(), tuple()):
            return left, right
        case (tuple(), str()):
            return left, array_from(right)
        case (str(), tuple()):
            return array_from(left), right
        case _:
            raise NotFollowed


def _integer_beside(text: str) -> PlainValue:
    """Return the integer that a text beside one is read as, which is an int4 or an int8."""
    try:
        return converted(text, "int4")
    except RefusedValue:
        converted(text, "int8")
        raise NotFollowed from None


def _concatenated(left: PlainValue, right: PlainValue) -> PlainValue:
    """`||` is NULL with a NULL text; an array swallows a NULL array."""
    if isinstance(left, tuple) or isinstance(right, tuple):
        return _joined_arrays(left, right)
    if left is None or right is None:
        return None
    if not isinstance(left, str) and not isinstance(right, str):
        raise NotFollowed
    text = as_text(left) + as_text(right)
    if len(text) > LONGEST_TEXT:
        raise NotFollowed
    return text


def _joined_arrays(left: PlainValue, right: PlainValue) -> PlainValue:
    if left is None or right is None:
        return left if right is None else right
    depths = len(dimensions(left)), len(dimensions(right))
    if 0 in depths and max(depths) > 1:
        # A single element goes into an array of one dimension.
        raise RefusedValue
    before, after = (item if isinstance(item, tuple) else (item,) for item in (left, right))
    if max(depths) == 1:
        if len(before) + len(after) > MOST_ITEMS:
            raise NotFollowed
        return (*before, *after)
    if depths[0] == depths[1] or not before or not after:
        found = (*before, *after)
    else:
        found = (*before, after) if depths[0] > depths[1] else (before, *after)
    return checked_array(found)


def _is_like(value: PlainValue, pattern: PlainValue, ignores_case: bool) -> bool:
    if not isinstance(pattern, str) or not isinstance(value, str):
        raise NotFollowed
    if ignores_case and not (value.isascii() and pattern.isascii()):
        raise NotFollowed
    flags = re.DOTALL | (re.IGNORECASE if ignores_case else 0)
    return re.search(_like_expression(pattern), value, flags) is not None


def _like_expression(pattern: str) -> str:
    """Return the regular expression of a LIKE pattern; each part is looked for once."""
    if (len(pattern) - len(pattern.rstrip("\\"))) % 2:
        # PostgreSQL refuses a pattern that ends with its escape only where it comes that far.
        raise NotFollowed
    pieces = [""]
    for escaped, percent, underscore, plain in re.findall(
        r"\\(.)|(%)|(_)|([^\\%_]+)", pattern, re.DOTALL
    ):
        if percent:
            pieces.append("")
        else:
            pieces[-1] += "." if underscore else re.escape(escaped or plain)
    first, *middle = pieces
    if not middle:
        return rf"\A{first}\Z"
    *middle, last = middle
    between = "".join(f"(?>.*?{piece})" for piece in middle)
    return rf"\A{first}{between}" + (rf".*{last}\Z" if last else "")


def _matches(value: PlainValue, pattern: PlainValue, ignores_case: bool) -> bool:
    """Answer `~` as far as Python reads the pattern alike, and in time."""
    if not isinstance(pattern, str) or not isinstance(value, str):
        raise NotFollowed
    if not re.fullmatch(_READ_ALIKE, pattern) or re.search(_REPEATED_GROUP, pattern):
        raise NotFollowed
    if len(re.findall(_REPETITION, pattern)) > (_MOST_REPETITIONS if len(value) <= _SHORT else 1):
        raise NotFollowed
    if not (value.isascii() and pattern.isascii()):
        raise NotFollowed
    # In PostgreSQL the end of a text is not before its last line break.
    expression = re.sub(r"(?<!\\)\$(?![^\[]*\])", r"\\Z", pattern)
    try:
        flags = re.DOTALL | (re.IGNORECASE if ignores_case else 0)
        return re.search(expression, value, flags) is not None
    except re.error:
        raise NotFollowed from None


def _calculated(symbol: str, left: PlainValue, right: PlainValue) -> PlainValue:
    if isinstance(left, bool) or isinstance(right, bool):
        raise NotFollowed
    if not isinstance(left, int) or not isinstance(right, int):
        raise NotFollowed
    match symbol:
        case "+":
            found = left + right
        case "-":
            found = left - right
        case "*":
            found = left * right
        case "/" | "%":
            if not right:
                raise RefusedValue
            quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
            found = quotient if symbol == "/" else left - right * quotient
        case _:
            raise NotFollowed
    if not -_LARGEST <= found < _LARGEST:
        # An error for int4; of the types nothing is known here.
        raise NotFollowed
    return found
