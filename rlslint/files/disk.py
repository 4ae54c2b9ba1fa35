"""The file system as a run sees it: what is asked of it is kept with its answer.

A run whose questions all have the same answers again has nothing new to say, so what it printed can
be printed again. Everything that decides what is read therefore asks here. Little is imported, for
a run that is repeated starts with this module.
"""

from __future__ import annotations

import errno
import os
import stat
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

try:
    # hashlib loads OpenSSL, which costs more than all else that a repeated run does.
    from _blake2 import blake2b
except ImportError:
    from hashlib import blake2b

CONTENT, ENTRIES, KIND, REAL, DAY = "content", "entries", "kind", "real", "day"
BEGINNING, SKIMMED = "first ", "skimmed "

DIGEST_SIZE = 32
_LOOK = "\t"
"""What stands between the content of a file that is looked through and the look of it."""


class Questions:
    """What was asked while this was entered, with the answers.

    `are_settled` is False where one question had two answers, or a file can be read only once: then
    nothing can be told from them later.
    """

    def __init__(self) -> None:
        self.answers: dict[tuple[str, str], str] = {}
        self.are_settled = True

    def __enter__(self) -> Questions:
        _listening.append(self)
        return self

    def __exit__(self, *problem: object) -> None:
        _listening.remove(self)

    def keep(self, question: str, path: str, answer: str) -> None:
        known = self.answers.setdefault((question, path), answer)
        if not answer or _without_look(known) != _without_look(answer):
            self.are_settled = False


_listening: list[Questions] = []
_pipes: dict[tuple[int, int], bytes] = {}
"""What was read from pipes, by their numbers: they give it only once."""


class Kept:
    """While this is entered, a file is read once, however many ask for it.

    What files hold is kept until that takes so many bytes; the files beyond are read again.
    """

    def __init__(self, size: int) -> None:
        self._left = size
        self._contents: dict[str, tuple[bytes, Confined | None]] = {}

    def __enter__(self) -> None:
        _keeping.append(self)

    def __exit__(self, *problem: object) -> None:
        _keeping.remove(self)

    def find(self, path: str) -> bytes | None:
        """Return what a file holds that may be read here."""
        known = self._contents.get(path)
        inside = _confined[-1]
        return known[0] if known is not None and (inside is None or inside is known[1]) else None

    def keep(self, path: str, data: bytes) -> None:
        self._left -= len(data)
        if self._left >= 0:
            self._contents[path] = data, _confined[-1]


_keeping: list[Kept] = []


class Buffers:
    """While this is entered, what an editor or standard input holds stands in place of files.

    `contents` are by absolute path. The files, and the directories around them, need not exist.
    """

    def __init__(self, contents: Mapping[str, bytes]) -> None:
        self.contents = contents
        self._inside: dict[str, dict[str, bool]] = {}
        for path in contents:
            is_folder = False
            while (folder := os.path.dirname(path)) != path:
                self._inside.setdefault(folder, {}).setdefault(os.path.basename(path), is_folder)
                path, is_folder = folder, True

    def __enter__(self) -> None:
        _standing_in.append(self)

    def __exit__(self, *problem: object) -> None:
        _standing_in.pop()

    def kind(self, path: str) -> str:
        """Return what stands at a path where the disk has nothing."""
        if path in self.contents:
            return "file"
        return "folder" if path in self._inside else "nothing"

    def missing(self, folder: str, found: Iterable[os.DirEntry[str]]) -> list[os.DirEntry[str]]:
        """Return what a directory has beside that which the disk has in it."""
        inside = self._inside.get(folder)
        if inside is None:
            return []
        there = {entry.name for entry in found}
        return [
            _Unwritten(os.path.join(folder, name), is_folder)  # type: ignore[misc]
            for name, is_folder in inside.items()
            if name not in there
        ]


class _Unwritten:
    """An entry of a directory that is not on the disk."""

    def __init__(self, path: str, is_folder: bool) -> None:
        self.path = path
        self.name = os.path.basename(path)
        self._is_folder = is_folder

    def is_dir(self) -> bool:
        return self._is_folder

    def is_file(self) -> bool:
        return not self._is_folder

    def is_symlink(self) -> bool:
        return False


_standing_in: list[Buffers] = []


def _buffer(path: str | os.PathLike[str]) -> bytes | None:
    """Return what stands in place of a file."""
    if not _standing_in:
        return None
    return _standing_in[-1].contents.get(os.path.abspath(path))


class Confined:
    """While this is entered, files outside of some directories cannot be read, however one gets
    there: by a link, by `..` or by a whole path. The directories are told when they are needed."""

    def __init__(self, roots: Iterable[str]) -> None:
        self._told = iter(roots)
        self._roots: tuple[str, ...] | None = None

    def __enter__(self) -> None:
        _confined.append(self)

    def __exit__(self, *problem: object) -> None:
        _confined.pop()

    def holds(self, place: str) -> bool:
        """Tell whether a path without links leads into one of the directories."""
        if self._roots is None:
            # What tells the directories may look around for them.
            _confined.append(None)
            self._roots = tuple(map(os.path.realpath, self._told))
            _confined.pop()
        return is_below(place, self._roots)


_confined: list[Confined | None] = [None]


def is_below(path: str, roots: Iterable[str]) -> bool:
    """Tell whether a path without links is one of some directories, or leads into one."""
    return any(path == root or path.startswith(root.rstrip(os.sep) + os.sep) for root in roots)


def may_be_read(folder: str) -> bool:
    """Tell whether a directory lies in one of those out of which nothing is read."""
    inside = _confined[-1]
    return inside is None or inside.holds(real(folder))


def read(path: str | os.PathLike[str]) -> bytes:
    """Return the content of a regular file, or of a pipe that the shell has made. Raises OSError.

    Other files (named pipes, devices, sockets) are not opened: that may wait for ever.
    """
    kept = _at_hand(path)
    if kept is not None:
        return kept
    try:
        descriptor, status = _opened(path)
        with open(descriptor, "rb", buffering=0) as file:
            is_regular = stat.S_ISREG(status.st_mode)
            pipe = (status.st_dev, status.st_ino)
            known = None if is_regular else _pipes.get(pipe)
            data = file.readall() if known is None else known
    except OSError as error:
        _keep(CONTENT, path, _reason(error))
        raise
    if not is_regular:
        _pipes[pipe] = data
    elif _keeping:
        _keeping[-1].keep(os.fspath(path), data)
    if _listening:
        _keep(CONTENT, path, digest(data) if is_regular else "")
    return data


def beginning(path: str | os.PathLike[str], size: int) -> bytes:
    """Return the first bytes of a file. Raises OSError."""
    buffer = _buffer(path)
    if buffer is not None:
        return buffer[:size]
    if _is_stream(path):
        return read(path)[:size]
    try:
        descriptor, _ = _opened(path)
        with open(descriptor, "rb", buffering=0) as file:
            data = file.read(size)
    except OSError as error:
        _keep(f"{BEGINNING}{size}", path, _reason(error))
        raise
    _keep(f"{BEGINNING}{size}", path, digest(data))
    return data


def skim(path: str | os.PathLike[str], size: int) -> bytes:
    """Return the first bytes of a file of which many are looked through. Raises OSError.

    Asked again, it is read only where it does not look the way it did.
    """
    kept = _at_hand(path)
    if kept is not None:
        return kept[:size]
    question = f"{SKIMMED}{size}"
    try:
        descriptor, status = _opened(path)
        with open(descriptor, "rb", buffering=0) as file:
            data = file.read(min(size, status.st_size + 1))
    except OSError as error:
        _keep(question, path, f"{_reason(error)}{_LOOK}")
        raise
    if _keeping and len(data) == status.st_size and stat.S_ISREG(status.st_mode):
        _keeping[-1].keep(os.fspath(path), data)
    if _listening:
        _keep(question, path, f"{digest(data)}{_LOOK}{_look(status)}")
    return data


def _at_hand(path: str | os.PathLike[str]) -> bytes | None:
    """Return what a file holds where it need not be read."""
    buffer = _buffer(path)
    if buffer is not None:
        return buffer
    return _keeping[-1].find(os.fspath(path)) if _keeping else None


def _opened(path: str | os.PathLike[str]) -> tuple[int, os.stat_result]:
    """Open what may be read, without waiting for anybody. Raises OSError."""
    _check_kind(os.stat(path), path)
    descriptor = os.open(path, os.O_RDONLY | _WITHOUT_WAITING)
    try:
        status = os.fstat(descriptor)
        _check_kind(status, path)
        if stat.S_ISREG(status.st_mode) and not _is_stream(path):
            _check_place(descriptor, path)
        elif hasattr(os, "set_blocking"):
            os.set_blocking(descriptor, True)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor, status


def _check_kind(status: os.stat_result, path: str | os.PathLike[str]) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    is_pipe = stat.S_ISFIFO(status.st_mode) and _is_stream(path)
    if not (stat.S_ISREG(status.st_mode) or is_pipe):
        raise OSError(errno.EINVAL, "it is no regular file")


def _check_place(descriptor: int, path: str | os.PathLike[str]) -> None:
    inside = _confined[-1]
    if inside is None:
        return
    try:
        place = os.readlink(f"/proc/self/fd/{descriptor}")
    except OSError:
        place = os.path.realpath(path)
    if not inside.holds(place):
        raise PermissionError(errno.EXDEV, "it lies outside of the project")


def _is_stream(path: str | os.PathLike[str]) -> bool:
    """Tell whether the shell has put there what the user wants to be read."""
    return os.fspath(path).startswith(("/dev/fd/", "/dev/stdin", "/proc/self/fd/"))


def entries(folder: str | os.PathLike[str]) -> list[os.DirEntry[str]]:
    """Return what stands in a directory, sorted by name. Raises OSError."""
    try:
        with os.scandir(os.fspath(folder)) as listing:
            found = sorted(listing, key=_name)
    except OSError as error:
        unwritten = _standing_in[-1].missing(os.path.abspath(folder), ()) if _standing_in else []
        if unwritten:
            return sorted(unwritten, key=_name)
        _keep(ENTRIES, folder, _reason(error))
        raise
    if _standing_in:
        unwritten = _standing_in[-1].missing(os.path.abspath(folder), found)
        return sorted((*found, *unwritten), key=_name)
    if _listening:
        _keep(ENTRIES, folder, _described(found))
    return found


def exists(path: str | os.PathLike[str]) -> bool:
    """Tell whether there is something at the path, a link's target where it is a link."""
    return kind(path) in ("file", "folder", "other")


def is_file(path: str | os.PathLike[str]) -> bool:
    return kind(path) == "file"


def is_folder(path: str | os.PathLike[str]) -> bool:
    return kind(path) == "folder"


def kind(path: str | os.PathLike[str]) -> str:
    """Return what is at the path: file, folder, other, broken link, or nothing."""
    found = _kind(path)
    if _standing_in and found in ("nothing", "broken link"):
        return _standing_in[-1].kind(os.path.abspath(path))
    _keep(KIND, path, found)
    return found


def real(path: str | os.PathLike[str]) -> str:
    """Return the path without links."""
    found = os.path.realpath(path)
    _keep(REAL, path, digest(os.fsencode(found)))
    return found


def write_new(path: str, parts: Iterable[bytes]) -> None:
    """Write a file that is not there yet, in a directory of our own. Raises OSError."""
    with open(path, "xb") as file:
        file.writelines(parts)


def today() -> str:
    """Return the day on which the run is, as `2026-12-31`."""
    found = time.strftime("%Y-%m-%d")
    _keep(DAY, "", found)
    return found


def has_answer(question: str, path: str, answer: str) -> bool:
    """Tell whether a question has the answer that it had; a pipe is not read for it."""
    match question:
        case _ if not answer:
            return False
        case "content":
            return _content(path) == answer
        case _ if question.startswith(BEGINNING):
            return _content(path, int(question.removeprefix(BEGINNING))) == answer
        case _ if question.startswith(SKIMMED):
            content, _, look = answer.partition(_LOOK)
            size = int(question.removeprefix(SKIMMED))
            return (look and _looks(path) == look) or _content(path, size) == content
        case "entries":
            try:
                with os.scandir(path) as listing:
                    return _described(sorted(listing, key=_name)) == answer
            except OSError as error:
                return _reason(error) == answer
        case "kind":
            return _kind(path) == answer
        case "real":
            return digest(os.fsencode(os.path.realpath(path))) == answer
        case "day":
            return time.strftime("%Y-%m-%d") == answer
    return False


def _content(path: str, size: int | None = None) -> str:
    try:
        descriptor = os.open(path, os.O_RDONLY | _WITHOUT_WAITING)
    except OSError as error:
        return _reason(error)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return ""
        if size is not None:
            return digest(os.read(descriptor, size))
        data = os.read(descriptor, status.st_size + 1)
        return digest(data) if len(data) == status.st_size else ""
    except OSError as error:
        return _reason(error)
    finally:
        os.close(descriptor)


def _looks(path: str) -> str:
    try:
        return _look(os.stat(path))
    except OSError:
        return ""


def _look(status: os.stat_result) -> str:
    """Return what changes with a file's content, "" where the next change may not show in it."""
    if not time.time_ns() - status.st_ctime_ns > _TICK:
        return ""
    return f"{status.st_ino} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}"


def _without_look(answer: str) -> str:
    return answer.partition(_LOOK)[0]


_TICK = 100_000_000
"""Nanoseconds after which a change of a file surely has another time."""

_WITHOUT_WAITING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def _kind(path: str | os.PathLike[str]) -> str:
    try:
        mode = os.lstat(path).st_mode
    except (OSError, ValueError):
        return "nothing"
    try:
        mode = os.stat(path).st_mode if stat.S_ISLNK(mode) else mode
    except OSError:
        return "broken link"
    if stat.S_ISDIR(mode):
        return "folder"
    return "file" if stat.S_ISREG(mode) else "other"


def _described(found: list[os.DirEntry[str]]) -> str:
    """Digest the names in a directory with what they are, links with where they lead."""
    parts = []
    for entry in found:
        parts.append(os.fsencode(entry.name))
        try:
            parts.append(b"d" if entry.is_dir() else b"f" if entry.is_file() else b"o")
        except OSError:
            parts.append(b"?")
        parts.append(os.fsencode(os.path.realpath(entry.path)) if entry.is_symlink() else b"")
    return digest(b"\0".join(parts))


def _keep(question: str, path: str | os.PathLike[str], answer: str) -> None:
    for questions in _listening:
        questions.keep(question, os.fspath(path), answer)


def keep_all(answers: Mapping[tuple[str, str], str], are_settled: bool) -> None:
    """Keep what another process has asked for this one."""
    for (question, path), answer in answers.items():
        _keep(question, path, answer)
    for questions in _listening:
        questions.are_settled &= are_settled


def digest(data: bytes) -> str:
    """Return what tells data from other data."""
    return blake2b(data, digest_size=DIGEST_SIZE).hexdigest()


def _reason(error: OSError) -> str:
    return f"error {error.errno}"


def _name(entry: os.DirEntry[str]) -> str:
    return entry.name
