"""Trying every combination of what an expression leaves open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from rlslint.sql.expressions import Expr

T = TypeVar("T")


class World:
    """One way in which everything that is open may turn out.

    Choices are made when an evaluation first asks for them and stay the same for its length, so
    that `x OR NOT x` sees one x. `errors` are expressions that raise in a row of a sub-select, if
    there is such a row.
    """

    __slots__ = ("_script", "decisions", "errors", "fresh", "trail")

    def __init__(self, script: list[int], decisions: dict[object, int] | None = None) -> None:
        self._script = script
        self.decisions = dict(decisions or {})
        self.trail: list[tuple[int, int]] = []
        self.fresh = 0
        self.errors: list[Expr] = []

    def choose(self, key: object, options: int) -> int:
        """Return a number below `options`, the same one for the same key."""
        if key in self.decisions:
            return self.decisions[key]
        position = len(self.trail)
        choice = self._script[position] if position < len(self._script) else 0
        self.trail.append((choice, options))
        self.decisions[key] = choice
        return choice

    def unique(self) -> object:
        """Return a key that no other call in this world returns."""
        self.fresh += 1
        return ("unique", self.fresh)

    def next_script(self) -> list[int] | None:
        """Return the choices that lead to the next world, None after the last one."""
        script = list(self.trail)
        while script and script[-1][0] + 1 >= script[-1][1]:
            script.pop()
        if not script:
            return None
        return [choice for choice, _ in script[:-1]] + [script[-1][0] + 1]


def worlds(
    evaluate: Callable[[World], T], limit: int, decisions: dict[object, int] | None = None
) -> Iterator[T | None]:
    """Yield what `evaluate` gives in each world, and None in the end if there are too many."""
    script: list[int] | None = []
    for _ in range(limit):
        if script is None:
            return
        world = World(script, decisions)
        yield evaluate(world)
        script = world.next_script()
    if script is not None:
        yield None
