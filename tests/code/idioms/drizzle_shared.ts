import { sql } from "drizzle-orm";
import type { NodePgDatabase } from "drizzle-orm/node-postgres";

type Tx = Parameters<Parameters<NodePgDatabase["transaction"]>[0]>[0];

// idiom: constant of another file
export const setTenant = (tenant: string) => sql`SELECT set_config('app.tenant_id', ${tenant}, false)`;

// idiom: wrapper of another file
export async function withTenant<T>(db: NodePgDatabase, tenant: string, work: (tx: Tx) => Promise<T>) {
  return db.transaction(async (tx) => {
    await tx.execute(sql`SELECT set_config('app.tenant_id', ${tenant}, true)`);
    return work(tx);
  });
}

// idiom: helper in the transaction of its caller
export async function applyTenant(tx: Tx, tenant: string) {
  await tx.execute(sql`SELECT set_config('app.tenant_id', ${tenant}, true)`);
}

// idiom: wrapper of an injected service
export class TenantTransactions {
  constructor(private readonly db: NodePgDatabase) {}

  async run<T>(tenant: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.db.transaction(async (tx) => {
      await tx.execute(sql`SELECT set_config('app.tenant_id', ${tenant}, true)`);
      return work(tx);
    });
  }
}

// idiom: service behind an interface
export interface TenantScopes {
  within<T>(tenant: string, work: (tx: Tx) => Promise<T>): Promise<T>;
}

export class OneDatabaseScopes implements TenantScopes {
  constructor(private readonly db: NodePgDatabase) {}

  within<T>(tenant: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.db.transaction(async (tx) => {
      await tx.execute(sql`SELECT set_config('app.tenant_id', ${tenant}, true)`);
      return work(tx);
    });
  }
}
