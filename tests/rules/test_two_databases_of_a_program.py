"""Of two histories beside a program, the one with policies has what the program sets for them."""

from __future__ import annotations

from pathlib import Path

from tests.linting import findings_of, lint

PROGRAM = """import psycopg


def enter(conn: psycopg.Connection, tenant: str) -> None:
    conn.execute(f"SET LOCAL app.tenant = '{tenant}'")
    conn.execute(f"SET LOCAL app.request = '{tenant}'")
"""
MADE = "CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);"
PROTECTED = """ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON docs
  USING (tenant_id = nullif(current_setting('app.tenant', true), '')::int);
"""


def test_no_policy_is_assumed_where_another_history_has_them(tmp_path: Path) -> None:
    plain = {
        "app.py": PROGRAM,
        "archive/migrations/1_a.sql": MADE,
        "archive/migrations/2_b.sql": "",
    }
    alone = lint(tmp_path / "alone", plain)
    assert {f.finding.object for f in findings_of(alone, "set-string-interpolation")} == {
        "app.tenant",
        "app.request",
    }
    policies = {"db/migrations/1_a.sql": MADE, "db/migrations/2_b.sql": PROTECTED}
    (found,) = findings_of(lint(tmp_path / "both", plain | policies), "set-string-interpolation")
    assert found.finding.object == "app.tenant"
    assert "assumed" not in found.finding.message
