"""What one history tells of tenants is not held against another one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command_line import rlslint
from tests.test_unread_files import files_in

GUARDED = """CREATE ROLE web LOGIN;
CREATE TABLE orders (id int PRIMARY KEY, account_ref int NOT NULL);
CREATE INDEX ON orders (account_ref);
ALTER TABLE orders ENABLE ROW LEVEL SECURITY; ALTER TABLE orders FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON orders
  USING (account_ref = (SELECT nullif(current_setting('app.account', true), '')::int));
CREATE TABLE carts (id int PRIMARY KEY, account_ref int NOT NULL);
GRANT SELECT ON orders, carts TO web;
"""
OTHER = """CREATE ROLE web LOGIN;
CREATE TABLE events (id int PRIMARY KEY, account_ref int NOT NULL);
CREATE VIEW recent AS SELECT * FROM events;
GRANT SELECT ON events, recent TO web;
"""


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("shop/migrations/0001_a.sql", "analytics/migrations/0001_b.sql"),
        ("migrations/app/0001_a.sql", "migrations/analytics/0001_b.sql"),
        ("db/migration/V1__a.sql", "analytics/migration/V1__b.sql"),
        ("migrations/0001_a.sql", "analytics/schema.sql"),
        ("db/shop.sql", "db/analytics.sql"),
    ],
)
def test_a_second_database_has_tenants_of_its_own(tmp_path: Path, first: str, second: str) -> None:
    at = files_in(tmp_path, {first: GUARDED, second: OTHER})
    run = rlslint("check", "--output-format", "concise", "--min-severity", "info", cwd=at)
    assert f"{first}:7:1: RLS001 [rls-not-enabled]" in run.stdout
    assert second not in run.stdout


def test_what_blocks_of_one_history_ask_is_no_tenant_of_another(tmp_path: Path) -> None:
    asking = (
        "DO $$ BEGIN IF current_setting('app.mode', true) = 'x' THEN CREATE ROLE r; END IF; END $$;"
    )
    plain = "CREATE TABLE docs (id int);"
    at = files_in(tmp_path, {"a/migrations/1.sql": asking, "b/migrations/1.sql": plain})
    run = rlslint("check", cwd=at)
    assert run.returncode == 0
    assert "Checked 2 migrations" in run.stdout + run.stderr
