"""What a long run is doing, for those who wait for it at a terminal."""

from __future__ import annotations

import sys
from threading import Timer
from types import TracebackType

from rlslint.text.printable import printable

_PATIENCE_SECONDS = 0.5
_CLEAR = "\r\x1b[K"


class Progress:
    """Shows the last sentence that it was told, from half a second on, and wipes it at the end.

    Nothing is shown where standard error is no terminal.
    """

    def __init__(self) -> None:
        self._sentence = ""
        self._is_shown = False
        self._timer = Timer(_PATIENCE_SECONDS, self._show)
        self._timer.daemon = True

    def __enter__(self) -> Progress:
        if sys.stderr.isatty():
            self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        if self._is_shown:
            self._write(_CLEAR)

    def tell(self, sentence: str) -> None:
        """Say what is done from now on."""
        self._sentence = sentence
        if self._is_shown:
            self._show()

    def _show(self) -> None:
        self._is_shown = True
        self._write(f"{_CLEAR}{printable(self._sentence)} …")

    def _write(self, text: str) -> None:
        sys.stderr.write(text)
        sys.stderr.flush()
