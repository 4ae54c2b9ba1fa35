"""Count how much of what rules ask cannot be told, for each directory and in all.

A rule is asked about a subject at a time; what it could not judge is counted by the cause. Tables
that a project uses without ever making them are counted apart: their facts are in no file.
"""

from __future__ import annotations

import argparse
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.model import Relation
from rlslint.code.migrations import Reader
from rlslint.config.files import find_config, load_config
from rlslint.config.options import Config
from rlslint.files.discovery import discover, read_in_project
from rlslint.project.building import build
from rlslint.project.project import Project
from rlslint.project.subjects import subjects
from rlslint.rules.registry import rules_for


class Count(NamedTuple):
    """What was asked, and what of it was not judged.

    `beyond` are questions about tables made elsewhere. `causes` counts the unknown facts of the
    others by rule and fact.
    """

    asked: int
    unknown: int
    beyond: int
    beyond_unknown: int
    causes: Counter[tuple[str, str]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directories", nargs="+", type=Path, help="projects, each by itself")
    parser.add_argument("--causes", type=int, default=0, metavar="N", help="name N causes of each")
    arguments = parser.parse_args()
    counts = []
    print("| project | asked | unknown | share | of tables beyond the history | unknown |")
    print("|---|--:|--:|--:|--:|--:|")
    for directory in [path.resolve() for path in arguments.directories]:
        counted = _count(directory)
        counts.append(counted)
        print(_row(directory.name, counted), flush=True)
        for (rule, fact), number in counted.causes.most_common(arguments.causes):
            print(f"|     {rule}: {fact} | | {number} | | | |")
    print(_row("in all", _sum(counts)))


def _count(directory: Path) -> Count:
    os.chdir(directory)
    asked = beyond = beyond_unknown = 0
    causes: Counter[tuple[str, str]] = Counter()
    configured = find_config(directory, read_in_project)
    config = load_config(configured, read_in_project) if configured is not None else Config()
    found = discover([directory], root=directory, exclude=config.exclude)
    built = build(found, config, Reader({})).built
    for one in built:
        for kind, subject in subjects(one.project):
            made_elsewhere = isinstance(subject, Relation) and subject.is_beyond_history
            for rule, cause in _judged(kind, subject, one.project):
                beyond += made_elsewhere
                asked += not made_elsewhere
                beyond_unknown += made_elsewhere and cause is not None
                if cause is not None and not made_elsewhere:
                    causes[rule, cause] += 1
    return Count(asked, causes.total(), beyond, beyond_unknown, causes)


def _judged(kind: str, subject: object, project: Project) -> Iterator[tuple[str, str | None]]:
    """Yield each rule that looks at a subject, and the fact that it lacked, if it lacked one."""
    for rule in rules_for(kind):
        try:
            for _ in rule.check(subject, project):
                pass
        except UnknownFact as cause:
            yield rule.name, f"{cause.fact} of {_kind_of(cause.subject)}"
        except RecursionError:
            yield rule.name, "an expression nested too deeply"
        else:
            yield rule.name, None


def _kind_of(subject: object) -> str:
    if isinstance(subject, Relation) and subject.is_beyond_history:
        return "a table beyond the history"
    return subject if isinstance(subject, str) else f"a {type(subject).__name__.lower()}"


def _sum(counts: list[Count]) -> Count:
    causes: Counter[tuple[str, str]] = Counter()
    for counted in counts:
        causes += counted.causes
    return Count(
        sum(counted.asked for counted in counts),
        sum(counted.unknown for counted in counts),
        sum(counted.beyond for counted in counts),
        sum(counted.beyond_unknown for counted in counts),
        causes,
    )


def _row(name: str, counted: Count) -> str:
    share = 100 * counted.unknown / counted.asked if counted.asked else 0.0
    told = f"{counted.asked} | {counted.unknown} | {share:.1f} %"
    return f"| {name} | {told} | {counted.beyond} | {counted.beyond_unknown} |"


if __name__ == "__main__":
    main()
