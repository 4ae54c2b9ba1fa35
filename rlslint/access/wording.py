"""Roles as the subject of a sentence."""

from __future__ import annotations

from collections.abc import Iterable

from rlslint.access.roles import ASSUMED_ROLE
from rlslint.catalog.roles import PUBLIC
from rlslint.text.sentences import listed

_SPOKEN = {ASSUMED_ROLE: "the application", PUBLIC: "every role of the database"}
_MOST_NAMED = 10
_NAMED_OF_MANY = 3


def spoken(roles: Iterable[str]) -> str:
    """Return roles, at least one, as the subject of a sentence; of many, the first are named."""
    names = [_SPOKEN.get(role, role) for role in roles]
    if len(names) > _MOST_NAMED:
        names[_NAMED_OF_MANY:] = [f"{len(names) - _NAMED_OF_MANY} other roles"]
    return listed(names)
