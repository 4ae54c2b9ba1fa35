"""Names of facts, and what stands where a fact is not known."""

from __future__ import annotations

from typing import NamedTuple


class Key(NamedTuple):
    """What a fact is about: `kind` is a noun for the subject, `subject` its name in full."""

    kind: str
    subject: str
    fact: str


class Unknown:
    """Stands where a catalog does not tell: it agrees with nothing and differs from nothing."""

    def __repr__(self) -> str:
        return "unknown"


UNKNOWN = Unknown()
UNKNOWN_TYPE = ""

Facts = dict[Key, object]
