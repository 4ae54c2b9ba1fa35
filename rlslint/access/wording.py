"""Roles as the subject of a sentence."""

from __future__ import annotations

from collections.abc import Iterable

from rlslint.access.roles import ASSUMED_ROLE
from rlslint.text.sentences import listed


def spoken(roles: Iterable[str]) -> str:
    """Return roles, at least one, as the subject of a sentence."""
    return listed("the application" if role == ASSUMED_ROLE else role for role in roles)
