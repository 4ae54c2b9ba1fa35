"""In which session, and about which rows, a predicate is asked."""

from __future__ import annotations

from enum import Enum

from rlslint import NamedTuple
from rlslint.meaning.context import ContextFunctions


class Session(Enum):
    """What the settings of a session hold, which tell who is calling.

    A setting that was never set is NULL for current_setting(name, true); once a transaction that
    used SET LOCAL is over it is the empty string (PostgreSQL keeps the placeholder).
    """

    never_set = "never set"
    reset = "reset to an empty string after SET LOCAL"
    given = "given"


MISSING = (Session.never_set, Session.reset)
"""The sessions without a context."""


class Situation(NamedTuple):
    """Under which assumptions an expression is evaluated.

    `not_null` are the own row's columns that hold no NULL. `session` is the state of all settings
    of the application, None for any. With `eager`, errors count as happening even where the
    planner may skip them. `foreign` rows are those of others: no value of theirs is one of the
    caller's or the text that a reset leaves, and a cast keeps their values apart.
    """

    not_null: frozenset[int] = frozenset()
    session: Session | None = None
    functions: ContextFunctions = frozenset()
    eager: bool = False
    foreign: bool = False


ANY_ROW = Situation()
"""Every row in every session."""
