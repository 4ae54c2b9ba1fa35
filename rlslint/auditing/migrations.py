"""The migrations that an audited database is to be compared with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from rlslint.auditing.audit import NoHistory
from rlslint.building import Built, Reader, build
from rlslint.catalog.comparison import (
    Comparison,
    Written,
    compare,
    facts_of,
    subjects_of,
    written_statements,
)
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Catalog, Relation
from rlslint.catalog.roles import MIGRATION_ROLE
from rlslint.config import Config
from rlslint.sources.discovery import discover


class History(NamedTuple):
    """A replayed history, and what its files say beside it."""

    built: Built
    reader: Reader

    @property
    def catalog(self) -> Catalog:
        return self.built.project.catalog


def read_history(path: str, config: Config) -> History:
    """Replay the migrations below a path.

    Raises NoHistory where there is none or more than one.
    """
    reader = Reader({})
    found = discover(
        [path],
        around=(),
        root=Path.cwd(),
        exclude=(*config.exclude, *config.extend_exclude),
        force_exclude=config.force_exclude,
    )
    for problem in found.problems:
        reader.unreadable(problem)
    if reader.errors:
        raise NoHistory(reader.errors[0])
    built, _ = build(found, config, reader)
    histories = [one for one in built if one.files and not one.loose]
    scripts = [one for one in built if one.files]
    chosen = histories or scripts
    if len(chosen) != 1:
        number = "no migrations" if not chosen else f"{len(chosen)} histories of migrations"
        raise NoHistory(f"{path} holds {number}; --migrations has to name one history.")
    return History(chosen[0], reader)


class Compared(NamedTuple):
    """A history beside a server: where they differ, and which statement made what."""

    comparison: Comparison
    written: Written


def compare_with(
    history: History, live: Catalog, version: int, owner_roles: Sequence[str]
) -> Compared:
    """Compare a history with a live database."""
    migration_role = _migration_role(history.catalog, live, owner_roles)
    comparison = compare(
        facts_of(history.catalog, migration_role), facts_of(live, migration_role), version=version
    )
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
