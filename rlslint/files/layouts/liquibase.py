"""Liquibase changelogs that are written in SQL."""

from __future__ import annotations

import os
import re
from fnmatch import fnmatchcase
from itertools import islice

from rlslint import Pattern
from rlslint.files import disk
from rlslint.files.discovery import SourceFile
from rlslint.files.layouts import Claim, Folders, history, natural_path
from rlslint.files.walk import folders_above

_HEADER = Pattern(rb"(?:\xef\xbb\xbf)?\s*--\s*liquibase\s+formatted\s+sql", re.IGNORECASE)
_INCLUDED = Pattern(r"""\bfile["']?\s*[:=]\s*["']?([^\s"'>]+\.sql)\b""")
_MASTERS = ("*changelog*.xml", "*changelog*.y*ml", "*changelog*.json")


def claim(folders: Folders) -> Claim:
    """Take directories of formatted SQL, in the order of the changelog that includes them.

    A changelog may stand beside its files or up to two directories above. What it includes by
    directory runs by name, as it does where no changelog is found.
    """
    by_root: dict[str, list[SourceFile]] = {}
    masters: dict[str, str | None] = {}
    for folder, files in folders.items():
        formatted = (
            [file for file in files if _is_formatted(file)] if _is_formatted(files[0]) else []
        )
        if not formatted:
            continue
        master = _master(folder)
        root = os.path.dirname(master) if master else folder
        masters[root] = master
        by_root.setdefault(root, []).extend(formatted)
    return Claim(
        tuple(
            history(root, "liquibase", _ordered(files, masters[root]))
            for root, files in by_root.items()
        )
    )


def _is_formatted(file: SourceFile) -> bool:
    try:
        return _HEADER().match(disk.beginning(file.path, 200)) is not None
    except OSError:
        return False


def _master(folder: str) -> str | None:
    for directory in islice(folders_above(folder), 3):
        if not disk.may_be_read(directory):
            return None
        try:
            names = [entry.name for entry in disk.entries(directory)]
        except OSError:
            continue
        for pattern in _MASTERS:
            for name in names:
                if fnmatchcase(name, pattern):
                    return os.path.join(directory, name)
    return None


def _ordered(files: list[SourceFile], master: str | None) -> list[SourceFile]:
    included = _INCLUDED().findall(_content(master)) if master else []
    positions = {os.path.normpath(path): at for at, path in reversed(list(enumerate(included)))}

    def position(file: SourceFile) -> int:
        return min(
            (at for path, at in positions.items() if file.path.endswith(os.sep + path)),
            default=len(included),
        )

    return sorted(files, key=lambda file: (position(file), natural_path(file.shown)))


def _content(path: str) -> str:
    try:
        return disk.read(path).decode("utf-8", "replace")
    except OSError:
        return ""
