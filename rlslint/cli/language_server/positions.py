"""Where something stands, in the units in which a client counts characters."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache

from lsprotocol.types import Position, PositionEncodingKind, Range

from rlslint import Pattern
from rlslint.text import Span, Text

_BYTES = {PositionEncodingKind.Utf8: 1, PositionEncodingKind.Utf16: 2}
_CODECS = {PositionEncodingKind.Utf8: "utf-8", PositionEncodingKind.Utf16: "utf-16-le"}
_LINE_END = Pattern(r"\r\n|\n|\r")


class Positions:
    """The characters and lines of one source, counted as the protocol counts them."""

    def __init__(self, source: str, encoding: PositionEncodingKind | str) -> None:
        self._source = source
        self._starts = _starts(source)
        self._codec = _CODECS.get(PositionEncodingKind(encoding), "")
        self._bytes = _BYTES.get(PositionEncodingKind(encoding), 1)

    def position(self, character: int) -> Position:
        """Return where the character of this number, from 0, stands."""
        character = max(0, min(character, len(self._source)))
        line = bisect_right(self._starts, character) - 1
        before = self._source[self._starts[line] : character]
        return Position(line, self._units(before))

    def character(self, position: Position) -> int:
        """Return the number of the character at a position; one behind a line is at its end."""
        if position.line >= len(self._starts):
            return len(self._source)
        start = self._starts[position.line]
        end = next(iter(self._starts[position.line + 1 : position.line + 2]), len(self._source))
        line = self._source[start:end].rstrip("\r\n")
        if not self._codec:
            return start + min(position.character, len(line))
        units = line.encode(self._codec, "surrogatepass")[: position.character * self._bytes]
        return start + len(units.decode(self._codec, "ignore"))

    def range(self, start: int, end: int) -> Range:
        """Return the stretch between two characters."""
        return Range(self.position(start), self.position(end))

    def _units(self, before: str) -> int:
        if not self._codec or before.isascii():
            return len(before)
        return len(before.encode(self._codec, "surrogatepass")) // self._bytes


def source_of(text: Text) -> str:
    """Return the whole file of a text."""
    return text.host if text.host is not None else text.data.decode("utf-8", "replace")


def range_of(span: Span, encoding: PositionEncodingKind | str) -> Range:
    """Return where a span stands in its file."""
    source = source_of(span.text)
    starts = _line_feeds(source)
    start, end = (starts[location.row - 1] + location.column - 1 for location in span.locations())
    return Positions(source, encoding).range(start, max(start, end))


@lru_cache(maxsize=32)
def _starts(source: str) -> tuple[int, ...]:
    return (0, *(found.end() for found in _LINE_END().finditer(source)))


@lru_cache(maxsize=32)
def _line_feeds(source: str) -> tuple[int, ...]:
    """Return where the lines begin that rlslint counts."""
    return (0, *(found.end() for found in re.finditer("\n", source)))
