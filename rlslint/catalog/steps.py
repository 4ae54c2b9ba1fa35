"""How much may be tried to find something out: the one budget, whatever is done with it.

What does not end within it is unknown, and counted as not checked.
"""

from __future__ import annotations

MOST_STEPS = 10_000
"""What one question may take: choices made in the worlds of a predicate, or parts inlined."""


MOST_ABOVE = 50
"""How many relations one may have above it: more than a partition of a partition ever has."""

MOST_CANDIDATES = 64
"""How many overloads of a function are compared to tell which of them a call means."""

STEPS_OF_A_HISTORY = 100_000
"""What the statements of a history may do beyond one step for each of their bytes.

A few words grant to all roles on all tables, and give every partition an index."""


class OutOfSteps(Exception):
    """There is more to try than an evaluation may."""


class Steps:
    """What is left to try, shared by all that takes part in finding one thing out."""

    __slots__ = ("left",)

    def __init__(self, left: int = MOST_STEPS) -> None:
        self.left = left

    def take(self, count: int) -> None:
        """Use some up. Raises OutOfSteps where none is left."""
        self.left -= count
        if self.left < 0:
            raise OutOfSteps
