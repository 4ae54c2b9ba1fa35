"""Which files of a program are worth following: those that say something about sessions.

A file is searched as bytes before anything of it is parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rlslint.text.patterns import Pattern

_WORDS = (
    rb"set_config|\bset\s+(?:local\s|session\s+\W?[\w$#{}]+[.\s]|role\s)"
    rb"|\bset\s+[\"`\\]*[\w$#{}]+[\"`\\]*\s*\.[\w$#{}%\"`\\.]+\s*(?:=|to\s)|\bset\s+[$#%]\S{1,40}\s+to\s"
    rb"|\breset[ ](?:role\b|session\s+auth|[\w\"]+\.[a-z_]+\W)|discard\s+all"
    rb"|(?<![\w<-])-c(?:\s|%20)*[a-z_]\w*\.\w+(?:=|%3d)|runtimeparams|server_settings"
)
"""What changes settings of a session, or gives a connection some from the start."""

_FUNCTION = Pattern(
    rb"create\s+(?:or\s+replace\s+)?(?:function|procedure)\s+(?:\"?\w+\"?\s*\.\s*)?\"?(\w+)\"?"
)
_NEXT = Pattern(rb"create\s+(?:or\s+replace\s+)?(?:function|procedure)\s")
_SETS = Pattern(rb"set_config\s*\(|\bset\s+(?:local|session)\s|\bexecute\b[^;]*\bset\s")


def functions_that_set(scripts: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the names of the functions of SQL whose bodies change settings, in lower case."""
    for data in scripts:
        lowered = data.lower()
        if b"function" not in lowered and b"procedure" not in lowered:
            continue
        starts = [found.start() for found in _NEXT().finditer(lowered)]
        for start, end in zip(starts, [*starts[1:], len(lowered)], strict=True):
            name = _FUNCTION().match(lowered, start)
            if name is not None and len(name[1]) > 3 and _SETS().search(lowered, start, end):
                yield name[1]


def words_of_interest(functions: Iterable[bytes]) -> re.Pattern[bytes]:
    """Return what stands, in lower case, in files worth following; `functions` set settings."""
    names = [rb"\b" + re.escape(name) + rb"\b" for name in sorted(set(functions))]
    return re.compile(b"|".join((_WORDS, *names)))
