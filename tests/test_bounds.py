"""Small projects that want a run to take for ever end in time, with what was given up said."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.bounds import cost, write
from bench.strangers import PROJECTS

SLOWEST = 8.0
"""CPU seconds that a slow and busy machine may need for what takes two on an idle one."""

KINDS = (
    "150 nested INs",
    "doubling CTEs",
    "doubling SELECT INTO",
    "few tables x policies",
    "diamonds of views",
    "indexes of partitions",
    "one grant of many",
    "open nested comments",
    "Python: doubling strings",
    "YAML: laughs",
    "YAML: braces of templates",
    "TypeScript: users",
    "TypeScript: users in calls",
    "Kotlin: '/* '",
    "Kotlin: objects in a line",
    "brackets in a broken statement",
    "words of other databases",
    "open set_configs in a body",
    "INSERTs into one another",
    "JavaScript: '-> '",
    "Java: 'a<'",
    "sqitch: tags",
    "config: dotted key",
    "Supabase: dotted key",
    "config: a bad value at the end",
    "config: roles at the end",
    "env: open braces in a URL",
    "env: keywords in one another",
    "shell: open braces",
    "default privileges",
    "letters that are no ASCII",
    "publications of all",
)
"""Those that took longest before they were bounded, and one of each kind of file."""

GIVEN_UP = {
    "one grant of many": "1 statement that could not be followed",
    "Kotlin: '/* '": "app/main.kt: this file takes too long to be parsed.",
}
"""What a run says of that of which it is too much."""


@pytest.mark.parametrize("kind", KINDS)
def test_a_project_that_wants_to_take_for_ever_ends_in_time(kind: str, tmp_path: Path) -> None:
    write(tmp_path, PROJECTS[kind]())
    run = cost(tmp_path)
    assert run.status in (0, 1, 2), run
    assert run.seconds < SLOWEST
    assert run.peak < 300_000_000
    assert GIVEN_UP.get(kind, "") in run.said
    assert "Traceback" not in run.said and "fault of its own" not in run.said
