package shared

import (
	"context"
	"database/sql"
)

// idiom: constant of another file
const SetTenant = `SELECT set_config('app.tenant_id', $1, false)`

// idiom: wrapper of another file
func WithTenant(ctx context.Context, db *sql.DB, tenant string, work func(*sql.Tx) error) (err error) {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() {
		if p := recover(); p != nil {
			_ = tx.Rollback()
			panic(p)
		} else if err != nil {
			_ = tx.Rollback()
		} else {
			err = tx.Commit()
		}
	}()
	if _, err = tx.ExecContext(ctx, "SELECT set_config('app.tenant_id', $1, true)", tenant); err != nil {
		return err
	}
	return work(tx)
}

type executor interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// idiom: helper in the transaction of its caller
func ApplyTenant(ctx context.Context, db executor, tenant string) error {
	_, err := db.ExecContext(ctx, "SELECT set_config('app.tenant_id', $1, true)", tenant)
	return err
}
