"""Lines to standard output, to standard error and to files, and the exit statuses."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

SUCCESS, FINDINGS, ERROR, INTERRUPTED = 0, 1, 2, 130


class Failure(Exception):
    """What ends a command with status 2; the message says what could not be done."""


class Report:
    """What a run prints: its findings, what it says on standard error before and after them, and
    its exit status. Lines end with a line feed."""

    __slots__ = ("after", "before", "findings", "status")

    def __init__(self, before: str, findings: str, after: str, status: int) -> None:
        self.before = before
        self.findings = findings
        self.after = after
        self.status = status


def deliver(report: Report, output_file: str | None) -> int:
    """Print a report, its findings to a file where one is named, and return its exit status."""
    sys.stderr.write(_in_columns(report.before))
    if output_file:
        write_file(output_file, report.findings)
    else:
        print_text(report.findings)
    sys.stderr.write(_in_columns(report.after))
    return report.status


def joined(lines: Iterable[str]) -> str:
    """Return lines as one text."""
    return "".join(f"{line}\n" for line in lines)


def harmless(messages: Iterable[str]) -> str:
    """Return messages as lines without secrets, in which no character acts on a terminal."""
    from rlslint.text.display import printable
    from rlslint.text.secrets import masked

    return joined(printable(masked(message)) for message in messages)


def print_lines(lines: Iterable[str]) -> None:
    """Write lines to standard output."""
    print_text(joined(lines))


def print_text(text: str) -> None:
    """Write to standard output; where its reader has gone, to nowhere.

    What a run found decides its exit status, whether or not somebody reads to the end.
    """
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        _drop_output()
    except OSError as error:
        _drop_output()
        raise Failure(f"Standard output cannot be written: {error.strerror}.") from None


def _drop_output() -> None:
    """Keep Python from flushing once more at its exit, and complaining."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say(*messages: str) -> None:
    """Write messages to standard error, harmless to a terminal."""
    sys.stderr.write(harmless(messages))


def write_file(path: str, text: str) -> None:
    """Write a text to a file; where that fails, the command ends with the reason."""
    try:
        with open(path, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise Failure(f"{path} cannot be written: {reason}.") from None


_FALLBACK, _NARROWEST, _WIDEST = 100, 40, 120


def columns_of(options: Mapping[str, Any]) -> int:
    """Return how wide a report is: as the terminal, but no wider than one reads with ease."""
    if options["output_file"] or not sys.stdout.isatty():
        return _FALLBACK
    return min(_WIDEST, _columns(sys.stdout))


def shows_links(options: Mapping[str, Any]) -> bool:
    """Tell whether links are to be written, which terminals that are not known may show as text."""
    forced = os.environ.get("FORCE_HYPERLINK")
    if forced:
        return forced != "0"
    if options["output_file"] or not sys.stdout.isatty() or not wants_colour(options):
        return False
    names = os.environ.get("TERM_PROGRAM", ""), os.environ.get("TERM", "")
    return not _WITH_LINKS.isdisjoint(names) or any(name in os.environ for name in _TELLING)


_WITH_LINKS = frozenset(
    (
        "Hyper",
        "WezTerm",
        "ghostty",
        "iTerm.app",
        "vscode",
        "tmux",
        "alacritty",
        "foot",
        "xterm-kitty",
    )
)
_TELLING = ("DOMTERM", "KONSOLE_VERSION", "VTE_VERSION", "WT_SESSION")


def _columns(stream: Any) -> int:
    """Return how many columns a terminal has: as COLUMNS says, else as it does itself."""
    given = os.environ.get("COLUMNS", "")
    if given.isdecimal() and int(given):
        return max(_NARROWEST, int(given))
    try:
        return max(_NARROWEST, os.get_terminal_size(stream.fileno()).columns or _FALLBACK)
    except OSError:
        return _FALLBACK


def _in_columns(text: str) -> str:
    """Return what goes to standard error with the sentences of a terminal broken at blanks."""
    if not text or not sys.stderr.isatty():
        return text
    columns, lines = _columns(sys.stderr), text.split("\n")
    if all(len(line) <= columns for line in lines):
        return text
    from rlslint.text.display import wrapped

    # What is indented is source code, or a traceback.
    return "\n".join(
        "\n".join(wrapped(line, columns)) if len(line) > columns and line[0] != " " else line
        for line in lines
    )


def replace_file(path: str, content: bytes) -> None:
    """Give a file another content, all at once: where that fails it is as it was.

    A link is followed, and the permissions stay. The command ends with the reason of a failure.
    """
    import stat

    place = os.path.realpath(path)
    temporary = os.path.join(
        os.path.dirname(place), f".{os.path.basename(place)}.{os.urandom(4).hex()}"
    )
    try:
        known = os.stat(place).st_mode if os.path.lexists(place) else None
        if known is not None and not os.access(place, os.W_OK):
            raise PermissionError(13, os.strerror(13))
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _AS_IT_IS, 0o666)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            if known is not None:
                os.chmod(temporary, stat.S_IMODE(known))
            os.replace(temporary, place)
        except BaseException:
            os.unlink(temporary)
            raise
    except OSError as error:
        raise Failure(f"{path} cannot be written: {error.strerror or error}.") from None


_AS_IT_IS = getattr(os, "O_BINARY", 0)


def wants_colour(options: Mapping[str, Any]) -> bool:
    """Tell whether findings are to be coloured: as --color says, else as the terminal does."""
    if options["color"] != "auto":
        return bool(options["color"] == "always")
    if os.environ.get("NO_COLOR") or options["output_file"]:
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
