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
