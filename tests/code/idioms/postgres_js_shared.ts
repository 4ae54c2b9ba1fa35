import type { Sql, TransactionSql } from "postgres";

// idiom: constant of another file
export const SET_TENANT = "SELECT set_config('app.tenant_id', $1, false)";

// idiom: wrapper of another file
export function withTenant<T>(sql: Sql, tenant: string, work: (tx: TransactionSql) => Promise<T>) {
  return sql.begin(async (tx) => {
    await tx`SELECT set_config('app.tenant_id', ${tenant}, true)`;
    return work(tx);
  });
}
