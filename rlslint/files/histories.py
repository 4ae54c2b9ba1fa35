"""From the files of a project to the histories of its databases."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from functools import partial
from importlib import import_module
from itertools import islice

from rlslint import NamedTuple
from rlslint.files import disk
from rlslint.files.contents import Note
from rlslint.files.discovery import Found, SourceFile
from rlslint.files.layouts import (
    Claim,
    Folders,
    History,
    Migration,
    by_folder,
    history,
    natural_path,
    numbered,
    reversals,
)
from rlslint.files.walk import folders_above
from rlslint.text.faults import Fault

Sign = Callable[[str, tuple[SourceFile, ...]], bool]
"""Tells whether a directory, with the files in it, may be one of a tool's."""


def _is_formatted_for_liquibase(folder: str, files: tuple[SourceFile, ...]) -> bool:
    return b"liquibase" in _beginning(files[0], 200).lower()


_BY_TOOL: tuple[tuple[str, str, Sign], ...] = (
    (
        "in numbered folders",
        "folders.claim_numbered_folders",
        lambda _, files: any(file.name in ("migration.sql", "up.sql") for file in files),
    ),
    ("of Supabase", "supabase.claim", lambda folder, _: "supabase" in folder.split(os.sep)),
    (
        "of Drizzle",
        "folders.claim_drizzle",
        lambda folder, _: disk.is_file(os.path.join(folder, "meta", "_journal.json")),
    ),
    (
        "of graphile-migrate",
        "folders.claim_graphile",
        lambda folder, files: (
            os.path.basename(folder) == "committed"
            or any(file.name == "current.sql" for file in files)
        ),
    ),
    ("of Flyway", "flyway.claim", lambda _, files: any(file.name[:1] == "V" for file in files)),
    ("with a way back", "reversals.claim", lambda *_: True),
    ("of Liquibase", "liquibase.claim", _is_formatted_for_liquibase),
)
"""What messages call the files of a layout, what claims them, and the sign without which it would
claim none and is not imported."""

_DUMP_HEADER = b"-- PostgreSQL database dump"


class Histories(NamedTuple):
    """What there is to replay.

    `histories` are the migrations of each database. `loose` are SQL files beside them that no
    history runs, each a history of its own. `left_out` are files that never count: down migrations,
    seeds, what tests bring along, and schema files that repeat what the migrations say.
    `superseded` are old migrations beside those that run: what they made may be there all the same.
    `unread` are files, as they are shown, of which nobody knows what runs with them.
    `faults` are rlslint's own: what a layout could not put in order is loose, or not read.
    """

    histories: tuple[History, ...]
    loose: tuple[History, ...]
    left_out: tuple[SourceFile, ...]
    notes: tuple[Note, ...]
    faults: tuple[Fault, ...]
    superseded: tuple[SourceFile, ...] = ()
    unread: tuple[str, ...] = ()


def histories(
    found: Found, migrations: tuple[str, ...] = (), asked: frozenset[str] | None = None
) -> Histories:
    """Sort the files of a project into histories.

    `migrations` are the patterns of the configuration: where there are any, they name the one
    history, and every other SQL file is loose. Where nothing is a history, plain scripts are; those
    that are not `asked` about may stay alone, though they belong together. What tests bring along
    is left out, unless a pattern names it.
    """
    return _configured(found, migrations) if migrations else _recognised(found, asked)


def _configured(found: Found, patterns: tuple[str, ...]) -> Histories:
    sorting = _Sorting(found.sql)
    sorting.take("of the configuration", lambda: _claim_configured(found, patterns))
    sorting.take("of tests", lambda: _claim_tests(sorting.free, found))
    sorting.take("with a way back", lambda: reversals.claim(sorting.free))
    return sorting.result()


def _recognised(found: Found, asked: frozenset[str] | None) -> Histories:
    sorting = _Sorting(found.sql)
    sorting.take("of tests", lambda: _claim_tests(sorting.free, found))
    if len(sorting.free) > 1:
        from rlslint.files.layouts import superseded

        sorting.take(
            "that others superseded",
            lambda: superseded.claim(sorting.free, found.root, found.reported),
        )
    program = found.of_program
    if program.plans:
        from rlslint.files.layouts import sqitch

        sorting.take("of sqitch", lambda: sqitch.claim(sorting.free, program.plans))
    for called, claim, has_sign in _BY_TOOL:
        sorting.take(called, partial(_claim_with_sign, sorting.free, claim, has_sign))
    sorting.take("with numbers", lambda: numbered.claim(sorting.untouched))
    if program.python:
        from rlslint.files.layouts.python_files import python_histories

        sorting.take("of Alembic and Django", lambda: python_histories(program.python))
    if program.programs:
        from rlslint.files.layouts.programs import program_histories

        sorting.take(
            "of programs",
            lambda: program_histories(program.programs, tuple(sorting.histories)),
        )
    sorting.take("of pg_dump", lambda: _claim_dumps(sorting.free, tuple(sorting.histories)))
    if not sorting.histories:
        from rlslint.files.layouts.scripts import scripts

        sorting.take("of scripts", lambda: Claim(scripts(sorting.free, asked)))
    if program.programs or program.schemas:
        from rlslint.files.layouts.declarations import claim_declarations

        sorting.take(
            "of schemas",
            lambda: claim_declarations(program.programs, program.schemas, tuple(sorting.histories)),
        )
    return sorting.result()


class _Sorting:
    """The files that no layout has claimed yet, and what the others have become."""

    def __init__(self, files: tuple[SourceFile, ...]) -> None:
        self.histories: list[History] = []
        self._left_out: list[SourceFile] = []
        self._superseded: list[SourceFile] = []
        self._unread: list[str] = []
        self._notes: list[Note] = []
        self._faults: list[Fault] = []
        self._free = {file.shown: file for file in files}

    @property
    def free(self) -> Folders:
        return by_folder(self._free.values())

    @property
    def untouched(self) -> Folders:
        """The directories of which nothing is claimed: what a tool left there, it does not run."""
        folders = {
            os.path.dirname(migration.path)
            for history in self.histories
            for migration in history.migrations
        }
        return {folder: files for folder, files in self.free.items() if folder not in folders}

    def take(self, called: str, made: Callable[[], Claim]) -> None:
        """Take what a layout claims; where that goes wrong, its files stay for the others."""
        try:
            claim = made()
        except Exception as error:
            self._faults.append(Fault("put in order", "files", called, error))
            return
        self._faults += claim.faults
        roots = {(made.root, made.layout) for made in claim.histories}
        self.histories = [h for h in self.histories if (h.root, h.layout) not in roots]
        self.histories += claim.histories
        self._left_out += claim.left_out
        self._superseded += claim.superseded
        self._notes += claim.notes
        self._unread += claim.unread
        for claimed in claim.histories:
            for migration in claimed.migrations:
                self._free.pop(migration.shown, None)
        for file in (*claim.left_out, *claim.superseded):
            self._free.pop(file.shown, None)

    def result(self) -> Histories:
        loose = tuple(
            History(".", "script", (Migration(file.path, file.shown, "script"),))
            for file in self._free.values()
        )
        made = sorted(self.histories, key=lambda history: (history.root, history.layout))
        return Histories(
            tuple(made),
            loose,
            tuple(self._left_out),
            tuple(self._notes),
            tuple(self._faults),
            tuple(self._superseded),
            tuple(self._unread),
        )


def _claim_with_sign(folders: Folders, claim: str, has_sign: Sign) -> Claim:
    if not any(has_sign(folder, files) for folder, files in folders.items()):
        return Claim()
    module, _, function = claim.partition(".")
    found = getattr(import_module(f"rlslint.files.layouts.{module}"), function)
    made: Claim = found(folders)
    return made


def _claim_tests(folders: Folders, found: Found) -> Claim:
    files = (file for inside in folders.values() for file in inside)
    return Claim(left_out=tuple(file for file in files if file.shown in found.tests))


def _claim_configured(found: Found, patterns: tuple[str, ...]) -> Claim:
    """Take the SQL files that the patterns match, pattern by pattern, each in natural order.

    `*` stays within a directory and `**` goes through any number of them, from `found.root` on.
    """
    taken: dict[SourceFile, None] = {}
    left_out: dict[SourceFile, None] = {}
    notes = []
    folders = by_folder(found.sql)
    for pattern in patterns:
        matches = _matcher(pattern)
        matching = [file for file in found.sql if matches(file.shown) or matches(file.path)]
        if not matching:
            message = f"No SQL file matches {pattern!r}, which the configuration names."
            notes.append(Note(pattern, message))
        for file in sorted(matching, key=lambda file: natural_path(file.shown)):
            undoes = reversals.is_reversal(file, folders[file.folder])
            (left_out if undoes else taken).setdefault(file)
    made = (history(found.root, "configured", taken),) if taken else ()
    return Claim(made, tuple(left_out), tuple(notes))


def _matcher(pattern: str) -> Callable[[str], object]:
    pieces = re.split(r"(\*\*/|\*\*|\*|\?|\[[^\]]+\])", pattern.removeprefix("./"))
    meanings = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    expression = "".join(
        meanings.get(piece) or (piece if piece[:1] == "[" else re.escape(piece)) for piece in pieces
    )
    try:
        return re.compile(expression + "[^/]*" if pattern.endswith("/") else expression).fullmatch
    except re.error:
        # A set such as [z-a] holds nothing, so that nothing matches.
        return lambda path: None


def _claim_dumps(folders: Folders, known: tuple[History, ...]) -> Claim:
    """Take each whole schema that pg_dump wrote as a history of one file.

    Rails' `structure.sql`, dbmate's `schema.sql`, any other.

    A dump in a directory above migrations says what they say (`db/schema.sql` beside
    `db/migrations`, which dbmate writes after each run), so it is left out.
    """
    histories = []
    left_out = []
    covered = {
        ancestor
        for made in known
        for migration in made.migrations[:1]
        for ancestor in islice(folders_above(os.path.dirname(migration.path)), 3)
    }
    for folder, files in folders.items():
        for file in files:
            if not _is_dump(file):
                continue
            if file.folder in covered:
                left_out.append(file)
            else:
                layout = "rails" if file.name == "structure.sql" else "pg_dump"
                histories.append(history(folder, layout, (file,)))
    return Claim(tuple(histories), tuple(left_out))


def _is_dump(file: SourceFile) -> bool:
    """Tell whether pg_dump wrote the file; dbmate and others cut its comments out."""
    if file.name == "structure.sql" and os.path.basename(file.folder) == "db":
        return True
    beginning = _beginning(file, 2048)
    return _DUMP_HEADER in beginning or beginning.lstrip().startswith(b"\\restrict dbmate")


def _beginning(file: SourceFile, length: int) -> bytes:
    try:
        return disk.beginning(file.path, length)
    except OSError:
        return b""
