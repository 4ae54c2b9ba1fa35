package api

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"example.com/app/shared"
	"github.com/lib/pq"
)

type Store struct {
	db      *sql.DB
	tenants *shared.TenantTransactions
	scopes  shared.TenantScopes
}

// idiom: bare set
func (s *Store) BareSet(ctx context.Context, tenant string) error {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	_, err = conn.ExecContext(ctx, fmt.Sprintf("SET app.tenant_id = '%s'", tenant))
	return err
}

// idiom: set_config for the session
func (s *Store) SessionConfig(ctx context.Context, tenant string) error {
	_, err := s.db.ExecContext(ctx, "SELECT set_config('app.tenant_id', $1, false)", tenant)
	return err
}

// idiom: bound scope
func (s *Store) BoundScope(ctx context.Context, tenant string) error {
	_, err := s.db.ExecContext(ctx, `SELECT set_config($1, $2, $3)`, "app.tenant_id", tenant, false)
	return err
}

// idiom: local without a transaction
func (s *Store) LocalAlone(ctx context.Context, tenant string) (*sql.Rows, error) {
	if _, err := s.db.ExecContext(ctx, "SELECT set_config('app.tenant_id', $1, true)", tenant); err != nil {
		return nil, err
	}
	return s.db.QueryContext(ctx, "SELECT id FROM docs")
}

// idiom: local in a transaction
func (s *Store) Local(ctx context.Context, tenant string) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, "SELECT set_config('app.tenant_id', $1, true)", tenant); err != nil {
		return fmt.Errorf("set tenant: %w", err)
	}
	if _, err := tx.ExecContext(ctx, "UPDATE docs SET owner = 1"); err != nil {
		return err
	}
	return tx.Commit()
}

// idiom: pasted
func (s *Store) Pasted(ctx context.Context, tenant string) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, fmt.Sprintf("SET LOCAL app.tenant_id = '%s'", tenant)); err != nil {
		return err
	}
	return tx.Commit()
}

// idiom: added
func (s *Store) Added(ctx context.Context, tenant string) error {
	tx, err := s.db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.Exec("SET LOCAL app.tenant_id = '" + tenant + "'"); err != nil {
		return err
	}
	return tx.Commit()
}

// idiom: a number
func (s *Store) Typed(ctx context.Context, tenant string) error {
	id, err := strconv.ParseInt(tenant, 10, 64)
	if err != nil {
		return err
	}
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, "SET LOCAL app.tenant_id = '"+strconv.FormatInt(id, 10)+"'"); err != nil {
		return err
	}
	return tx.Commit()
}

// idiom: quoted
func (s *Store) Quoted(ctx context.Context, tenant string) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, "SET LOCAL app.tenant_id = "+pq.QuoteLiteral(tenant)); err != nil {
		return err
	}
	return tx.Commit()
}

// idiom: a parameter in SET
func (s *Store) BoundInSet(ctx context.Context, tenant string) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, "SET LOCAL app.tenant_id = $1", tenant); err != nil {
		return err
	}
	return tx.Commit()
}

// idiom: reset at the end
func (s *Store) ResetAtTheEnd(ctx context.Context, tenant string) error {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	defer conn.ExecContext(context.Background(), "RESET app.tenant_id")
	if _, err := conn.ExecContext(ctx, "SELECT set_config('app.tenant_id', $1, false)", tenant); err != nil {
		return err
	}
	_, err = conn.ExecContext(ctx, "UPDATE docs SET owner = 1")
	return err
}

// idiom: constant of another file
func (s *Store) ConstantElsewhere(ctx context.Context, tenant string) error {
	_, err := s.db.ExecContext(ctx, shared.SetTenant, tenant)
	return err
}

// idiom: wrapper of another file
func (s *Store) Wrapped(ctx context.Context, tenant string) error {
	return shared.WithTenant(ctx, s.db, tenant, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE docs SET owner = 1")
		return err
	})
}

// idiom: loop over constants
func (s *Store) Looped(ctx context.Context, tenant string) error {
	settings := []string{"app.tenant_id", "app.user_id"}
	for _, name := range settings {
		if _, err := s.db.ExecContext(ctx, "SELECT set_config($1, $2, false)", name, tenant); err != nil {
			return err
		}
	}
	return nil
}

// idiom: role without reset
func (s *Store) AsRole(ctx context.Context) error {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "SET ROLE app_user"); err != nil {
		return err
	}
	_, err = conn.ExecContext(ctx, "UPDATE docs SET owner = 1")
	return err
}

// idiom: several lines
func (s *Store) SeveralLines(ctx context.Context, tenant string) error {
	_, err := s.db.ExecContext(ctx, `
		SELECT
			set_config('app.tenant_id', $1, false),
			set_config('app.user_id', $1, false)`, tenant)
	return err
}

// idiom: helper in the transaction of its caller
func (s *Store) InOwnTransaction(ctx context.Context, tenant string) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := shared.ApplyTenant(ctx, tx, tenant); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "UPDATE docs SET owner = 1"); err != nil {
		return err
	}
	return tx.Commit()
}

// idiom: wrapper of an injected service
func (s *Store) Injected(ctx context.Context, tenant string) error {
	return s.tenants.Run(ctx, tenant, func(tx *sql.Tx) error {
		return touch(ctx, tx)
	})
}

// idiom: service behind an interface
func (s *Store) BehindInterface(ctx context.Context, tenant string) error {
	return s.scopes.Within(ctx, tenant, func(tx *sql.Tx) error {
		return touch(ctx, tx)
	})
}

func touch(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, "UPDATE docs SET owner = 1")
	return err
}

// idiom: early return
func (s *Store) Early(ctx context.Context, tenant string) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if tenant == "" {
		return nil
	}
	if _, err := tx.ExecContext(ctx, "SELECT set_config('app.tenant_id', $1, true)", tenant); err != nil {
		return err
	}
	if err := touch(ctx, tx); err != nil {
		return err
	}
	return tx.Commit()
}

// idiom: built step by step
func (s *Store) Built(ctx context.Context, tx *sql.Tx, tenant string) error {
	var text strings.Builder
	text.WriteString("SET LOCAL app.tenant_id = '")
	text.WriteString(tenant)
	text.WriteString("'")
	_, err := tx.ExecContext(ctx, text.String())
	return err
}

// idiom: formatted
func (s *Store) Formatted(ctx context.Context, tx *sql.Tx, tenant string) error {
	_, err := tx.ExecContext(ctx, fmt.Sprintf("SET LOCAL app.tenant_id = '%s'", tenant))
	return err
}

// idiom: middleware
func Middleware(db *sql.DB) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if _, err := db.ExecContext(r.Context(), "SELECT set_config('app.tenant_id', $1, false)", r.Header.Get("X-Tenant")); err != nil {
				http.Error(w, "no tenant", http.StatusInternalServerError)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// idiom: setting in the options of the connection
func OpenForTenant() (*sql.DB, error) {
	return sql.Open("postgres", "host=db dbname=shop options='-c app.tenant_id=7'")
}
