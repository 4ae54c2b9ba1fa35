"""The migrations that an audited database is to be compared with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from rlslint.auditing import NoHistory
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Catalog, Relation
from rlslint.catalog.roles import MIGRATION_ROLE
from rlslint.code.migrations import Reader, module_reader
from rlslint.config.options import Config, anchored, excluded
from rlslint.drift.comparison import (
    Comparison,
    Written,
    compare,
    facts_of,
    subjects_of,
    with_possible,
    written_statements,
)
from rlslint.files.discovery import Found, discover
from rlslint.files.histories import histories
from rlslint.files.layouts.history import History as MigrationHistory
from rlslint.project.building import Replayed, replay_history


class History(NamedTuple):
    """A replayed history, and what its files say beside it."""

    replayed: Replayed
    reader: Reader

    @property
    def catalog(self) -> Catalog:
        return self.replayed.replay.catalog


def read_history(path: str, config: Config) -> History:
    """Replay the migrations at a path, with all that comes before and after them in their history.

    Raises NoHistory where there is none or more than one.
    """
    reader = Reader({})
    found = discover(
        [path],
        root=Path.cwd(),
        exclude=excluded(config),
        force_exclude=config.force_exclude,
    )
    for problem in found.problems:
        reader.unreadable(problem)
    if reader.errors:
        raise NoHistory(reader.errors[0])
    sorted_files = histories(found, anchored(config, config.migrations))
    chosen = _named(sorted_files.histories, found) or _named(sorted_files.loose, found)
    if len(chosen) != 1:
        number = "no migrations" if not chosen else f"{len(chosen)} histories of migrations"
        raise NoHistory(f"{path} holds {number}; --migrations has to name one history.")
    return History(replay_history(chosen[0], config, reader, module_reader(found)), reader)


def _named(all_histories: Iterable[MigrationHistory], found: Found) -> list[MigrationHistory]:
    """Return the histories of which a file lies at the path that the user named."""
    return [
        history
        for history in all_histories
        if any(migration.shown in found.reported for migration in history.migrations)
    ]


class Compared(NamedTuple):
    """A history beside a server: where they differ, and which statement made what."""

    comparison: Comparison
    written: Written


def compare_with(
    history: History, live: Catalog, version: int, owner_roles: Sequence[str]
) -> Compared:
    """Compare a history with a live database."""
    migration_role = _migration_role(history.catalog, live, owner_roles)
    theirs = facts_of(live, migration_role)
    ours = with_possible(facts_of(history.catalog, migration_role), history.catalog, theirs)
    comparison = compare(ours, theirs, version=version)
    differing = {difference.key for difference in comparison.differences}
    return Compared(comparison, written_statements(history.catalog, live, differing))


def _migration_role(history: Catalog, live: Catalog, owner_roles: Sequence[str]) -> str:
    """Return who ran the migrations: whoever owns most of what they made."""
    ours, theirs = subjects_of(history), subjects_of(live)
    owners = Counter(
        theirs[name].owner
        for name, subject in ours.items()
        if name in theirs
        and isinstance(subject, Relation | Function)
        and subject.knows("owner")
        and subject.owner == MIGRATION_ROLE
        and theirs[name].knows("owner")
    )
    for role in owner_roles:
        if role in owners:
            return role
    return owners.most_common(1)[0][0] if owners else MIGRATION_ROLE
