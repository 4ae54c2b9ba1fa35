"""Flyway: the names say whether a file is a version, a baseline, repeatable or for undoing."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

from rlslint import Pattern
from rlslint.files import disk
from rlslint.files.discovery import SourceFile
from rlslint.files.layouts import Claim, Folders, history, numbers

_VERSIONED = Pattern(r"([VBU])(\d+(?:[._]\d+)*)__.*\.sql", re.DOTALL)
_REPEATABLE = Pattern(r"R__(.*)\.sql", re.DOTALL)
_CALLBACK = Pattern(r"(before|after)Migrate(?:__.*)?\.sql", re.DOTALL)


def claim(folders: Folders) -> Claim:
    """Take the directories with `V…__` files.

    Flyway searches a location with all that lies below it, and a repeatable migration may stand in
    a location of its own beside it.
    """
    histories = []
    left_out: list[SourceFile] = []
    versioned = {
        folder: files
        for folder, files in folders.items()
        if any(file.name[:1] == "V" and _VERSIONED().fullmatch(file.name) for file in files)
    }
    for root in _roots(versioned):
        files = [
            file
            for folder, inside in folders.items()
            if disk.is_below(folder, (root,))
            or _is_repeatable_location(folder, inside, root, versioned)
            for file in inside
        ]
        ordered = _ordered(files)
        kept = set(ordered)
        histories.append(history(root, "flyway", ordered))
        left_out += (file for file in files if file not in kept and _is_flyway(file.name))
    return Claim(tuple(histories), tuple(left_out))


def _roots(versioned: Folders) -> list[str]:
    """Return the outermost of the directories, or each one where versions would collide.

    Below a location each database product may have a directory with the same versions.
    """
    roots: dict[str, list[str]] = {}
    for folder in sorted(versioned):
        outer = next((root for root in roots if disk.is_below(folder, (root,))), folder)
        roots.setdefault(outer, []).append(folder)
    result = []
    for root, inside in roots.items():
        versions = [
            numbers(found.group(2))
            for folder in inside
            for file in versioned[folder]
            if (found := _VERSIONED().fullmatch(file.name)) and found.group(1) == "V"
        ]
        result += [root] if len(set(versions)) == len(versions) else inside
    return result


def _is_repeatable_location(
    folder: str, files: Iterable[SourceFile], root: str, versioned: Folders
) -> bool:
    return (
        os.path.dirname(folder) == os.path.dirname(root)
        and folder not in versioned
        and any(_REPEATABLE().fullmatch(file.name) for file in files)
        and sum(os.path.dirname(other) == os.path.dirname(root) for other in versioned) == 1
    )


def _ordered(files: list[SourceFile]) -> list[SourceFile]:
    """Order as on an empty database: the last baseline stands for the versions up to its own."""
    versions: list[tuple[tuple[int, ...], SourceFile]] = []
    baselines: list[tuple[tuple[int, ...], SourceFile]] = []
    repeatable: list[tuple[str, SourceFile]] = []
    callbacks: dict[str, list[SourceFile]] = {"before": [], "after": []}
    for file in files:
        if found := _VERSIONED().fullmatch(file.name):
            kind, version = found.group(1), _without_trailing_zeros(numbers(found.group(2)))
            if kind != "U":
                (versions if kind == "V" else baselines).append((version, file))
        elif found := _REPEATABLE().fullmatch(file.name):
            repeatable.append((found.group(1), file))
        elif found := _CALLBACK().fullmatch(file.name):
            callbacks[found.group(1)].append(file)
    versions.sort(key=lambda pair: pair[0])
    repeatable.sort(key=lambda pair: pair[0])
    if baselines:
        baseline = max(baselines, key=lambda pair: pair[0])
        versions = [baseline, *(pair for pair in versions if pair[0] > baseline[0])]
    return [
        *callbacks["before"],
        *(file for _, file in versions),
        *(file for _, file in repeatable),
        *callbacks["after"],
    ]


def _is_flyway(name: str) -> bool:
    return any(form.fullmatch(name) for form in (_VERSIONED(), _REPEATABLE(), _CALLBACK()))


def _without_trailing_zeros(version: tuple[int, ...]) -> tuple[int, ...]:
    while len(version) > 1 and version[-1] == 0:
        version = version[:-1]
    return version
