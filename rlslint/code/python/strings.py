"""Strings that a program puts together, every character with the place where it was written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import islice

from rlslint import NamedTuple
from rlslint.text import Hole, HoleValue, Piece, Text
from rlslint.text.budget import LONGEST_TEXT, MOST_PIECES, OutOfBudget

STAND_IN = "___"
"""Stands for an interpolated value: an identifier, so that the SQL around it can be parsed."""


class RunTimePart(NamedTuple):
    """A value that is known only when the program runs."""

    source: str
    binding: bool = False
    value: HoleValue = HoleValue.anything


class Fragment(NamedTuple):
    """A stretch of a string, and the stretch of the file that it was written as."""

    text: str
    start: int
    end: int
    gap: RunTimePart | None = None

    @property
    def linear(self) -> bool:
        return self.gap is None and len(self.text) == self.end - self.start


class Written:
    """A string value of the program."""

    def __init__(self, fragments: Iterable[Fragment]) -> None:
        """Raises OutOfBudget where the string is far too long."""
        self.fragments = tuple(islice(fragments, MOST_PIECES + 1))
        length = sum([len(fragment.text) for fragment in self.fragments])
        if len(self.fragments) > MOST_PIECES or length > LONGEST_TEXT:
            raise OutOfBudget

    @cached_property
    def text(self) -> str:
        return "".join(fragment.text for fragment in self.fragments)

    @property
    def gaps(self) -> Iterator[RunTimePart]:
        return (fragment.gap for fragment in self.fragments if fragment.gap is not None)

    @property
    def is_constant(self) -> bool:
        return all(fragment.gap is None for fragment in self.fragments)

    def slice(self, start: int, end: int | None = None) -> Written:
        """Return the part between two offsets of `text`; a gap that is cut stays a gap."""
        end = len(self.text) if end is None else end
        return Written(_sliced(self.fragments, start, end))

    def moved(self, start: int, end: int) -> Written:
        """Return the same string as if all of it were written between two offsets of the file."""
        if self.is_constant:
            return Written((Fragment(self.text, start, end),) if self.text else ())
        return Written(Fragment(part.text, start, end, part.gap) for part in self.fragments)

    def within(self, start: int, end: int) -> Written:
        """Return the string itself where it is written between the offsets, else moved there."""
        if all(start <= part.start and part.end <= end for part in self.fragments):
            return self
        return self.moved(start, end)

    def place(self, offset: int) -> int:
        """Return the place in the file of the character at an offset of `text`."""
        for fragment in self.fragments:
            if offset < len(fragment.text):
                return fragment.start + (offset if fragment.linear else 0)
            offset -= len(fragment.text)
        return self.fragments[-1].end if self.fragments else 0

    def replaced(self, replacements: Iterable[tuple[int, int, Written]]) -> Written:
        """Return the string with stretches of `text`, in ascending order, replaced."""
        parts: list[Fragment] = []
        position = 0
        for start, end, replacement in replacements:
            parts.extend(_sliced(self.fragments, position, start))
            parts.extend(replacement.fragments)
            position = end
        parts.extend(_sliced(self.fragments, position, len(self.text)))
        return Written(parts)

    def stretch(self, start: int, end: int) -> tuple[int, int]:
        """Return the places in the file between which a stretch of `text` is written."""
        fragments = self.slice(start, end).fragments
        if not fragments:
            place = self.place(start)
            return place, place
        return fragments[0].start, fragments[-1].end


def concatenated(parts: Iterable[Written]) -> Written:
    """Return the strings one after the other."""
    return Written(fragment for part in parts for fragment in part.fragments)


def interpolated(source: str, value: HoleValue, start: int, end: int) -> Written:
    """Return a string that is one value known only at run time."""
    return Written((Fragment(STAND_IN, start, end, RunTimePart(source, False, value)),))


def dedented(written: Written) -> Written:
    """Do what `textwrap.dedent` does."""
    import textwrap

    kept: list[Written] = []
    position = 0
    lines = written.text.splitlines(keepends=True)
    for line, shorter in zip(
        lines, textwrap.dedent(written.text).splitlines(keepends=True), strict=False
    ):
        if line.strip():
            kept.append(written.slice(position + len(line) - len(shorter), position + len(line)))
        else:
            kept.append(
                written.slice(position + len(line) - len(line.lstrip(" \t")), position + len(line))
            )
        position += len(line)
    return concatenated(kept)


def stripped(written: Written, *, left: bool = True, right: bool = True) -> Written:
    """Do what `str.strip`, `lstrip` and `rstrip` do without arguments."""
    text = written.text
    start = len(text) - len(text.lstrip()) if left else 0
    end = len(text.rstrip()) if right else len(text)
    return written.slice(start, max(start, end))


def with_replacement(written: Written, old: str, new: Written) -> Written:
    """Do what `str.replace` does, the new text standing where the old one was written."""
    if not old:
        return written
    return written.replaced(
        (found.start(), found.end(), new.moved(*written.stretch(found.start(), found.end())))
        for found in re.finditer(re.escape(old), written.text)
    )


def as_text(written: Written, path: str, host: str) -> Text:
    """Return the string as SQL that knows its way back to the file."""
    data = bytearray()
    pieces: list[Piece] = []
    holes: list[Hole] = []
    for fragment in written.fragments:
        offset = len(data)
        pieces.append(Piece(offset, fragment.start, fragment.linear or _keeps_length(fragment)))
        data += fragment.text.encode("utf-8", "replace")
        if fragment.gap is not None:
            source, binding, value = fragment.gap
            holes.append(Hole(offset, len(data), source, binding, value))
    if written.fragments:
        pieces.append(Piece(len(data), written.fragments[-1].end, True))
    return Text(path, bytes(data), host=host, pieces=tuple(pieces), holes=tuple(holes))


def _keeps_length(fragment: Fragment) -> bool:
    return fragment.gap is not None and fragment.gap.binding


def _sliced(fragments: Iterable[Fragment], start: int, end: int) -> Iterator[Fragment]:
    position = 0
    for fragment in fragments:
        length = len(fragment.text)
        low, high = max(start - position, 0), min(end - position, length)
        if low < high:
            if low == 0 and high == length:
                yield fragment
            elif fragment.linear:
                yield Fragment(fragment.text[low:high], fragment.start + low, fragment.start + high)
            else:
                yield fragment._replace(text=fragment.text[low:high])
        position += length
