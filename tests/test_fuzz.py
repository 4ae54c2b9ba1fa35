"""However files are damaged, a run ends in time, in a sentence, and inside of the project.

`python -m bench.fuzz` does the same for as long as one likes.
"""

from __future__ import annotations

import pytest

from tests.fuzzing import problems

EACH = 25
SLOWEST = 8.0
"""CPU seconds that a slow and busy machine may need for what takes two on an idle one."""


@pytest.mark.times(6, 60)
def test_a_damaged_project_ends_in_a_result(number: int) -> None:
    for project in range(number * EACH, (number + 1) * EACH):
        found = list(problems(project, SLOWEST))
        assert not found, f"python -m bench.fuzz --first {project} --count 1: {found}"
