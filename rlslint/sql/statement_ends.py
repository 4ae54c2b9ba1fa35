"""Where one statement ends and the next begins, for text that the grammar has not accepted (yet).

PostgreSQL's parser only says where statements end once it accepts all of them. This is what is
left of psql's own scanner (`src/fe_utils/psqlscan.l`) when it needs to find ends only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from rlslint import NamedTuple, Pattern

WORD = rb"[A-Za-z_\x80-\xff][\w$\x80-\xff]*"
DOLLAR_TAG = rb"\$(?:[A-Za-z_\x80-\xff][\w\x80-\xff]*)?\$"
_ESCAPED = rb"'[^'\\]*(?:(?:\\.|'')[^'\\]*)*'"
# A string goes on behind white space that has a line end, and stays an escape string.
QUOTED = (
    rb"[eE]" + _ESCAPED + rb"(?:[ \t\r\f\v]*\n\s*" + _ESCAPED + rb")*"
    rb"|'[^']*'"
    rb'|"[^"]*"'
    rb"|--[^\n]*"
)
_FLAT_COMMENT = rb"/\*[^*/]*(?:(?:\*(?!/)|/(?!\*))[^*/]*)*\*/"
# The count is bounded because a repeated group remembers each of its turns.
_UNREMARKABLE = Pattern(
    rb"(?:[^;'\"$/\\A-Za-z_\x80-\xff-]+|"
    + QUOTED
    + rb"|"
    + WORD
    + rb"|"
    + _FLAT_COMMENT
    + rb"|\$(?!"
    + DOLLAR_TAG[2:]
    + rb")|-(?!-)|/(?!\*)){1,2000}",
    re.DOTALL,
)
_BETWEEN_WORDS = rb"(?:\s|--[^\n]*\n|" + _FLAT_COMMENT + rb")+"
_HAS_STATEMENTS_INSIDE = Pattern(
    rb"create"
    + _BETWEEN_WORDS
    + rb"(?:or"
    + _BETWEEN_WORDS
    + rb"replace"
    + _BETWEEN_WORDS
    + rb")?(?:function|procedure|rule)\b",
    re.IGNORECASE,
)
_WORD_OR_MARK = Pattern(QUOTED + rb"|" + WORD + rb"|[;()$\\]|/\*|['\"]", re.DOTALL)
_BEFORE_FIRST_TOKEN = Pattern(rb"(?:[\s;]+|--[^\n]*(?:\n|$))*")
_COMMENT_MARK = Pattern(rb"/\*|\*/")
_DOLLAR_TAG = Pattern(DOLLAR_TAG)
_COPY_FROM_STDIN = Pattern(rb"copy\b.*\bfrom\s+stdin\b", re.IGNORECASE | re.DOTALL)
_END_OF_COPY_DATA = Pattern(rb"^\\\.[ \t\r]*$", re.MULTILINE)
_LINE = Pattern(rb"[^\n]*")
# psql sends the statement when it meets one of these, as it does for a semicolon.
_SENDS_STATEMENT = Pattern(rb"\\(?:g(?:x|set|exec|desc)?|crosstabview|watch)\b")


_END_OF_WHAT = (b"if", b"loop", b"while", b"repeat", b"for", b"case")


class Stretch(NamedTuple):
    """What psql would send as one statement: the bytes from `start` to `end`.

    `end` stands behind the semicolon, `following` behind the COPY data or the psql command as
    well. `commands` are the psql commands inside. `open_quote` is where a string, a quoted name
    or a comment begins that has no end, else -1.
    """

    start: int
    end: int
    following: int
    commands: tuple[tuple[int, int], ...]
    open_quote: int


def stretches(data: bytes, start: int, stop: int) -> Iterator[Stretch]:
    """Yield the statements between two offsets; what is between them is white space, comments."""
    position = first_token(data, start, stop)
    while position < stop:
        stretch = next_stretch(data, position, stop)
        yield stretch
        position = first_token(data, stretch.following, stop)


def next_stretch(data: bytes, start: int, stop: int) -> Stretch:
    """Return the statement whose first token stands at `start`."""
    stretch = _to_semicolon(data, start, stop, _inside(data, start, stop))
    if stretch.end < stretch.following or data[start : start + 4].lower() != b"copy":
        return stretch
    return stretch._replace(following=_behind_copy_data(data, stretch, stop))


def first_token(data: bytes, start: int, end: int) -> int:
    """Return the offset behind the white space, semicolons and comments at `start`.

    A comment without an end is none: it is where PostgreSQL finds an error.
    """
    while match := _BEFORE_FIRST_TOKEN().match(data, start, end):
        start = match.end()
        if not data.startswith(b"/*", start, end):
            break
        behind = end_of_quote(data, start, end)
        if behind > end:
            break
        start = behind
    return min(start, end)


def end_of_line(data: bytes, start: int, stop: int) -> int:
    """Return where the line that `start` stands in ends."""
    match = _LINE().match(data, start, stop)
    return match.end() if match else stop


def end_of_quote(data: bytes, start: int, stop: int) -> int:
    """Return the end of the dollar quote or comment at `start`: `stop` + 1 where it has none."""
    if data.startswith(b"/*", start, stop):
        return _end_of_comment(data, start, stop)
    tag = _DOLLAR_TAG().match(data, start, stop)
    if tag is None:
        return start + 1
    end = data.find(tag.group(), tag.end(), stop)
    return end + len(tag.group()) if end >= 0 else stop + 1


def _end_of_comment(data: bytes, start: int, end: int) -> int:
    if _last(b"*/", data, end) < start:
        return end + 1
    depth = 0
    for mark in _COMMENT_MARK().finditer(data, start, end):
        depth += 1 if mark.group() == b"/*" else -1
        if depth == 0:
            return mark.end()
    return end + 1


@lru_cache(maxsize=8)
def _last(mark: bytes, data: bytes, end: int) -> int:
    """Return where a mark stands for the last time, -1 where it does not.

    What begins again and again and never ends is then looked for once, not from each beginning.
    """
    return data.rfind(mark, 0, end)


def _to_semicolon(data: bytes, start: int, stop: int, position: int) -> Stretch:
    commands: list[tuple[int, int]] = []
    while position < stop:
        match = _UNREMARKABLE().match(data, position, stop)
        if match is not None:
            position = match.end()
            continue
        match data[position : position + 1]:
            case b";":
                return Stretch(start, position + 1, position + 1, tuple(commands), -1)
            case b"\\":
                end = end_of_line(data, position, stop)
                if _SENDS_STATEMENT().match(data, position, end):
                    return Stretch(start, position, end, tuple(commands), -1)
                commands.append((position, end))
                position = end
            case b"'" | b'"':
                return Stretch(start, stop, stop, tuple(commands), position)
            case _:
                end = end_of_quote(data, position, stop)
                if end > stop:
                    return Stretch(start, stop, stop, tuple(commands), position)
                position = end
    return Stretch(start, stop, stop, tuple(commands), -1)


def _inside(data: bytes, start: int, stop: int) -> int:
    """Return where to look for the semicolon: behind the statements that this one is made of."""
    head = _HAS_STATEMENTS_INSIDE().match(data, start, stop)
    if head is None:
        return start
    if head.group()[-4:].lower() == b"rule":
        return _behind_parentheses(data, head.end(), stop)
    return _behind_atomic_body(data, head.end(), stop)


def _behind_parentheses(data: bytes, start: int, stop: int) -> int:
    depth = 0
    end = start
    previous = b""
    for position, mark in _words_and_marks(data, start, stop):
        if _begins_anew(previous, mark):
            return start
        previous = mark
        if mark == b"(":
            depth += 1
        elif mark == b")":
            depth -= 1
            end = position + 1
        elif mark == b";" and depth <= 0:
            return position
    return end if depth == 0 else start


def _behind_atomic_body(data: bytes, start: int, stop: int) -> int:
    depth = parentheses = 0
    previous = b""
    for position, mark in _words_and_marks(data, start, stop):
        word = mark.lower()
        if _begins_anew(previous, word):
            return start
        if depth == 0:
            parentheses += (word == b"(") - (word == b")")
            if word == b";":
                return start
            if (previous, word) == (b"begin", b"atomic"):
                depth = 1
            elif previous == b"begin" and parentheses == 0:
                return _behind_bare_body(data, position, stop) or start
        elif word in (b"case", b"end") and not _is_label(data, position, previous):
            depth += 1 if word == b"case" else -1
            if depth == 0:
                return position + len(mark)
        previous = word
    return start


def _behind_bare_body(data: bytes, start: int, stop: int) -> int:
    """Return the end of a body that is no string, as other databases write them; 0 if none.

    PostgreSQL refuses the whole: the parts are no statements that it would take on their own.
    """
    depth, previous, closed = 1, b"begin", 0
    for position, mark in _words_and_marks(data, start, stop):
        word = mark.lower()
        if _begins_anew(previous, word):
            return 0
        if previous == b"end" and word in _END_OF_WHAT:
            depth += word != b"case"
            previous, closed = word, 0
            continue
        if closed:
            return closed
        if word in (b"begin", b"case"):
            depth += 1
        elif word == b"end" and not _is_label(data, position, previous):
            depth -= 1
            closed = position + len(mark) if depth == 0 else 0
        previous = word
    return closed


def _begins_anew(previous: bytes, word: bytes) -> bool:
    """Neither a rule nor a function may create anything: there its end was forgotten."""
    return previous == b";" and word.lower() == b"create"


def _is_label(data: bytes, position: int, previous: bytes) -> bool:
    return previous == b"as" or data[position - 1 : position] == b"."


def _words_and_marks(data: bytes, position: int, stop: int) -> Iterator[tuple[int, bytes]]:
    while (match := _WORD_OR_MARK().search(data, position, stop)) is not None:
        mark = match.group()
        position = match.end()
        if mark in (b"$", b"/*"):
            position = end_of_quote(data, match.start(), stop)
        elif mark in (b"'", b'"'):
            return
        elif mark == b"\\":
            position = end_of_line(data, position, stop)
        elif mark[-1:] not in (b"'", b'"') and not mark.startswith(b"--"):
            yield match.start(), mark


def _behind_copy_data(data: bytes, stretch: Stretch, stop: int) -> int:
    if not _COPY_FROM_STDIN().match(data, stretch.start, stretch.end):
        return stretch.following
    if _last(b"\\.", data, stop) < stretch.end:
        return stretch.following
    end = _END_OF_COPY_DATA().search(data, stretch.end, stop)
    return end.end() if end is not None else stretch.following
