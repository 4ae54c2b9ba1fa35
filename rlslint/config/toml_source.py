"""Where a key or a value stands in a TOML file, which the standard library's parser keeps quiet."""

from __future__ import annotations

import re
from typing import Any

_MOST_DOTS = 100
_DEEP_KEY = rb"(?<![\w-])(?:[\w-]++\.){%d}" % _MOST_DOTS
"""A dotted key that takes the parser of Python the square of its length."""

KeyPath = tuple[str | int, ...]
"""The keys and, for arrays of tables, the positions that lead to a value."""


class TomlProblem(Exception):
    """A text is no TOML; `offset` is the byte where the parser gave up."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


def read_toml(data: bytes) -> dict[str, Any]:
    """Return the document. Raises TomlProblem where `data` is no TOML."""
    import tomllib

    if data.count(b".") >= _MOST_DOTS and (deep := re.search(_DEEP_KEY, data)):
        raise TomlProblem("the file is nested too deeply", deep.start())
    try:
        return tomllib.loads(data.decode())
    except UnicodeDecodeError as error:
        raise TomlProblem("the file is not UTF-8", error.start) from None
    except RecursionError:
        raise TomlProblem("the file is nested too deeply", 0) from None
    except tomllib.TOMLDecodeError as error:
        message, _, place = str(error).rpartition(" (at ")
        if not place.startswith("line "):
            raise TomlProblem(message, len(data.rstrip())) from None
        row, column = place.removesuffix(")").removeprefix("line ").split(", column ")
        raise TomlProblem(message, _offset(data, int(row), int(column))) from None
    except ValueError as error:
        # Python refuses integers of thousands of digits.
        raise TomlProblem(str(error).partition(";")[0], 0) from None


def place_of(data: bytes, path: KeyPath, value: str = "") -> tuple[int, int]:
    """Return from which to which byte the last key of `path` is written, or `value` behind it.

    A prefix of the file that ends with a line and is TOML says which keys stand above that line;
    the first one that has the key ends with the line of its value.
    """
    lines = data.decode("utf-8", "replace").splitlines(keepends=True)
    key = next((str(part) for part in reversed(path) if isinstance(part, str)), "")
    for first, line in enumerate(lines):
        if key not in line:
            continue
        before = _document("".join(lines[:first]))
        if before is None or _holds(before, path):
            continue
        for last in range(first, len(lines)):
            if not _may_end_before(lines[last + 1 : last + 2]):
                continue
            document = _document("".join(lines[: last + 1]))
            if document is not None:
                if _holds(document, path):
                    return _within(lines, first, last, key, value)
                break
    return 0, 0


def _may_end_before(following: list[str]) -> bool:
    """Tell whether a value may be complete: a key, a table, a comment or nothing comes next."""
    line = following[0].strip() if following else ""
    return not line or line[0] in "[#" or "=" in line


def _within(lines: list[str], first: int, last: int, key: str, value: str) -> tuple[int, int]:
    start = len("".join(lines[:first]).encode())
    area = "".join(lines[first : last + 1])
    position = area.index(key)
    length = len(key)
    found = area.find(value, position + length) if value else -1
    if found >= 0:
        position, length = found, len(value)
    begin = start + len(area[:position].encode())
    return begin, begin + len(area[position : position + length].encode())


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


def _offset(data: bytes, row: int, column: int) -> int:
    lines = data.split(b"\n")
    before = sum(len(line) + 1 for line in lines[: row - 1])
    line = lines[row - 1].decode("utf-8", "replace") if row <= len(lines) else ""
    return min(len(data), before + len(line[: column - 1].encode()))
