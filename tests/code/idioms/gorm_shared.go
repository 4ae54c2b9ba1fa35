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
