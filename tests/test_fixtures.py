"""Whole small projects: what is found in each, no more and no less, and that their SQL is real."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from rlslint.config import Severity
from rlslint.config.files import find_config, load_config
from rlslint.config.options import Config
from rlslint.engine import check
from rlslint.files.discovery import discover, read_in_project
from rlslint.files.histories import histories
from rlslint.files.layouts.reversals import up_ranges
from rlslint.reports import full
from rlslint.sql.statements import BrokenStatement, read
from rlslint.text import Text
from rlslint.text.display import Screen, width
from rlslint.text.sentences import LONGEST
from tests.postgres import Database, Server

FIXTURES = Path(__file__).parent.parent / "fixtures"
PROJECTS = sorted(path for path in FIXTURES.iterdir() if path.is_dir())
PRELUDES = {
    "correct-supabase": "supabase-platform.sql",
    "seeded-supabase": "supabase-platform.sql",
    "seeded-rails": "rails-roles.sql",
}


def skip_where_refused(scripts: Iterable[str], server: Server) -> None:
    """Skip a test that loads what an old server does not know."""
    if server.version < 15 and any("security_invoker" in script for script in scripts):
        pytest.skip(f"PostgreSQL {server.version} has no views with security_invoker.")


def expected(project: Path) -> list[str]:
    return (project / "expected.txt").read_text(encoding="utf-8").splitlines()


def found(project: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.chdir(project)
    file = find_config(".", read_in_project)
    result = check(["."], Config() if file is None else load_config(file, read_in_project))
    assert not result.errors
    for line in full.render(result, screen=Screen(columns=80)):
        # The body of a function keeps its lines.
        assert width(line) <= 80 or "$$" in line, line
    lines = []
    for reported in result.findings:
        assert len(reported.message) <= LONGEST
        place = reported.place
        if place is not None and reported.severity >= Severity.warning:
            lines.append((place.path, place.start.row, reported.name))
    return [f"{path}:{row} {name}" for path, row, name in sorted(lines)]


@pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project.name)
def test_a_project_has_the_findings_that_it_lists(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert found(project, monkeypatch) == expected(project)


@pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project.name)
def test_the_sql_of_a_project_loads(project: Path, server: Server, database: Database) -> None:
    prelude = PRELUDES.get(project.name)
    if prelude is not None:
        assert database.run((FIXTURES / prelude).read_text(encoding="utf-8")).errors == ()
    files = discover([project], root=project)
    for history in histories(files).histories:
        for migration in history.migrations:
            if Path(migration.path).suffix != ".sql":
                continue
            data = Path(migration.path).read_bytes()
            for start, end in up_ranges(data):
                script = data[start:end].decode()
                skip_where_refused((script,), server)
                assert database.run(script).errors == (), migration.shown


@pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project.name)
def test_every_statement_of_a_project_is_read(project: Path) -> None:
    for path in project.rglob("*.sql"):
        text = Text(str(path), path.read_bytes())
        broken = [item for item in read(text, frozenset()) if isinstance(item, BrokenStatement)]
        assert broken == []
