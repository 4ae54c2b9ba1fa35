"""What a pool's hook gives to the sessions that it lends says nothing of other connections."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.linting import findings_of, lint

POLICY = """CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, body text);
GRANT SELECT, INSERT, UPDATE, DELETE ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON docs
  USING (tenant_id = (SELECT current_setting('app.tenant_id', true)::int));
"""
HOOK = """import os

from sqlalchemy import create_engine, event, text

engine = create_engine(os.environ["DATABASE_URL"])


@event.listens_for(engine, "checkout")
def no_tenant(connection, record, proxy):
    connection.cursor().execute("SELECT set_config('app.tenant_id', '0', false)")


def documents_of(tenant: int):
    with engine.begin() as connection:
        connection.execute(text("SELECT set_config('app.tenant_id', :t, true)"), {"t": str(tenant)})
        return connection.execute(text("SELECT id, body FROM docs")).fetchall()
"""
OPENED = """import os

import psycopg


def touch(tenants):
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        for tenant in tenants:
            with connection.transaction():
                connection.execute("SELECT set_config('app.tenant_id', %s, true)", (str(tenant),))
                connection.execute("UPDATE docs SET body = body")
"""
LENT_BY_ANOTHER_POOL = """import os

from psycopg_pool import ConnectionPool

pool = ConnectionPool(os.environ["DATABASE_URL"])


def touch(tenant):
    with pool.connection() as connection:
        connection.execute("SELECT set_config('app.tenant_id', %s, true)", (str(tenant),))
        connection.execute("UPDATE docs SET body = body")
"""
IN_ANOTHER_LANGUAGE = """import { Pool } from "pg";
const pool = new Pool({ connectionString: process.env.DATABASE_URL });
export async function touch(tenant: number) {
  const client = await pool.connect();
  await client.query("BEGIN");
  await client.query("SELECT set_config('app.tenant_id', $1, true)", [String(tenant)]);
  await client.query("UPDATE docs SET body = body");
  await client.query("COMMIT");
  client.release();
}
"""
OF_THE_SAME_POOL = """from sqlalchemy import text

from app import engine


def touch(tenant):
    with engine.begin() as connection:
        connection.execute(text("SELECT set_config('app.tenant_id', :t, true)"), {"t": str(tenant)})
        connection.execute(text("UPDATE docs SET body = body"))
"""


@pytest.mark.parametrize(
    ("other", "content", "found"),
    [
        ("other.py", OF_THE_SAME_POOL, 0),
        ("other.py", OPENED, 1),
        ("other.py", LENT_BY_ANOTHER_POOL, 1),
        ("worker.ts", IN_ANOTHER_LANGUAGE, 1),
    ],
    ids=["the same pool", "opened", "another pool", "another language"],
)
def test_a_setting_is_empty_where_no_hook_fills_it(
    other: str, content: str, found: int, tmp_path: Path
) -> None:
    result = lint(tmp_path, {"migrations/1.sql": POLICY, "app.py": HOOK, other: content})
    assert len(findings_of(result, "current-setting-empty-cast")) == found
