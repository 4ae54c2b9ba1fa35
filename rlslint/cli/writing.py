"""Files put in place at once: all of them, or none. What is there stays, unless it is to grow."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

from rlslint.files import disk
from rlslint.files.continuation import NewFile


class NotAllWritten(Exception):
    """Nothing was written; the message is a sentence that says why."""


def write_all(
    files: Sequence[NewFile], roots: Iterable[str], expected: Sequence[bytes | None]
) -> None:
    """Write files below directories, those that a tool keeps last. Raises NotAllWritten.

    Of a file that is there already, `expected` is what it held when it was read.
    """
    made: list[str] = []
    folders: list[str] = []
    inside = tuple(map(os.path.realpath, roots))
    path = ""
    try:
        ready = []
        for file, before in zip(files, expected, strict=True):
            path = file.path
            folders += _made(os.path.dirname(path))
            _check(file, before, inside)
            ready.append(_temporary(file))
            made.append(ready[-1])
        for file, temporary in zip(files, ready, strict=True):
            path = file.path
            if not file.kept:
                os.link(temporary, path)
                made.append(path)
        for file, temporary in zip(files, ready, strict=True):
            path = file.path
            if file.kept:
                os.replace(temporary, path)
    except FileExistsError:
        _undo(made, folders)
        raise NotAllWritten(f"{path} is there already: nothing was written.") from None
    except OSError as error:
        _undo(made, folders)
        reason = error.strerror or type(error).__name__
        raise NotAllWritten(f"{path} cannot be written: {reason}.") from None
    except BaseException:
        _undo(made, folders)
        raise
    _undo(ready, ())


def _check(file: NewFile, before: bytes | None, inside: tuple[str, ...]) -> None:
    """Refuse what would lie elsewhere, or take back what somebody has just written."""
    folder = os.path.dirname(file.path)
    if not disk.is_below(os.path.realpath(folder), inside):
        raise NotAllWritten(f"{folder} leads out of the project: nothing was written.")
    if not file.kept and os.path.lexists(file.path):
        raise NotAllWritten(f"{file.path} is there already: nothing was written.")
    if file.kept:
        with open(file.path, "rb") as stream:
            if stream.read() != before:
                raise NotAllWritten(f"{file.path} has changed meanwhile: nothing was written.")


def _made(folder: str) -> Iterator[str]:
    """Make a directory and those above it, and yield the ones that were not there."""
    if not folder or os.path.isdir(folder):
        return
    yield from _made(os.path.dirname(folder))
    os.mkdir(folder)
    yield folder


def _temporary(file: NewFile) -> str:
    """Write a file beside its place, with the rights that it is to have, and return its path."""
    folder, name = os.path.split(file.path)
    path = os.path.join(folder, f".{name}.{os.getpid()}.{os.urandom(4).hex()}")
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0))
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(file.content)
        if file.kept:
            os.chmod(path, os.stat(file.path).st_mode & 0o7777)
    except BaseException:
        os.unlink(path)
        raise
    return path


def _undo(made: Iterable[str], folders: Sequence[str]) -> None:
    for path in made:
        with suppress(OSError):
            os.unlink(path)
    for folder in reversed(folders):
        with suppress(OSError):
            os.rmdir(folder)


def difference(shown: str, before: bytes | None, after: bytes) -> str:
    """Return what changes in a file, as `diff -u` shows it; None held nothing, for it is new."""
    from difflib import unified_diff

    old, new = (data.decode("utf-8", "replace") for data in (before or b"", after))
    lines = unified_diff(
        old.splitlines(keepends=True),
        new.splitlines(keepends=True),
        shown if before is not None else "/dev/null",
        shown,
    )
    ended = (
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )
    return "".join(ended)
