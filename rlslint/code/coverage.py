"""Which parts of a program were read as SQL, so that what is left can be searched and named."""

from __future__ import annotations

from collections.abc import Iterable

from rlslint.code.adapters import comment_mark
from rlslint.code.evaluation.migrations import migration_site
from rlslint.code.evaluation.strings import Source, untold
from rlslint.code.sites import SqlSite
from rlslint.files.ignores import host_comments

Ranges = Iterable[tuple[int, int]]


def covered_by(sites: Iterable[SqlSite]) -> dict[str, list[tuple[int, int]]]:
    """Return by file the characters that are the SQL of some sites, as they are written."""
    found: dict[str, list[tuple[int, int]]] = {}
    for site in sites:
        text = site.text
        ends = [*(piece.offset for piece in text.pieces[1:]), len(text.data)]
        for piece, end in zip(text.pieces, ends, strict=True):
            if piece.linear:
                length = len(text.data[piece.offset : end].decode("utf-8", "replace"))
                found.setdefault(text.path, []).append((piece.host, piece.host + length))
    return found


def uncovered(data: bytes, characters: Ranges, parts: Ranges, path: str) -> bytes:
    """Return a file with its comments, some `characters` and some `parts` (in bytes) blanked."""
    blank = bytearray(data)
    for start, end in (*parts, *host_comments(data, comment_mark(path))):
        blank[start:end] = b" " * (end - start)
    rest = list(blank.decode("utf-8", "replace"))
    for start, end in characters:
        rest[start:end] = " " * len(rest[start:end])
    return "".join(rest).encode()


def untold_site(path: str, data: bytes) -> SqlSite:
    """Return SQL of which nobody knows what it does, in place of what a file does untold."""
    return migration_site(untold(Source(path, data), 0, 0, "row security in words of a framework"))
