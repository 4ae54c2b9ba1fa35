"""The way back of a migration is tried, and leaves no trace in the history."""

from __future__ import annotations

from pathlib import Path

import pytest

from rlslint.reports import Result
from tests.linting import lint, rows_of

UP = """CREATE ROLE web LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
CREATE INDEX ON docs (tenant_id);
GRANT SELECT ON docs TO web;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON docs
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
"""
LATER = "ALTER TABLE docs ADD COLUMN body text;\nALTER POLICY own ON docs RENAME TO tenant;\n"


@pytest.mark.parametrize(
    "down",
    [
        "ALTER TABLE docs DISABLE ROW LEVEL SECURITY; DROP TABLE docs;",
        "DROP POLICY own ON docs; ALTER TABLE docs DISABLE ROW LEVEL SECURITY;"
        "ALTER TABLE docs RENAME TO papers; DROP ROLE web; SET search_path = none;",
        "ALTER TABLE nowhere DISABLE ROW LEVEL SECURITY; DROP TABLE missing; SELECT FROM FROM;",
        "BEGIN; ALTER TABLE docs DISABLE ROW LEVEL SECURITY; COMMIT;",
        "DO $$ BEGIN EXECUTE 'ALTER TABLE docs DISABLE ROW LEVEL SECURITY'; COMMIT; END $$;",
        "ALTER TABLE docs DISABLE ROW LEVEL SECURITY; DO $$ BEGIN EXECUTE nobody_knows(); END $$;",
    ],
)
def test_a_way_back_changes_nothing_of_what_is_found(down: str, tmp_path: Path) -> None:
    forward = {"m/0001_docs.up.sql": UP, "m/0002_body.up.sql": LATER}
    found = _found(lint(tmp_path / "forward", forward))
    assert [name for name, *_ in found] == ["guc-identity-forgeable"]
    result = lint(tmp_path / "both", {**forward, "m/0001_docs.down.sql": down})
    assert [one for one in _found(result) if one[0] != "down-migration-opens-table"] == found
    assert (result.not_checked, result.errors, result.faults) == ((), (), ())


def _found(result: Result) -> list[tuple[str, str, int]]:
    return [
        (one.name, one.finding.message, one.place.start.row if one.place is not None else 0)
        for one in result.findings
    ]


@pytest.mark.parametrize(
    ("path", "migration"),
    [
        ("m/0001_docs.down.sql", "m/0001_docs.up.sql"),
        ("m/2024-01-01-000001_docs/down.sql", "m/2024-01-01-000001_docs/up.sql"),
        ("db/U1__docs.sql", "db/V1__docs.sql"),
    ],
)
def test_a_file_that_undoes_another_one_is_found(path: str, migration: str, tmp_path: Path) -> None:
    files = {migration: UP, path: "\nALTER TABLE docs DISABLE ROW LEVEL SECURITY;"}
    assert rows_of(lint(tmp_path, files), "down-migration-opens-table") == [2]
