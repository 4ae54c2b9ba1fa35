package pages

import (
	"context"

	"example.com/app/database"
)

type repository struct{ db *database.Pool }

func (r *repository) alone(ctx context.Context, tenant string) error {
	_, err := r.db.Exec(ctx, "SELECT set_config('app.tenant_id', $1, true)", tenant) // found: set-local-outside-transaction
	return err
}

func (r *repository) within(ctx context.Context, tenant string) error {
	tx, err := r.db.Begin(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback(ctx)
	if _, err := tx.Exec(ctx, "SELECT set_config('app.tenant_id', $1, true)", tenant); err != nil {
		return err
	}
	return tx.Commit(ctx)
}
