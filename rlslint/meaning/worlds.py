"""In which session and about which rows a predicate is asked, and all ways in which that may be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import Enum
from typing import TypeVar

from rlslint import NamedTuple
from rlslint.meaning.context import ContextFunctions
from rlslint.sql.expressions import Expr
from rlslint.text.budget import PARTS_OF_A_STEP, Budget, OutOfBudget


class SessionSettings(Enum):
    """What the settings of a session hold, which tell who is calling.

    A setting that was never set is NULL for current_setting(name, true); once a transaction that
    used SET LOCAL is over it is the empty string (PostgreSQL keeps the placeholder). One that is
    given holds what the policy expects; a malformed one holds a text that is no value of any other
    type (what a program makes of a value that it does not have, such as `None`).
    """

    never_set = "never set"
    reset = "reset to an empty string after SET LOCAL"
    given = "given"
    malformed = "malformed"


MISSING = (SessionSettings.never_set, SessionSettings.reset)
"""The sessions without a context."""

NOT_VALID = (*MISSING, SessionSettings.malformed)
"""The sessions without a context that is one."""


class Situation(NamedTuple):
    """Under which assumptions an expression is evaluated.

    `not_null` are the own row's columns that hold no NULL. `session` is the state of all settings
    of the application, None for any. With `eager`, errors count as happening even where the
    planner may skip them. `foreign` rows are those of others: no value of theirs is one of the
    caller's or the text that a reset leaves, and a cast keeps their values apart. `typical` ones
    hold none of the constants that they are compared with, and rows of other tables refer to them.
    With `unlisted`, no list that a sub-select looks up for the caller has them. Of the tables that
    are `hidden` their own policies show the caller no row that belongs to others, and none at all
    to a session without a context.
    """

    not_null: frozenset[int] = frozenset()
    session: SessionSettings | None = None
    functions: ContextFunctions = frozenset()
    eager: bool = False
    foreign: bool = False
    typical: bool = False
    unlisted: bool = False
    hidden: frozenset[object] = frozenset()


ANY_ROW = Situation()
"""Every row in every session."""


T = TypeVar("T")

_OPTIONS = 3
"""A truth value can be true, false and NULL; nothing that is often left open has more ways."""


class World:
    """One way in which everything that is open may turn out.

    Choices are made when an evaluation first asks for them and stay the same for its length, so
    that `x OR NOT x` sees one x. What `script` does not say is `otherwise`. `errors` are
    expressions that raise in a row of a sub-select, if there is such a row.
    """

    __slots__ = ("_otherwise", "_script", "budget", "decisions", "errors", "fresh", "trail")

    def __init__(
        self,
        script: list[int],
        budget: Budget,
        decisions: dict[object, int] | None = None,
        otherwise: int = 0,
    ) -> None:
        self._script = script
        self._otherwise = otherwise
        self.budget = budget
        self.decisions = dict(decisions or {})
        self.trail: list[tuple[int, int]] = []
        self.fresh = 0
        self.errors: list[Expr] = []

    def choose(self, key: object, options: int) -> int:
        """Return a number below `options`, the same one for the same key."""
        self.budget.take()
        if key in self.decisions:
            return self.decisions[key]
        position = len(self.trail)
        choice = min(self._otherwise, options - 1)
        if position < len(self._script):
            choice = self._script[position]
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


def worlds(evaluate: Callable[[World], T], limit: int, parts: int) -> Iterator[T | None]:
    """Yield what `evaluate` gives in each world, in which it looks at so many `parts`.

    If there are too many, yield None, and then what it gives in those where all that is open turns
    out alike: a long OR is false where each of its conditions is.
    """
    script: list[int] | None = []
    budget = Budget()
    try:
        for _ in range(limit):
            if script is None:
                return
            budget.take(parts // PARTS_OF_A_STEP)
            world = World(script, budget)
            yield evaluate(world)
            script = world.next_script()
    except OutOfBudget:
        pass
    if script is None:
        return
    yield None
    for otherwise in range(_OPTIONS):
        try:
            yield evaluate(World([], Budget(), otherwise=otherwise))
        except OutOfBudget:
            continue


def worlds_inside(evaluate: Callable[[World], T], limit: int, around: World) -> Iterator[T | None]:
    """Yield what `evaluate` gives in each world of a sub-select in one world of what is around it.

    If there are too many, the last is None. Raises OutOfBudget where those around have no steps
    left.
    """
    script: list[int] | None = []
    for _ in range(limit):
        if script is None:
            return
        around.budget.take(1 + len(around.decisions) // 8)
        world = World(script, around.budget, around.decisions)
        yield evaluate(world)
        script = world.next_script()
    if script is not None:
        yield None
