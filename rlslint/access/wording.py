"""Roles as the parts of a sentence, and as SQL names them."""

from __future__ import annotations

from collections.abc import Iterable

from rlslint.access.roles import ASSUMED_ROLE
from rlslint.catalog.roles import PUBLIC
from rlslint.sql.quoting import quoted_identifier


def listed(words: Iterable[str]) -> str:
    """Return "read, change and delete": some words, at least one, as a sentence lists them."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def spoken(roles: Iterable[str]) -> str:
    """Return roles, at least one, as the subject of a sentence."""
    return listed("the application" if role == ASSUMED_ROLE else role for role in roles)


def in_sql(roles: Iterable[str]) -> str:
    """Return roles as GRANT, REVOKE and CREATE POLICY list them, each of them once."""
    return ", ".join(
        "PUBLIC" if role == PUBLIC else quoted_identifier(role) for role in dict.fromkeys(roles)
    )
