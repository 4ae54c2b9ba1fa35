"""How much may be tried to find out what a predicate means: the one budget of this folder."""

from __future__ import annotations

MOST_STEPS = 10_000
"""What one question may take: choices made in the worlds of a predicate, or parts inlined."""


class OutOfSteps(Exception):
    """There is more to try than an evaluation may."""


class Steps:
    """What is left to try, shared by the worlds of an expression and of its sub-selects."""

    __slots__ = ("left",)

    def __init__(self, left: int = MOST_STEPS) -> None:
        self.left = left

    def take(self, count: int) -> None:
        """Use some up. Raises OutOfSteps where none is left."""
        self.left -= count
        if self.left < 0:
            raise OutOfSteps
