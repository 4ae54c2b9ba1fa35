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

// idiom: wrapper of an injected service
export class TenantTransactions {
  constructor(private readonly pool: Pool) {}

  async run<T>(tenant: string, work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
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
}

// idiom: service behind an interface
export interface TenantScopes {
  within<T>(tenant: string, work: (client: PoolClient) => Promise<T>): Promise<T>;
}

export class PoolScopes implements TenantScopes {
  constructor(private readonly pool: Pool) {}

  async within<T>(tenant: string, work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    try {
      await client.query("BEGIN");
      await client.query("SELECT set_config('app.tenant_id', $1, true)", [tenant]);
      const result = await work(client);
      await client.query("COMMIT");
      return result;
    } finally {
      client.release();
    }
  }
}
