"""Comparing the catalog of a server with that of the replay, fact by fact."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from rlslint.catalog import Catalog
from rlslint.drift.comparison import FactKey, Stated, compare, facts_of, same, with_possible
from rlslint.drift.fact_values import NoValue
from rlslint.server.introspection import introspect
from rlslint.server.snapshot import snapshot
from tests.postgres import SUPERUSER, Database


@dataclass
class Compared:
    """How many facts agree, and which are unknown or differ, in words."""

    agreeing: int = 0
    unknown: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)

    def __iadd__(self, other: Compared) -> Compared:
        self.agreeing += other.agreeing
        self.unknown += other.unknown
        self.differing += other.differing
        return self


class BothFacts(NamedTuple):
    """What the server and the replay say."""

    live: Stated
    replayed: Stated

    def of(self, key: FactKey) -> tuple[object, object]:
        return self.live.get(key, NoValue.absent), self.replayed.get(key, NoValue.absent)


Given = dict[FactKey, tuple[object, object]]
"""The facts that stubs brought about, as both sides told them: no merit of the replay."""


def given_between(before: BothFacts, after: BothFacts) -> Given:
    """Return what has changed, on either side."""
    keys = {*before.live, *before.replayed, *after.live, *after.replayed}
    return {key: after.of(key) for key in keys if not _same(key, before.of(key), after.of(key))}


def both_facts(database: Database, catalog: Catalog) -> BothFacts:
    """Ask both sides."""
    with snapshot(database.conninfo()) as live:
        introspected = introspect(live.ask, live.database, live.version)
    return BothFacts(facts_of(introspected, SUPERUSER), facts_of(catalog, SUPERUSER))


def compared(database: Database, version: int, catalog: Catalog, given: Given) -> Compared:
    """Compare two catalogs of the same history fact by fact, less what stubs brought about."""
    both = both_facts(database, catalog)
    live = both.live
    counted = {
        key
        for key in {*live, *both.replayed}
        if key not in given or not _same(key, given[key], both.of(key))
    }
    replayed = with_possible(both.replayed, catalog, counted)
    found = compare(
        {key: value for key, value in replayed.items() if key in counted},
        {key: value for key, value in live.items() if key in counted},
        version=version * 10000,
    )
    partly = [key for key in counted if _has_unknown_type(key, replayed.get(key))]
    return Compared(
        found.agreeing - len(partly),
        [f"{key.kind} {key.name}, {key.fact}" for key in (*found.unknown, *partly)],
        [str(difference) for difference in found.differences],
    )


def _same(key: FactKey, before: tuple[object, object], after: tuple[object, object]) -> bool:
    return all(same(key, *values) for values in zip(before, after, strict=True))


def _has_unknown_type(key: FactKey, value: object) -> bool:
    return (
        key.fact == "columns"
        and isinstance(value, tuple)
        and any(column[2] is NoValue.unknown for column in value)
    )
