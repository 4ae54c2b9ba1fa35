package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"example.com/app/shared"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

type Store struct {
	pool    *pgxpool.Pool
	tenants *shared.TenantTransactions
	scopes  shared.TenantScopes
}

// idiom: bare set
func (s *Store) BareSet(ctx context.Context, tenant string) error {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	_, err = conn.Exec(ctx, fmt.Sprintf("SET app.tenant_id = '%s'", tenant))
	return err
}

// idiom: set_config for the session
func (s *Store) SessionConfig(ctx context.Context, tenant string) error {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	_, err = conn.Exec(ctx, "SELECT set_config('app.tenant_id', $1, false)", tenant)
	return err
}

// idiom: bound scope
func (s *Store) BoundScope(ctx context.Context, tenant string) error {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	_, err = conn.Exec(ctx, "SELECT set_config($1, $2, $3)", "app.tenant_id", tenant, false)
	return err
}

// idiom: local without a transaction
func (s *Store) LocalAlone(ctx context.Context, tenant string) (pgx.Rows, error) {
	if _, err := s.pool.Exec(ctx, "SELECT set_config('app.tenant_id', $1, true)", tenant); err != nil {
		return nil, err
	}
	return s.pool.Query(ctx, "SELECT * FROM docs")
}

// idiom: local in a transaction
func (s *Store) Local(ctx context.Context, tenant string) error {
	tx, err := s.pool.Begin(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback(ctx)
	if _, err := tx.Exec(ctx, "SELECT set_config('app.tenant_id', $1, true)", tenant); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "UPDATE docs SET owner = 1"); err != nil {
		return err
	}
	return tx.Commit(ctx)
}

// idiom: pasted
func (s *Store) Pasted(ctx context.Context, tenant string) error {
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, fmt.Sprintf("SET LOCAL app.tenant_id = '%s'", tenant))
		return err
	})
}

// idiom: added
func (s *Store) Added(ctx context.Context, tenant string) error {
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "SET LOCAL app.tenant_id = '"+tenant+"'")
		return err
	})
}

// idiom: a number
func (s *Store) Typed(ctx context.Context, tenant string) error {
	number, err := strconv.Atoi(tenant)
	if err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, fmt.Sprintf("SET LOCAL app.tenant_id = '%d'", number))
		return err
	})
}

// idiom: quoted
func (s *Store) Quoted(ctx context.Context, tenant string) error {
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "SET LOCAL app.tenant_id = "+pgx.Identifier{tenant}.Sanitize())
		return err
	})
}

// idiom: a parameter in SET
func (s *Store) BoundInSet(ctx context.Context, tenant string) error {
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "SET LOCAL app.tenant_id = $1", tenant)
		return err
	})
}

// idiom: reset at the end
func (s *Store) ResetAtTheEnd(ctx context.Context, tenant string) error {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer func() {
		conn.Exec(context.Background(), "RESET app.tenant_id")
		conn.Release()
	}()
	if _, err := conn.Exec(ctx, "SELECT set_config('app.tenant_id', $1, false)", tenant); err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "UPDATE docs SET owner = 1")
	return err
}

// idiom: constant of another file
func (s *Store) ConstantElsewhere(ctx context.Context, tenant string) error {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	_, err = conn.Exec(ctx, shared.SetTenant, tenant)
	return err
}

// idiom: wrapper of another file
func (s *Store) Wrapped(ctx context.Context, tenant string) error {
	return shared.WithTenant(ctx, s.pool, tenant, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE docs SET owner = 1")
		return err
	})
}

// idiom: loop over constants
func (s *Store) Looped(ctx context.Context, tenant string) error {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	for _, name := range []string{"app.tenant_id", "app.user_id"} {
		if _, err := conn.Exec(ctx, fmt.Sprintf("SELECT set_config('%s', $1, false)", name), tenant); err != nil {
			return err
		}
	}
	return nil
}

// idiom: wrapper of an injected service
func (s *Store) Injected(ctx context.Context, tenant string) error {
	return s.tenants.Run(ctx, tenant, func(tx pgx.Tx) error {
		return touch(ctx, tx)
	})
}

// idiom: service behind an interface
func (s *Store) BehindInterface(ctx context.Context, tenant string) error {
	return s.scopes.Within(ctx, tenant, func(tx pgx.Tx) error {
		return touch(ctx, tx)
	})
}

func touch(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, "UPDATE docs SET owner = 1")
	return err
}

// idiom: transaction by callback
func (s *Store) ByCallback(ctx context.Context, tenant string) error {
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT set_config('app.tenant_id', $1, true)", tenant); err != nil {
			return err
		}
		return touch(ctx, tx)
	})
}

// idiom: helper in the transaction of its caller
func (s *Store) InOwnTransaction(ctx context.Context, tenant string) error {
	tx, err := s.pool.Begin(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback(ctx)
	if err := shared.ApplyTenant(ctx, tx, tenant); err != nil {
		return err
	}
	if err := touch(ctx, tx); err != nil {
		return err
	}
	return tx.Commit(ctx)
}

// idiom: joins a transaction if there is one
func Joined(ctx context.Context, conn *pgx.Conn, tenant string) error {
	if conn.PgConn().TxStatus() != 'T' {
		return errors.New("the tenant is set in a transaction")
	}
	if _, err := conn.Exec(ctx, "SELECT set_config('app.tenant_id', $1, true)", tenant); err != nil {
		return err
	}
	_, err := conn.Exec(ctx, "UPDATE docs SET owner = 1")
	return err
}

// idiom: early return
func (s *Store) Early(ctx context.Context, tenant string) error {
	tx, err := s.pool.Begin(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback(ctx)
	if tenant == "" {
		return nil
	}
	if _, err := tx.Exec(ctx, "SELECT set_config('app.tenant_id', $1, true)", tenant); err != nil {
		return err
	}
	if err := touch(ctx, tx); err != nil {
		return err
	}
	return tx.Commit(ctx)
}

// idiom: role without reset
func (s *Store) Act(ctx context.Context) error {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	_, err = conn.Exec(ctx, "SET ROLE app_user")
	return err
}

// idiom: several lines
func (s *Store) SeveralLines(ctx context.Context, tenant, user string) error {
	_, err := s.pool.Exec(ctx, `
		SELECT
			set_config('app.tenant_id', $1, false),
			set_config('app.user_id', $2, false)
	`, tenant, user)
	return err
}

// idiom: built step by step
func (s *Store) Built(ctx context.Context, tenant string) error {
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		var text strings.Builder
		text.WriteString("SET LOCAL app.tenant_id = '")
		text.WriteString(tenant)
		text.WriteString("'")
		_, err := tx.Exec(ctx, text.String())
		return err
	})
}

// idiom: formatted
func (s *Store) Formatted(ctx context.Context, tenant string) error {
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, fmt.Sprintf("SET LOCAL app.tenant_id = '%s'", tenant))
		return err
	})
}

// idiom: middleware
func Middleware(pool *pgxpool.Pool) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if _, err := pool.Exec(r.Context(), "SELECT set_config('app.tenant_id', $1, false)", r.Header.Get("X-Tenant")); err != nil {
				http.Error(w, "no tenant", http.StatusInternalServerError)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

func NewPool(ctx context.Context, url string) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	// idiom: connect hook that sets
	config.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, "SET app.language = 'en'")
		return err
	}
	// idiom: acquire hook that sets
	config.BeforeAcquire = func(ctx context.Context, conn *pgx.Conn) bool {
		_, err := conn.Exec(ctx, "SELECT set_config('app.region', $1, false)", ctx.Value("region"))
		return err == nil
	}
	// idiom: release hook that resets
	config.AfterRelease = func(conn *pgx.Conn) bool {
		_, err := conn.Exec(context.Background(), "RESET app.region")
		return err == nil
	}
	return pgxpool.NewWithConfig(ctx, config)
}

// idiom: setting in the options of the connection
func PoolOfTenant(ctx context.Context) (*pgxpool.Pool, error) {
	return pgxpool.New(ctx, "postgres://app@db/shop?options=-c%20app.tenant_id%3D7")
}
