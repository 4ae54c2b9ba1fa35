"""Tools whose folders tell them: Prisma, Drizzle, Diesel, Hasura, graphile-migrate.

Prisma and a newer Drizzle put `migration.sql` into a directory for each migration and run the
directories by name. Diesel and Hasura put `up.sql` and `down.sql` there, and run them by the number
that the directory's name starts with. An older Drizzle has `meta/_journal.json` beside its SQL
files; graphile-migrate has `committed/*.sql`, and what is being worked on in `current`.
"""

from __future__ import annotations

import os
import re
from typing import Any

from rlslint import Pattern
from rlslint.files import disk
from rlslint.files.contents import Note
from rlslint.files.discovery import SourceFile
from rlslint.files.layouts import Claim, Folders, History, Key, history, natural, number


def claim_numbered_folders(folders: Folders) -> Claim:
    """Take the `migration.sql` and `up.sql` of numbered directories, and leave out `down.sql`."""
    by_root: dict[tuple[str, str], list[SourceFile]] = {}
    left_out = []
    for folder, files in folders.items():
        root, name = os.path.split(folder)
        if number(name) is None:
            continue
        names = {file.name for file in files}
        for file in files:
            if file.name in ("migration.sql", "up.sql"):
                by_root.setdefault((root, file.name), []).append(file)
            elif file.name == "down.sql" and "up.sql" in names:
                left_out.append(file)
    return Claim(tuple(_history(*key, files) for key, files in by_root.items()), tuple(left_out))


def _diesel_version(file: SourceFile) -> Key:
    """Diesel reads `2017-08-31-230457_users` and `20170831230457_users` as the same version."""
    version, underscore, rest = os.path.basename(file.folder).partition("_")
    return natural(version.replace("-", "") + underscore + rest)


def _history(root: str, name: str, files: list[SourceFile]) -> History:
    if name == "up.sql":
        is_hasura = os.path.basename(os.path.dirname(root)) == "migrations"
        files.sort(key=_diesel_version)
        return history(root, "hasura" if is_hasura else "diesel", files)
    files.sort(key=lambda file: os.path.basename(file.folder))
    is_drizzle = disk.exists(os.path.join(files[0].folder, "snapshot.json"))
    return history(root, "drizzle" if is_drizzle else "prisma", files)


def claim_drizzle(folders: Folders) -> Claim:
    """Take the files that a journal names; drizzle-kit runs no others."""
    histories = []
    notes = []
    for folder, files in folders.items():
        journal = os.path.join(folder, "meta", "_journal.json")
        if not disk.is_file(journal):
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


def _tags(journal: str) -> list[str] | None:
    import json

    try:
        entries: list[dict[str, Any]] = json.loads(disk.read(journal))["entries"]
        return [str(entry["tag"]) for entry in sorted(entries, key=lambda entry: entry["idx"])]
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return None


def claim_graphile(folders: Folders) -> Claim:
    """Take a directory with `committed` and either `current.sql` or `current` beside it.

    Before anything is committed, `.gmrc` tells whose `current.sql` it is.
    """
    histories, notes = [], []
    for folder, committed in folders.items():
        root, name = os.path.split(folder)
        if name == "migrations" and any(file.name == "current.sql" for file in committed):
            root = folder
            if os.path.join(root, "committed") in folders or _graphile_settings(root) is None:
                continue
            committed = ()
        elif name != "committed":
            continue
        current = [file for file in folders.get(root, ()) if file.name == "current.sql"]
        current += folders.get(os.path.join(root, "current"), ())
        if current or os.path.basename(root) == "migrations":
            ordered = [
                file
                for stage in (committed, current)
                for file in sorted(stage, key=lambda file: natural(file.name))
            ]
            path = _graphile_path(_graphile_settings(root) or "")
            if path is None:
                first = ordered[0].shown
                message = f"{first} runs with a search_path of .gmrc that is not read."
                notes.append(Note(first, message))
            found = history(root, "graphile-migrate", ordered)
            histories.append(found._replace(search_path=path or ()))
    return Claim(tuple(histories), notes=tuple(notes))


_GRAPHILE_SETTINGS = (".gmrc", ".gmrc.js", ".gmrc.cjs")
_MOST_FOLDERS_ABOVE = 5
_COMMENT = Pattern(r"/\*.*?\*/|(?<![:\w])//[^\n]*", re.S)
_SEARCH_PATH = Pattern(
    r"""["']?pgSettings["']?\s*:\s*\{[^{}]*?["']?\bsearch_path["']?\s*:\s*(["'])(?P<path>[^"'\n]+)\1"""
)


def _graphile_settings(root: str) -> str | None:
    """Return the settings of the graphile-migrate to which a folder of migrations belongs."""
    folder = root
    for _ in range(_MOST_FOLDERS_ABOVE):
        folder = os.path.dirname(folder)
        for name in _GRAPHILE_SETTINGS:
            try:
                return disk.read(os.path.join(folder, name)).decode("utf-8", "replace")
            except OSError:
                continue
    return None


def _graphile_path(settings: str) -> tuple[str, ...] | None:
    """Return the search_path that graphile-migrate sets before each migration (`pgSettings`).

    Empty where it sets none, None where it is not written as a string.
    """
    source = _COMMENT().sub(" ", settings)
    said = _SEARCH_PATH().search(source)
    if said is None:
        return None if "search_path" in source else ()
    return tuple([part.strip().strip('"') for part in said["path"].split(",") if part.strip()])
