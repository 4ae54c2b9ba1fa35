"""Old migrations that a project keeps beside those that run: `migrations/archived`.

No tool runs them any more. What they did is in the database all the same, and is said again by the
migrations that took their place, or by nothing here.
"""

from __future__ import annotations

import os
import re

from rlslint.files.discovery import SourceFile
from rlslint.files.layouts import Claim, Folders, number

_SUPERSEDED = frozenset(
    ("archive", "archived", "archives", "backup", "backups", "bak", "deprecated", "disabled",
     "obsolete", "old", "superseded", "unused")
)  # fmt: skip
_MIGRATIONS = frozenset(("migration", "migrations"))


def claim(folders: Folders, root: str, asked: frozenset[str]) -> Claim:
    """Leave out what lies in a folder that is called superseded, beside migrations that run.

    `root` is the directory of the project. Where nothing but such files are `asked` about, they
    count.
    """
    old = {folder: above for folder in folders if (above := _superseded(folder, root)) is not None}
    current = {folder: files for folder, files in folders.items() if folder not in old}
    roots = {root for folder, files in current.items() for root in _roots(folder, files)}
    others = (file for files in current.values() for file in files)
    named = frozenset[str]() if any(file.shown in asked for file in others) else asked
    return Claim(
        superseded=tuple(
            file
            for folder, above in old.items()
            if _is_beside(above, roots)
            for file in folders[folder]
            if file.shown not in named
        )
    )


def _superseded(folder: str, root: str) -> str | None:
    """Return the outermost directory above a file, or its own, that is called superseded."""
    found = None
    while folder != root and (parent := os.path.dirname(folder)) != folder:
        if not _SUPERSEDED.isdisjoint(_words(folder)):
            found = folder
        folder = parent
    return found


def _words(folder: str) -> list[str]:
    return re.split(r"[^a-z0-9]+", os.path.basename(folder).lower())


def _roots(folder: str, files: tuple[SourceFile, ...]) -> list[str]:
    """Return the directories of migrations that a directory is, or is a numbered one of."""
    if any(number(file.name) is not None for file in files):
        return [folder]
    return [os.path.dirname(folder)] if number(os.path.basename(folder)) is not None else []


def _is_beside(folder: str, roots: set[str]) -> bool:
    """Tell whether migrations run in the directory above, or in one beside of a similar name."""
    parent = os.path.dirname(folder)
    if parent in roots:
        return True
    return not _MIGRATIONS.isdisjoint(_words(folder)) and any(
        os.path.dirname(root) == parent and not _MIGRATIONS.isdisjoint(_words(root))
        for root in roots
    )
