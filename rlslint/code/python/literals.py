"""String literals of Python, read again character by character to know where each one stands.

`ast` gives the value of a literal and the place where it starts; with escapes, prefixes, implicit
concatenation and the fields of f-strings (whose own positions are wrong before Python 3.12), the
places inside can only be had from the file's text.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from rlslint import NamedTuple
from rlslint.code.python.strings import Fragment
from rlslint.text.patterns import Pattern

_OPENING = Pattern(r"([A-Za-z]{0,2})('''|\"\"\"|'|\")")
_PLAIN_RUN = Pattern(r"[^\\{}'\"\r]+")
_BETWEEN_LITERALS = Pattern(r"(?:[\s\\]|#[^\r\n]*)+")
_OCTAL = Pattern(r"[0-7]{1,3}")
_SIMPLE_ESCAPES = {
    "\\": "\\",
    "'": "'",
    '"': '"',
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
}
_HEXADECIMAL_DIGITS = {"x": 2, "u": 4, "U": 8}


class Field(NamedTuple):
    """A replacement field of an f-string, braces included."""

    start: int
    end: int


class UnexpectedLiteral(Exception):
    """The text is not the literal that it was taken for."""


def literal_parts(host: str, start: int, end: int) -> list[Fragment | Field]:
    """Return what the adjacent literals between two offsets of a file are made of.

    Raises UnexpectedLiteral where the text holds anything else.
    """
    parts: list[Fragment | Field] = []
    position = start
    while position < end:
        between = _BETWEEN_LITERALS().match(host, position, end)
        if between is not None:
            position = between.end()
            continue
        opening = _OPENING().match(host, position, end)
        if opening is None:
            raise UnexpectedLiteral
        prefix, quote = opening[1].lower(), opening[2]
        if "b" in prefix:
            raise UnexpectedLiteral
        reader = _Reader(host, quote, raw="r" in prefix, formatted="f" in prefix)
        for part in reader.read(opening.end()):
            _append(parts, part)
        position = reader.position
    return parts


class _Reader:
    def __init__(self, host: str, quote: str, *, raw: bool, formatted: bool) -> None:
        self.host = host
        self.quote = quote
        self.raw = raw
        self.formatted = formatted
        self.position = 0

    def read(self, position: int) -> Iterator[Fragment | Field]:
        host = self.host
        while True:
            run = _PLAIN_RUN().match(host, position)
            if run is not None:
                yield Fragment(run[0], position, run.end())
                position = run.end()
            if position >= len(host):
                raise UnexpectedLiteral
            if host.startswith(self.quote, position):
                self.position = position + len(self.quote)
                return
            part = self._special(position)
            yield part
            position = part.end

    def _special(self, position: int) -> Fragment | Field:
        host = self.host
        match host[position]:
            case "\\" if self.raw:
                length = 2 if host[position + 1 : position + 2] in ("\\", "'", '"') else 1
                return Fragment(host[position : position + length], position, position + length)
            case "\\":
                return _escape(host, position)
            case "\r":
                length = 2 if host.startswith("\r\n", position) else 1
                return Fragment("\n", position, position + length)
            case "{" | "}" as brace if self.formatted:
                if host.startswith(brace * 2, position):
                    return Fragment(brace, position, position + 2)
                if brace == "}":
                    raise UnexpectedLiteral
                return Field(position, _field_end(host, position))
            case character:
                return Fragment(character, position, position + 1)


def _append(parts: list[Fragment | Field], part: Fragment | Field) -> None:
    """Add a part, joined to the one before it where both run on in the file."""
    last = parts[-1] if parts else None
    if (
        isinstance(part, Fragment)
        and isinstance(last, Fragment)
        and part.linear
        and last.linear
        and last.end == part.start
    ):
        parts[-1] = Fragment(last.text + part.text, last.start, part.end)
    elif isinstance(part, Field) or part.text:
        parts.append(part)


def _escape(host: str, position: int) -> Fragment:
    kind = host[position + 1 : position + 2]
    end = position + 2
    if kind in _SIMPLE_ESCAPES:
        return Fragment(_SIMPLE_ESCAPES[kind], position, end)
    if kind == "\n":
        return Fragment("", position, end)
    if kind == "\r":
        return Fragment("", position, end + host.startswith("\r\n", position + 1))
    octal = _OCTAL().match(host, position + 1)
    if octal is not None:
        return Fragment(chr(int(octal[0], 8)), position, octal.end())
    if kind in _HEXADECIMAL_DIGITS:
        end += _HEXADECIMAL_DIGITS[kind]
        return Fragment(_character(host[position + 2 : end]), position, end)
    if kind == "N":
        end = host.find("}", position) + 1
        try:
            return Fragment(unicodedata.lookup(host[position + 3 : end - 1]), position, end)
        except KeyError:
            raise UnexpectedLiteral from None
    return Fragment("\\", position, position + 1)


def _character(digits: str) -> str:
    try:
        return chr(int(digits, 16))
    except (ValueError, OverflowError):
        raise UnexpectedLiteral from None


def _field_end(host: str, position: int) -> int:
    depth = 0
    while position < len(host):
        character = host[position]
        if character in "{[(":
            depth += 1
        elif character in "}])":
            depth -= 1
            if depth == 0:
                return position + 1
        elif character in "'\"":
            position = _nested_literal_end(host, position)
            continue
        position += 1
    raise UnexpectedLiteral


def _nested_literal_end(host: str, position: int) -> int:
    opening = _OPENING().match(host, position)
    if opening is None:
        raise UnexpectedLiteral
    quote = opening[2]
    position = opening.end()
    while position < len(host):
        if host.startswith(quote, position):
            return position + len(quote)
        position += 2 if host[position] == "\\" else 1
    raise UnexpectedLiteral
