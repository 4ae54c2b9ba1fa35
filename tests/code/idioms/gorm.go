package api

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"example.com/app/shared"
	"github.com/google/uuid"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
)

type Store struct {
	db      *gorm.DB
	tenants *shared.TenantTransactions
	scopes  shared.TenantScopes
}

func NewStore(dsn string) (*Store, error) {
	db, err := gorm.Open(postgres.Open(dsn), &gorm.Config{})
	if err != nil {
		return nil, err
	}
	return &Store{db: db}, nil
}

// idiom: bare set
func (s *Store) BareSet(ctx context.Context, tenant string) error {
	return s.db.WithContext(ctx).Exec(fmt.Sprintf("SET app.tenant_id = '%s'", tenant)).Error
}

// idiom: set_config for the session
func (s *Store) SessionConfig(ctx context.Context, tenant string) error {
	return s.db.WithContext(ctx).Exec("SELECT set_config('app.tenant_id', ?, false)", tenant).Error
}

// idiom: bound scope
func (s *Store) BoundScope(ctx context.Context, tenant string) error {
	return s.db.WithContext(ctx).Exec("SELECT set_config(?, ?, ?)", "app.tenant_id", tenant, false).Error
}

// idiom: local without a transaction
func LocalAlone(dsn, tenant string) ([]Doc, error) {
	db, err := gorm.Open(postgres.Open(dsn), &gorm.Config{})
	if err != nil {
		return nil, err
	}
	var docs []Doc
	if err := db.Exec("SELECT set_config('app.tenant_id', ?, true)", tenant).Error; err != nil {
		return nil, err
	}
	return docs, db.Find(&docs).Error
}

// idiom: local in a transaction
func (s *Store) Local(ctx context.Context, tenant string) error {
	tx := s.db.WithContext(ctx).Begin()
	if tx.Error != nil {
		return tx.Error
	}
	defer tx.Rollback()
	if err := tx.Exec("SELECT set_config('app.tenant_id', ?, true)", tenant).Error; err != nil {
		return err
	}
	if err := tx.Model(&Doc{}).Update("owner", 1).Error; err != nil {
		return err
	}
	return tx.Commit().Error
}

// idiom: pasted
func (s *Store) Pasted(ctx context.Context, tenant string) error {
	return s.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		return tx.Exec(fmt.Sprintf("SET LOCAL app.tenant_id = '%s'", tenant)).Error
	})
}

// idiom: added
func (s *Store) Added(ctx context.Context, tenant string) error {
	return s.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		return tx.Exec("SET LOCAL app.tenant_id = '" + tenant + "'").Error
	})
}

// idiom: a number
func (s *Store) Typed(ctx context.Context, tenant string) error {
	id, err := uuid.Parse(tenant)
	if err != nil {
		return err
	}
	return s.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		return tx.Exec(fmt.Sprintf("SET LOCAL app.tenant_id = '%s'", id)).Error
	})
}

// idiom: quoted
func (s *Store) Quoted(ctx context.Context, tenant string) error {
	value := strings.ReplaceAll(tenant, "'", "''")
	return s.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		return tx.Exec(fmt.Sprintf("SET LOCAL app.tenant_id = '%s'", value)).Error
	})
}

// idiom: a parameter in SET
func (s *Store) BoundInSet(ctx context.Context, tenant string) error {
	return s.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		return tx.Exec("SET LOCAL app.tenant_id = ?", tenant).Error
	})
}

// idiom: reset at the end
func (s *Store) ResetAtTheEnd(ctx context.Context, tenant string) error {
	return s.db.WithContext(ctx).Connection(func(conn *gorm.DB) error {
		defer conn.Exec("RESET app.tenant_id")
		if err := conn.Exec("SELECT set_config('app.tenant_id', ?, false)", tenant).Error; err != nil {
			return err
		}
		return conn.Model(&Doc{}).Update("owner", 1).Error
	})
}

// idiom: constant of another file
func (s *Store) ConstantElsewhere(ctx context.Context, tenant string) error {
	return s.db.WithContext(ctx).Exec(shared.SetTenant, tenant).Error
}

// idiom: wrapper of another file
func (s *Store) Wrapped(ctx context.Context, tenant string) error {
	return shared.WithTenant(ctx, s.db, tenant, func(tx *gorm.DB) error {
		return tx.Model(&Doc{}).Update("owner", 1).Error
	})
}

// idiom: loop over constants
func (s *Store) Looped(ctx context.Context, tenant string) error {
	for _, name := range []string{"app.tenant_id", "app.user_id"} {
		if err := s.db.WithContext(ctx).Exec("SELECT set_config(?, ?, false)", name, tenant).Error; err != nil {
			return err
		}
	}
	return nil
}

// idiom: wrapper of an injected service
func (s *Store) Injected(ctx context.Context, tenant string) error {
	return s.tenants.Run(ctx, tenant, func(tx *gorm.DB) error {
		return tx.Model(&Doc{}).Update("owner", 1).Error
	})
}

// idiom: service behind an interface
func (s *Store) BehindInterface(ctx context.Context, tenant string) error {
	return s.scopes.Within(ctx, tenant, func(tx *gorm.DB) error {
		return tx.Model(&Doc{}).Update("owner", 1).Error
	})
}

// idiom: transaction by callback
func (s *Store) ByCallback(ctx context.Context, tenant string) error {
	return s.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := tx.Exec("SELECT set_config('app.tenant_id', ?, true)", tenant).Error; err != nil {
			return err
		}
		return tx.Model(&Doc{}).Update("owner", 1).Error
	})
}

// idiom: helper in the transaction of its caller
func (s *Store) InOwnTransaction(ctx context.Context, tenant string) error {
	return s.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := shared.ApplyTenant(ctx, tx, tenant); err != nil {
			return err
		}
		return tx.Model(&Doc{}).Update("owner", 1).Error
	})
}

// idiom: early return
func (s *Store) Early(ctx context.Context, tenant string) error {
	tx := s.db.WithContext(ctx).Begin()
	defer tx.Rollback()
	if tenant == "" {
		return nil
	}
	if err := tx.Exec("SELECT set_config('app.tenant_id', ?, true)", tenant).Error; err != nil {
		return err
	}
	if err := tx.Model(&Doc{}).Update("owner", 1).Error; err != nil {
		return err
	}
	return tx.Commit().Error
}

// idiom: role without reset
func (s *Store) Act(ctx context.Context) error {
	return s.db.WithContext(ctx).Exec("SET ROLE app_user").Error
}

// idiom: several lines
func (s *Store) SeveralLines(ctx context.Context, tenant, user string) error {
	return s.db.WithContext(ctx).Exec(`
		SELECT
			set_config('app.tenant_id', ?, false),
			set_config('app.user_id', ?, false)
	`, tenant, user).Error
}

// idiom: built step by step
func (s *Store) Built(ctx context.Context, tenant string) error {
	var text strings.Builder
	text.WriteString("SET LOCAL app.tenant_id = '")
	text.WriteString(tenant)
	text.WriteString("'")
	return s.db.Transaction(func(tx *gorm.DB) error {
		return tx.Exec(text.String()).Error
	})
}

// idiom: formatted
func (s *Store) Formatted(ctx context.Context, tenant string) error {
	return s.db.Transaction(func(tx *gorm.DB) error {
		return tx.Exec(fmt.Sprintf("SET LOCAL app.tenant_id = '%s'", tenant)).Error
	})
}

// idiom: middleware
func (s *Store) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := s.db.Exec("SELECT set_config('app.tenant_id', ?, false)", r.Header.Get("X-Tenant")).Error
		if err != nil {
			http.Error(w, "no tenant", http.StatusInternalServerError)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// idiom: setting in the options of the connection
func OpenForTenant() (*gorm.DB, error) {
	return gorm.Open(postgres.Open("host=db dbname=shop options='-c app.tenant_id=7'"), &gorm.Config{})
}
