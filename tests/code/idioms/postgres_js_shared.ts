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

// idiom: helper in the transaction of its caller
export async function applyTenant(tx: TransactionSql, tenant: string) {
  await tx`SELECT set_config('app.tenant_id', ${tenant}, true)`;
}

// idiom: wrapper of an injected service
export class TenantTransactions {
  constructor(private readonly sql: Sql) {}

  async run<T>(tenant: string, work: (tx: TransactionSql) => Promise<T>): Promise<T> {
    return this.sql.begin(async (tx) => {
      await tx`SELECT set_config('app.tenant_id', ${tenant}, true)`;
      return work(tx);
    });
  }
}

// idiom: service behind an interface
export interface TenantScopes {
  within<T>(tenant: string, work: (tx: TransactionSql) => Promise<T>): Promise<T>;
}

export class OneDatabaseScopes implements TenantScopes {
  constructor(private readonly sql: Sql) {}

  within<T>(tenant: string, work: (tx: TransactionSql) => Promise<T>): Promise<T> {
    return this.sql.begin(async (tx) => {
      await tx`SELECT set_config('app.tenant_id', ${tenant}, true)`;
      return work(tx);
    });
  }
}
