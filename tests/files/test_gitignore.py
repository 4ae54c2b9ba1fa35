"""What git ignores is what git says it ignores, and no pattern takes long to match."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rlslint.files.gitignore import GitIgnore

PATTERNS = (
    "a", "*.sql", "/a", "a/", "a/b", "/a/b", "a/*", "a/**", "**/b", "a/**/b", "**/a/**", "*", "?",
    "[ab]", "[!a]", "[^a]", "[a-c]", "[]a]", "[!]a]", "[a", "a[", "a\\", "\\a", "\\!a", "!a", "#a",
    "\\#a", "a ", "a\\ ", "a  ", " a", "*a*", "a*b", "**", "a**b", "b/**/c", "/**", "!*.sql",
    "!a/", "[[:alpha:]]", "[[:digit:]b]", "[/-]", "[/a]", "[a/b", "a\\/b", "[a-]",
    "[\\]]", "*/b", "a?b", "ab*", "x.sql\r", "",
)  # fmt: skip
NAMES = ("a", "b", "ab", "a.sql", "x.sql", "#a", "!a", "a ", "aab", "-", "]", "1", "axb", "c")
ALPHABET = "ab/*?[]!\\^-."


def paths(at: Path) -> list[str]:
    """Return what stands below a directory, directories with a slash at their end."""
    found = []
    for folder, folders, files in os.walk(at):
        folders[:] = [name for name in folders if name != ".git"]
        below = Path(folder).relative_to(at)
        found += [f"{(below / name).as_posix()}/" for name in folders]
        found += [(below / name).as_posix() for name in files if name != ".gitignore"]
    return sorted(found)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository in which each name stands at three depths, as a file and as a directory."""
    at = tmp_path_factory.mktemp("repository")
    subprocess.run(["git", "init", "-q", at], check=True)
    for folder in (".", "a", "b", "a/ab", "a/ab/b"):
        (at / folder).mkdir(exist_ok=True)
    for folder in (".", "a", "b", "a/ab", "a/ab/b"):
        for name in NAMES:
            if not (at / folder / name).exists():
                (at / folder / name).touch()
    return at


def ignored_by_git(at: Path) -> set[str]:
    listed = subprocess.run(
        ["git", "-c", "core.excludesFile=/dev/null", "ls-files", "-z", "-o", "-i", "--directory",
         "--exclude-standard"],
        cwd=at, capture_output=True, check=True,
    )  # fmt: skip
    roots = [path for path in os.fsdecode(listed.stdout).split("\0") if path]
    return files_of(
        {
            path
            for path in paths(at)
            if path in roots or any(root.endswith("/") and path.startswith(root) for root in roots)
        }
    )


def ignored(at: Path) -> set[str]:
    found: set[str] = set()

    def enter(folder: Path, known: GitIgnore) -> None:
        if (folder / ".gitignore").exists():
            known = known.within(str(folder))
        for entry in folder.iterdir():
            if entry.name in (".git", ".gitignore"):
                continue
            shown = entry.relative_to(at).as_posix() + ("/" if entry.is_dir() else "")
            if known.covers(str(entry), entry.is_dir()):
                found.add(shown)
                if shown.endswith("/"):
                    found.update(path for path in paths(at) if path.startswith(shown))
            elif entry.is_dir():
                enter(entry, known)

    enter(at, GitIgnore.above(str(at)))
    return files_of(found)


def files_of(found: set[str]) -> set[str]:
    return {path for path in found if not path.endswith("/")}


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_means_what_it_means_to_git(repository: Path, pattern: str) -> None:
    (repository / ".gitignore").write_text(f"{pattern}\n", newline="")
    assert ignored(repository) == ignored_by_git(repository)


@given(st.lists(st.one_of(st.sampled_from(PATTERNS), st.text(ALPHABET, max_size=7)), max_size=4))
def test_lines_together_mean_what_they_mean_to_git(repository: Path, lines: list[str]) -> None:
    (repository / ".gitignore").write_text("\n".join(lines), newline="")
    assert ignored(repository) == ignored_by_git(repository)


def test_what_lies_in_an_ignored_directory_is_ignored(repository: Path) -> None:
    (repository / ".gitignore").write_text("/a\n!/a/ab\n")
    assert GitIgnore.above(str(repository / "a" / "ab")).covers(
        str(repository / "a" / "ab" / "x.sql"), is_folder=False
    )


def steps(work: Callable[[], object]) -> int:
    """Return how many lines and calls Python executes."""
    count = 0

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal count
        count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("a*" * 500 + "b", "a" * 200),
        ("[a]*" * 100 + "b", "a" * 200),
        ("?*" * 100 + "b", "a" * 200),
        ("**/a/" * 100 + "b", "a/" * 100 + "c"),
        ("**/" * 100 + "b", "a/" * 100 + "c"),
        ("*" * 5_000 + "b", "a" * 200),
    ],
)
def test_many_stars_end_early(tmp_path: Path, pattern: str, path: str) -> None:
    (tmp_path / ".gitignore").write_text(f"{pattern}\n")
    known = GitIgnore().within(str(tmp_path))
    assert steps(lambda: known.covers(str(tmp_path / path), is_folder=False)) < 20_000
