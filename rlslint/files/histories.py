"""From the files of a project to the histories of its databases."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from rlslint.files.contents import Note
from rlslint.files.discovery import Found, SourceFile
from rlslint.files.layouts import (
    configured,
    drizzle,
    dumps,
    flyway,
    folder_per_migration,
    graphile,
    liquibase,
    numbered,
    reversals,
    sqitch,
    supabase,
)
from rlslint.files.layouts.history import Claim, Folders, History, Migration, by_folder
from rlslint.files.layouts.python_files import python_histories
from rlslint.files.layouts.scripts import scripts
from rlslint.files.layouts.sections import up_ranges

__all__ = ["Histories", "History", "Migration", "histories", "up_ranges"]

_BY_TOOL: tuple[Callable[[Folders], Claim], ...] = (
    folder_per_migration.claim,
    supabase.claim,
    drizzle.claim,
    graphile.claim,
    flyway.claim,
    reversals.claim,
    liquibase.claim,
)
"""The layouts that are told by an unmistakable sign."""


class Histories(NamedTuple):
    """What there is to replay.

    `histories` are the migrations of each database. `loose` are SQL files beside them that no
    history runs, each a history of its own. `left_out` are files that never count: down migrations,
    seeds, and schema files that repeat what the migrations say.
    """

    histories: tuple[History, ...]
    loose: tuple[History, ...]
    left_out: tuple[SourceFile, ...]
    notes: tuple[Note, ...]


def histories(found: Found, migrations: tuple[str, ...] = ()) -> Histories:
    """Sort the files of a project into histories.

    `migrations` are the patterns of the configuration: where there are any, they name the one
    history, and every other SQL file is loose. Where nothing is a history, plain scripts are.
    """
    return _configured(found, migrations) if migrations else _recognised(found)


def _configured(found: Found, patterns: tuple[str, ...]) -> Histories:
    sorting = _Sorting(found.sql)
    sorting.take(configured.claim(found, patterns))
    sorting.take(reversals.claim(sorting.free))
    return sorting.result()


def _recognised(found: Found) -> Histories:
    sorting = _Sorting(found.sql)
    sorting.take(sqitch.claim(sorting.free, found.plans))
    for claim in _BY_TOOL:
        sorting.take(claim(sorting.free))
    sorting.take(numbered.claim(sorting.untouched))
    sorting.take(Claim(python_histories(found.python)))
    sorting.take(dumps.claim(sorting.free, tuple(sorting.histories)))
    if not sorting.histories:
        sorting.take(Claim(scripts(sorting.free)))
    return sorting.result()


class _Sorting:
    """The files that no layout has claimed yet, and what the others have become."""

    def __init__(self, files: tuple[SourceFile, ...]) -> None:
        self.histories: list[History] = []
        self._left_out: list[SourceFile] = []
        self._notes: list[Note] = []
        self._free = {file.shown: file for file in files}

    @property
    def free(self) -> Folders:
        return by_folder(self._free.values())

    @property
    def untouched(self) -> Folders:
        """The directories of which nothing is claimed: what a tool left there, it does not run."""
        folders = {
            str(migration.path.parent)
            for history in self.histories
            for migration in history.migrations
        }
        return {folder: files for folder, files in self.free.items() if folder not in folders}

    def take(self, claim: Claim) -> None:
        self.histories += claim.histories
        self._left_out += claim.left_out
        self._notes += claim.notes
        for history in claim.histories:
            for migration in history.migrations:
                self._free.pop(migration.shown, None)
        for file in claim.left_out:
            self._free.pop(file.shown, None)

    def result(self) -> Histories:
        loose = tuple(
            History(".", "script", (Migration(file.path, file.shown, "script"),))
            for file in self._free.values()
        )
        made = sorted(self.histories, key=lambda history: (history.root, history.layout))
        return Histories(tuple(made), loose, tuple(self._left_out), tuple(self._notes))
