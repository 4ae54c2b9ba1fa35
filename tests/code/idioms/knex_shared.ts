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
