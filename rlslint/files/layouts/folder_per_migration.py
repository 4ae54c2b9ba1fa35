"""Tools that give each migration a directory of its own: Prisma, Drizzle, Diesel, Hasura.

Prisma and Drizzle put `migration.sql` there and run the directories by name. Diesel and Hasura put
`up.sql` and `down.sql` there, and run them by the number that the directory's name starts with.
"""

from __future__ import annotations

import os

from rlslint.files.discovery import SourceFile
from rlslint.files.layouts.history import Claim, Folders, History, history
from rlslint.files.layouts.order import Key, natural, number


def claim(folders: Folders) -> Claim:
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
    is_drizzle = (files[0].path.parent / "snapshot.json").exists()
    return history(root, "drizzle" if is_drizzle else "prisma", files)
