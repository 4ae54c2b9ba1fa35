"""What git ignores, told from `.gitignore` files alone.

A pattern is cut at its stars, and the pieces are looked for one after the other: no pattern takes
more than its length times that of the path.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence

from rlslint import NamedTuple
from rlslint.files import disk

_MARK = "\ufeff"
_CLASSES = {
    "alnum": r"0-9A-Za-z", "alpha": r"A-Za-z", "blank": r" \t", "cntrl": r"\x00-\x1f\x7f",
    "digit": r"0-9", "graph": r"!-~", "lower": r"a-z", "print": r" -~",
    "punct": r"!-/:-@\[-`{-~", "space": r"\s", "upper": r"A-Z", "xdigit": r"0-9A-Fa-f",
}  # fmt: skip


class GitIgnore:
    """The `.gitignore` files that hold in a directory, the nearest one first.

    `everything` is set where git ignores the directory itself.
    """

    def __init__(
        self, files: tuple[tuple[str, tuple[_Line, ...]], ...] = (), everything: bool = False
    ) -> None:
        self._files = files
        self._everything = everything

    @staticmethod
    def above(folder: str, within: Within | None = None) -> GitIgnore:
        """Return what holds in `folder` from the directories between it and its repository.

        `within` adds the file of a directory to what holds in it.
        """
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
        for ancestor, below in zip(reversed(passed), [*reversed(passed[:-1]), folder], strict=True):
            if disk.exists(os.path.join(ancestor, ".gitignore")):
                ignored = within(ancestor, ignored) if within else ignored.within(ancestor)
            if ignored.covers(below, is_folder=True):
                return GitIgnore(everything=True)
        return ignored

    def within(self, folder: str) -> GitIgnore:
        """Return what holds in `folder`, which has a `.gitignore` of its own. Raises OSError."""
        data = disk.read(os.path.join(folder, ".gitignore"))
        text = data.decode("utf-8", "surrogateescape").removeprefix(_MARK)
        lines = tuple(line for written in text.split("\n") if (line := _line(written)) is not None)
        return GitIgnore(((folder + os.sep, lines[::-1]), *self._files), self._everything)

    def covers(self, full: str, is_folder: bool) -> bool:
        """Tell whether git ignores what stands in a directory that it does not ignore.

        The last line that matches decides, of the nearest file that has one.
        """
        if self._everything:
            return True
        for folder, lines in self._files:
            path = full.removeprefix(folder).split(os.sep)
            for line in lines:
                if (is_folder or not line.only_folders) and line.matches(path):
                    return line.ignores
        return False


Within = Callable[[str, "GitIgnore | None"], GitIgnore]


class _Line(NamedTuple):
    """A line of a `.gitignore`: its names, cut at `**`, or one name that holds at any depth."""

    ignores: bool
    only_folders: bool
    anchored: bool
    groups: tuple[tuple[_Name, ...], ...]

    def matches(self, path: Sequence[str]) -> bool:
        if not self.anchored:
            return self.groups[0][0].matches(path[-1])
        first, *others = self.groups
        if not others:
            return len(path) == len(first) and _match_at(first, path, 0)
        *middle, last = others
        position = len(first)
        # `**` at the end stands for one name at least, elsewhere perhaps for none.
        end = len(path) - (len(last) or 1)
        if not _match_at(first, path, 0):
            return False
        for group in middle:
            position = _found(group, path, position)
            if position < 0:
                return False
        return position <= end and _match_at(last, path, len(path) - len(last))


def _found(group: Sequence[_Name], path: Sequence[str], start: int) -> int:
    """Return where the first run of names that match a group ends, -1 where there is none."""
    for position in range(start, len(path) - len(group) + 1):
        if _match_at(group, path, position):
            return position + len(group)
    return -1


def _match_at(group: Sequence[_Name], path: Sequence[str], start: int) -> bool:
    if start < 0 or start + len(group) > len(path):
        return False
    return all(name.matches(path[start + at]) for at, name in enumerate(group))


class _Name(NamedTuple):
    """The pattern of one name, cut at its stars; each piece is a text or a regular expression.

    `length` is how many characters the pieces take together, and `last` how many the last one.
    """

    pieces: tuple[str | re.Pattern[str], ...]
    length: int
    last: int

    def matches(self, name: str) -> bool:
        first, *others = self.pieces
        if not others:
            return name == first if isinstance(first, str) else bool(first.fullmatch(name))
        position = _end(first, name, 0)
        if position < 0 or len(name) < self.length:
            return False
        *middle, last = others
        for piece in middle:
            position = _next_end(piece, name, position)
            if position < 0:
                return False
        start = len(name) - self.last
        return start >= position and _end(last, name, start) == len(name)


def _end(piece: str | re.Pattern[str], name: str, start: int) -> int:
    """Return where a piece ends that stands at `start`, -1 where it does not."""
    if isinstance(piece, str):
        return start + len(piece) if name.startswith(piece, start) else -1
    found = piece.match(name, start)
    return found.end() if found else -1


def _next_end(piece: str | re.Pattern[str], name: str, start: int) -> int:
    """Return where the first such piece from `start` on ends, -1 where there is none."""
    if isinstance(piece, str):
        found_at = name.find(piece, start)
        return found_at + len(piece) if found_at >= 0 else -1
    found = piece.search(name, start)
    return found.end() if found else -1


def _line(written: str) -> _Line | None:
    """Read a line; None for a comment, and for what git takes for malformed."""
    pattern = _without_trailing_space(written.removesuffix("\r"))
    if not pattern or pattern.startswith("#"):
        return None
    ignores = not pattern.startswith("!")
    pattern = pattern.removeprefix("!")
    only_folders = pattern.endswith("/")
    pattern = pattern.removesuffix("/")
    anchored = "/" in pattern
    groups: list[list[_Name]] = [[]]
    for part in _names(pattern.removeprefix("/")):
        if anchored and part == "**":
            groups.append([])
            continue
        name = _name(part)
        if name is None:
            return None
        groups[-1].append(name)
    return _Line(ignores, only_folders, anchored, tuple(map(tuple, groups)))


def _names(pattern: str) -> list[str]:
    """Cut a pattern at its slashes, but for those in sets, which never match one."""
    names = [""]
    at = 0
    while at < len(pattern):
        end = at + 1
        if pattern[at] == "[":
            closed = _end_of_set(pattern, end)
            end = closed if closed >= 0 else len(pattern)
        elif pattern[at] == "\\":
            end += 1
        piece = pattern[at:end]
        at = end
        if piece in ("/", "\\/"):
            names.append("")
        else:
            names[-1] += piece
    return names


def _without_trailing_space(line: str) -> str:
    bare = line.rstrip(" ")
    backslashes = len(bare) - len(bare.rstrip("\\"))
    return bare + " " if backslashes % 2 and bare != line else bare


def _name(pattern: str) -> _Name | None:
    pieces: list[list[str]] = [[]]
    plain: list[list[str]] = [[]]
    at = 0
    while at < len(pattern):
        letter = pattern[at]
        at += 1
        if letter == "*":
            if pieces[-1] or len(pieces) == 1:
                pieces.append([])
                plain.append([])
            continue
        if letter == "?":
            pieces[-1].append(".")
            continue
        if letter == "[":
            end = _end_of_set(pattern, at)
            if end < 0:
                return None
            pieces[-1].append(_set(pattern[at : end - 1]))
            at = end
            continue
        if letter == "\\":
            if at == len(pattern):
                return None
            letter = pattern[at]
            at += 1
        pieces[-1].append(re.escape(letter))
        plain[-1].append(letter)
    made = tuple(
        "".join(letters) if len(letters) == len(piece) else re.compile("".join(piece), re.DOTALL)
        for piece, letters in zip(pieces, plain, strict=True)
    )
    return _Name(made, sum(map(len, pieces)), len(pieces[-1]))


def _end_of_set(pattern: str, start: int) -> int:
    """Return where the set that opens before `start` ends, -1 where nothing closes it."""
    at = start + (pattern[start : start + 1] in ("!", "^"))
    first = True
    while at < len(pattern):
        if pattern[at] == "]" and not first:
            return at + 1
        if pattern[at] == "\\":
            at += 1
        elif pattern.startswith("[:", at) and (close := pattern.find(":]", at + 2)) >= 0:
            at = close + 1
        at += 1
        first = False
    return -1


def _set(content: str) -> str:
    """Return the regular expression of a set of characters."""
    negated = content[:1] in ("!", "^")
    items: list[str] = []
    for found in re.finditer(
        r"\[:(?P<class>\w*):\]|(?P<from>\\.|[^\\])(?:-(?P<to>\\.|[^\\\]]))?",
        content[negated:],
        re.DOTALL,
    ):
        if found["class"] is not None:
            if found["class"] not in _CLASSES:
                return r"[^\s\S]"
            items.append(_CLASSES[found["class"]])
            continue
        first = found["from"][-1]
        last = found["to"][-1] if found["to"] else first
        if first <= last:
            items.append(f"{re.escape(first)}-{re.escape(last)}")
    if not items:
        return "." if negated else r"[^\s\S]"
    return f"[{'^' if negated else ''}{''.join(items)}]"


def _parents(folder: str) -> Iterator[str]:
    parent = os.path.dirname(folder)
    while parent != folder:
        yield parent
        folder, parent = parent, os.path.dirname(parent)
