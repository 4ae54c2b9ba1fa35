package api

import (
	"context"
	"fmt"
	"strings"

	"example.com/app/shared"
	"github.com/google/uuid"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
)

type Store struct {
	db *gorm.DB
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
