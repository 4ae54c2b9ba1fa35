package store
import ("context"; "database/sql"; "log")
func Checked(ctx context.Context, db *sql.DB, tenant string) (*sql.Conn, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := conn.ExecContext(ctx, "SELECT set_config('app.tenant_id', $1, false)", tenant); err != nil { // found: set-config-session, context-error-swallowed
		log.Print(err)
	}
	return conn, nil
}
func Dropped(ctx context.Context, db *sql.DB, tenant string) (*sql.Conn, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	_, _ = conn.ExecContext(ctx, "SELECT set_config('app.tenant_id', $1, false)", tenant) // found: set-config-session, context-error-swallowed
	return conn, nil
}
func Returned(ctx context.Context, db *sql.DB, tenant string) (*sql.Conn, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := conn.ExecContext(ctx, "SELECT set_config('app.tenant_id', $1, false)", tenant); err != nil { // found: set-config-session
		conn.Close()
		return nil, err
	}
	return conn, nil
}
func Logged(ctx context.Context, db *sql.DB, tenant string) (*sql.Conn, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	_, err = conn.ExecContext(ctx, "SELECT set_config('app.tenant_id', $1, false)", tenant) // found: set-config-session
	if err != nil {
		log.Print(err)
	}
	return conn, err
}
func LoggedAndForgotten(ctx context.Context, db *sql.DB, tenant string) (*sql.Conn, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	_, err = conn.ExecContext(ctx, "SELECT set_config('app.tenant_id', $1, false)", tenant) // found: set-config-session
	if err != nil { // found: context-error-swallowed
		log.Print(err)
	}
	return conn, nil
}
