"""Which files of a program are worth following: those that say something about sessions.

A file is searched as bytes before anything of it is parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rlslint.text.patterns import Pattern

_WORDS = (
    rb"set_config|\bset\s+(?:local\s|session\s|role\s|[\"'`]?[\w{$#%]+[\"'`]?\s*(?:\.|=|to\s))"
    rb"|\breset\s+(?:all|role|session|[\w\"]+\.)|discard\s+all|-c(?:\s|%20)*\w+\.\w"
    rb"|runtimeparams|server_settings"
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
