"""Whole schemas that pg_dump wrote: Rails' `structure.sql`, dbmate's `schema.sql`, any other."""

from __future__ import annotations

from pathlib import Path

from rlslint.files.discovery import SourceFile
from rlslint.files.layouts.history import Claim, Folders, History, history

_HEADER = b"-- PostgreSQL database dump"


def claim(folders: Folders, known: tuple[History, ...]) -> Claim:
    """Take each dump as a history of one file.

    A dump in a directory above migrations says what they say (`db/schema.sql` beside
    `db/migrations`, which dbmate writes after each run), so it is left out.
    """
    histories = []
    left_out = []
    covered = {
        ancestor
        for made in known
        for migration in made.migrations[:1]
        for ancestor in [migration.path.parent, *migration.path.parents][:4]
    }
    for folder, files in folders.items():
        for file in files:
            if not is_dump(file):
                continue
            if file.path.parent in covered:
                left_out.append(file)
            else:
                layout = "rails" if file.name == "structure.sql" else "pg_dump"
                histories.append(history(folder, layout, (file,)))
    return Claim(tuple(histories), tuple(left_out))


def is_dump(file: SourceFile) -> bool:
    """Tell whether pg_dump wrote the file; dbmate and others cut its comments out."""
    if file.name == "structure.sql" and Path(file.folder).name == "db":
        return True
    try:
        with file.path.open("rb") as opened:
            beginning = opened.read(2048)
    except OSError:
        return False
    return _HEADER in beginning or beginning.lstrip().startswith(b"\\restrict dbmate")
