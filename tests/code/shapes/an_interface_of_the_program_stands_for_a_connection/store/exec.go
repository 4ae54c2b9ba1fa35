package store
import ("context"; "database/sql")
type Executor interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}
func SetTenant(ctx context.Context, e Executor, tenant string) error {
	_, err := e.ExecContext(ctx, "SELECT set_config('app.tenant_id', $1, true)", tenant) // found: set-local-outside-transaction
	return err
}
