package dbctx

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
)

type Execer interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}

const setTenant = `SELECT set_config('app.tenant_id', $1, $2)` // found: set-config-session

func SetTenant(ctx context.Context, ex Execer, id string, local bool) error {
	_, err := ex.Exec(ctx, setTenant, id, local)
	return err
}

func SetVar(ctx context.Context, ex Execer, name string, value int) error {
	_, err := ex.Exec(ctx, fmt.Sprintf("SET %s = '%d'", name, value)) // found: session-set-tenant, set-string-interpolation
	return err
}
