"""Where passwords stand in a line, so that no message ever shows one."""

from __future__ import annotations

import re

from rlslint.text.patterns import Pattern

_PASSWORDS = (
    Pattern(r"""://[^\s:/@'"]*:(?P<password>[^\s'"]+?)@(?![^\s'"/]*@)"""),
    Pattern(
        r"""\bPASSWORD\s+(?:E|U&)?(?P<quote>'|\$\w*\$)(?P<password>.+?)(?P=quote)(?!')""",
        re.IGNORECASE,
    ),
    Pattern(
        r"""(?:PASSWORD|PASSWD|PWD)["']?\s*[:=]\s*(?![\w.]+[(\[])["']?"""
        r"""(?P<password>[^\s"',;}]+)"""
    ),
    Pattern(
        r"""\b(?:password|passwd|pwd)=(?![\w.]+[(\[])["']?(?P<password>[^\s"',;&)]+)""",
        re.IGNORECASE,
    ),
    Pattern(r"""(?:^|[.{,\s])password\s*:\s*["']?(?P<password>[^\s"',;}]+)"""),
)


def password_ranges(line: str) -> list[tuple[int, int]]:
    """Return the stretches of `line` that hold a password: in a URL, a setting or a statement."""
    return sorted(
        {match.span("password") for pattern in _PASSWORDS for match in pattern().finditer(line)}
    )


def masked(line: str) -> str:
    """Return `line` with `***` in place of each password."""
    shown = line
    for start, end in reversed(password_ranges(line)):
        shown = f"{shown[:start]}***{shown[end:]}"
    return shown
