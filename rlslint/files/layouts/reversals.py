"""Files whose purpose is to undo a migration, by whatever name a tool gives them."""

from __future__ import annotations

import os
import re

from rlslint.files import disk
from rlslint.files.discovery import SourceFile
from rlslint.files.layouts.history import Claim, Folders
from rlslint.files.layouts.order import number
from rlslint.text.patterns import Pattern

_DOWN = Pattern(r".+\.(down|undo|rollback)\.sql|\d+\.undo(\..*)?\.sql", re.IGNORECASE)
_MAYBE_DOWN = Pattern(r"(.+)[._-](down|undo|rollback|revert)\.sql", re.IGNORECASE)
_FOLDERS = frozenset({"down", "revert", "rollback", "rollbacks", "undo", "verify"})


def claim(folders: Folders) -> Claim:
    """Leave out down files, and directories of them that stand beside what they undo."""
    left_out: list[SourceFile] = []
    parents = {os.path.dirname(folder) for folder in folders if not _is_down_folder(folder)}
    for folder, files in folders.items():
        parent = os.path.dirname(folder)
        if _is_down_folder(folder) and (parent in parents or parent in folders):
            left_out += files
        else:
            left_out += (file for file in files if is_reversal(file, files))
    return Claim(left_out=tuple(left_out))


def undoing(path: str) -> str | None:
    """Return the path of the file that undoes a migration, None where there is none."""
    folder, name = os.path.split(path)
    if os.path.basename(folder) == "deploy":
        candidate = os.path.join(os.path.dirname(folder), "revert", name)
    elif name == "up.sql":
        candidate = os.path.join(folder, "down.sql")
    else:
        stem = name.removesuffix(".sql").removesuffix(".up")
        undone = f"U{name[1:]}" if name.startswith("V") and "__" in name else f"{stem}.down.sql"
        candidate = os.path.join(folder, undone)
    return candidate if disk.is_file(candidate) else None


def is_reversal(file: SourceFile, beside: tuple[SourceFile, ...]) -> bool:
    """Tell whether `file` undoes another one; an ambiguous name does where that one is there."""
    if _DOWN().fullmatch(file.name):
        return True
    found = _MAYBE_DOWN().fullmatch(file.name)
    if found is None:
        return False
    stem = found.group(1)
    forward = {f"{stem}{separator}up.sql" for separator in "._-"} | {f"{stem}.sql"}
    leading = number(file.name)
    return any(
        other.name in forward or (leading is not None and number(other.name) == leading)
        for other in beside
        if other is not file and not _MAYBE_DOWN().fullmatch(other.name)
    )


def _is_down_folder(folder: str) -> bool:
    return os.path.basename(folder).lower() in _FOLDERS
