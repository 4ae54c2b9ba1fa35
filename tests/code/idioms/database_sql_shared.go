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

type TenantTransactions struct {
	db *sql.DB
}

// idiom: wrapper of an injected service
func (t *TenantTransactions) Run(ctx context.Context, tenant string, work func(*sql.Tx) error) error {
	tx, err := t.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := ApplyTenant(ctx, tx, tenant); err != nil {
		return err
	}
	if err := work(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// idiom: service behind an interface
type TenantScopes interface {
	Within(ctx context.Context, tenant string, work func(*sql.Tx) error) error
}

type OneDatabase struct {
	db *sql.DB
}

// idiom: service behind an interface
func (o *OneDatabase) Within(ctx context.Context, tenant string, work func(*sql.Tx) error) error {
	tx, err := o.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := ApplyTenant(ctx, tx, tenant); err != nil {
		return err
	}
	if err := work(tx); err != nil {
		return err
	}
	return tx.Commit()
}
