"""In which session, and about which rows, a predicate is asked."""

from __future__ import annotations

from enum import Enum

from rlslint import NamedTuple
from rlslint.meaning.context import ContextFunctions


class Session(Enum):
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


MISSING = (Session.never_set, Session.reset)
"""The sessions without a context."""

NOT_VALID = (*MISSING, Session.malformed)
"""The sessions without a context that is one."""


class Situation(NamedTuple):
    """Under which assumptions an expression is evaluated.

    `not_null` are the own row's columns that hold no NULL. `session` is the state of all settings
    of the application, None for any. With `eager`, errors count as happening even where the
    planner may skip them. `foreign` rows are those of others: no value of theirs is one of the
    caller's or the text that a reset leaves, and a cast keeps their values apart. `typical` ones
    hold none of the constants that they are compared with, and rows of other tables refer to them.
    With `unlisted`, no list that a sub-select looks up for the caller has them.
    """

    not_null: frozenset[int] = frozenset()
    session: Session | None = None
    functions: ContextFunctions = frozenset()
    eager: bool = False
    foreign: bool = False
    typical: bool = False
    unlisted: bool = False


ANY_ROW = Situation()
"""Every row in every session."""
