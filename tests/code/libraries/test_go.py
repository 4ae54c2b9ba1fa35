"""What programs in Go send through their libraries."""

from __future__ import annotations

import pytest

from rlslint.code.sites import Hook
from tests.code.libraries.sent import Sent, bare, events, inside, sent

PROGRAMS = {
    "database/sql": """
import "database/sql"
func run(db *sql.DB, ctx context.Context) error {
	_, err := db.ExecContext(ctx, "SET app.a = '1'")
	tx, err := db.BeginTx(ctx, nil)
	if err != nil { return err }
	defer tx.Rollback()
	if _, err := tx.Exec("SET LOCAL app.b = '1'"); err != nil { return err }
	return tx.Commit()
}
""",
    "sqlx": """
import "github.com/jmoiron/sqlx"
func run(db *sqlx.DB, ctx context.Context) error {
	db.MustExec("SET app.a = '1'")
	tx := db.MustBegin()
	tx.MustExec("SET LOCAL app.b = '1'")
	return tx.Commit()
}
""",
    "pgx": """
import (
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)
func run(ctx context.Context, url string) error {
	pool, err := pgxpool.New(ctx, url)
	_, err = pool.Exec(ctx, "SET app.a = '1'")
	return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "SET LOCAL app.b = '1'")
		return err
	})
}
""",
    "gorm": """
import "gorm.io/gorm"
func run(dsn string) error {
	db, err := gorm.Open(postgres.Open(dsn), &gorm.Config{})
	db.WithContext(ctx).Exec("SET app.a = '1'")
	return db.Transaction(func(tx *gorm.DB) error { return tx.Exec("SET LOCAL app.b = '1'").Error })
}
""",
    "bun": """
import "github.com/uptrace/bun"
func run(ctx context.Context, db *bun.DB) error {
	_, err := db.ExecContext(ctx, "SET app.a = '1'")
	return db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		_, err := tx.NewRaw("SET LOCAL app.b = '1'").Exec(ctx)
		return err
	})
}
""",
    "go-pg": """
import "github.com/go-pg/pg/v10"
func run(options *pg.Options) error {
	db := pg.Connect(options)
	_, err := db.Exec("SET app.a = '1'")
	return db.RunInTransaction(ctx, func(tx *pg.Tx) error {
		_, err := tx.Exec("SET LOCAL app.b = '1'")
		return err
	})
}
""",
    "xorm": """
import "xorm.io/xorm"
func run(dsn string) error {
	engine, err := xorm.NewEngine("postgres", dsn)
	_, err = engine.Exec("SET app.a = '1'")
	session := engine.NewSession()
	err = session.Begin()
	_, err = session.Exec("SET LOCAL app.b = '1'")
	return session.Commit()
}
""",
}


@pytest.mark.parametrize("library", PROGRAMS)
def test_statements_of_a_pool_and_of_a_transaction(library: str) -> None:
    source = f"package store\n{PROGRAMS[library]}"
    assert sent(".go", source) == {"a": bare(library), "b": inside(library)}


def test_a_type_is_that_of_its_package_where_several_have_one_of_its_name() -> None:
    source = """package store
import (
	"database/sql"
	"gorm.io/gorm"
	"github.com/jmoiron/sqlx"
)
type Store struct {
	db  *sql.DB
	orm *gorm.DB
	x   *sqlx.DB
}
func (s *Store) Run() {
	s.db.Exec("SET app.a = '1'")
	s.orm.Exec("SET app.b = '1'")
	s.x.Exec("SET app.c = '1'")
}
"""
    assert sent(".go", source) == {
        "a": bare("database/sql"),
        "b": bare("gorm"),
        "c": bare("sqlx"),
    }


def test_a_function_is_worth_its_first_result() -> None:
    source = """package store
import "database/sql"
func open() (*sql.DB, error) { return connect() }
func run() {
	db, _ := open()
	db.Exec("SET app.a = '1'")
}
"""
    assert sent(".go", source) == {"a": bare("database/sql")}


def test_connections_opened_by_the_program_end_with_it_and_borrowed_ones_go_back() -> None:
    source = """package store
import (
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)
func run(ctx context.Context, pool *pgxpool.Pool) {
	own, _ := pgx.Connect(ctx, url)
	own.Exec(ctx, "SET app.a = '1'")
	lent, _ := pool.Acquire(ctx)
	defer lent.Release()
	lent.Exec(ctx, "SET app.b = '1'")
}
"""
    assert sent(".go", source) == {"a": Sent("pgx", "autocommit", False), "b": bare("pgx")}


@pytest.mark.parametrize(
    ("name", "hook"),
    [
        ("AfterConnect", Hook.connect),
        ("BeforeAcquire", Hook.acquire),
        ("PrepareConn", Hook.acquire),
        ("AfterRelease", Hook.release),
    ],
)
def test_pools_call_functions(name: str, hook: Hook) -> None:
    source = f"""package store
import "github.com/jackc/pgx/v5/pgxpool"
func run(ctx context.Context, config *pgxpool.Config) {{
	config.{name} = func(c *pgx.Conn) bool {{ c.Exec(ctx, "SET app.a = '1'"); return true }}
}}
"""
    assert hook in {event.hook for event in events(".go", source)}
