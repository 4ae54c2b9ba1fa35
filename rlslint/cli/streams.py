"""Lines to standard output, to standard error and to files, and the exit statuses."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from rlslint.text.printable import printable

SUCCESS, FINDINGS, ERROR = 0, 1, 2


def print_lines(lines: Iterable[str]) -> None:
    """Write lines to standard output; where its reader has gone, to nowhere.

    What a run found decides its exit status, whether or not somebody reads to the end.
    """
    try:
        sys.stdout.writelines(f"{line}\n" for line in lines)
        sys.stdout.flush()
    except BrokenPipeError:
        _drop_output()
    except OSError as error:
        _drop_output()
        message = f"Standard output cannot be written: {error.strerror}."
        raise click.ClickException(message) from None


def _drop_output() -> None:
    """Keep Python from flushing once more at its exit, and complaining."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say(*messages: str) -> None:
    """Write messages to standard error, harmless to a terminal."""
    for message in messages:
        click.echo(printable(message), err=True)


def write_file(path: Path, lines: Iterable[str]) -> None:
    """Write lines to a file; where that fails, the command ends with the reason."""
    try:
        with path.open("w", encoding="utf-8", errors="backslashreplace") as file:
            file.writelines(f"{line}\n" for line in lines)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise click.ClickException(f"{printable(str(path))} cannot be written: {reason}.") from None


def wants_colour(options: Mapping[str, Any]) -> bool:
    """Tell whether findings are to be coloured: as --color says, else as the terminal does."""
    if options["color"] != "auto":
        return bool(options["color"] == "always")
    if os.environ.get("NO_COLOR") or options["output_file"]:
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
