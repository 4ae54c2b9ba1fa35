"""What a terminal shows: text of which no character acts, and source with a mark under it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from typing import Literal

from rlslint import NamedTuple
from rlslint.text import CatalogText, Span, Text
from rlslint.text.secrets import MASK

TAB = "    "


def printable(text: str) -> str:
    """Return `text` with every control and formatting character replaced by a visible sign.

    Names and source code come from files that anybody may have written: an escape sequence in
    them must not move the cursor, and a bidirectional override must not reorder a line.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(cell, text))


def cell(character: str) -> str:
    """Return what is shown for one character."""
    if character == "\t":
        return TAB
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    if code < 0x7F:
        return character
    if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
        return f"\\u{{{code:04x}}}"
    return character


def width(shown: str) -> int:
    """Return how many columns of a terminal `shown` takes."""
    if shown.isascii():
        return len(shown)
    return sum(map(_character_width, shown))


def _character_width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def wrapped(words: str, columns: int) -> Iterator[str]:
    """Yield words as lines of at most so many columns; a word that is longer stands alone."""
    line, wide = "", 0
    for word in words.split(" "):
        more = width(word)
        if line and wide + 1 + more > columns:
            yield line
            line, wide = word, more
        else:
            line, wide = (f"{line} {word}", wide + 1 + more) if line else (word, more)
    yield line


def hanging(head: str, words: str, width: int) -> Iterator[str]:
    """Yield words behind a head, further lines below the first of them."""
    if len(head) > width // 2:
        yield head.rstrip()
        head = " " * (len(head) - len(head.lstrip()) + 4)
    room = max(width - len(head), 20)
    lines = list(wrapped(" ".join(words.splitlines()), room))
    yield (head + lines[0]).rstrip()
    indent = " " * (len(head) if head.strip() else len(head) + 2)
    for line in lines[1:]:
        yield indent + line


class Screen(NamedTuple):
    """What a report is printed on: with colours or not, how wide, and whether it shows links."""

    colour: bool = False
    columns: int = 100
    links: bool = False


Part = Literal["gutter", "mark", "secondary"]
Paint = Callable[[str, Part], str]

_ROWS_AT_START = 4
_ROWS_AT_END = 2


def unpainted(text: str, part: Part) -> str:
    """Return text as it is: the paint for output without colour."""
    del part
    return text


class _Row(NamedTuple):
    """A line as it is shown, and the columns at which the marked part starts and ends."""

    shown: str
    start: int
    end: int


def gutter_width(span: Span) -> int:
    """Return how wide the column of line numbers must be for `span`; no file, no numbers."""
    if isinstance(span.text, CatalogText):
        return 1
    return len(str(span.locations()[1].row))


def frame(
    span: Span,
    label: str = "",
    *,
    gutter: int | None = None,
    main: bool = True,
    paint: Paint = unpainted,
    columns: int = Screen().columns,
) -> Iterator[str]:
    """Yield the lines that `span` covers, the span marked with `^` (or `-`) and its label.

    Lines are cut around what is marked, so that all fits into so many columns.
    """
    numbers = gutter_width(span) if gutter is None else gutter
    numbered = _blank if isinstance(span.text, CatalogText) else _numbered
    part: Part = "mark" if main else "secondary"
    sign = "^" if main else "-"
    start, end = span.locations()
    rows = range(start.row, max(start.row, end.row if end.column > 1 else end.row - 1) + 1)
    empty = paint(f"{'':{numbers}} |", "gutter")
    room = max(_LEAST_ROOM, columns - numbers - 3)
    yield empty
    if len(rows) == 1:
        stop = end.column if end.row == start.row else len(span.text.line(start.row)) + 1
        row = _row(span.text, start.row, start.column, stop, room)
        mark = sign * max(1, row.end - row.start)
        yield numbered(start.row, numbers, paint, row.shown)
        for indent, words in _labelled(row.start, mark, label, room):
            yield f"{empty} {' ' * indent}{paint(words, part)}"
    else:
        stop = end.column if end.column > 1 else len(span.text.line(rows[-1])) + 1
        for line in _long_frame(span, rows, start.column, stop, label, sign, room):
            number, drawn, shown = line
            before = empty if number is None else numbered(number, numbers, paint, "").rstrip()
            yield f"{before} {paint(drawn, part)}{shown}".rstrip()
    yield empty


def _long_frame(
    span: Span, rows: range, start: int, stop: int, label: str, sign: str, room: int
) -> Iterator[tuple[int | None, str, str]]:
    text = span.text
    inner = room - 2
    first = _row(text, rows[0], start, start, inner)
    from_margin = not text.line(rows[0])[: start - 1].strip()
    yield rows[0], "/" if from_margin else " ", f" {first.shown}"
    if not from_margin:
        yield None, f" {'_' * (first.start + 1)}{sign}", ""
    for number in rows[1:-1]:
        if len(rows) > _ROWS_AT_START + _ROWS_AT_END + 1:
            if number == rows[_ROWS_AT_START]:
                yield None, "|", " ..."
            if _ROWS_AT_START <= number - rows[0] < len(rows) - _ROWS_AT_END:
                continue
        yield number, "|", f" {_row(text, number, 1, 1, inner).shown}"
    last = _row(text, rows[-1], max(1, stop - 1), stop, inner)
    yield rows[-1], "|", f" {last.shown}"
    for indent, words in _labelled(0, f"|{'_' * (last.start + 1)}{sign}", label, room):
        yield None, f"{' ' * indent}{words}", ""


def _numbered(number: int, gutter: int, paint: Paint, shown: str) -> str:
    return f"{paint(f'{number:>{gutter}} |', 'gutter')} {shown}".rstrip()


def _blank(number: int, gutter: int, paint: Paint, shown: str) -> str:
    del number
    return f"{paint(' ' * gutter + ' |', 'gutter')} {shown}".rstrip()


def _labelled(indent: int, mark: str, label: str, room: int) -> Iterator[tuple[int, str]]:
    """Yield a mark with its label beside it, or below it where that is too long."""
    shown = printable(label)
    if not shown:
        yield indent, mark
    elif indent + len(mark) + 1 + width(shown) <= room:
        yield indent, f"{mark} {shown}"
    else:
        yield indent, mark
        below = max(0, min(indent, room - min(_LEAST_ROOM, width(shown))))
        for words in wrapped(shown, room - below):
            yield below, words


_LEAST_ROOM = 40
"""In so many columns a label is read with ease."""


def _row(text: Text, number: int, start: int, end: int, room: int) -> _Row:
    """Return a line as it is shown, with 1-based character columns turned into display columns.

    A secret is shown as `***`, whatever its length, and the mark moves with what stands behind it.
    What does not fit is cut off on both sides of the mark.
    """
    line = text.line(number)
    secrets = text.secrets.get(number, ())
    for secret, behind in secrets:
        if secret < start - 1 < behind:
            start = secret + 1
        if secret < end - 1 < behind:
            end = behind + 1
    if not secrets and len(line) <= room and line.isascii() and line.isprintable():
        marked_from = min(start - 1, len(line))
        return _Row(line, marked_from, max(marked_from, min(end - 1, len(line))))
    # Of a line that has no end only what may be shown is looked at.
    low = max(0, start - 1 - room)
    part = line[low : start - 1 + 2 * room]
    cells = [cell(character) for character in part]
    for secret, behind in secrets:
        here, to = max(secret - low, 0), min(behind - low, len(part))
        if here < to:
            cells[here:to] = [MASK, *[""] * (to - here - 1)]
    first, last = _window([width(one) for one in cells], start - 1 - low, end - 1 - low, room)
    prefix = "…" if low + first else ""
    suffix = "…" if low + last < len(line) else ""
    shown = prefix + "".join(cells[first:last]) + suffix
    marked_from = width(prefix + "".join(cells[first : start - 1 - low]))
    marked_to = width(prefix + "".join(cells[first : min(last, end - 1 - low)]))
    return _Row(shown, marked_from, max(marked_from, marked_to))


def _window(widths: list[int], start: int, end: int, room: int) -> tuple[int, int]:
    """Return which characters fit, those from `start` to `end` among them and some around them."""
    if sum(widths) <= room:
        return 0, len(widths)
    room -= 2
    behind = min(sum(widths[end:]), room // 3)
    left = max(0, room - sum(widths[start:end]) - behind)
    first = start
    while first and widths[first - 1] <= left:
        first -= 1
        left -= widths[first]
    last, taken = first, 0
    while last < len(widths) and taken + widths[last] <= room:
        taken += widths[last]
        last += 1
    return first, last


def shown_sql(span: Span) -> str:
    """Return the SQL of a span that no file shows, with `***` in place of each secret."""
    start, end = span.locations()
    lines = []
    for number in range(start.row, end.row + 1):
        line = span.text.line(number)
        cells = list(line)
        for secret, behind in span.text.secrets.get(number, ()):
            cells[secret:behind] = [MASK, *[""] * (behind - secret - 1)]
        first = start.column - 1 if number == start.row else 0
        lines.append("".join(cells[first : end.column - 1 if number == end.row else None]))
    return "\n".join(lines)
