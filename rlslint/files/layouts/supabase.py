"""Supabase: `supabase/migrations`, and the schema files that its CLI makes migrations from."""

from __future__ import annotations

import os

from rlslint.files import disk
from rlslint.files.discovery import SourceFile
from rlslint.files.layouts import (
    Claim,
    Folders,
    History,
    chronological,
    history,
    natural_path,
    number,
)


def claim(folders: Folders) -> Claim:
    """Take each `supabase` directory's migrations, by timestamp.

    Seeds hold rows for development and `tests` hold pgTAP, so neither makes the catalog. The
    files in `schemas` say what the migrations say already; without migrations they are the history.
    """
    histories: list[History] = []
    left_out: list[SourceFile] = []
    for root in dict.fromkeys(root for folder in folders if (root := _root(folder))):
        migrations = [
            file
            for file in folders.get(os.path.join(root, "migrations"), ())
            if number(file.name) is not None and not file.name.endswith(".down.sql")
        ]
        schemas = _files_in(folders, os.path.join(root, "schemas"))
        if migrations:
            migrations.sort(key=lambda file: chronological(file.name))
            histories.append(history(root, "supabase", migrations))
            left_out += schemas
        elif schemas:
            histories.append(history(root, "supabase", _in_configured_order(root, schemas)))
        if migrations or schemas:
            left_out += (file for file in folders.get(root, ()) if file.name == "seed.sql")
            for name in ("seed", "seeds", "tests"):
                left_out += _files_in(folders, os.path.join(root, name))
    return Claim(tuple(histories), tuple(left_out))


def _root(folder: str) -> str | None:
    """Return the `supabase` directory that `folder` is, or lies in."""
    before, mark, after = f"{folder}{os.sep}".rpartition(f"{os.sep}supabase{os.sep}")
    if not mark or not after.startswith(("migrations", "schemas")):
        return None
    return f"{before}{os.sep}supabase"


def _files_in(folders: Folders, ancestor: str) -> list[SourceFile]:
    inside = f"{ancestor}{os.sep}"
    return [
        file
        for folder, files in folders.items()
        if f"{folder}{os.sep}".startswith(inside)
        for file in files
    ]


def _in_configured_order(root: str, schemas: list[SourceFile]) -> list[SourceFile]:
    """Order by `schema_paths` of config.toml, then by name, as `supabase db diff` does."""
    from pathlib import PurePath

    paths = _schema_paths(os.path.join(root, "config.toml"))

    def position(file: SourceFile) -> int:
        below = PurePath(file.path).relative_to(root)
        return next((at for at, path in enumerate(paths) if below.match(path)), len(paths))

    return sorted(schemas, key=lambda file: (position(file), natural_path(file.shown)))


def _schema_paths(configuration: str) -> list[str]:
    from rlslint.config.toml_source import TomlProblem, read_toml

    try:
        settings = read_toml(disk.read(configuration))
        paths = settings["db"]["migrations"]["schema_paths"]
        return [str(path).removeprefix("./") for path in paths]
    except (OSError, TomlProblem, LookupError, TypeError):
        return []
