import { Pool } from "pg";
const pool = new Pool();
export async function batch(tenant: string) {
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    await client.query("SELECT set_config('app.tenant_id', $1, false)", [tenant]); // found: session-set-rolled-back
    try {
      await client.query("UPDATE docs SET owner = 1");
      await client.query("COMMIT");
    } catch (error) {
      await client.query("ROLLBACK");
    }
    return await client.query("SELECT * FROM docs");
  } finally {
    await client.query("RESET app.tenant_id");
    client.release();
  }
}
