"""`check`, and its runs that are kept: one that would print the same again is not done again."""

from __future__ import annotations

import os
import stat
import sys

from rlslint import __version__
from rlslint.cli.streams import (
    ERROR,
    Report,
    columns_of,
    deliver,
    harmless,
    shows_links,
    wants_colour,
)
from rlslint.files.disk import DIGEST_SIZE, Questions, digest, has_answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any


def check(paths: tuple[str, ...], options: Mapping[str, Any]) -> int:
    """Lint, print, and return the exit status."""
    if options["watch"]:
        from rlslint.cli.watching import watch

        return watch(lambda: _made(paths, options), options["output_file"])
    if options["fix"] or options["diff"]:
        from rlslint.cli.editing import mend_in_place

        return mend_in_place(paths, options)
    return deliver(_report(paths, options), options["output_file"])


def _report(paths: tuple[str, ...], options: Mapping[str, Any]) -> Report:
    if "-" in paths or any(options[name] not in (None, False) for name in _UNKEPT):
        return _made(paths, options)
    screen = (wants_colour(options), columns_of(options), shows_links(options))
    key = key_of(paths, options, screen)
    return look_up(key, paths) or _made_and_kept(key, paths, options)


def _made(paths: tuple[str, ...], options: Mapping[str, Any]) -> Report:
    from rlslint.cli.running import report_of_check

    return report_of_check(paths, options)


def _made_and_kept(key: str, paths: tuple[str, ...], options: Mapping[str, Any]) -> Report:
    with Questions() as questions:
        report = _made(paths, options)
    if report.status == ERROR:
        return report
    try:
        keep(key, report, questions, paths)
    except Unusable as reason:
        if options["verbose"]:
            report.before += harmless((f"The run is not kept: {reason}.",))
    return report


_UNKEPT = (
    "add_ignore", "no_cache", "prune_baseline", "show_files", "show_settings", "since",
    "write_baseline",
)  # fmt: skip
"""Options of runs that do more than print what the files hold."""

_FORM = b"rlslint run 1\n"
_NAME_LENGTH = 2 * DIGEST_SIZE
_LARGEST_RUN = 16 << 20
_MOST_BYTES = 128 << 20
_MOST_RUNS = 1_000
_LIBRARIES = ("pglast", "yaml")
_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_IS_POSIX = hasattr(os, "geteuid")


class Unusable(Exception):
    """Runs cannot be kept; the message says why, in a sentence."""


def key_of(paths: tuple[str, ...], options: Mapping[str, Any], screen: tuple[object, ...]) -> str:
    """Return the name of a run: all that decides what it prints, but for the files."""
    parts = [
        __version__,
        sys.version,
        os.getcwd(),
        os.path.expanduser("~"),
        repr(paths),
        repr(sorted(options.items())),
        repr(screen),
        *_code(),
    ]
    return digest("\0".join(parts).encode("utf-8", "surrogatepass"))


def look_up(key: str, paths: tuple[str, ...]) -> Report | None:
    """Return what the run printed the last time, None where it has to be done."""
    try:
        with _opened(os.path.join(directory(paths), key)) as file:
            content = file.read()
        return _kept_report(key, content)
    except (OSError, Unusable, ValueError):
        return None


def keep(key: str, report: Report, questions: Questions, paths: tuple[str, ...]) -> None:
    """Keep a run for the next time. Raises Unusable where that cannot be."""
    if not questions.are_settled:
        raise Unusable("a file changed meanwhile, or can be read only once")
    answers = (part for asked, answer in questions.answers.items() for part in (*asked, answer))
    fields = (key, str(report.status), report.before, report.findings, report.after, *answers)
    payload = "\0".join(fields).encode("utf-8", "surrogatepass")
    if payload.count(b"\0") != len(fields) - 1:
        raise Unusable("something that it printed has a NUL")
    if len(payload) > _LARGEST_RUN:
        raise Unusable("it printed too much")
    folder = directory(paths)
    base, home = os.path.dirname(folder), os.path.expanduser("~")
    if base.startswith(home + os.sep) and not os.path.isdir(home):
        raise Unusable(f"there is no {home}")
    try:
        os.makedirs(base, 0o700, exist_ok=True)
        _make_private(folder)
        directory(paths)
        _write(folder, key, _FORM + digest(payload).encode() + b"\n" + payload)
        _make_room(folder)
    except OSError as error:
        raise Unusable(f"{folder}: {error.strerror or error}") from None


def clean() -> tuple[str, int, int]:
    """Remove every kept run; return the directory, how many there were, and their bytes.

    Raises Unusable where that cannot be done.
    """
    folder = directory(())
    number = size = 0
    try:
        for entry in _entries(folder):
            size += entry.stat(follow_symlinks=False).st_size
            os.unlink(entry.path)
            number += _is_run(entry.name)
        with os.scandir(folder) as others:
            is_empty = not any(others)
        if is_empty:
            os.rmdir(folder)
    except FileNotFoundError:
        return folder, 0, 0
    except OSError as error:
        raise Unusable(f"{folder} cannot be removed: {error.strerror or error}") from None
    return folder, number, size


def directory(paths: tuple[str, ...]) -> str:
    """Return where runs are kept. Raises Unusable where that is nobody's, or not surely ours.

    A directory that belongs to a repository, or to what is checked, is not used: whoever wrote the
    repository could have put a run there. So is one that somebody else owns or can write to.
    """
    base = _base()
    if not os.path.isabs(base):
        raise Unusable("there is no directory for caches")
    folder = os.path.join(base, "rlslint")
    real = os.path.realpath(base)
    checked = {os.path.realpath(path) for path in (os.curdir, *paths)}
    above = real
    while True:
        if above in checked or os.path.lexists(os.path.join(above, ".git")):
            raise Unusable(f"{folder} lies in a repository, or in what is checked")
        if above == os.path.dirname(above):
            break
        above = os.path.dirname(above)
    try:
        status = os.lstat(folder)
    except FileNotFoundError:
        return folder
    except OSError as error:
        raise Unusable(f"{folder}: {error.strerror or error}") from None
    if not stat.S_ISDIR(status.st_mode) or not _is_ours(status):
        raise Unusable(f"{folder} is no directory that is ours alone")
    return folder


def _base() -> str:
    if sys.platform == "win32":
        return os.environ.get("LOCALAPPDATA", "")
    if sys.platform == "darwin":
        return os.path.expanduser("~/Library/Caches")
    # The specification has relative paths ignored, which would lead into what is checked.
    given = os.environ.get("XDG_CACHE_HOME", "")
    return given if os.path.isabs(given) else os.path.expanduser("~/.cache")


def _is_ours(status: os.stat_result) -> bool:
    """Tell whether a file or directory is the user's, and nobody else may write to it."""
    if not _IS_POSIX:
        return True
    return status.st_uid == os.geteuid() and not status.st_mode & 0o077


def _code() -> Iterator[str]:
    """Yield what tells one state of rlslint's code, its cards and its libraries from another."""
    yield _PACKAGE
    folders = [_PACKAGE]
    if not os.path.isdir(os.path.join(_PACKAGE, "cards")):
        folders.append(os.path.join(os.path.dirname(_PACKAGE), "rules"))
    while folders:
        folder = folders.pop()
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
        yield folder
        for entry in found:
            if entry.name.endswith((".py", ".md", ".so", ".pyd")):
                status = entry.stat()
                yield f"{entry.name} {status.st_size} {status.st_mtime_ns}"
            elif "." not in entry.name and entry.name != "__pycache__" and entry.is_dir():
                folders.append(entry.path)
    for name in _LIBRARIES:
        for folder in sys.path:
            path = os.path.join(folder, name, "__init__.py")
            if os.path.isfile(path):
                status = os.stat(path)
                yield f"{path} {status.st_size} {status.st_mtime_ns}"
                break


def _opened(path: str) -> Any:
    """Open a kept run that is a plain file of ours, not a link to something else."""
    descriptor = os.open(path, os.O_RDONLY | _AS_IT_IS)
    file = os.fdopen(descriptor, "rb")
    status = os.fstat(descriptor)
    is_plain = stat.S_ISREG(status.st_mode) and status.st_size <= 2 * _LARGEST_RUN
    if is_plain and _is_ours(status):
        return file
    file.close()
    raise Unusable(f"{path} is no file that is ours alone")


_AS_IT_IS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def _kept_report(key: str, content: bytes) -> Report | None:
    """Return what a kept run printed, where all its questions have the answers that they had."""
    head = len(_FORM) + _NAME_LENGTH + 1
    payload = content[head:]
    if content[:head] != _FORM + digest(payload).encode() + b"\n":
        return None
    name, status, before, findings, after, *answers = payload.decode(
        "utf-8", "surrogatepass"
    ).split("\0")
    if name != key or len(answers) % 3:
        return None
    asked = iter(answers)
    if not all(has_answer(*question) for question in zip(asked, asked, asked, strict=True)):
        return None
    return Report(before, findings, after, int(status))


def _make_private(folder: str) -> None:
    try:
        os.mkdir(folder, 0o700)
    except FileExistsError:
        return


def _write(folder: str, key: str, content: bytes) -> None:
    """Put a file in place at once, so that a run that looks at the same time finds all or none."""
    temporary = os.path.join(folder, f"{key}.{os.getpid()}.{os.urandom(4).hex()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _AS_IT_IS, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        os.replace(temporary, os.path.join(folder, key))
    except OSError:
        os.unlink(temporary)
        raise


def _make_room(folder: str) -> None:
    """Remove the oldest runs where there are too many, or they are too large together."""
    kept = []
    for entry in _entries(folder):
        status = entry.stat(follow_symlinks=False)
        kept.append((status.st_mtime_ns, status.st_size, entry.path))
    size = sum(size for _, size, _ in kept)
    number = len(kept)
    for _, own_size, path in sorted(kept):
        if size <= _MOST_BYTES and number <= _MOST_RUNS:
            break
        _remove(path)
        size -= own_size
        number -= 1


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except FileNotFoundError:
        # Another run made room at the same time.
        return


def _entries(folder: str) -> list[os.DirEntry[str]]:
    """List the runs in a directory, and what is left of those that were interrupted."""
    with os.scandir(folder) as entries:
        return [entry for entry in entries if _is_run(entry.name.partition(".")[0])]


def _is_run(name: str) -> bool:
    return len(name) == _NAME_LENGTH and not name.strip("0123456789abcdef")
