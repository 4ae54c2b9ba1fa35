"""What is the same twice has no changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from rlslint.config.options import Config
from rlslint.project.access_changes import compare
from rlslint.project.matrix import Matrix, matrix_of
from rlslint.project.opening import open_files
from tests.projects import FIXTURES


def matrices(path: Path) -> list[Matrix]:
    return [matrix_of(one.project) for one in open_files([str(path)], Config()).projects]


@pytest.mark.parametrize("fixture", sorted(FIXTURES.iterdir()), ids=lambda path: path.name)
def test_nothing_changes_between_equal_projects(fixture: Path) -> None:
    before, after = matrices(fixture), matrices(fixture)
    for earlier, later in zip(before, after, strict=True):
        found = compare(earlier, later)
        assert found.changes == ()
    assert any(matrix.tables for matrix in after) or fixture.suffix
