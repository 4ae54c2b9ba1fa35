"""Where the program starts."""

from __future__ import annotations

import gc
import os
import sys

from rlslint.cli.arguments import read_check
from rlslint.cli.checking import check
from rlslint.cli.streams import ERROR, INTERRUPTED, Failure, say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def start() -> NoReturn:
    """Run the command line as a process of its own, which ends without freeing what it holds.

    That would take as long as to print again what is kept. Profilers need the usual end.
    """
    status = _status()
    if sys.getprofile() is None and sys.gettrace() is None:
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        except (OSError, ValueError):
            sys.exit(status)
        os._exit(status)
    sys.exit(status)


def main() -> NoReturn:
    """Run the command line inside another program, which lives on."""
    sys.exit(_status())


def _status() -> int:
    """Run the command line; nothing that goes wrong ends in a traceback of several lines."""
    gc.disable()
    # A predicate of some hundred nested operators is deep for Python and nothing to PostgreSQL.
    sys.setrecursionlimit(5_000)
    _open_streams()
    try:
        status = _run(sys.argv[1:])
    except Failure as error:
        say(f"Error: {error}")
        status = ERROR
    except KeyboardInterrupt:
        say("Interrupted.")
        status = INTERRUPTED
    except Exception as error:
        if _stands_nowhere():
            say("Error: The current directory does not exist any more.")
            return ERROR
        from rlslint.text.faults import ISSUES, described, traceback_of

        say(f"rlslint has a fault of its own: {described(error)}. Please report it: {ISSUES}")
        if {"-v", "--verbose"}.intersection(sys.argv):
            say(*traceback_of(error))
        status = ERROR
    return status


def _run(arguments: list[str]) -> int:
    plain = read_check(arguments)
    if plain is not None:
        return check(*plain)
    from rlslint.cli.commands import run

    return run()


def _stands_nowhere() -> bool:
    """Tell whether the current directory was removed."""
    try:
        os.getcwd()
    except OSError:
        return True
    return False


def _open_streams() -> None:
    """Let streams take every character; one that was closed before the start goes nowhere."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            setattr(sys, name, os.fdopen(nowhere, "w", encoding="utf-8"))
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
