"""Functions that set the tenant for the session, called by programs that clean what they return."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.linting import findings_of, lint

SQL = """CREATE FUNCTION set_tenant(tenant uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN PERFORM set_config('app.tenant', tenant::text, false); END $$;
CREATE FUNCTION unset_tenant() RETURNS void LANGUAGE plpgsql AS $$
BEGIN PERFORM set_config('app.tenant', '', false); END $$;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id uuid NOT NULL);
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON docs
  USING (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid);
CREATE ROLE app LOGIN; GRANT SELECT ON docs TO app;
"""
POOL = """package db
import ("context"; "github.com/jackc/pgx/v5"; "github.com/jackc/pgx/v5/pgxpool")
func NewPool(ctx context.Context, url string, tenant string) (*pgxpool.Pool, error) {
	config, _ := pgxpool.ParseConfig(url)
	config.BeforeAcquire = func(ctx context.Context, conn *pgx.Conn) bool {
		_, err := conn.Exec(ctx, "SELECT set_tenant($1)", tenant)
		return err == nil
	}
	RELEASE
	return pgxpool.NewWithConfig(ctx, config)
}
"""
RELEASE = """config.AfterRelease = func(conn *pgx.Conn) bool {
		_, err := conn.Exec(context.Background(), "SELECT CALL()")
		return err == nil
	}"""
ELSEWHERE = """package db
import ("context"; "github.com/jackc/pgx/v5/pgxpool")
func Work(ctx context.Context, other *pgxpool.Pool, tenant string) {
	conn, _ := other.Acquire(ctx)
	defer conn.Release()
	conn.Exec(ctx, "SELECT set_tenant($1)", tenant)
}
"""


@pytest.mark.parametrize(
    ("programs", "is_found"),
    [
        ({}, True),
        ({"db/pool.go": POOL.replace("RELEASE", RELEASE.replace("CALL", "unset_tenant"))}, False),
        ({"db/pool.go": POOL.replace("RELEASE", RELEASE.replace("CALL", "now"))}, True),
        ({"db/pool.go": POOL.replace("RELEASE", "")}, True),
        ({"db/work.go": ELSEWHERE}, True),
    ],
)
def test_a_setter_is_taken_back_where_all_its_callers_do_so(
    programs: dict[str, str], is_found: bool, tmp_path: Path
) -> None:
    result = lint(tmp_path, {"migrations/0001_docs.sql": SQL, **programs})
    assert bool(findings_of(result, "set-config-session")) is is_found
