"""Drizzle: `meta/_journal.json` beside the SQL files tells their order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rlslint.files.contents import Note
from rlslint.files.layouts.history import Claim, Folders, history
from rlslint.files.layouts.order import natural


def claim(folders: Folders) -> Claim:
    """Take the files that a journal names; drizzle-kit runs no others."""
    histories = []
    notes = []
    for folder, files in folders.items():
        journal = Path(folder, "meta", "_journal.json")
        if not journal.is_file():
            continue
        tags = _tags(journal)
        by_name = {file.name: file for file in files}
        if tags is None:
            message = f"The journal of {files[0].shown} cannot be read; the names give the order."
            notes.append(Note(files[0].shown, message))
            ordered = sorted(files, key=lambda file: natural(file.name))
        else:
            ordered = [by_name[f"{tag}.sql"] for tag in tags if f"{tag}.sql" in by_name]
        if ordered:
            histories.append(history(folder, "drizzle", ordered))
    return Claim(tuple(histories), notes=tuple(notes))


def _tags(journal: Path) -> list[str] | None:
    import json

    try:
        entries: list[dict[str, Any]] = json.loads(journal.read_bytes())["entries"]
        return [str(entry["tag"]) for entry in sorted(entries, key=lambda entry: entry["idx"])]
    except (OSError, ValueError, LookupError, TypeError):
        return None
