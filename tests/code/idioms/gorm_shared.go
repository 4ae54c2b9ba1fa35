package shared

import (
	"context"

	"gorm.io/gorm"
)

// idiom: constant of another file
const SetTenant = "SELECT set_config('app.tenant_id', ?, false)"

// idiom: wrapper of another file
func WithTenant(ctx context.Context, db *gorm.DB, tenant string, work func(*gorm.DB) error) error {
	return db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := tx.Exec("SELECT set_config('app.tenant_id', ?, true)", tenant).Error; err != nil {
			return err
		}
		return work(tx)
	})
}

// idiom: helper in the transaction of its caller
func ApplyTenant(ctx context.Context, tx *gorm.DB, tenant string) error {
	return tx.WithContext(ctx).Exec("SELECT set_config('app.tenant_id', ?, true)", tenant).Error
}

type TenantTransactions struct {
	db *gorm.DB
}

// idiom: wrapper of an injected service
func (t *TenantTransactions) Run(ctx context.Context, tenant string, work func(*gorm.DB) error) error {
	return t.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := tx.Exec("SELECT set_config('app.tenant_id', ?, true)", tenant).Error; err != nil {
			return err
		}
		return work(tx)
	})
}

// idiom: service behind an interface
type TenantScopes interface {
	Within(ctx context.Context, tenant string, work func(*gorm.DB) error) error
}

type OneDatabase struct {
	db *gorm.DB
}

// idiom: service behind an interface
func (o *OneDatabase) Within(ctx context.Context, tenant string, work func(*gorm.DB) error) error {
	return o.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := tx.Exec("SELECT set_config('app.tenant_id', ?, true)", tenant).Error; err != nil {
			return err
		}
		return work(tx)
	})
}
