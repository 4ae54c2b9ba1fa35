"""Migrations in the languages of programs: Rails, EF Core, Knex, goose and others."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

from rlslint import Pattern
from rlslint.files import disk
from rlslint.files.discovery import SourceFile
from rlslint.files.layouts import PROGRAM, Claim, History, by_folder, history, natural_path
from rlslint.text.budget import LARGEST_FILE

_FOLDER = Pattern(r"[\w-]*migrat\w*|versions|changelogs?", re.IGNORECASE)
_DDL = Pattern(rb"\b(?:create|alter|drop|grant|revoke)\s+[\w\"]", re.IGNORECASE)
_KEEPS_RECORDS = Pattern(
    rb"(?:create|alter|drop)\s+table\s+(?:if\s+(?:not\s+)?exists\s+)?"
    rb"[\w\".]*(?:migrations?|schema_version|db_version|changelog)(?:_lock)?\b",
    re.IGNORECASE,
)
"""What a program does to the table in which it notes the migrations that it has run."""
_SCHEMA = Pattern(
    rb"ActiveRecord::Migration|Ecto\.Migration|\bMigrationBuilder\b|\bSchema::|\bqueryInterface\b"
    rb"|\bQueryRunner\b|\bpgm\b|\bknex\b|\bSchemaManager\b|\bgoose\.Add\w*Migration|\bBaseJavaMigration\b"
    rb"|\bDatabase\\Migrations\\Migration\b|\bAbstractMigration\b|\bKysely\b"
)
"""What stands in migrations that make tables in words of a framework, or by SQL of elsewhere."""


def program_histories(programs: Iterable[SourceFile], made: tuple[History, ...]) -> Claim:
    """Claim the programs of each directory of migrations, in the order of their names.

    Those that stand among the migrations of a history in SQL (goose) are a part of it, which takes
    the place of the one that was `made`. Rails' migrations say what `structure.sql` says.
    """
    found = []
    for folder, files in by_folder(programs).items():
        if not any(_FOLDER().fullmatch(part) for part in folder.split(os.sep)[-3:]):
            continue
        if is_dumped(folder):
            continue
        running = [file for file in files if _changes_schema(file)]
        if running:
            found.append(_history(folder, running, made))
    return Claim(tuple(found))


def is_dumped(folder: str) -> bool:
    """Tell whether what the migrations of a directory leave stands in a dump beside it."""
    return disk.is_file(os.path.join(os.path.dirname(folder), "structure.sql"))


def _history(folder: str, running: list[SourceFile], made: tuple[History, ...]) -> History:
    own = history(folder, PROGRAM, sorted(running, key=lambda file: natural_path(file.shown)))
    for other in made:
        if {os.path.dirname(each.path) for each in other.migrations} == {folder}:
            together = (*other.migrations, *own.migrations)
            ordered = sorted(together, key=lambda each: natural_path(each.shown))
            return other._replace(migrations=tuple(ordered))
    return own


def _changes_schema(file: SourceFile) -> bool:
    try:
        data = disk.read(file.path)
    except OSError:
        return False
    if len(data) > LARGEST_FILE or b"\0" in data:
        return False
    if _SCHEMA().search(data):
        return True
    return any(_KEEPS_RECORDS().match(data, one.start()) is None for one in _DDL().finditer(data))
