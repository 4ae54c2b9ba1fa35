import { Pool } from "pg";
import { queries } from "./queries";
const pool = new Pool();
export async function session(tenant: string) {
  const client = await pool.connect();
  await client.query(queries.tenant.set, [tenant]);
  client.release();
}
export async function local(tenant: string) {
  const client = await pool.connect();
  await client.query("BEGIN");
  await client.query(queries.tenant.local, [tenant]);
  await client.query("COMMIT");
  client.release();
}
