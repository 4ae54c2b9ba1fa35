"""Where a key or a value stands in a TOML file, which the standard library's parser keeps quiet."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from rlslint import NamedTuple

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
    """Return from which to which byte the last key of `path` is written, or `value` behind it."""
    source = data.decode("utf-8", "replace")
    place = _places(source).get(path)
    if place is None:
        return 0, 0
    start, end = place.start, place.end
    if value and (found := source.find(value, place.value, place.behind)) >= 0:
        start, end = found, found + len(value)
    begin = len(source[:start].encode())
    return begin, begin + len(source[start:end].encode())


class _Place(NamedTuple):
    """From where to where a key is written, and its value, which may be one of a list."""

    start: int
    end: int
    value: int
    behind: int


@lru_cache(maxsize=2)
def _places(source: str) -> dict[KeyPath, _Place]:
    """Return where all keys and all elements of lists stand, of a document that is TOML."""
    reading = _Reading(source)
    reading.read()
    return reading.found


_BETWEEN = r"(?:\s|#[^\n]*)*+"
_KEY = r"[\w-]+|\"(?:[^\"\\\n]|\\.)*+\"|'[^'\n]*+'"
_DOT = r"[ \t]*\.[ \t]*"
_PLAIN_VALUE = (
    r"\"\"\"(?:[^\"\\]|\\.|\"(?!\"\"))*+\"{3,5}|'''(?:[^']|'(?!''))*+'{3,5}"
    r"|\"(?:[^\"\\\n]|\\.)*+\"|'[^'\n]*+'|[^\n#,\]}]*"
)

_Key = tuple[str, int, int]


class _Reading:
    """One pass over a document, which keeps where it meets a key first."""

    def __init__(self, source: str) -> None:
        self.found: dict[KeyPath, _Place] = {}
        self._source = source
        self._between = re.compile(_BETWEEN).match
        self._key, self._dot = re.compile(_KEY).match, re.compile(_DOT).match
        self._plain_value = re.compile(_PLAIN_VALUE, re.DOTALL).match
        self._lengths: dict[KeyPath, int] = {}

    def read(self) -> None:
        table: KeyPath = ()
        at = self._next(0)
        while at < len(self._source):
            if self._source[at] != "[":
                at = self._pair(at, table)
            else:
                is_list = self._source.startswith("[[", at)
                keys, at = self._keys(self._next(at + 1 + is_list))
                table = self._table(keys, is_list)
                at = self._source.index("]", at) + 1 + is_list
            at = self._next(at)

    def _next(self, at: int) -> int:
        """Return where something stands that is neither white space nor a comment."""
        found = self._between(self._source, at)
        return found.end() if found else at

    def _keys(self, at: int) -> tuple[list[_Key], int]:
        """Return the parts of a dotted key with their places, and where it ends."""
        keys: list[_Key] = []
        while part := self._key(self._source, at):
            at = part.end()
            quotes = int(part[0][0] in "\"'")
            keys.append((_unquoted(part[0]), part.start() + quotes, at - quotes))
            dot = self._dot(self._source, at)
            if dot is None:
                break
            at = dot.end()
        return keys, at

    def _table(self, keys: list[_Key], is_list: bool) -> KeyPath:
        """Return the path of the table of a header; that of a list is the next one of it."""
        path: KeyPath = ()
        for number, (name, start, end) in enumerate(keys, 1):
            path = (*path, name)
            self.found.setdefault(path, _Place(start, end, end, end))
            if is_list and number == len(keys):
                self._lengths[path] = self._lengths.get(path, 0) + 1
            if path in self._lengths:
                path = (*path, self._lengths[path] - 1)
                self.found.setdefault(path, _Place(start, end, end, end))
        return path

    def _pair(self, at: int, table: KeyPath) -> int:
        """Read a key and its value, and return where this ends."""
        keys, at = self._keys(at)
        value = self._next(self._source.index("=", at) + 1)
        path = (*table, *(name for name, _, _ in keys))
        _, start, end = keys[-1]
        behind = self._value(value, path, _Place(start, end, value, value))
        for number, (_, start, end) in enumerate(keys, len(table) + 1):
            self.found.setdefault(path[:number], _Place(start, end, value, behind))
        return behind

    def _value(self, at: int, path: KeyPath, place: _Place) -> int:
        """Read a value, the elements of a list and the pairs of a table, and return its end."""
        opening = self._source[at : at + 1]
        if not opening or opening not in "[{":
            found = self._plain_value(self._source, at)
            return found.end() if found else at
        at = self._next(at + 1)
        number = 0
        while self._source[at] not in "]}":
            if opening == "{":
                behind = self._pair(at, path)
            else:
                element = (*path, number)
                behind = self._value(at, element, place)
                self.found[element] = place._replace(value=at, behind=behind)
            number += 1
            at = self._next(behind)
            if self._source[at] == ",":
                at = self._next(at + 1)
        return at + 1


def _unquoted(key: str) -> str:
    if key[0] not in "\"'":
        return key
    if "\\" not in key:
        return key[1:-1]
    import tomllib

    return str(tomllib.loads(f"key = {key}")["key"])


def _offset(data: bytes, row: int, column: int) -> int:
    lines = data.split(b"\n")
    before = sum(len(line) + 1 for line in lines[: row - 1])
    line = lines[row - 1].decode("utf-8", "replace") if row <= len(lines) else ""
    return min(len(data), before + len(line[: column - 1].encode()))
