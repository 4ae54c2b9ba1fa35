package shared

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// idiom: constant of another file
const SetTenant = "SELECT set_config('app.tenant_id', $1, false)"

// idiom: wrapper of another file
func WithTenant(ctx context.Context, pool *pgxpool.Pool, tenant string, work func(pgx.Tx) error) error {
	tx, err := pool.Begin(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback(ctx)
	if _, err := tx.Exec(ctx, "SELECT set_config('app.tenant_id', $1, true)", tenant); err != nil {
		return err
	}
	if err := work(tx); err != nil {
		return err
	}
	return tx.Commit(ctx)
}

// idiom: helper in the transaction of its caller
func ApplyTenant(ctx context.Context, tx pgx.Tx, tenant string) error {
	_, err := tx.Exec(ctx, "SELECT set_config('app.tenant_id', $1, true)", tenant)
	return err
}

type TenantTransactions struct {
	db *pgxpool.Pool
}

// idiom: wrapper of an injected service
func (t *TenantTransactions) Run(ctx context.Context, tenant string, work func(pgx.Tx) error) error {
	return pgx.BeginFunc(ctx, t.db, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT set_config('app.tenant_id', $1, true)", tenant); err != nil {
			return err
		}
		return work(tx)
	})
}

// idiom: service behind an interface
type TenantScopes interface {
	Within(ctx context.Context, tenant string, work func(pgx.Tx) error) error
}

type OneDatabase struct {
	db *pgxpool.Pool
}

// idiom: service behind an interface
func (o *OneDatabase) Within(ctx context.Context, tenant string, work func(pgx.Tx) error) error {
	return pgx.BeginFunc(ctx, o.db, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT set_config('app.tenant_id', $1, true)", tenant); err != nil {
			return err
		}
		return work(tx)
	})
}
