package tenancy

import (
	"context"

	"github.com/jackc/pgx/v5"
)

func Set(ctx context.Context, c *pgx.Conn, id string, local bool) error {
	_, err := c.Exec(ctx, "SELECT set_config('app.tenant_id', $1, $2)", id, local) // found: set-config-session
	return err
}
