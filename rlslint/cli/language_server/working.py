"""The thread that analyses, so that the one that speaks with the client always answers."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, TypeVar

A = TypeVar("A")

_STACK_BYTES = 256 << 20
"""A thread has little room of its own on some systems, and conditions may nest deeply."""

Job = tuple["asyncio.Future[Any]", Callable[[], Any]]


class Worker:
    """Does one job after the other, in the order in which they are given."""

    def __init__(self) -> None:
        self._jobs: SimpleQueue[Job] = SimpleQueue()
        before = threading.stack_size(_STACK_BYTES)
        # A daemon, for the process ends when the client does, whatever is being done.
        threading.Thread(target=self._work, name="rlslint", daemon=True).start()
        threading.stack_size(before)

    async def do(self, job: Callable[[], A]) -> A:
        """Return what a job returns, or raise what it raises."""
        future: asyncio.Future[A] = asyncio.get_running_loop().create_future()
        self._jobs.put((future, job))
        return await future

    def _work(self) -> None:
        while True:
            future, job = self._jobs.get()
            if future.cancelled():
                continue
            try:
                answer = job()
            except Exception as error:
                _hand_back(future, future.set_exception, error)
            else:
                _hand_back(future, future.set_result, answer)


def _hand_back(future: asyncio.Future[Any], give: Callable[[Any], None], value: object) -> None:
    def hand() -> None:
        if not future.done():
            give(value)

    try:
        future.get_loop().call_soon_threadsafe(hand)
    except RuntimeError:
        return  # The loop has ended, and nobody waits.
