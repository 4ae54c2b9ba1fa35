package guard

import (
	"context"
	"errors"
	"regexp"

	"github.com/jackc/pgx/v5"
)

var uuidRe = regexp.MustCompile(`^[0-9a-f-]{36}$`)

func Set(ctx context.Context, tx pgx.Tx, tenant string) error {
	if !uuidRe.MatchString(tenant) {
		return errors.New("no tenant")
	}
	_, err := tx.Exec(ctx, "SET LOCAL app.tenant_id = '"+tenant+"'") // found: set-string-interpolation
	return err
}
