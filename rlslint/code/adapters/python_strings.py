"""Literals of Python, read again character by character to know where each one stands.

`ast` gives the value of a literal and the place where it starts; with escapes, prefixes, implicit
concatenation and the fields of f-strings (whose own positions are wrong before Python 3.12), the
places inside can only be had from the file's text.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from rlslint import NamedTuple
from rlslint.code.form import Piece
from rlslint.text.patterns import Pattern

_OPENING = Pattern(rb"([A-Za-z]{0,2})('''|\"\"\"|'|\")")
_PLAIN_RUN = Pattern(rb"[^\\{}'\"\r]+")
_BETWEEN_LITERALS = Pattern(rb"(?:[\s\\]|#[^\r\n]*)+")
_OCTAL = Pattern(rb"[0-7]{1,3}")
_SIMPLE_ESCAPES = {
    b"\\": "\\", b"'": "'", b'"': '"', b"a": "\a", b"b": "\b", b"f": "\f", b"n": "\n",
    b"r": "\r", b"t": "\t", b"v": "\v",
}  # fmt: skip
_HEXADECIMAL_DIGITS = {b"x": 2, b"u": 4, b"U": 8}


class Field(NamedTuple):
    """A replacement field of an f-string, braces included."""

    start: int
    end: int


class UnexpectedLiteral(Exception):
    """The text is not the literal that it was taken for."""


def literal_parts(source: bytes, start: int, end: int) -> list[Piece | Field]:
    """Return what the adjacent literals between two offsets of a file are made of.

    Raises UnexpectedLiteral where the text holds anything else.
    """
    parts: list[Piece | Field] = []
    position = start
    while position < end:
        between = _BETWEEN_LITERALS().match(source, position, end)
        if between is not None:
            position = between.end()
            continue
        opening = _OPENING().match(source, position, end)
        if opening is None:
            raise UnexpectedLiteral
        prefix, quote = opening[1].lower(), opening[2]
        reader = _Reader(source, quote, raw=b"r" in prefix, formatted=b"f" in prefix)
        for part in reader.read(opening.end()):
            _append(parts, part)
        position = reader.position
    return parts


class _Reader:
    def __init__(self, source: bytes, quote: bytes, *, raw: bool, formatted: bool) -> None:
        self.source = source
        self.quote = quote
        self.raw = raw
        self.formatted = formatted
        self.position = 0

    def read(self, position: int) -> Iterator[Piece | Field]:
        source = self.source
        while True:
            run = _PLAIN_RUN().match(source, position)
            if run is not None:
                yield Piece(position, run.end(), run[0].decode("utf-8", "replace"))
                position = run.end()
            if position >= len(source):
                raise UnexpectedLiteral
            if source.startswith(self.quote, position):
                self.position = position + len(self.quote)
                return
            part = self._special(position)
            yield part
            position = part.end

    def _special(self, position: int) -> Piece | Field:
        source = self.source
        match source[position : position + 1]:
            case b"\\" if self.raw:
                length = 2 if source[position + 1 : position + 2] in (b"\\", b"'", b'"') else 1
                text = source[position : position + length].decode()
                return Piece(position, position + length, text)
            case b"\\":
                return _escape(source, position)
            case b"\r":
                length = 2 if source.startswith(b"\r\n", position) else 1
                return Piece(position, position + length, "\n")
            case b"{" | b"}" as brace if self.formatted:
                if source.startswith(brace * 2, position):
                    return Piece(position, position + 2, brace.decode())
                if brace == b"}":
                    raise UnexpectedLiteral
                return Field(position, _field_end(source, position))
            case character:
                return Piece(position, position + 1, character.decode())


def _append(parts: list[Piece | Field], part: Piece | Field) -> None:
    """Add a part, joined to the one before it where both run on in the file."""
    last = parts[-1] if parts else None
    if (
        isinstance(part, Piece)
        and isinstance(last, Piece)
        and last.end == part.start
        and _is_verbatim(part)
        and _is_verbatim(last)
    ):
        parts[-1] = Piece(last.start, part.end, last.text + part.text)
    else:
        parts.append(part)


def _is_verbatim(piece: Piece) -> bool:
    return len(piece.text.encode()) == piece.end - piece.start


def _escape(source: bytes, position: int) -> Piece:
    kind = source[position + 1 : position + 2]
    end = position + 2
    if kind in _SIMPLE_ESCAPES:
        return Piece(position, end, _SIMPLE_ESCAPES[kind])
    if kind == b"\n":
        return Piece(position, end, "")
    if kind == b"\r":
        return Piece(position, end + source.startswith(b"\r\n", position + 1), "")
    octal = _OCTAL().match(source, position + 1)
    if octal is not None:
        return Piece(position, octal.end(), chr(int(octal[0], 8)))
    if kind in _HEXADECIMAL_DIGITS:
        end += _HEXADECIMAL_DIGITS[kind]
        return Piece(position, end, _character(source[position + 2 : end]))
    if kind == b"N":
        end = source.find(b"}", position) + 1
        try:
            name = source[position + 3 : end - 1].decode("ascii", "replace")
            return Piece(position, end, unicodedata.lookup(name))
        except KeyError:
            raise UnexpectedLiteral from None
    return Piece(position, position + 1, "\\")


def _character(digits: bytes) -> str:
    try:
        found = chr(int(digits, 16))
    except (ValueError, OverflowError):
        raise UnexpectedLiteral from None
    return "\ufffd" if "\ud800" <= found <= "\udfff" else found


def _field_end(source: bytes, position: int) -> int:
    depth = 0
    while position < len(source):
        character = source[position : position + 1]
        if character in b"{[(":
            depth += 1
        elif character in b"}])":
            depth -= 1
            if depth == 0:
                return position + 1
        elif character in b"'\"":
            position = _nested_literal_end(source, position)
            continue
        position += 1
    raise UnexpectedLiteral


def _nested_literal_end(source: bytes, position: int) -> int:
    opening = _OPENING().match(source, position)
    if opening is None:
        raise UnexpectedLiteral
    quote = opening[2]
    position = opening.end()
    while position < len(source):
        if source.startswith(quote, position):
            return position + len(quote)
        position += 2 if source[position : position + 1] == b"\\" else 1
    raise UnexpectedLiteral
