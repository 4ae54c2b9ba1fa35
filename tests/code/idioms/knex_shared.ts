import type { Knex } from "knex";

// idiom: constant of another file
export const SET_TENANT = "SELECT set_config('app.tenant_id', ?, false)";

// idiom: wrapper of another file
export function withTenant<T>(db: Knex, tenant: string, work: (trx: Knex.Transaction) => Promise<T>) {
  return db.transaction(async (trx) => {
    await trx.raw("SELECT set_config('app.tenant_id', ?, true)", [tenant]);
    return work(trx);
  });
}

// idiom: helper in the transaction of its caller
export async function applyTenant(tx: Knex.Transaction, tenant: string) {
  await tx.raw("SELECT set_config('app.tenant_id', ?, true)", [tenant]);
}

// idiom: wrapper of an injected service
export class TenantTransactions {
  constructor(private readonly db: Knex) {}

  async run<T>(tenant: string, work: (tx: Knex.Transaction) => Promise<T>): Promise<T> {
    return this.db.transaction(async (tx) => {
      await tx.raw("SELECT set_config('app.tenant_id', ?, true)", [tenant]);
      return work(tx);
    });
  }
}

// idiom: service behind an interface
export interface TenantScopes {
  within<T>(tenant: string, work: (tx: Knex.Transaction) => Promise<T>): Promise<T>;
}

export class OneDatabaseScopes implements TenantScopes {
  constructor(private readonly db: Knex) {}

  within<T>(tenant: string, work: (tx: Knex.Transaction) => Promise<T>): Promise<T> {
    return this.db.transaction(async (tx) => {
      await tx.raw("SELECT set_config('app.tenant_id', ?, true)", [tenant]);
      return work(tx);
    });
  }
}
