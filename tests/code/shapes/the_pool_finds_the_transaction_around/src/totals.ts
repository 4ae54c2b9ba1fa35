import { sequelize } from './database';

export async function totals(tenantId: string) {
  await sequelize.query("SELECT set_config('app.tenant_id', :tenantId, true)", { replacements: { tenantId } }); // found: set-local-outside-transaction
  return sequelize.query('SELECT region FROM docs');
}
