"""Places as programs of a forge look them up: by their path from the root of the repository."""

from __future__ import annotations

import os
from functools import lru_cache

from rlslint.files import disk
from rlslint.files.git import repository_of
from rlslint.reports import Place


def in_repository(found: Place | None) -> Place | None:
    """Return a place with the path of its file from the root of the repository.

    That is the repository of the current directory, else the one in which the file lies. Where
    there is none, the path is as it is.
    """
    return None if found is None else found._replace(path=_path(found.path, os.getcwd()))


@lru_cache(maxsize=1 << 10)
def _path(path: str, working: str) -> str:
    folder, name = os.path.split(os.path.join(working, path))
    inside = os.path.join(disk.real(folder), name)
    for root in (repository_of(working), repository_of(folder)):
        if root is not None and disk.is_below(inside, (root,)):
            return os.path.relpath(inside, root).replace(os.sep, "/")
    return path
