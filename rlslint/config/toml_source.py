"""Where a key or a value stands in a TOML file, which the standard library's parser keeps quiet."""

from __future__ import annotations

import re
from typing import Any

from rlslint.text import Span, Text
from rlslint.text.frames import frame, gutter_width

KeyPath = tuple[str | int, ...]
"""The keys and, for arrays of tables, the positions that lead to a value."""

_PLACE_IN_MESSAGE = re.compile(r" \(at line (\d+), column (\d+)\)$")


class TomlProblem(Exception):
    """A text is no TOML; `offset` is the byte where the parser gave up."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


def read_toml(text: Text) -> dict[str, Any]:
    """Return the document. Raises TomlProblem where `text` is no TOML."""
    import tomllib

    try:
        return tomllib.loads(text.data.decode())
    except UnicodeDecodeError as error:
        raise TomlProblem("the file is not UTF-8", error.start) from None
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        match = _PLACE_IN_MESSAGE.search(message)
        if match is None:
            end = len(text.data.rstrip())
            raise TomlProblem(message.removesuffix(" (at end of document)"), end) from None
        offset = _offset(text, int(match[1]), int(match[2]))
        raise TomlProblem(message[: match.start()], offset) from None


def span_of(text: Text, path: KeyPath, value: str = "") -> Span:
    """Return where the last key of `path` is written, or the string `value` behind it.

    A prefix of the file that ends with a line and is TOML says which keys stand above that line;
    the first one that has the key ends with the line of its value.
    """
    lines = text.data.decode("utf-8", "replace").splitlines(keepends=True)
    key = next((str(part) for part in reversed(path) if isinstance(part, str)), "")
    for first, line in enumerate(lines):
        if key not in line:
            continue
        before = _document("".join(lines[:first]))
        if before is None or _holds(before, path):
            continue
        for last in range(first, len(lines)):
            document = _document("".join(lines[: last + 1]))
            if document is not None:
                if _holds(document, path):
                    return _within(text, lines, first, last, key, value)
                break
    return Span(text, 0, 0)


def problem_frame(span: Span, message: str, label: str = "") -> str:
    """Return `path:line:column: message` and the marked source below it."""
    start = span.text.location(span.start)
    lines = frame(span, label, gutter=gutter_width(span))
    return "\n".join((f"{span.text.path}:{start.row}:{start.column}: {message}", *lines))


def _within(text: Text, lines: list[str], first: int, last: int, key: str, value: str) -> Span:
    start = len("".join(lines[:first]).encode())
    area = "".join(lines[first : last + 1])
    position = area.index(key)
    length = len(key)
    found = area.find(value, position + length) if value else -1
    if found >= 0:
        position, length = found, len(value)
    begin = start + len(area[:position].encode())
    return Span(text, begin, begin + len(area[position : position + length].encode()))


def _document(source: str) -> dict[str, Any] | None:
    import tomllib

    try:
        return tomllib.loads(source)
    except tomllib.TOMLDecodeError:
        return None


def _holds(document: Any, path: KeyPath) -> bool:
    for part in path:
        match document, part:
            case dict(), str() if part in document:
                document = document[part]
            case list(), int() if part < len(document):
                document = document[part]
            case _:
                return False
    return True


def _offset(text: Text, row: int, column: int) -> int:
    lines = text.data.split(b"\n")
    before = sum(len(line) + 1 for line in lines[: row - 1])
    line = lines[row - 1].decode("utf-8", "replace") if row <= len(lines) else ""
    return min(len(text.data), before + len(line[: column - 1].encode()))
