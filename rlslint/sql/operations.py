"""What PostgreSQL's operators and functions give for values that are known (manual: 9)."""

from __future__ import annotations

import re
from collections.abc import Callable

from rlslint.sql.casts import (
    NotFollowed,
    PlainValue,
    RefusedValue,
    array_from,
    as_text,
    checked_array,
    converted,
    dimensions,
    elements,
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


AGGREGATES = frozenset(
    ("count", "sum", "min", "max", "avg", "bool_or", "bool_and", "every", "array_agg",
     "string_agg", "json_agg", "jsonb_agg", "json_object_agg", "jsonb_object_agg", "bit_or",
     "bit_and", "any_value", "xmlagg", "range_agg", "stddev", "variance")
)  # fmt: skip


def called(name: str, arguments: tuple[PlainValue, ...]) -> PlainValue:
    """Return what a function gives, which is NULL for a NULL. Raises NotFollowed."""
    if name not in FUNCTIONS:
        raise NotFollowed
    if None in arguments:
        return None
    try:
        found = FUNCTIONS[name](*arguments)
    except TypeError:
        raise NotFollowed from None
    if isinstance(found, str) and len(found) > LONGEST_TEXT:
        raise NotFollowed
    return found


def _text(value: PlainValue) -> str:
    if isinstance(value, tuple):
        raise NotFollowed
    return as_text(value)


def _number(value: PlainValue) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise NotFollowed
    return value


def _items(value: PlainValue) -> tuple[PlainValue, ...]:
    if isinstance(value, str):
        return array_from(value)
    if not isinstance(value, tuple):
        raise NotFollowed
    return value


def _cased(change: Callable[[str], str]) -> Callable[[PlainValue], str]:
    def apply(value: PlainValue) -> str:
        text = _text(value)
        if not text.isascii():
            # What becomes of other letters depends on the collation.
            raise NotFollowed
        return change(text)

    return apply


def _length(value: PlainValue) -> int:
    return len(_text(value))


def _octet_length(value: PlainValue) -> int:
    return len(_text(value).encode())


def _md5(value: PlainValue) -> str:
    import hashlib

    return hashlib.md5(_text(value).encode(), usedforsecurity=False).hexdigest()


def _substr(value: PlainValue, start: PlainValue, length: PlainValue = LONGEST_TEXT) -> str:
    first, size = _number(start) - 1, _number(length)
    if size < 0:
        raise NotFollowed
    return _text(value)[max(first, 0) : max(first + size, 0)]


def _replace(value: PlainValue, old: PlainValue, new: PlainValue) -> str:
    return _text(value).replace(_text(old), _text(new)) if _text(old) else _text(value)


def _left(value: PlainValue, length: PlainValue) -> str:
    return _text(value)[: _number(length)]


def _lpad(value: PlainValue, length: PlainValue, fill: PlainValue = " ") -> str:
    text, size, padding = _text(value), max(_number(length), 0), _text(fill)
    if size > LONGEST_TEXT:
        raise NotFollowed
    missing = max(size - len(text), 0) if padding else 0
    return ((padding * missing)[:missing] + text)[:size]


def _split_part(value: PlainValue, separator: PlainValue, position: PlainValue) -> str:
    text, between, number = _text(value), _text(separator), _number(position)
    if not number:
        raise NotFollowed
    parts = text.split(between) if between else [text]
    index = number - 1 if number > 0 else len(parts) + number
    return parts[index] if 0 <= index < len(parts) else ""


def _strpos(whole: PlainValue, part: PlainValue) -> int:
    return _text(whole).find(_text(part)) + 1


def _string_to_array(
    value: PlainValue, separator: PlainValue, null: PlainValue = None
) -> tuple[PlainValue, ...]:
    text, between = _text(value), _text(separator)
    items = (text.split(between) if between else [text]) if text else []
    return tuple(None if item == null else item for item in items)


def _array_length(value: PlainValue, dimension: PlainValue) -> int | None:
    sizes, number = dimensions(_items(value)), _number(dimension)
    return sizes[number - 1] or None if 0 < number <= len(sizes) else None


def _array_lower(value: PlainValue, dimension: PlainValue) -> int | None:
    return 1 if _array_length(value, dimension) else None


def _cardinality(value: PlainValue) -> int:
    return sum(1 for _ in elements(_items(value)))


FUNCTIONS: dict[str, Callable[..., PlainValue]] = {
    "array_length": _array_length,
    "array_lower": _array_lower,
    "array_upper": _array_length,
    "btrim": lambda value, characters=" ": _text(value).strip(_text(characters)),
    "cardinality": _cardinality,
    "char_length": _length,
    "character_length": _length,
    "left": _left,
    "length": _length,
    "lower": _cased(str.lower),
    "lpad": _lpad,
    "ltrim": lambda value, characters=" ": _text(value).lstrip(_text(characters)),
    "md5": _md5,
    "octet_length": _octet_length,
    "position": _strpos,
    "replace": _replace,
    "rtrim": lambda value, characters=" ": _text(value).rstrip(_text(characters)),
    "split_part": _split_part,
    "starts_with": lambda value, start: _text(value).startswith(_text(start)),
    "string_to_array": _string_to_array,
    "strpos": _strpos,
    "substr": _substr,
    "upper": _cased(str.upper),
}
