"""From a file's bytes to a Text, whatever encoding and line ends the file has."""

from __future__ import annotations

import os

from rlslint import NamedTuple
from rlslint.files import disk
from rlslint.text import Text

_UTF8_MARK = b"\xef\xbb\xbf"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_LOOKED_AT = 1024


class Note(NamedTuple):
    """A remark about a file for the user's standard error; it changes no exit code."""

    path: str
    message: str


class Unreadable(NamedTuple):
    """A file, or a path the user named, without a Text.

    `is_error` tells what should have been read (exit code 2) from what another database or another
    program reads.
    """

    path: str
    message: str
    is_error: bool


class RecodedText(Text):
    """The Text of a file that is not UTF-8; `note` is what the user should know about it."""

    def __init__(self, path: str, data: bytes, note: Note) -> None:
        super().__init__(path, data)
        self.note = note


def read_text(path: str | os.PathLike[str], shown: str) -> Text | Unreadable:
    """Return the text of the file, or why there is none; `shown` is its name in messages."""
    try:
        data = disk.read(path)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return Unreadable(shown, f"{shown} cannot be read: {reason}.", is_error=True)
    return text_of(data, shown)


def text_of(data: bytes, shown: str) -> Text | Unreadable:
    """Return `data` as the UTF-8 that PostgreSQL's parser takes, without a byte order mark.

    The parser refuses a byte order mark and stops at a NUL byte without a word, so neither may
    reach it. Every byte sequence is valid Latin-1, which keeps columns right in a file of any
    single-byte encoding.
    """
    if b"\0" in data or data.startswith(UTF16_MARKS):
        return _not_text(data, shown)
    data = data.removeprefix(_UTF8_MARK)
    try:
        data.decode()
    except UnicodeDecodeError:
        note = Note(shown, f"{shown} is not valid UTF-8; it was read as Latin-1.")
        return RecodedText(shown, data.decode("latin-1").encode(), note)
    return Text(shown, data)


def of_another_database(shown: str, dialect: str) -> Unreadable:
    """Say that a file is written for another database, whose SQL `dialect` is."""
    return Unreadable(shown, f"{shown} was passed over: it is {dialect}.", is_error=False)


def _not_text(data: bytes, shown: str) -> Unreadable:
    """Say why PostgreSQL does not read a file; one for SQL Server, say, it need not read."""
    encoding = _utf16(data)
    if encoding is None:
        message = f"{shown} has a NUL byte, where PostgreSQL stops reading: it was not checked."
        return Unreadable(shown, message, is_error=True)
    from rlslint.sql.dialects import looks_like_other_dialect

    dialect = looks_like_other_dialect(data.decode(encoding, "replace").encode(), shown)
    if dialect is not None:
        return of_another_database(shown, dialect)
    message = f"{shown} is UTF-16, which psql does not read either: it was not checked."
    return Unreadable(shown, message, is_error=True)


def _utf16(data: bytes) -> str | None:
    """Return the codec of data in UTF-16, which need not say so by a mark."""
    if data.startswith(UTF16_MARKS):
        return "utf-16"
    start = data[:_LOOKED_AT]
    for codec, high in (("utf-16-le", start[1::2]), ("utf-16-be", start[::2])):
        if len(start) > 1 and high.count(0) > 0.7 * len(high) and start.count(0) < 0.6 * len(start):
            return codec
    return None
