"""Faults of rlslint's own: what each of them cost, in words that one can report."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator

from rlslint import NamedTuple
from rlslint.text import Span
from rlslint.text.secrets import masked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

ISSUES = "https://github.com/rlslint/rlslint/issues"

_NAMED = 3
_LONGEST = 200


class Fault(NamedTuple):
    """An exception that nothing in what was read explains, and the one thing that it cost.

    `undone` is what was not done to it, as a participle ("judged by rls-not-forced", "read").
    `kind` is a noun for the thing and `object` its name. `rule` is the rule whose fault it is, ""
    where it is none's.
    """

    undone: str
    kind: str
    object: str
    error: Exception
    rule: str = ""
    span: Span | None = None


def fault_sentences(faults: Iterable[Fault]) -> Iterator[str]:
    """Yield a sentence for each exception, with the first things that it cost and their number."""
    for alike in _grouped(faults):
        names = list(dict.fromkeys(f"{fault.kind} {fault.object}".strip() for fault in alike))
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        yield (
            f"Not {alike[0].undone}: {', '.join(names[:_NAMED])}{more}, for rlslint has a fault of "
            f"its own ({described(alike[0].error)}). Please report it: {ISSUES}"
        )


def tracebacks(faults: Iterable[Fault]) -> Iterator[str]:
    """Yield the lines of a traceback for each sentence."""
    for alike in _grouped(faults):
        yield from traceback_of(alike[0].error)


def traceback_of(error: Exception) -> Iterator[str]:
    """Yield the lines of a traceback."""
    from traceback import format_exception

    for line in "".join(format_exception(error)).splitlines():
        yield masked(line)


def described(error: Exception) -> str:
    """Return what an exception is and where it was raised, in a line that fits a bug report."""
    place = ""
    frames = error.__traceback__
    while frames is not None:
        code = frames.tb_frame.f_code
        place = f" at {os.path.basename(code.co_filename)}:{frames.tb_lineno}"
        frames = frames.tb_next
    words = " ".join(masked(f"{error}").split())
    told = f": {words[:_LONGEST]}" if words else ""
    return f"{type(error).__name__}{place}{told}"


def is_out_of_depth(error: RecursionError) -> bool:
    """Tell whether what was read was nested too deeply, and not something else went wrong."""
    return _depth(error.__traceback__) > sys.getrecursionlimit() // 4


def _depth(frames: TracebackType | None) -> int:
    depth = 0
    while frames is not None:
        depth += 1
        frames = frames.tb_next
    return depth


def _grouped(faults: Iterable[Fault]) -> list[list[Fault]]:
    """Return faults in their order, those of one exception at one place together."""
    groups: dict[tuple[str, str], list[Fault]] = {}
    for fault in faults:
        groups.setdefault((fault.undone, described(fault.error)), []).append(fault)
    return list(groups.values())
