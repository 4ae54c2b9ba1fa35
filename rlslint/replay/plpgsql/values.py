"""Values of PL/pgSQL expressions, those that are not wholly known included."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from enum import Enum
from typing import TypeAlias, TypeGuard

from rlslint.replay.plpgsql.dates import Duration, Moment
from rlslint.sql import quoted_identifier, quoted_literal
from rlslint.sql.casts import PlainValue, as_text
from rlslint.text.budget import LONGEST_TEXT, MOST_BLANKS


class Blank(Enum):
    """A stretch of text that is not known: anything, one identifier, one literal, this database."""

    anything = "anything"
    name = "name"
    literal = "literal"
    database = "database"


class PartlyKnown:
    """A value that the history does not tell; `parts` are what is known of its text."""

    __slots__ = ("parts",)

    def __init__(self, parts: tuple[str | Blank, ...] = (Blank.anything,)) -> None:
        self.parts = parts

    def __bool__(self) -> bool:
        raise TypeError("an unknown value is neither true nor false")


class ShownExpression(PartlyKnown):
    """The text of an expression as PostgreSQL shows it; `words` are the names and texts in it.

    `written` returns it as somebody wrote it, which means the same within a statement that is run.
    """

    __slots__ = ("words", "written")

    def __init__(
        self, words: frozenset[str], written: Callable[[], str | None] = lambda: None
    ) -> None:
        super().__init__()
        self.words = words
        self.written = written


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


class Composite(dict[str, "Datum"]):
    """A row."""


def record_of(names: Iterable[str], values: Iterable[Datum]) -> Composite:
    """Return a row; of columns that share a name, the first one has it."""
    row = Composite()
    for name, value in zip(names, values, strict=False):
        row[name if name not in row else f"{name} {len(row)}"] = value
    return row


Datum: TypeAlias = (
    "bool | int | str | tuple[Datum, ...] | Composite | Reference | Moment | Duration"
    " | PartlyKnown | None"
)

ANY = PartlyKnown()


def is_unknown(*values: Datum) -> bool:
    return any(isinstance(value, PartlyKnown) for value in values)


def is_wholly_known(value: Datum) -> TypeGuard[PlainValue]:
    """Tell whether a value is one that operators, casts and functions take."""
    if isinstance(value, tuple):
        return all(map(is_wholly_known, value))
    return not isinstance(value, PartlyKnown | Composite | Reference | Moment | Duration)


def shown_text(value: Datum) -> str | PartlyKnown | None:
    """Return a value as a cast to text shows it."""
    match value:
        case None | PartlyKnown():
            return value
        case Reference(shown=True, name=name):
            return name
        case Moment():
            return value.text or ANY
        case _:
            return as_text(value) if is_wholly_known(value) else ANY


def joined_texts(values: Iterable[Datum]) -> Datum:
    """Return the concatenation of texts; NULL counts as nothing, the unknown stays a hole."""
    parts: list[str | Blank] = []
    for value in values:
        text = shown_text(value)
        if isinstance(value, ShownExpression):
            text = value.written() or text
        for part in text.parts if isinstance(text, PartlyKnown) else (text or "",):
            if isinstance(part, str) and parts and isinstance(parts[-1], str):
                parts[-1] += part
            elif part is not Blank.anything or parts[-1:] != [part]:
                parts.append(part)
        length = sum(len(part) for part in parts if isinstance(part, str))
        if length > LONGEST_TEXT or len(parts) > MOST_BLANKS:
            return ANY
    if all(isinstance(part, str) for part in parts):
        return "".join(str(part) for part in parts)
    return PartlyKnown(tuple(part for part in parts if part != ""))


def quoted_name(value: Datum) -> Datum:
    """quote_ident()."""
    text = shown_text(value)
    if text is None:
        return None
    if isinstance(text, PartlyKnown):
        if text.parts == (Blank.anything,):
            return PartlyKnown((Blank.name,))
        return text if text.parts == (Blank.database,) else _pattern_name(text)
    return quoted_identifier(text)


def _pattern_name(text: PartlyKnown) -> PartlyKnown:
    """Keep the known parts of a name (`idx_` and a table), as a pattern that names can match."""
    simple = all(isinstance(p, Blank) or re.fullmatch(r"[a-z0-9_]+", p) for p in text.parts)
    if not simple:
        return PartlyKnown((Blank.name,))
    return PartlyKnown(tuple(Blank.name if isinstance(p, Blank) else p for p in text.parts))


def literal_of(value: Datum) -> Datum:
    """quote_literal(); without its zone a timestamp is read back as what it is."""
    text = value.local_text if isinstance(value, Moment) else shown_text(value)
    if text is None:
        return None
    if isinstance(text, PartlyKnown):
        return PartlyKnown((Blank.literal,))
    return quoted_literal(text)


_SPECIFIER = r"%(?:(\d{1,9})\$)?(-?)(\d{1,9}|\*(?:\d+\$)?)?([sIL%])"


def filled_template(template: str, arguments: tuple[Datum, ...]) -> Datum:
    """format() (manual: String Functions, format)."""
    parts: list[Datum] = []
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
            value = "NULL" if value is None else literal_of(value)
        parts.append(_of_width(value, width, bool(left)) if width else value)
    parts.append(template[last:])
    return joined_texts(parts)


def _of_width(value: Datum, width: str, on_the_left: bool) -> Datum:
    text = shown_text(value) or ""
    if isinstance(text, PartlyKnown) or not width.isdecimal() or int(width) > LONGEST_TEXT:
        return ANY
    return text.ljust(int(width)) if on_the_left else text.rjust(int(width))


def parts_of_name(text: str) -> tuple[str, ...]:
    """Return the names of `schema.name`, quotes taken off and the rest in lower case."""
    found = re.findall(r'"((?:[^"]|"")*)"|([^".\s]+)', text)
    return tuple(quoted.replace('""', '"') if quoted else word.lower() for quoted, word in found)
