package store
import (
	"context"
	_ "embed"
	"github.com/jackc/pgx/v5/pgxpool"
)
//go:embed local_tenant.sql
var localTenant string
func Set(ctx context.Context, pool *pgxpool.Pool, tenant string) error {
	_, err := pool.Exec(ctx, localTenant, tenant)
	return err
}
