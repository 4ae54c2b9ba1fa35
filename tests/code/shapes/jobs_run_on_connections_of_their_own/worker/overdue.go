package worker

import (
	"context"

	"github.com/jackc/pgx/v5/pgxpool"
)

type Worker struct{ pool *pgxpool.Pool }

func (w *Worker) Overdue(ctx context.Context) error {
	rows, err := w.pool.Query(ctx, "SELECT id FROM docs") // found: query-without-context
	if err != nil {
		return err
	}
	defer rows.Close()
	return rows.Err()
}
