"""Variables inside values: `${NAME}`, `${NAME:-default}`, Spring's `${NAME:default}`."""

from __future__ import annotations

import re

_DEFAULT = re.compile(r"\$\{\w[\w.]*(?::?-|:)(?P<default>[^{}?]*)\}")


def expanded(written: str) -> str | None:
    """Return `written` with each default in place of its variable, None where one has none."""
    value = _DEFAULT.sub(lambda match: match["default"], written)
    return None if "$" in value else value
