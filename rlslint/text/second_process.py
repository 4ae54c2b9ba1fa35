"""A second process, where two processors are free: a child that is forked to do a part of the work.

All that was read by then is there in both. What the child does not hand back, whatever ended it,
its parent does.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import BinaryIO

_KILL = 9
_PIPE = 1 << 20
"""How many bytes a pipe may hold, for everybody (/proc/sys/fs/pipe-max-size)."""


def is_at_hand() -> bool:
    """Tell whether two processes have two processors, and nothing else runs in this one.

    A child has none of the threads of its parent, and perhaps a lock that one of them held.
    """
    if sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2:
        return False
    threading = sys.modules.get("threading")
    return threading is None or threading.active_count() == 1


def _widen(pipe: int) -> None:
    """Let a pipe hold more, so that a child need not wait for its parent; some may not."""
    try:
        import fcntl

        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE)
    except (ImportError, AttributeError, OSError):
        return


class Child:
    """A child that does `work`, which writes what came of it: `answers` is where one reads that.

    Where no process can be made, there is nothing to read.
    """

    def __init__(self, work: Callable[[BinaryIO], None]) -> None:
        answers, answer = os.pipe()
        _widen(answer)
        try:
            self._process = os.fork()
        except OSError:
            self._process = -1
        if not self._process:
            try:
                os.close(answers)
                with open(answer, "wb") as stream:
                    work(stream)
            finally:
                os._exit(0)
        os.close(answer)
        self.answers: BinaryIO = open(answers, "rb")  # noqa: SIM115

    def end(self) -> None:
        """Wait for no more answers."""
        self.answers.close()
        if self._process > 0:
            with suppress(ProcessLookupError):
                os.kill(self._process, _KILL)
            with suppress(ChildProcessError):
                os.waitpid(self._process, 0)
            self._process = -1
