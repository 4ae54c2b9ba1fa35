"""The replay agrees with PostgreSQL on every fixture, in test_cards.py on every example."""

from __future__ import annotations

from pathlib import Path

import pytest

from rlslint.catalog import Catalog
from rlslint.code.migrations import Reader
from rlslint.config.options import Config
from rlslint.drift.comparison import compare as compare_facts
from rlslint.drift.comparison import facts_of, same
from rlslint.files.discovery import discover
from rlslint.files.histories import histories
from rlslint.files.layouts.reversals import up_ranges
from rlslint.project.building import build
from rlslint.server.introspection import introspect
from rlslint.server.snapshot import snapshot
from tests.postgres import SUPERUSER, Database, Server
from tests.test_fixtures import FIXTURES, PRELUDES, skip_where_refused

SQL_PROJECTS = sorted(
    path for path in FIXTURES.iterdir() if path.is_dir() and not list(path.rglob("*.py"))
)


def introspected(database: Database) -> tuple[Catalog, int]:
    with snapshot(database.conninfo()) as live:
        return introspect(live.ask, live.database, live.version), live.version


@pytest.mark.parametrize("project", SQL_PROJECTS, ids=lambda project: project.name)
def test_the_replay_agrees_on_a_project(
    project: Path, server: Server, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    skip_where_refused(
        (path.read_text(encoding="utf-8") for path in project.rglob("*.sql")), server
    )
    monkeypatch.chdir(project)
    prelude = PRELUDES.get(project.name)
    if prelude is not None:
        database.run((FIXTURES / prelude).read_text(encoding="utf-8"))
    given = facts_of(introspected(database)[0], SUPERUSER)
    found = discover(["."], root=project)
    for history in histories(found).histories:
        for migration in history.migrations:
            data = Path(migration.path).read_bytes()
            for start, end in up_ranges(data):
                database.run(data[start:end].decode())
    built = build(found, Config(), Reader()).built
    (history_built,) = [one for one in built if not one.loose]
    catalog, version = introspected(database)
    compared = compare_facts(
        facts_of(history_built.project.catalog, SUPERUSER),
        facts_of(catalog, SUPERUSER),
        version=version,
    )
    # What the platform brings is in no migration.
    differing = [
        d
        for d in compared.differences
        if d.key not in given or not same(d.key, given[d.key], d.live)
    ]
    assert differing == []
    assert compared.agreeing > 20
