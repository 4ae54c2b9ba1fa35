"""`check --watch`: the same run again, as often as a file changes that has a part in it."""

from __future__ import annotations

import gc
import os
import sys
import time

from rlslint.cli.streams import SUCCESS, deliver, say
from rlslint.files.disk import Questions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rlslint.cli.streams import Report

_SECONDS_BETWEEN_LOOKS = 0.3
_CLEAR = "\x1b[2J\x1b[3J\x1b[H"


def watch(report: Callable[[], Report], output_file: str | None) -> int:
    """Print a report, and anew whenever it may say something else, until the user ends it."""
    # Between runs there is time to free what the last one held.
    gc.enable()
    try:
        while True:
            with Questions() as questions:
                made = report()
            looks = _looks(path for _, path in questions.answers)
            if sys.stdout.isatty():
                sys.stdout.write(_CLEAR)
            deliver(made, output_file)
            say(f"{time.strftime('%H:%M:%S')} Watching {len(looks)} files and directories.")
            sys.stderr.flush()
            while looks == _looks(looks):
                time.sleep(_SECONDS_BETWEEN_LOOKS)
    except KeyboardInterrupt:
        return SUCCESS


def _looks(paths: Iterable[str]) -> dict[str, tuple[int, int, int] | None]:
    """Return by which each file or directory can be told to have changed."""
    return {path: _look(path) for path in paths}


def _look(path: str) -> tuple[int, int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
