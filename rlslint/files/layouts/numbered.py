"""Directories whose file names tell the order, whatever tool runs them.

golang-migrate, goose, dbmate, node-pg-migrate, sqlx, tern, Atlas and hand-made runners all keep
files of one directory that start with a number, a version or a time. Numbers are compared as
numbers, so that 2 comes before 10, save for Atlas, which compares names.

What makes a directory a history: two or more such files which are at least half of its SQL, or
one in a directory that is named after migrations. There, names without any number run in
lexical order; beside numbered ones they are scripts. Directories named by number below a
directory of migrations (`migrations/2024/…`, `migrations/v2/…`) are parts of one history.
"""

from __future__ import annotations

import os

from rlslint.files import disk
from rlslint.files.discovery import SourceFile
from rlslint.files.layouts import (
    Claim,
    Folders,
    chronological,
    history,
    natural,
    natural_path,
    number,
)
from rlslint.files.layouts.reversals import tool

_MIGRATIONS = frozenset({"migrate", "migration", "migrations"})
_ALL_RUN = frozenset({"docker-entrypoint-initdb.d", "initdb.d", "initdb"})
_DATABASE = frozenset({"database", "db", "ddl", "schema", "sql", "versions"})
_NO_HISTORY = frozenset({"queries", "query", "seed", "seeds"})


def claim(folders: Folders) -> Claim:
    """Take every directory whose names are in an order."""
    by_root: dict[str, list[SourceFile]] = {}
    for folder, files in folders.items():
        root = _root(folder)
        if ordered := _migrations(files, root, is_part=root != folder):
            by_root.setdefault(root, []).extend(ordered)
    histories = []
    for root, found in by_root.items():
        layout = _layout(root, found)
        histories.append(history(root, layout, _sorted(root, found, layout)))
    return Claim(tuple(histories))


def _root(folder: str) -> str:
    """Climb out of directories that are named by number, if that ends in one of migrations."""
    root = folder
    while number(os.path.basename(root)) is not None:
        root = os.path.dirname(root)
    known = _MIGRATIONS | _DATABASE
    return root if os.path.basename(root).lower() in known else folder


def _migrations(
    files: tuple[SourceFile, ...], root: str, *, is_part: bool
) -> tuple[SourceFile, ...]:
    name = os.path.basename(root).lower()
    if is_part or name in _ALL_RUN:
        return files
    if name in _NO_HISTORY:
        return ()
    numbered = tuple(file for file in files if number(file.name) is not None)
    if name in _MIGRATIONS or disk.exists(os.path.join(root, "atlas.sum")):
        return numbered or files
    if name in _DATABASE:
        return numbered
    return numbered if len(numbered) >= 2 and 2 * len(numbered) >= len(files) else ()


_COMPARE_NAMES = ("numbered", "dbmate")


def _sorted(root: str, files: list[SourceFile], layout: str) -> list[SourceFile]:
    if layout == "atlas":
        return sorted(files, key=lambda file: file.name)
    if all(file.folder == root for file in files):
        key = chronological if layout in _COMPARE_NAMES else natural
        return sorted(files, key=lambda file: key(file.name))

    def below(file: SourceFile) -> str:
        return file.path.removeprefix(root).lstrip(os.sep).replace(os.sep, "/")

    return sorted(files, key=lambda file: natural_path(below(file)))


def _layout(root: str, files: list[SourceFile]) -> str:
    if disk.exists(os.path.join(root, "atlas.sum")):
        return "atlas"
    if any(file.name.endswith(".up.sql") for file in files):
        return "golang-migrate"
    return tool(_beginning(files[0].path)) or "numbered"


def _beginning(path: str) -> bytes:
    try:
        return disk.beginning(path, 4096)
    except OSError:
        return b""
