"""The migrations behind a database, replayed."""

from __future__ import annotations

from collections.abc import Iterable

from rlslint import NamedTuple
from rlslint.code.migrations import Reader
from rlslint.config.options import Config, anchored
from rlslint.files import disk
from rlslint.files.discovery import Found, found_at
from rlslint.files.histories import Histories, histories
from rlslint.files.layouts import History
from rlslint.project.database import NoHistory
from rlslint.project.following_programs import follow_migrations
from rlslint.project.replaying import Replayed, replay_history


class Migrations(NamedTuple):
    """A replayed history, and what its files say beside it.

    `replayed` is None where a fault of rlslint's own, which the reader holds, ended the replay.
    """

    replayed: Replayed | None
    reader: Reader


def read_migrations(path: str, config: Config) -> Migrations:
    """Replay the migrations at a path, with all that comes before and after them in their history.

    Raises NoHistory where there is none or more than one.
    """
    reader = Reader()
    found = found_at((path,), config)
    for problem in found.problems:
        reader.unreadable(problem)
    reader.faults += found.faults
    if reader.errors and not found.reported:
        raise NoHistory(reader.errors[0])
    with disk.Confined(found.roots):
        return _replayed(path, found, config, reader)


def histories_at(paths: Iterable[str], config: Config) -> tuple[Histories, tuple[str, ...]]:
    """Return the histories around paths, and the directories out of which nothing is read."""
    found = found_at(paths, config)
    with disk.Confined(found.roots):
        return histories(found, anchored(config, config.migrations)), found.roots


def _replayed(path: str, found: Found, config: Config, reader: Reader) -> Migrations:
    sorted_files = histories(found, anchored(config, config.migrations))
    reader.faults += sorted_files.faults
    chosen = _named(sorted_files.histories, found) or _named(sorted_files.loose, found)
    if len(chosen) != 1 and sorted_files.faults:
        return Migrations(None, reader)
    if len(chosen) != 1:
        number = "no migrations" if not chosen else f"{len(chosen)} histories of migrations"
        raise NoHistory(f"{path} holds {number}; --migrations has to name one history.")
    follow_migrations(found, chosen[0], reader)
    return Migrations(replay_history(chosen[0], config, reader), reader)


def _named(all_histories: Iterable[History], found: Found) -> list[History]:
    """Return the histories of which a file lies at the path that the user named."""
    return [
        history
        for history in all_histories
        if any(migration.shown in found.reported for migration in history.migrations)
    ]
