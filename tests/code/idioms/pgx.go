package api

import (
	"context"
	"fmt"
	"strconv"

	"example.com/app/shared"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

type Store struct {
	pool *pgxpool.Pool
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
