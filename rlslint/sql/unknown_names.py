"""Names in SQL that is known in parts only."""

from __future__ import annotations

ANYTHING = "rlslint_anything"
"""Stands in SQL for a stretch that is not known."""

NAME = "rlslint_name"
"""Stands in SQL for a single name that is not known."""


def is_open_name(name: str) -> bool:
    """Tell whether a part of a name is not known."""
    return ANYTHING in name or NAME in name
