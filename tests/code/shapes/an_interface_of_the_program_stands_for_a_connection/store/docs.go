package store
import ("context"; "database/sql")
type Docs struct{ db *sql.DB }
func (d *Docs) Count(ctx context.Context, tenant string) error {
	return SetTenant(ctx, d.db, tenant)
}
