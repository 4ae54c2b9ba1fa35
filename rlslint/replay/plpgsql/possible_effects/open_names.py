"""Names of which some parts are not known."""

from __future__ import annotations

import re
from collections.abc import Callable

ANYTHING = "rlslint_anything"
"""Stands in SQL for a stretch that is not known."""
NAME = "rlslint_name"
"""Stands in SQL for a single name that is not known."""


def is_open_name(name: str) -> bool:
    """Tell whether a part of a name is not known."""
    return ANYTHING in name or NAME in name


def name_pattern(name: str) -> Callable[[str], bool]:
    """Return a test of whether a name may be this one."""
    if not is_open_name(name):
        return name.__eq__
    parts = re.split(f"{ANYTHING}|{NAME}", name)
    found = re.compile(".*".join(map(re.escape, parts)), re.DOTALL)
    return lambda candidate: found.fullmatch(candidate) is not None
