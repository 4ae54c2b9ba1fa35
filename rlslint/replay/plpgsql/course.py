"""How far a run of PL/pgSQL has come, and how a body of it may end early."""

from __future__ import annotations

from collections.abc import Iterable

from rlslint import NamedTuple
from rlslint.replay import Refused
from rlslint.replay.plpgsql.conditions import catches, may_catch
from rlslint.replay.plpgsql.tree import ExceptionHandler, Raise
from rlslint.replay.plpgsql.values import Datum
from rlslint.sql.expressions import Query
from rlslint.text.budget import ROWS_OF_A_BLOCK, STEPS_OF_A_BLOCK, Budget


class Raised(Refused):
    """An error of PL/pgSQL, or of a statement that it runs."""


class Departure(NamedTuple):
    """How a body ended early: exit, continue or return."""

    word: str
    label: str
    value: Datum


class Catching:
    """An EXCEPTION section around what is run; `possible` are the errors that may reach it."""

    def __init__(self, handlers: tuple[ExceptionHandler, ...]) -> None:
        self.handlers = handlers
        self.possible: set[str] = set()

    def handler_of(self, error: str) -> ExceptionHandler | None:
        """Return the handler that surely catches an error."""
        return next((h for h in self.handlers if catches(h.conditions, error)), None)

    def possible_handlers(self, error: str) -> list[ExceptionHandler]:
        """Return the handlers that catch an error which perhaps comes."""
        return [h for h in self.handlers if may_catch(h.conditions, error)]


class Run:
    """What the bodies of one run share, those of the functions that it calls included.

    `queries` keeps what was parsed. `gave_up` tells that something was not carried out
    to its end, so that what comes after it may never be reached. Relations that the history never
    makes may exist, unless `others_are_missing`.
    """

    def __init__(self) -> None:
        self.steps = Budget(STEPS_OF_A_BLOCK)
        self.rows = Budget(ROWS_OF_A_BLOCK)
        self.gave_up = False
        self.others_are_missing = False
        self.catching: list[Catching] = []
        self.queries: dict[str, Query | None] = {}

    @property
    def is_too_long(self) -> bool:
        return self.steps.is_spent

    @property
    def may_have_failed(self) -> bool:
        """Whether an error that is caught further out has perhaps come before."""
        return any(catching.possible for catching in self.catching)

    def is_caught(self, error: str) -> bool:
        return any(catching.handler_of(error) is not None for catching in self.catching)

    def may_fail(self, errors: Iterable[str]) -> None:
        """Note that one of these errors perhaps comes.

        What a handler raises again does not count: a history that was carried out did not end in
        an error.
        """
        for error in errors:
            for catching in reversed(self.catching):
                handlers = catching.possible_handlers(error)
                if any(not _raises(handler) for handler in handlers):
                    catching.possible.add(error)
                if any("others" in handler.conditions for handler in handlers):
                    break

    def perhaps_raised(self, error: str) -> None:
        """Note that this error comes if what is run in doubt is run."""
        for catching in reversed(self.catching):
            handler = catching.handler_of(error)
            if handler is not None:
                catching.possible.add(error)
                return


def _raises(handler: ExceptionHandler) -> bool:
    return any(isinstance(statement, Raise) for statement in handler.body)
