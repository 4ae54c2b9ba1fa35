"""The steps to an answer say what the answer says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rlslint.access.effective import Extent
from rlslint.access.tracing import trace
from rlslint.config.options import Config
from rlslint.project.matrix import matrix_of
from rlslint.project.opening import open_files
from rlslint.project.project import Project
from rlslint.reports.access_explained import explained
from rlslint.reports.access_words import Speaker
from tests.access.random_access import random_database
from tests.access.scenarios import replayed
from tests.test_fixtures import PROJECTS


@pytest.mark.times(4, 60)
def test_of_a_random_database(number: int) -> None:
    contradicted = contradictions(Project(replayed(random_database(number, True)), Config()))
    assert list(contradicted) == []


@pytest.mark.parametrize("project", PROJECTS, ids=lambda one: one.name)
def test_of_a_whole_project(project: Path) -> None:
    (only,) = open_files([project], Config()).projects
    assert list(contradictions(only.project)) == []


def contradictions(project: Project) -> Iterator[tuple[str, ...]]:
    matrix = matrix_of(project)
    speaker = Speaker(project.catalog, project.context_functions)
    for table in matrix.tables:
        for role in matrix.roles:
            for command in matrix.commands:
                rows = matrix.rows(role.name, table, command)
                steps = explained(
                    trace(
                        *(project.catalog, project.runtime, role.name, table, command),
                        project.context_functions,
                    ),
                    (),
                    speaker,
                )
                verdicts = {step.verdict for step in steps}
                if not _agree(rows.extent, verdicts):
                    yield role.name, str(table), command, rows.extent.value, *sorted(verdicts)


def _agree(extent: Extent, verdicts: set[str]) -> bool:
    match extent:
        case Extent.every:
            passes = verdicts & {"every row", "perhaps", "in general"}
            return bool(passes) and "stops" not in verdicts
        case Extent.none:
            return bool(verdicts & {"stops", "none", "in general"})
        case Extent.own | Extent.some:
            return "in general" in verdicts and "stops" not in verdicts
        case _:
            return True
