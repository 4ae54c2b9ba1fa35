"""Where the facts of two catalogs differ."""

from __future__ import annotations

from typing import Any, NamedTuple

from rlslint.catalog.roles import PUBLIC
from rlslint.drift.comparison.facts import MEMBERSHIP_OPTIONS
from rlslint.drift.comparison.keys import UNKNOWN, UNKNOWN_TYPE, Facts, Key
from rlslint.drift.comparison.subjects import Subject


class Absent:
    """Stands for what a catalog has not."""

    def __repr__(self) -> str:
        return "absent"


ABSENT = Absent()


class Difference(NamedTuple):
    """A fact on which two catalogs differ; ABSENT where one has no such subject.

    `in_history` and `on_server` are what knows the statements behind either side: the subject, or
    what would hold it; None where that is not looked for. `alike` are other subjects on the server
    that differ in the same way.
    """

    key: Key
    history: Any
    live: Any
    in_history: Subject | None = None
    on_server: Subject | None = None
    alike: tuple[Subject, ...] = ()

    def __str__(self) -> str:
        kind, subject, fact = self.key
        return f"{kind} {subject}, {fact}: history {self.history!r}, server {self.live!r}"


class Comparison(NamedTuple):
    """What came of comparing a history's facts with a server's.

    `unknown` are those that the history does not tell: neither agreement nor difference.
    """

    agreeing: int
    differences: tuple[Difference, ...]
    unknown: tuple[Key, ...]


def compare(history: Facts, live: Facts, *, version: int) -> Comparison:
    """Compare fact by fact with a server whose server_version_num is `version`."""
    agreeing = 0
    unknown: list[Key] = []
    found: list[Difference] = []
    for key in sorted({*history, *live}):
        if _depends_on_version(key, version):
            continue
        ours, theirs = history.get(key, ABSENT), live.get(key, ABSENT)
        if key.fact == "columns" and ours is not UNKNOWN:
            theirs = _without_unknown_types(theirs, ours)
        if ours is UNKNOWN or theirs is UNKNOWN:
            # What neither side looks into (a platform's table) is not a fact to compare.
            if ours is not theirs and ABSENT is not ours and ABSENT is not theirs:
                unknown.append(key)
        elif ours == theirs:
            agreeing += 1
        else:
            found.append(Difference(key, ours, theirs))
    return Comparison(agreeing, tuple(found), tuple(unknown))


def _depends_on_version(key: Key, version: int) -> bool:
    """Tell whether an older server differs in a fact whatever a history says.

    Before PostgreSQL 16 a membership had no options, and before 15 the schema public belonged to
    the superuser and let everyone create in it (their release notes).
    """
    if key.fact == MEMBERSHIP_OPTIONS:
        return version < 160000
    return (key.kind, key.subject) == ("schema", PUBLIC) and version < 150000


def _without_unknown_types(live: object, history: object) -> object:
    match live, history:
        case tuple(), tuple() if len(live) == len(history):
            return tuple(
                (*theirs[:2], UNKNOWN_TYPE, *theirs[3:]) if ours[2] == UNKNOWN_TYPE else theirs
                for theirs, ours in zip(live, history, strict=True)
            )
        case _:
            return live
