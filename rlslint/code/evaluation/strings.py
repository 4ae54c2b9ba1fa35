"""Strings that a program puts together, every character with the place where it was written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice

from rlslint import NamedTuple, Pattern
from rlslint.text import Hole, HoleValue, Piece, Text
from rlslint.text.budget import LONGEST_TEXT, MOST_PIECES, OutOfBudget

STAND_IN = "___"
"""Stands for a value that becomes part of SQL: an identifier, so that the rest can be parsed."""

_INDEX = Pattern(r"[0-9]{1,4}")
_BRACES = Pattern(r"\{\{|\}\}|\{(\w*)(?:[.\[][^}:!]*)?(?:[:!][^}]*)?\}")
_PERCENT = Pattern(
    r"%%|%(?:\((?P<name>\w+)\)|<(?P<angled>\w+)>|(?P<number>\d{1,4})\$|\[(?P<index>\d{1,4})\])?"
    r"[-+ #0]*\d*(?:\.\d+)?(?P<kind>[sdvqfxLIiuDSTt@])"
)
_PLACEHOLDERS = Pattern(
    r"""'(?:[^']|'')*'|"[^"]*"|--[^\n]*|/\*.*?\*/|\$(?P<tag>[A-Za-z_]*)\$.*?\$(?P=tag)\$"""
    r"""|\$(?P<number>\d{1,9})|\$(?P<dollar>[A-Za-z_]\w*)|%(?:\((?P<word>\w+)\))?[sbt]|(?<![:\w\\]):(?P<colon>[A-Za-z_]\w*)(?!:)"""
    r"""|(?<![\w@])@(?P<at>[A-Za-z_]\w*)|\{(?P<brace>\d{1,9})\}|(?P<mark>(?<![?@])\?(?![?|&\w]))"""
    r"""|(?<![?@\w])\?(?P<place>\d{1,9})\b""",
    re.DOTALL,
)
_FILLED = Pattern(r"[#$]\{([^{}]*)\}")
_MARKS = ("number", "dollar", "word", "colon", "at", "brace", "mark", "place")
_STARTS = Pattern(
    r"\s*(?:(?:--[^\n]*\n|/\*.*?\*/|\()\s*)*(?:set|reset|discard|select|with|begin|start|commit"
    r"|rollback|end|insert|update|delete|merge|call|do|copy|create|alter|drop|grant|revoke|comment"
    r"|truncate|lock|refresh|values|explain|declare|notify|show|security|reassign|prepare|execute"
    r"|savepoint|release)\b",
    re.IGNORECASE | re.DOTALL,
)


class FollowedFile:
    """A file of a program, as bytes and as the text that messages show."""

    def __init__(self, path: str, data: bytes) -> None:
        self.path = path
        self.data = data

    @cached_property
    def host(self) -> str:
        return self.data.decode("utf-8", "replace")

    @cached_property
    def _is_ascii(self) -> bool:
        return self.data.isascii()

    def character(self, offset: int) -> int:
        """Return the character of `host` at a byte offset."""
        if self._is_ascii:
            return offset
        return len(self.data[:offset].decode("utf-8", "replace"))

    def slice(self, start: int, end: int) -> str:
        return self.data[start:end].decode("utf-8", "replace")


class Gap(NamedTuple):
    """A value that fills a stretch of a string; `source` is how the program writes it.

    `binding` tells that a driver passes it apart from the SQL.
    """

    source: str
    binding: bool = False
    value: HoleValue = HoleValue.anything


class Fragment(NamedTuple):
    """A stretch of a string, and the bytes of a file that it was written as."""

    text: str
    source: FollowedFile
    start: int
    end: int
    gap: Gap | None = None

    @property
    def is_verbatim(self) -> bool:
        return self.source.data[self.start : self.end] == self.text.encode()


class Written:
    """A string of the program."""

    def __init__(self, fragments: Iterable[Fragment]) -> None:
        """Raises OutOfBudget where the string is far too long."""
        self.fragments = tuple(islice(fragments, MOST_PIECES + 1))
        length = sum([len(fragment.text) for fragment in self.fragments])
        if len(self.fragments) > MOST_PIECES or length > LONGEST_TEXT:
            raise OutOfBudget

    @cached_property
    def text(self) -> str:
        return "".join([fragment.text for fragment in self.fragments])

    @property
    def constant(self) -> str | None:
        """The string where all of it is known."""
        if any(fragment.gap is not None for fragment in self.fragments):
            return None
        return self.text

    @cached_property
    def is_sql(self) -> bool:
        """Whether the string begins as a statement does."""
        return _STARTS().match(self.text) is not None

    @property
    def starts_unknown(self) -> bool:
        """Whether it is not known as far as its first word."""
        first = next((each for each in self.fragments if each.gap or each.text.strip()), None)
        return first is not None and first.gap is not None

    @property
    def key(self) -> tuple[object, ...]:
        """What tells the string from others, its places included."""
        return tuple([(id(f.source), f.start, f.text, f.gap) for f in self.fragments])

    def replaced(self, found: Iterable[tuple[int, int, Iterable[Fragment]]]) -> Written:
        """Return the string with stretches of `text`, in ascending order, replaced."""
        parts: list[Fragment] = []
        position = 0
        for start, end, replacement in found:
            parts += self._sliced(position, start)
            parts += replacement
            position = end
        parts += self._sliced(position, len(self.text))
        return Written(parts)

    def slice(self, start: int, end: int) -> Written:
        """Return a stretch of the string."""
        return Written(self._sliced(start, end))

    def stretch(self, start: int, end: int) -> tuple[FollowedFile, int, int]:
        """Return the bytes of a file that a stretch of `text` is written as."""
        parts = list(self._sliced(start, end)) or list(self.fragments[-1:])
        first, last = parts[0], parts[-1]
        behind = last.end if last.source is first.source else first.end
        return first.source, first.start, max(first.start, behind)

    def bound(self) -> Written:
        """Return the string as a library sends it that passes its gaps as values."""
        return Written(
            part if part.gap is None else part._replace(gap=part.gap._replace(binding=True))
            for part in self.fragments
        )

    def _sliced(self, start: int, end: int) -> Iterator[Fragment]:
        position = 0
        for fragment in self.fragments:
            length = len(fragment.text)
            low, high = max(start - position, 0), min(end - position, length)
            if low < high:
                if low == 0 and high == length:
                    yield fragment
                elif fragment.gap is None and fragment.is_verbatim:
                    before = len(fragment.text[:low].encode())
                    begin = fragment.start + before
                    width = len(fragment.text[low:high].encode())
                    yield fragment._replace(
                        text=fragment.text[low:high], start=begin, end=begin + width
                    )
                else:
                    yield fragment._replace(text=fragment.text[low:high])
            position += length


def gap(
    source: FollowedFile, start: int, end: int, value: HoleValue, written: str = ""
) -> Fragment:
    """Return a stretch that is a value known only at run time."""
    shown = written or source.slice(start, min(end, start + 80)).partition("\n")[0]
    return Fragment(STAND_IN, source, start, end, Gap(shown, False, value))


def untold(source: FollowedFile, start: int, end: int, shown: str) -> Written:
    """Return SQL of which nobody knows what it does, for some bytes of a file that run it."""
    found = Gap(shown, False, HoleValue.anything)
    return Written((Fragment("DO $$ BEGIN EXECUTE ___; END $$", source, start, end, found),))


def concatenated(parts: Iterable[Iterable[Fragment]]) -> Written:
    """Return strings one after the other."""
    return Written(fragment for part in parts for fragment in part)


def joined(separator: Written, parts: Sequence[Sequence[Fragment]]) -> Written:
    """Return strings with a separator between them."""
    found: list[Fragment] = []
    for number, part in enumerate(parts):
        if number:
            found += separator.fragments
        found += part
    return Written(found)


def formatted(
    template: Written,
    is_percent: bool,
    argument: Callable[[int | str, str], Sequence[Fragment]],
) -> Written:
    """Return a template with its marks filled.

    `argument` gives what stands for the mark of a number or a name; its second argument is the
    kind of a percent mark.
    """
    pattern = _PERCENT() if is_percent else _BRACES()
    ordinal = 0
    found: list[tuple[int, int, Sequence[Fragment]]] = []
    for mark in pattern.finditer(template.text):
        if mark[0] in ("%%", "{{", "}}"):
            found.append((mark.start() + 1, mark.end(), ()))
            continue
        which: int | str
        if is_percent:
            name, number = mark["name"] or mark["angled"], mark["number"] or mark["index"]
            which = name or (int(number) - 1 if number else ordinal)
            kind = mark["kind"]
        else:
            which, kind = mark[1], ""
            which = int(which) if _INDEX().fullmatch(which) else which or ordinal
        if which == ordinal:
            ordinal += 1
        found.append((mark.start(), mark.end(), argument(which, kind)))
    return template.replaced(found)


def substituted(template: Written, old: str, new: Sequence[Fragment]) -> Written:
    """Return a string with each occurrence of another one replaced."""
    if not old:
        return template
    return template.replaced(
        (found.start(), found.end(), new) for found in re.finditer(re.escape(old), template.text)
    )


BLANK = Written((Fragment(" ", FollowedFile("", b" "), 0, 1),))
"""What stands between the parts of a string that is given as several."""


class Placeholder(NamedTuple):
    """A mark for a value: its number from 0, or its name."""

    number: int
    name: str


def with_placeholders(
    sql: Written, styles: str, source_of: Callable[[Placeholder], str]
) -> Written:
    """Return SQL with a gap, as long as the mark, for each value that is passed apart from it."""

    def passed(mark: Placeholder, written: str) -> tuple[str, Gap]:
        return "_" * max(len(written), 1), Gap(source_of(mark) or written, True)

    return with_marks_filled(sql, styles, passed)


def with_marks_filled(
    sql: Written, styles: str, filling: Callable[[Placeholder, str], tuple[str, Gap | None]]
) -> Written:
    """Return SQL with what stands for each mark of a value, which is given as it is written.

    `styles` are the first characters of the marks that the library takes: `$`, `?`, `%`, `:`, `@`
    and `{`.
    """
    found: list[tuple[int, int, list[Fragment]]] = []
    ordinal = 0
    for mark in _PLACEHOLDERS().finditer(sql.text):
        sign = mark[0][0]
        is_mark = mark.lastgroup in _MARKS
        if not (is_mark or mark[0] in ("%s", "%b", "%t")) or sign not in styles:
            continue
        name = mark["word"] or mark["colon"] or mark["at"] or mark["dollar"] or ""
        number = mark["number"] or mark["brace"] or mark["place"]
        if number:
            which = int(number) - (0 if mark["brace"] else 1)
        else:
            which = ordinal
            ordinal += 1
        source, start, end = sql.stretch(mark.start(), mark.end())
        text, value = filling(Placeholder(which, name), mark[0])
        found.append((mark.start(), mark.end(), [Fragment(text, source, start, end, value)]))
    return sql.replaced(found)


def with_braces_filled(sql: Written) -> Written:
    """Return SQL in which `#{…}` marks a value, and `${…}` what becomes part of it."""
    found: list[tuple[int, int, list[Fragment]]] = []
    for mark in _FILLED().finditer(sql.text):
        source, start, end = sql.stretch(mark.start(), mark.end())
        is_value = mark[0].startswith("#")
        text = "_" * len(mark[0]) if is_value else STAND_IN
        filling = Gap(mark[1].strip() or mark[0], is_value)
        found.append((mark.start(), mark.end(), [Fragment(text, source, start, end, filling)]))
    return sql.replaced(found)


def as_text(sql: Written) -> Text:
    """Return a string as SQL that knows its way back to the file in which its first word stands."""
    parts = sql.fragments
    first = next((part for part in parts if part.gap is None and part.text.strip()), parts[0])
    home = first.source
    data = bytearray()
    pieces: list[Piece] = []
    holes: list[Hole] = []
    place = home.character(first.start)
    for part in parts:
        offset = len(data)
        if part.source is home:
            place = home.character(part.start)
            linear = part.is_verbatim or (part.gap is not None and part.gap.binding)
            pieces.append(Piece(offset, place, linear))
        else:
            pieces.append(Piece(offset, place, False))
        data += part.text.encode("utf-8", "replace")
        if part.gap is not None:
            shown, binding, value = part.gap
            holes.append(Hole(offset, len(data), shown, binding, value))
        if part.source is home:
            place = home.character(part.end)
    pieces.append(Piece(len(data), place, True))
    return Text(home.path, bytes(data), host=home.host, pieces=tuple(pieces), holes=tuple(holes))
