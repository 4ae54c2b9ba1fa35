"""Statements that PostgreSQL refuses in the state that the history has reached."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from rlslint.catalog import Refusal
from rlslint.catalog.binding import SYSTEM_COLUMNS
from rlslint.catalog.facts import Members
from rlslint.catalog.model import Relation
from rlslint.sql.placeholders import is_open_name


class Refused(Exception):
    """Raised where a statement surely fails; `condition` is the name of the error, or its SQLSTATE.

    `refusal` is what rules are told of it, where they are.
    """

    def __init__(self, condition: str, refusal: Refusal | None = None) -> None:
        super().__init__(condition)
        self.condition = condition
        self.refusal = refusal


ANY_ERROR = "any error"
"""Stands for an error of which nothing tells its condition."""


def must_be_as_lasting(relation: Relation, other: Relation, both_ways: bool = True) -> None:
    """Refuse that a permanent relation needs a temporary one, and `both_ways` the opposite.

    `other` is what is needed.
    """
    if (other.temporary and not relation.temporary) or (
        both_ways and relation.temporary and not other.temporary and not other.is_beyond_history
    ):
        raise Refused("wrong_object_type")


class _Watching(Protocol):
    def perhaps_refused(self, *conditions: str) -> None: ...


def must_have(replay: _Watching, relation: Relation, members: Members[Any, Any]) -> None:
    """Refuse a statement for which a set has not the member that it names, if that is certain.

    What others make a table of, they may have added to.
    """
    if not members.is_open and not relation.is_beyond_history:
        raise Refused("undefined_object")
    replay.perhaps_refused("undefined_object")


def must_have_columns(relation: Relation, names: Iterable[str]) -> None:
    """Refuse columns that a relation surely has not."""
    if relation.knows("columns"):
        for name in names:
            is_there = name in relation.columns or name in SYSTEM_COLUMNS
            if name and not is_there and not is_open_name(name):
                raise Refused("undefined_column")


def must_be_bound(missing: list[str]) -> None:
    """Refuse an expression that names what does not exist; see `Scope`."""
    if missing:
        raise Refused(missing[0])


def must_be_free(names: Iterable[str], name: str, condition: str) -> None:
    """Refuse a name that is taken."""
    if name in names:
        raise Refused(condition)
