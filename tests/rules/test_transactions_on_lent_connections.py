"""A transaction that is begun on a connection of a pool, without a body that holds it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.linting import findings_of, lint

PROTECTED = """CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON docs
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant', true), '')::int));
"""
PGX = """package db

import (
	"context"

	"github.com/jackc/pgx/v5/pgxpool"
)

func Run(ctx context.Context, pool *pgxpool.Pool, tenant string) error {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	BEGINS
	if _, err := tx.Exec(ctx, "SELECT set_config('app.tenant', $1, true)", tenant); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "SELECT id FROM docs")
	return err
}
"""
STANDARD = """package db

import (
	"context"
	"database/sql"
)

func Run(ctx context.Context, pool *sql.DB, tenant string) error {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	BEGINS
	set := "SELECT set_config('app.tenant', $1, true)"
	if _, err := tx.ExecContext(ctx, set, tenant); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "SELECT id FROM docs")
	return err
}
"""


@pytest.mark.parametrize(
    ("program", "begins", "is_reported"),
    [
        (PGX, "tx, err := conn.Begin(ctx)", False),
        (PGX, "tx := conn", True),
        (STANDARD, "tx, err := conn.BeginTx(ctx, nil)", False),
        (STANDARD, "tx := conn", True),
    ],
)
def test_it_is_open_from_then_on(
    tmp_path: Path, program: str, begins: str, is_reported: bool
) -> None:
    files = {"migrations/1_docs.sql": PROTECTED, "db/run.go": program.replace("BEGINS", begins)}
    found = findings_of(lint(tmp_path, files), "set-local-outside-transaction")
    assert bool(found) is is_reported


RUNNER = """package migrations

import "database/sql"

func Note(db *sql.DB) error {
	_, err := db.Exec("CREATE TABLE IF NOT EXISTS schema_migrations (version bigint)")
	return err
}
"""


def test_what_runs_migrations_is_no_history_that_programs_belong_to(tmp_path: Path) -> None:
    files = {
        "migrations/0001_docs.sql": PROTECTED,
        "internal/migrations/runner.go": RUNNER,
        "internal/migrations/runner_test.go": RUNNER.replace("schema_migrations", "plans"),
        "internal/db/run.go": PGX.replace("BEGINS", "tx := conn"),
    }
    result = lint(tmp_path, files)
    assert len(findings_of(result, "set-local-outside-transaction")) == 1
    assert result.checked.migrations == 1
