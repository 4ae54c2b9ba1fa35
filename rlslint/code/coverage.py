"""Which parts of a program were read as SQL, so that what is left can be searched and named."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rlslint import Pattern
from rlslint.code.adapters import comment_mark, language_of
from rlslint.code.adapters.building import remarks
from rlslint.code.evaluation.migrations import migration_site
from rlslint.code.evaluation.strings import FollowedFile, untold
from rlslint.code.sites import SqlSite
from rlslint.files.ignores import host_comments

Ranges = Iterable[tuple[int, int]]

_NAMES = Pattern(
    rb"\b(?:class|defmodule|def|enum|fn|for|fun|func|function|impl|import|interface|mod|module"
    rb"|namespace|object|package|record|struct|trait|type|use|using)\s+[\w.:\\/!?]+"
    rb"|\b(?:[a-zA-Z]{0,2}\d+_+)\w+|\b\w+\d{6,}\b"
    rb"|\b(?:down_)?revision\b[\w\s:|\[\]]*=\s*[\"'][\w.-]*[\"']"
    rb"|\bname\s*=\s*[\"'][\w.-]*[\"']"
)
"""What is only called something: what is declared or imported, and migrations by their numbers."""


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


def is_uncovered(
    data: bytes, characters: Ranges, parts: Ranges, path: str, tells: Callable[[bytes], bool]
) -> bool:
    """Tell whether a file `tells` of something elsewhere than in some `characters` and `parts`.

    Its comments and its documentation do not count; the parts are in bytes.
    """
    rest = _NAMES().sub(b" ", _uncovered(data, characters, parts, path))
    if not tells(rest):
        return False
    try:
        said = remarks(language_of("." + path.rpartition(".")[2].lower()), data)
    except Exception:
        # Who follows the file meets the same fault and names it; all that is said in it is unread.
        return True
    if not said:
        return True
    return tells(_NAMES().sub(b" ", _uncovered(data, characters, (*parts, *said), path)))


def _uncovered(data: bytes, characters: Ranges, parts: Ranges, path: str) -> bytes:
    """Return a file with its comments, some `characters` and some `parts` (in bytes) blanked."""
    source = FollowedFile(path, data)
    rest = list(source.host)
    blank = [
        (source.character(start), source.character(end))
        for start, end in (*parts, *host_comments(data, comment_mark(path)))
    ]
    for start, end in (*blank, *characters):
        rest[start:end] = " " * len(rest[start:end])
    return "".join(rest).encode()


def untold_site(path: str, data: bytes) -> SqlSite:
    """Return SQL of which nobody knows what it does, in place of what a file does untold."""
    return migration_site(
        untold(FollowedFile(path, data), 0, 0, "row security in words of a framework")
    )
