"""How far a run of PL/pgSQL has come, and how a body of it may end early."""

from __future__ import annotations

from typing import NamedTuple

from rlslint.catalog.plpgsql.savepoint import Savepoint
from rlslint.catalog.plpgsql.values import Value

MOST_STEPS = 10_000


class Raised(Exception):
    """An error of PL/pgSQL; `condition` is its name or SQLSTATE."""

    def __init__(self, condition: str) -> None:
        super().__init__(condition)
        self.condition = condition


class Leave(NamedTuple):
    """How a body ended early: exit, continue or return."""

    word: str
    label: str
    value: Value


class Run:
    """What the bodies of one run share, those of the functions that it calls included."""

    def __init__(self) -> None:
        self.steps = 0
        self.savepoints: list[Savepoint] = []

    @property
    def is_too_long(self) -> bool:
        return self.steps >= MOST_STEPS
