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

// idiom: helper in the transaction of its caller
export async function applyTenant(sequelize: Sequelize, transaction: Transaction, tenant: string) {
  await sequelize.query("SELECT set_config('app.tenant_id', $1, true)", {
    bind: [tenant],
    transaction,
  });
}

// idiom: wrapper of an injected service
export class TenantTransactions {
  constructor(private readonly sequelize: Sequelize) {}

  async run<T>(tenant: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.sequelize.transaction(async (tx) => {
      await this.sequelize.query("SELECT set_config('app.tenant_id', $1, true)", { bind: [tenant], transaction: tx });
      return work(tx);
    });
  }
}

// idiom: service behind an interface
export interface TenantScopes {
  within<T>(tenant: string, work: (tx: Transaction) => Promise<T>): Promise<T>;
}

export class OneDatabaseScopes implements TenantScopes {
  constructor(private readonly sequelize: Sequelize) {}

  within<T>(tenant: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.sequelize.transaction(async (tx) => {
      await this.sequelize.query("SELECT set_config('app.tenant_id', $1, true)", { bind: [tenant], transaction: tx });
      return work(tx);
    });
  }
}
