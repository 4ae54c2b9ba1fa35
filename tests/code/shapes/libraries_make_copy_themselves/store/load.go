package store
import (
	"context"
	"github.com/jackc/pgx/v5"
)
func Load(ctx context.Context, tx pgx.Tx, rows [][]any) error {
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"docs"}, []string{"id"}, pgx.CopyFromRows(rows)) // found: copy-from-rls
	return err
}
