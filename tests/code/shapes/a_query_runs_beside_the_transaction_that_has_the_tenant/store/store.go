package store

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

type Store struct{ pool *pgxpool.Pool }

func enter(ctx context.Context, tx pgx.Tx, tenant string) error {
	_, err := tx.Exec(ctx, `SELECT set_config('app.tenant_id', $1, true),
		set_config('app.user_id', $1, true), set_config('app.region', 'eu', true)`, tenant)
	return err
}

func (s *Store) Beside(ctx context.Context, tenant string) (count int, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if err := enter(ctx, tx, tenant); err != nil {
			return err
		}
		return s.pool.QueryRow(ctx, "SELECT count(*) FROM docs").Scan(&count) // found: query-without-context
	})
	return
}

func (s *Store) Inside(ctx context.Context, tenant string) (count int, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if err := enter(ctx, tx, tenant); err != nil {
			return err
		}
		return tx.QueryRow(ctx, "SELECT count(*) FROM docs").Scan(&count)
	})
	return
}
