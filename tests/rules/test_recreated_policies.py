"""DROP POLICY and CREATE POLICY in scripts: what runs them decides whether others see the gap."""

from __future__ import annotations

from pathlib import Path

import pytest

from rlslint.config import Confidence
from tests.linting import findings_of, lint
from tests.postgres import Database

RULE = "policy-recreate-not-atomic"
FIRST = """CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
INSERT INTO docs VALUES (1, 1), (2, 2);
GRANT SELECT ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY base ON docs USING (true);
CREATE POLICY own ON docs AS RESTRICTIVE
  USING (tenant_id::text = current_setting('app.tenant_id', true));
"""
DROP = "DROP POLICY own ON docs;\n"
CREATE = """CREATE POLICY own ON docs AS RESTRICTIVE
  USING (tenant_id::text = current_setting('app.tenant', true));
"""
AGAIN = DROP + CREATE


@pytest.mark.parametrize(
    ("path", "script", "expected"),
    [
        ("migrations/0002_own.sql", f"-- +goose NO TRANSACTION\n{AGAIN}", [Confidence.high]),
        ("migrations/0002_own.sql", f"-- no-transaction\n{AGAIN}", [Confidence.high]),
        (
            "migrations/0002_own.sql",
            f"-- migrate:up transaction:false\n{AGAIN}-- migrate:down\n",
            [Confidence.high],
        ),
        ("migrations/0002_own.sql", f"-- atlas:txmode none\n{AGAIN}", [Confidence.high]),
        (
            "migrations/0002_own.sql",
            f"CREATE INDEX CONCURRENTLY ON docs (tenant_id);\n{AGAIN}",
            [Confidence.medium],
        ),
        (
            "migrations/0002_own.sql",
            f"-- Deploy shop:own to pg\n-- requires: docs\n{AGAIN}",
            [Confidence.medium],
        ),
        ("migrations/0002_own.sql", AGAIN, []),
        ("migrations/0002_own.up.sql", AGAIN, []),
        ("migrations/V2__own.sql", AGAIN, []),
        ("migrations/0002_own.sql", f"-- +goose Up\n{AGAIN}", []),
        ("migrations/0002_own.sql", f"-- +goose NO TRANSACTION\nBEGIN;\n{AGAIN}COMMIT;", []),
        ("migrations/0002_own.sql", f"-- Deploy shop:own to pg\nBEGIN;\n{AGAIN}COMMIT;", []),
        ("migrations/0002_own.sql", f"-- no-transaction\nDO $$ BEGIN {AGAIN} END $$;", []),
        ("migrations/0002_own.sql", f"-- no-transaction\n{DROP}", []),
    ],
)
def test_a_gap_is_reported_where_nothing_closes_it(
    path: str, script: str, expected: list[Confidence], tmp_path: Path
) -> None:
    first = path.replace("0002_own", "0001_docs").replace("V2__own", "V1__docs")
    opening = "".join(f"{tool}\n" for tool in ("-- +goose Up", "-- migrate:up") if tool in script)
    found = findings_of(lint(tmp_path, {first: opening + FIRST, path: script}), RULE)
    assert [one.confidence for one in found] == expected


def test_two_scripts_are_two_deployments(tmp_path: Path) -> None:
    files = {
        "migrations/0001_docs.sql": FIRST,
        "migrations/0002_drop.sql": DROP,
        "migrations/0003_own.sql": CREATE,
    }
    assert findings_of(lint(tmp_path, files), RULE) == []


def test_the_server_shows_all_rows_in_between(database: Database) -> None:
    assert database.run(FIRST + DROP).errors == ()
    assert database.run("\\c - app_user\nSELECT id FROM docs ORDER BY id;").rows == ("1", "2")
