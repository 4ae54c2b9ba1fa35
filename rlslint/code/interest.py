"""Which files of a program are worth following: those that say something about sessions.

A file is searched as bytes before anything of it is parsed. A sign is looked for only where its
first word stands, and begins with it, for such a search is many times as quick as one that begins
with a choice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from rlslint.text.patterns import Pattern

Signs = Sequence[tuple[bytes, "re.Pattern[bytes]"]]
"""Words in lower case, each with what must follow it."""

_NAME = rb"[\"`'\\]*[\w$#{}]+[\"`'\\]*\s*\.[\w$#{}%\"`\\.]+"
_SETTINGS = (
    (b"set_config", Pattern(rb"set_config")),
    (
        b"set",
        Pattern(
            rb"set(?<!\w\wset)(?<!\wset)\s+(?:local\s|session\s+\W?[\w$#{}]+[.\s]|role\s"
            rb"|" + _NAME + rb"\s*(?:=|to\s)|[$#%]\S{1,40}\s+to\s)"
        ),
    ),
    (b"reset ", Pattern(rb"reset (?:role\b|session\s+auth|[\w\"]+\.[a-z_]+\W)")),
    (b"discard all", Pattern(rb"discard all")),
    (b"-c", Pattern(rb"-c(?<![\w<-]-c)(?:\s|%20)*[a-z_]\w*\.\w+(?:=|%3d)")),
    (b"runtimeparams", Pattern(rb"runtimeparams")),
    (b"server_settings", Pattern(rb"server_settings")),
)
"""What changes settings of a session, or gives a connection some from the start."""

_DEFINES = Pattern(
    rb"create\s+(?:or\s+replace\s+)?(?:function|procedure)\s+(?:\"?\w+\"?\s*\.\s*)?\"?(\w+)\"?"
)
_SETS = Pattern(rb"set_config\s*\(|\bset\s+(?:local|session)\s|\bexecute\b[^;]*\bset\s")


def functions_that_set(scripts: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the names of the functions of SQL whose bodies change settings, in lower case."""
    for data in scripts:
        lowered = data.lower()
        if b"set" not in lowered or not (b"function" in lowered or b"procedure" in lowered):
            continue
        found = list(_DEFINES().finditer(lowered))
        ends = [*(each.start() for each in found[1:]), len(lowered)]
        for name, end in zip(found, ends, strict=True) if found else ():
            if len(name[1]) > 3 and _SETS().search(lowered, name.end(), end):
                yield name[1]


def signs_of_sessions(functions: Iterable[bytes]) -> Signs:
    """Return what stands in files worth following; `functions` of the history set settings."""
    settings = [(word, pattern()) for word, pattern in _SETTINGS]
    calls = [(name, re.compile(re.escape(name) + rb"\b")) for name in sorted(set(functions))]
    return (*settings, *calls)


def has_sign(data: bytes, signs: Signs) -> bool:
    """Tell whether a file is worth following."""
    lowered = data.lower()
    return any(word in lowered and pattern.search(lowered) for word, pattern in signs)


def places(data: bytes, signs: Signs) -> list[int]:
    """Return where signs stand in a file, in order."""
    lowered = data.lower()
    return sorted(
        found.start()
        for word, pattern in signs
        if word in lowered
        for found in pattern.finditer(lowered)
    )
