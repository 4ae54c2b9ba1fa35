"""PostgreSQL's functions on texts that are wholly known (manual: 9.4 and 9.7)."""

from __future__ import annotations

import re
from collections.abc import Callable

from rlslint.replay.plpgsql.patterns import searchable
from rlslint.replay.plpgsql.values import LONGEST, Value, text_of


def text(value: Value) -> str:
    """Return the text of a value. Raises TypeError where it is not known."""
    found = text_of(value)
    if not isinstance(found, str):
        raise TypeError("not a text")
    return found


def number(value: Value) -> int:
    return int(text(value))


def _left(value: Value, length: Value) -> Value:
    return text(value)[: number(length)]


def _right(value: Value, length: Value) -> Value:
    found, size = text(value), number(length)
    return found[max(len(found) - size, 0) :] if size >= 0 else found[-size:]


def _substring(value: Value, start: Value, *length: Value) -> Value:
    found = text(value)
    if isinstance(start, str):
        match = re.search(searchable(start, found), found)
        if match is None:
            return None
        return match.group(1) if match.re.groups else match.group(0)
    first = number(start) - 1
    last = first + number(length[0]) if length else len(found)
    return found[max(first, 0) : max(last, 0)]


def _split_part(value: Value, separator: Value, position: Value) -> Value:
    wanted = text(separator)
    parts = text(value).split(wanted) if wanted else [text(value)]
    index = number(position)
    index = index - 1 if index > 0 else len(parts) + index
    return parts[index] if 0 <= index < len(parts) else ""


def _string_to_array(value: Value, separator: Value, *null: Value) -> Value:
    found, wanted = text(value), text(separator)
    items: list[Value] = list(found.split(wanted) if wanted else [found]) if found else []
    return tuple(None if null and item == null[0] else item for item in items)


def _padded(value: Value, length: Value, fill: Value, on_the_left: bool) -> Value:
    found, size = text(value), number(length)
    if size > LONGEST:
        raise ValueError("too long")
    padding = (text(fill) * size)[: max(size - len(found), 0)] if text(fill) else ""
    return (padding + found if on_the_left else found + padding)[: max(size, 0)]


def _repeat(value: Value, times: Value) -> Value:
    found, count = text(value), number(times)
    if len(found) * count > LONGEST:
        raise ValueError("too long")
    return found * count


def _translate(value: Value, old: Value, new: Value) -> Value:
    replacements: dict[int, str | None] = {}
    wanted = text(new)
    for position, character in enumerate(text(old)):
        by = wanted[position] if position < len(wanted) else None
        replacements.setdefault(ord(character), by)
    return text(value).translate(replacements)


def _overlay(value: Value, new: Value, start: Value, *length: Value) -> Value:
    found, first = text(value), number(start) - 1
    size = number(length[0]) if length else len(text(new))
    return found[:first] + text(new) + found[first + size :]


def _regexp_replace(value: Value, pattern: Value, new: Value, flags: Value = "") -> Value:
    letters = text(flags)
    if set(letters) - {"g", "i"}:
        raise ValueError("flags that are not known")
    replacement = re.sub(r"\\&", r"\\g<0>", text(new))
    return re.sub(
        searchable(text(pattern), text(value)),
        replacement,
        text(value),
        count=0 if "g" in letters else 1,
        flags=re.IGNORECASE if "i" in letters else 0,
    )


def _regexp_match(value: Value, pattern: Value) -> Value:
    match = re.search(searchable(text(pattern), text(value)), text(value))
    if match is None:
        return None
    return match.groups() if match.re.groups else (match.group(0),)


def _initcap(value: Value) -> Value:
    return re.sub(r"[^\W_]+", lambda match: match.group().capitalize(), text(value))


def _trimmed(value: Value, *characters: Value, sides: str) -> Value:
    found, wanted = text(value), text(characters[0]) if characters else " "
    found = found.lstrip(wanted) if "l" in sides else found
    return found.rstrip(wanted) if "r" in sides else found


def _md5(value: Value) -> Value:
    import hashlib

    return hashlib.md5(text(value).encode(), usedforsecurity=False).hexdigest()


STRICT: dict[str, Callable[..., Value]] = {
    "ascii": lambda value: ord(text(value)[0]) if text(value) else 0,
    "btrim": lambda value, *chars: _trimmed(value, *chars, sides="lr"),
    "char_length": lambda value: len(text(value)),
    "character_length": lambda value: len(text(value)),
    "chr": lambda value: chr(number(value)),
    "initcap": _initcap,
    "left": _left,
    "length": lambda value: len(text(value)),
    "lpad": lambda value, length, fill=" ": _padded(value, length, fill, True),
    "ltrim": lambda value, *chars: _trimmed(value, *chars, sides="l"),
    "md5": _md5,
    "overlay": _overlay,
    "position": lambda whole, part: text(whole).find(text(part)) + 1,
    "regexp_match": _regexp_match,
    "regexp_replace": _regexp_replace,
    "repeat": _repeat,
    "replace": lambda value, old, new: text(value).replace(text(old), text(new)),
    "reverse": lambda value: text(value)[::-1],
    "right": _right,
    "rpad": lambda value, length, fill=" ": _padded(value, length, fill, False),
    "rtrim": lambda value, *chars: _trimmed(value, *chars, sides="r"),
    "split_part": _split_part,
    "starts_with": lambda value, start: text(value).startswith(text(start)),
    "string_to_array": _string_to_array,
    "strpos": lambda whole, part: text(whole).find(text(part)) + 1,
    "substr": _substring,
    "substring": _substring,
    "to_hex": lambda value: format(number(value), "x"),
    "translate": _translate,
}
