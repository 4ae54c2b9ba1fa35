"""What CREATE OR REPLACE took from a function because it did not say it again."""

from __future__ import annotations

from rlslint.catalog.functions import Function


def lost_search_path(function: Function) -> str | None:
    """Return the search_path that a replacement left out of a SECURITY DEFINER function.

    None where it has one, never had one, or another statement took it away.
    """
    if not function.security_definer or "search_path" in function.settings:
        return None
    if function.because("settings") is not function.created:
        return None
    before: dict[str, str] = function.before("settings")
    return before.get("search_path")


def lost_security_definer(function: Function) -> bool:
    """Tell whether a replacement left out SECURITY DEFINER, and did not say SECURITY INVOKER."""
    if function.security_definer or "security_definer" in function.statements:
        return False
    return bool(function.before("security_definer"))
