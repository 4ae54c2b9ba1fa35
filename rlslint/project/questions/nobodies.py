"""Values that stand for no tenant by their looks."""

from __future__ import annotations

import re

from rlslint import Pattern

_NOBODY = Pattern(
    r"[-0{}\[\]f]*|-\d+|(?:no|none|nil|null|unknown|unset|undefined|missing|invalid|nobody|anonymous|anon"
    r"|guest|public|n/a)(?:[-_ ].*)?",
    re.IGNORECASE,
)
"""The nil UUID, 0, -1, the empty string, words for nothing."""


def is_nobody(value: object) -> bool:
    """Tell whether a constant is probably no tenant's."""
    return _NOBODY().fullmatch(str(value)) is not None
