import { Pool, PoolClient } from "pg";

const pool = new Pool();

// idiom: constant of another file
export const SET_TENANT = "SELECT set_config('app.tenant_id', $1, false)";

// idiom: wrapper of another file
export async function withTenant<T>(tenant: string, work: (client: PoolClient) => Promise<T>) {
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    await client.query("SELECT set_config('app.tenant_id', $1, true)", [tenant]);
    const result = await work(client);
    await client.query("COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  } finally {
    client.release();
  }
}

// idiom: helper in the transaction of its caller
export async function applyTenant(client: PoolClient, tenant: string) {
  await client.query("SELECT set_config('app.tenant_id', $1, true)", [tenant]);
}
