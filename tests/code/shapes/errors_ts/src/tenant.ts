import { Pool } from "pg";
const pool = new Pool();
export async function lend(tenant: string) {
  const client = await pool.connect();
  await client
    .query("SELECT set_config('app.tenant_id', $1, false)", [tenant]) // found: set-config-session
    .catch((error) => console.error(error)); // found: context-error-swallowed
  return client;
}
export async function lendOrFail(tenant: string) {
  const client = await pool.connect();
  await client
    .query("SELECT set_config('app.tenant_id', $1, false)", [tenant]) // found: set-config-session
    .catch((error) => { client.release(error); throw error; });
  return client;
}
