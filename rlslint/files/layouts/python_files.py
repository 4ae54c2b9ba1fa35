"""Alembic revisions and Django migrations among the Python files."""

from __future__ import annotations

import os
import re
from collections.abc import Container, Iterable, Iterator, Mapping
from functools import partial
from types import MappingProxyType

from rlslint import Pattern
from rlslint.files.contents import Unreadable, read_text
from rlslint.files.discovery import SourceFile
from rlslint.files.layouts import DJANGO, Claim, History, history
from rlslint.text import Text
from rlslint.text.faults import Fault

_ALEMBIC = Pattern(rb"^down_revision\b", re.MULTILINE)
_DJANGO = Pattern(rb"\bmigrations\s*\.\s*Migration\b|^class\s+Migration\b", re.MULTILINE)


def python_histories(files: Iterable[SourceFile]) -> Claim:
    """Claim one history per directory of Alembic revisions, and one per Django project.

    Only files in places where the tools keep migrations are opened, and of these only the ones
    that have the words of a migration are parsed. Django's applications depend on each other's
    migrations, so a project (the directory with `manage.py`) is one history. One that cannot be put
    in order is none, and named among the faults.
    """
    kept = tuple(files)
    moved = _moved(kept)
    managed = {file.folder for file in kept if file.name == "manage.py"}
    environments = {file.folder for file in kept if file.name == "env.py"}
    alembic: dict[str, list[tuple[SourceFile, str]]] = {}
    django: dict[str, list[tuple[SourceFile, str]]] = {}
    faults: list[Fault] = []
    for file in kept:
        if file.folder not in moved and not _may_be_migration(file, environments):
            continue
        try:
            text = read_text(file.path, file.shown)
        except Exception as error:
            faults.append(Fault("read", "file", file.shown, error))
            continue
        if isinstance(text, Unreadable):
            continue
        entry = (file, text.data.decode())
        if _ALEMBIC().search(text.data):
            alembic.setdefault(file.folder, []).append(entry)
        elif _is_of_django(file, moved) and _DJANGO().search(text.data):
            django.setdefault(_django_project(file, managed), []).append(entry)
    apps = {file.folder: file for file in kept if file.name == "apps.py"} if django else {}
    made = [*_ordered(alembic, "alembic", faults), *_ordered(django, DJANGO, faults, apps, moved)]
    return Claim(tuple(made), faults=tuple(faults))


def _is_of_django(file: SourceFile, moved: Container[str]) -> bool:
    return os.path.basename(file.folder) == "migrations" or file.folder in moved


def _moved(files: Iterable[SourceFile]) -> dict[str, str]:
    """Return the directories into which settings put the migrations of apps, with their labels."""
    told: dict[str, str] = {}
    for file in files:
        if "settings" in file.name or os.path.basename(file.folder) == "settings":
            text = read_text(file.path, file.shown)
            if isinstance(text, Text) and b"MIGRATION_MODULES" in text.data:
                from rlslint.files.layouts.python_order import moved_in

                told |= moved_in(text.data)
    folders = {file.folder for file in files} if told else ()
    return {
        folder: label
        for folder in folders
        for module, label in told.items()
        if folder.replace(os.sep, "/").endswith(f"/{module}")
    }


def _may_be_migration(file: SourceFile, environments: set[str]) -> bool:
    if file.name == "__init__.py":
        return False
    parent, name = os.path.split(file.folder)
    return (
        name == "versions"
        or parent in environments
        or "migrations" in name
        or "alembic" in name
        or os.path.basename(parent) == "versions"
    )


def _django_project(file: SourceFile, managed: set[str]) -> str:
    folder = os.path.dirname(os.path.dirname(file.folder))
    ancestor = folder
    while ancestor not in managed:
        if ancestor == os.path.dirname(ancestor):
            return folder
        ancestor = os.path.dirname(ancestor)
    return ancestor


def _ordered(
    groups: Mapping[str, list[tuple[SourceFile, str]]],
    layout: str,
    faults: list[Fault],
    apps: Mapping[str, SourceFile] = MappingProxyType({}),
    moved: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[History]:
    if not groups:
        return
    from pathlib import Path

    from rlslint.files.layouts.python_order import label_in, order_alembic, order_django

    read = {Path(folder): read_text(file.path, file.shown) for folder, file in apps.items()}
    labels = {
        folder: label_in(text.data) for folder, text in read.items() if isinstance(text, Text)
    }
    labels |= {Path(folder): label for folder, label in moved.items()}
    order = order_alembic if layout == "alembic" else partial(order_django, labels=labels)
    for root, entries in groups.items():
        by_path = {Path(file.path): file for file, _ in entries}
        try:
            paths = order([(Path(file.path), source) for file, source in entries])
        except Exception as error:
            first = min(file.shown for file, _ in entries)
            faults.append(Fault("put in order", "migrations", f"beside {first}", error))
            continue
        if paths:
            yield history(root, layout, [by_path[path] for path in paths])
