"""Values of PL/pgSQL expressions, those that are not wholly known included."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum
from typing import TypeAlias, TypeGuard

from rlslint.sql import quoting
from rlslint.sql.casts import PlainValue, shown
from rlslint.sql.operators import LONGEST_TEXT
from rlslint.sql.quoting import quoted_identifier


class Hole(Enum):
    """A stretch of text that is not known: anything, one identifier, or one literal."""

    anything = "anything"
    name = "name"
    literal = "literal"


class Unknown:
    """A value that the history does not tell; `parts` are what is known of its text."""

    __slots__ = ("parts",)

    def __init__(self, parts: tuple[str | Hole, ...] = (Hole.anything,)) -> None:
        self.parts = parts

    def __bool__(self) -> bool:
        raise TypeError("an unknown value is neither true nor false")


_MOST_PARTS = 1000


class Deparsed(Unknown):
    """The text of an expression as PostgreSQL shows it; `words` are the names and texts in it."""

    __slots__ = ("words",)

    def __init__(self, words: frozenset[str]) -> None:
        super().__init__()
        self.words = words


class Reference:
    """The OID of an object; `shown` tells that it has a reg… type, whose text is the name."""

    __slots__ = ("key", "kind", "name", "shown")

    def __init__(self, kind: str, key: object, name: str, shown: bool = False) -> None:
        self.kind = kind
        self.key = key
        self.name = name
        self.shown = shown

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Reference) and (self.kind, self.key) == (other.kind, other.key)

    def __hash__(self) -> int:
        return hash((self.kind, self.key))


class Record(dict[str, "Value"]):
    """A row."""


def record_of(names: Iterable[str], values: Iterable[Value]) -> Record:
    """Return a row; of columns that share a name, the first one has it."""
    row = Record()
    for name, value in zip(names, values, strict=False):
        row[name if name not in row else f"{name} {len(row)}"] = value
    return row


Value: TypeAlias = "bool | int | str | tuple[Value, ...] | Record | Reference | Unknown | None"

ANY = Unknown()


def is_unknown(*values: Value) -> bool:
    return any(isinstance(value, Unknown) for value in values)


def is_wholly_known(value: Value) -> TypeGuard[PlainValue]:
    """Tell whether a value is one that operators, casts and functions take."""
    if isinstance(value, tuple):
        return all(map(is_wholly_known, value))
    return not isinstance(value, Unknown | Record | Reference)


def text_of(value: Value) -> str | Unknown | None:
    """Return a value as a cast to text shows it."""
    match value:
        case None | Unknown():
            return value
        case Reference(shown=True, name=name):
            return name
        case _:
            return shown(value) if is_wholly_known(value) else ANY


def joined(values: Iterable[Value]) -> Value:
    """Return the concatenation of texts; NULL counts as nothing, the unknown stays a hole."""
    parts: list[str | Hole] = []
    for value in values:
        text = text_of(value)
        for part in text.parts if isinstance(text, Unknown) else (text or "",):
            if isinstance(part, str) and parts and isinstance(parts[-1], str):
                parts[-1] += part
            elif part is not Hole.anything or parts[-1:] != [part]:
                parts.append(part)
        length = sum(len(part) for part in parts if isinstance(part, str))
        if length > LONGEST_TEXT or len(parts) > _MOST_PARTS:
            return ANY
    if all(isinstance(part, str) for part in parts):
        return "".join(str(part) for part in parts)
    return Unknown(tuple(part for part in parts if part != ""))


def quoted_name(value: Value) -> Value:
    """quote_ident()."""
    text = text_of(value)
    if text is None:
        return None
    if isinstance(text, Unknown):
        return Unknown((Hole.name,)) if text.parts == (Hole.anything,) else _pattern_name(text)
    return quoted_identifier(text)


def _pattern_name(text: Unknown) -> Unknown:
    """Keep the known parts of a name (`idx_` and a table), as a pattern that names can match."""
    simple = all(isinstance(p, Hole) or re.fullmatch(r"[a-z0-9_]+", p) for p in text.parts)
    if not simple:
        return Unknown((Hole.name,))
    return Unknown(tuple(Hole.name if isinstance(p, Hole) else p for p in text.parts))


def quoted_literal(value: Value) -> Value:
    """quote_literal()."""
    text = text_of(value)
    if text is None:
        return None
    if isinstance(text, Unknown):
        return Unknown((Hole.literal,))
    return quoting.quoted_literal(text)


_SPECIFIER = r"%(?:(\d+)\$)?(-?)(\d+|\*(?:\d+\$)?)?([sIL%])"


def formatted(template: str, arguments: tuple[Value, ...]) -> Value:
    """format() (manual: String Functions, format)."""
    parts: list[Value] = []
    last = following = 0
    for match in re.finditer(_SPECIFIER, template):
        parts.append(template[last : match.start()])
        last = match.end()
        position, left, width, letter = match.groups()
        if letter == "%":
            parts.append("%")
            continue
        index = int(position) - 1 if position else following
        following = index + 1
        value = arguments[index] if 0 <= index < len(arguments) else ANY
        if letter == "I":
            value = quoted_name(value)
        elif letter == "L":
            value = "NULL" if value is None else quoted_literal(value)
        parts.append(_of_width(value, width, bool(left)) if width else value)
    parts.append(template[last:])
    return joined(parts)


def _of_width(value: Value, width: str, on_the_left: bool) -> Value:
    text = text_of(value) or ""
    if isinstance(text, Unknown) or not width.isdigit() or int(width) > LONGEST_TEXT:
        return ANY
    return text.ljust(int(width)) if on_the_left else text.rjust(int(width))


def dotted_name(text: str) -> tuple[str, ...]:
    """Return the names of `schema.name`, quotes taken off and the rest in lower case."""
    found = re.findall(r'"((?:[^"]|"")*)"|([^".\s]+)', text)
    return tuple(quoted.replace('""', '"') if quoted else word.lower() for quoted, word in found)
