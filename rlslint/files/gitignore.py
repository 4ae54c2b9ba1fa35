"""What git ignores, told from `.gitignore` files alone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rlslint.files import disk

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


class GitIgnore:
    """The `.gitignore` files that hold in a directory, the nearest one first."""

    def __init__(self, files: tuple[tuple[str, GitIgnoreSpec], ...] = ()) -> None:
        self._files = files

    @staticmethod
    def above(folder: str) -> GitIgnore:
        """Return what holds in `folder` from the directories between it and its repository."""
        if disk.exists(os.path.join(folder, ".git")):
            return GitIgnore()
        passed = []
        for ancestor in _parents(folder):
            passed.append(ancestor)
            if disk.exists(os.path.join(ancestor, ".git")):
                break
        else:
            return GitIgnore()
        ignored = GitIgnore()
        for ancestor in reversed(passed):
            if disk.exists(os.path.join(ancestor, ".gitignore")):
                ignored = ignored.within(ancestor)
        return ignored

    def within(self, folder: str) -> GitIgnore:
        """Return what holds in `folder`, which has a `.gitignore` of its own."""
        from pathspec import GitIgnoreSpec

        try:
            data = disk.read(os.path.join(folder, ".gitignore"))
        except OSError:
            return self
        lines = data.decode("utf-8", "replace").splitlines()
        specification = _specification(GitIgnoreSpec, lines)
        return GitIgnore(((folder + os.sep, specification), *self._files))

    def covers(self, full: str, is_folder: bool) -> bool:
        """Tell whether git ignores the path; the nearest file that says anything decides."""
        for folder, specification in self._files:
            path = full.removeprefix(folder) + ("/" if is_folder else "")
            if (included := specification.check_file(path).include) is not None:
                return included
        return False


def _specification(kind: type[GitIgnoreSpec], lines: list[str]) -> GitIgnoreSpec:
    """Leave out the lines that git takes for malformed, as git does."""
    try:
        return kind.from_lines(lines)
    except ValueError:
        return kind.from_lines(line for line in lines if _is_well_formed(kind, line))


def _is_well_formed(kind: type[GitIgnoreSpec], line: str) -> bool:
    try:
        kind.from_lines([line])
    except ValueError:
        return False
    return True


def _parents(folder: str) -> Iterator[str]:
    parent = os.path.dirname(folder)
    while parent != folder:
        yield parent
        folder, parent = parent, os.path.dirname(parent)
