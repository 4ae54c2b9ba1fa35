"""What is being done, on a terminal, for as long as it takes."""

from __future__ import annotations

import os
import sys

from rlslint.text.display import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any

_PATIENCE_SECONDS = 0.5
_CLEAR = "\r\x1b[K"


class Progress:
    """Shows the last sentence that it was told, from half a second on, and wipes it at the end.

    Nothing is shown where standard error is no terminal. An alarm tells that it is time, for a
    thread would keep rlslint from judging in two processes; where there are no alarms, what is told
    later is shown.
    """

    def __init__(self) -> None:
        self._sentence = ""
        self._is_shown = False
        self._before: Any = None

    def __enter__(self) -> Progress:
        if sys.stderr.isatty():
            import signal

            try:
                self._before = signal.signal(signal.SIGALRM, self._due)
                signal.setitimer(signal.ITIMER_REAL, _PATIENCE_SECONDS)
            except (AttributeError, ValueError):
                # Windows has no alarms, and a thread cannot set one.
                self._before = None
        return self

    def __exit__(self, *problem: object) -> None:
        if self._before is not None:
            import signal

            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, self._before)
        if self._is_shown:
            self._write(_CLEAR)

    def tell(self, sentence: str) -> None:
        """Say what is done from now on."""
        self._sentence = sentence
        if self._is_shown:
            self._show()

    def _due(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self._show()

    def _show(self) -> None:
        self._is_shown = True
        if self._sentence:
            self._write(f"{_CLEAR}{printable(self._sentence)} …")

    def _write(self, text: str) -> None:
        # Python's own stream may be in the middle of a line when an alarm comes.
        os.write(sys.stderr.fileno(), text.encode("utf-8", "replace"))
