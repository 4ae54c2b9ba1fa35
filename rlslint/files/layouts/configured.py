"""The history that the configuration spells out."""

from __future__ import annotations

import re
from collections.abc import Callable

from rlslint.files.contents import Note
from rlslint.files.discovery import Found, SourceFile
from rlslint.files.layouts.history import Claim, by_folder, history
from rlslint.files.layouts.order import natural_path
from rlslint.files.layouts.reversals import is_reversal


def claim(found: Found, patterns: tuple[str, ...]) -> Claim:
    """Take the SQL files that the patterns match, pattern by pattern, each in natural order.

    `*` stays within a directory and `**` goes through any number of them, from `found.root` on.
    """
    taken: dict[SourceFile, None] = {}
    left_out: dict[SourceFile, None] = {}
    notes = []
    folders = by_folder(found.sql)
    for pattern in patterns:
        matches = _matcher(pattern)
        matching = [file for file in found.sql if matches(file.shown) or matches(str(file.path))]
        if not matching:
            message = f"No SQL file matches {pattern!r}, which the configuration names."
            notes.append(Note(pattern, message))
        for file in sorted(matching, key=lambda file: natural_path(file.shown)):
            undoes = is_reversal(file, folders[file.folder])
            (left_out if undoes else taken).setdefault(file)
    made = (history(str(found.root), "configured", taken),) if taken else ()
    return Claim(made, tuple(left_out), tuple(notes))


def _matcher(pattern: str) -> Callable[[str], object]:
    pieces = re.split(r"(\*\*/|\*\*|\*|\?|\[[^\]]+\])", pattern.removeprefix("./"))
    meanings = {"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    expression = "".join(
        meanings.get(piece) or (piece if piece[:1] == "[" else re.escape(piece)) for piece in pieces
    )
    return re.compile(expression + "[^/]*" if pattern.endswith("/") else expression).fullmatch
