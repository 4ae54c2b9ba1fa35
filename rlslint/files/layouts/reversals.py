"""What undoes a migration, and never counts: files of its own, or parts of its file."""

from __future__ import annotations

import os
import re

from rlslint import Pattern
from rlslint.files import disk
from rlslint.files.discovery import SourceFile
from rlslint.files.layouts import Claim, Folders, number

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


Ranges = tuple[tuple[int, int], ...]

_MARKERS = Pattern(
    rb"""^[ \t]*(?:
        --[ \t]*\+goose[ \t]+(?P<goose>up|down)\b
      | --[ \t]*\+migrate[ \t]+(?P<sql_migrate>up|down)\b
      | --[ \t]*\+micrate[ \t]+(?P<micrate>up|down)\b
      | --[ \t]*rambler[ \t]+(?P<rambler>up|down)\b
      | --[ \t]*migrate:(?P<dbmate>up|down)\b
      | --[ \t-]*(?P<node_pg_migrate>up|down)[ \t]+migration\b
      | (?:--|\#)[ \t]*---[ \t]*!(?P<play>up|down)s\b
      | --[ \t]*//[ \t]*@(?P<mybatis>undo)\b
      | --[ \t]*@(?P<yoyo>undo)\b
      | --+[ \t]*create[ ]above[ ]/[ ](?P<tern>drop)[ ]below\b
      | --[ \t=*\#-]*(?P<plain>up|down)[ \t=*\#:-]*\r?$
    )[^\n]*""",
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
_WORDS = Pattern(rb"up|down|undo|drop below", re.IGNORECASE)


def up_ranges(data: bytes) -> Ranges:
    """Return the byte ranges of `data` that count; all of it where nothing marks a down section.

    The tools look for their markers line by line, also where PostgreSQL sees a string. Those that
    mark both directions refuse SQL before the first marker; those that mark only where undoing
    starts (tern, MyBatis) run what stands before it. A line that says just `-- Up` or `-- Down`,
    as home-made runners have it, marks a section only where the file has both.
    """
    if not _may_have_marks(data):
        return ((0, len(data)),)
    marks = [(mark.start(), _is_up(mark)) for mark in _marks(data)]
    if not marks or (len(marks) == 1 and marks[0] == (0, True)):
        return ((0, len(data)),)
    ranges = [] if any(up for _, up in marks) or marks[0][0] == 0 else [(0, marks[0][0])]
    for index, (start, up) in enumerate(marks):
        if up:
            end = marks[index + 1][0] if index + 1 < len(marks) else len(data)
            ranges.append((start, end))
    return tuple(ranges)


def down_ranges(data: bytes) -> Ranges:
    """Return the byte ranges of `data` that undo it; none where nothing marks a down section."""
    if not _may_have_marks(data):
        return ()
    marks = [(mark.start(), _is_up(mark)) for mark in _marks(data)]
    ends = [start for start, _ in marks[1:]] + [len(data)]
    return tuple(
        (start, end) for (start, is_up), end in zip(marks, ends, strict=False) if not is_up
    )


def _may_have_marks(data: bytes) -> bool:
    """Tell whether a comment has one of the words; every marker begins with two dashes or more."""
    start = data.find(b"--")
    while start >= 0:
        end = data.find(b"\n", start)
        end = len(data) if end < 0 else end
        if _WORDS().search(data, start, end):
            return True
        start = data.find(b"--", end)
    return False


def tool(data: bytes) -> str | None:
    """Return the name of the tool whose markers `data` has."""
    for mark in _MARKERS().finditer(data):
        if mark.lastgroup is not None and mark.lastgroup != "plain":
            return mark.lastgroup.replace("_", "-")
    return None


def plain_marks(data: bytes) -> tuple[str, str] | None:
    """Return the lines that say just `Up` and `Down`, None where a file has not both of them."""
    found = {_is_up(one): one[0].decode().strip() for one in _marks(data) if _is_plain(one)}
    return (found[True], found[False]) if len(found) == 2 else None


def _is_plain(mark: re.Match[bytes]) -> bool:
    return mark.lastgroup == "plain"


def _marks(data: bytes) -> list[re.Match[bytes]]:
    marks = list(_MARKERS().finditer(data))
    plain = {_is_up(mark) for mark in marks if mark.lastgroup == "plain"}
    if plain == {True, False} and all(mark.lastgroup == "plain" for mark in marks):
        return marks
    return [mark for mark in marks if mark.lastgroup != "plain"]


def _is_up(mark: re.Match[bytes]) -> bool:
    return bool(mark.lastgroup) and mark.group(mark.lastgroup or 0).lower() == b"up"
