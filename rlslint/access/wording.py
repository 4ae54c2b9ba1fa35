"""Roles as the subject of a sentence."""

from __future__ import annotations

from collections.abc import Iterable

from rlslint.access.roles import ASSUMED_ROLE
from rlslint.catalog.roles import PUBLIC
from rlslint.text.sentences import listed

_SPOKEN = {ASSUMED_ROLE: "the application", PUBLIC: "every role of the database"}


def spoken(roles: Iterable[str]) -> str:
    """Return roles, at least one, as the subject of a sentence."""
    return listed(_SPOKEN.get(role, role) for role in roles)
