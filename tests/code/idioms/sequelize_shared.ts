import type { Sequelize, Transaction } from "sequelize";

// idiom: constant of another file
export const SET_TENANT = "SELECT set_config('app.tenant_id', ?, false)";

// idiom: wrapper of another file
export function withTenant<T>(
  sequelize: Sequelize,
  tenant: string,
  work: (transaction: Transaction) => Promise<T>,
) {
  return sequelize.transaction(async (transaction) => {
    await sequelize.query("SELECT set_config('app.tenant_id', :tenant, true)", {
      replacements: { tenant },
      transaction,
    });
    return work(transaction);
  });
}
