import { format } from "node:util";
import type { NextFunction, Request, Response } from "express";
import { Pool, escapeLiteral } from "pg";
import {
  SET_TENANT,
  TenantScopes,
  TenantTransactions,
  applyTenant,
  withTenant,
} from "./shared/pg_shared";

const pool = new Pool();

// idiom: bare set
export async function bareSet(tenant: string) {
  const client = await pool.connect();
  await client.query("SET app.tenant_id = 'demo'".replace("demo", tenant));
  client.release();
}

// idiom: set_config for the session
export async function sessionConfig(tenant: string) {
  const client = await pool.connect();
  await client.query("SELECT set_config('app.tenant_id', $1, false)", [tenant]);
  client.release();
}

// idiom: bound scope
export async function boundScope(tenant: string) {
  const client = await pool.connect();
  await client.query("SELECT set_config($1, $2, $3)", ["app.tenant_id", tenant, false]);
  client.release();
}

// idiom: local without a transaction
export async function localAlone(tenant: string) {
  await pool.query("SELECT set_config('app.tenant_id', $1, true)", [tenant]);
  return pool.query("SELECT * FROM docs");
}

// idiom: local in a transaction
export async function local(tenant: string) {
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    await client.query("SELECT set_config('app.tenant_id', $1, true)", [tenant]);
    const found = await client.query("SELECT * FROM docs");
    await client.query("COMMIT");
    return found.rows;
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  } finally {
    client.release();
  }
}

// idiom: pasted
export async function pasted(tenant: string) {
  const client = await pool.connect();
  await client.query("BEGIN");
  await client.query(`SET LOCAL app.tenant_id = '${tenant}'`);
  await client.query("COMMIT");
  client.release();
}

// idiom: added
export async function added(tenant: string) {
  const client = await pool.connect();
  await client.query("BEGIN");
  await client.query("SET LOCAL app.tenant_id = '" + tenant + "'");
  await client.query("COMMIT");
  client.release();
}

// idiom: a number
export async function typed(tenant: string) {
  const client = await pool.connect();
  await client.query("BEGIN");
  await client.query(`SET LOCAL app.tenant_id = '${Number(tenant)}'`);
  await client.query("COMMIT");
  client.release();
}

// idiom: quoted
export async function quoted(tenant: string) {
  const client = await pool.connect();
  await client.query("BEGIN");
  await client.query(`SET LOCAL app.tenant_id = ${escapeLiteral(tenant)}`);
  await client.query("COMMIT");
  client.release();
}

// idiom: a parameter in SET
export async function boundInSet(tenant: string) {
  const client = await pool.connect();
  await client.query("BEGIN");
  await client.query("SET LOCAL app.tenant_id = $1", [tenant]);
  await client.query("COMMIT");
  client.release();
}

// idiom: reset at the end
export async function resetAtTheEnd(tenant: string) {
  const client = await pool.connect();
  try {
    await client.query("SELECT set_config('app.tenant_id', $1, false)", [tenant]);
    return await client.query("SELECT * FROM docs");
  } finally {
    await client.query("RESET app.tenant_id");
    client.release();
  }
}

// idiom: constant of another file
export async function constantElsewhere(tenant: string) {
  const client = await pool.connect();
  await client.query(SET_TENANT, [tenant]);
  client.release();
}

// idiom: wrapper of another file
export async function wrapped(tenant: string) {
  return withTenant(tenant, async (client) => client.query("SELECT * FROM docs"));
}

// idiom: loop over constants
export async function looped(tenant: string) {
  const client = await pool.connect();
  for (const name of ["app.tenant_id", "app.user_id"]) {
    await client.query(`SELECT set_config('${name}', $1, false)`, [tenant]);
  }
  client.release();
}

// idiom: role without reset
export async function asRole() {
  const client = await pool.connect();
  try {
    await client.query("SET ROLE app_user");
    return await client.query("SELECT * FROM docs");
  } finally {
    client.release();
  }
}

// idiom: several lines
export async function severalLines(tenant: string) {
  const client = await pool.connect();
  await client.query(
    `
      SELECT
        set_config('app.tenant_id', $1, false),
        set_config('app.user_id', $1, false)
    `,
    [tenant],
  );
  client.release();
}

// idiom: helper in the transaction of its caller
export async function inOwnTransaction(tenant: string) {
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    await applyTenant(client, tenant);
    await client.query("UPDATE docs SET owner = 1");
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  } finally {
    client.release();
  }
}

// idiom: early return
export async function earlyReturn(tenant: string) {
  const client = await pool.connect();
  try {
    if (!tenant) {
      return [];
    }
    await client.query("BEGIN");
    await client.query("SELECT set_config('app.tenant_id', $1, true)", [tenant]);
    const found = await client.query("SELECT * FROM docs");
    if (found.rows.length === 0) {
      await client.query("ROLLBACK");
      return [];
    }
    await client.query("SELECT set_config('app.user_id', $1, true)", [found.rows[0].owner]);
    await client.query("COMMIT");
    return found.rows;
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  } finally {
    client.release();
  }
}

class Documents {
  constructor(
    private readonly tenants: TenantTransactions,
    private readonly scopes: TenantScopes,
  ) {}

  // idiom: wrapper of an injected service
  injected(tenant: string) {
    return this.tenants.run(tenant, (client) => client.query("SELECT * FROM docs"));
  }

  // idiom: service behind an interface
  behindInterface(tenant: string) {
    return this.scopes.within(tenant, (client) => client.query("SELECT * FROM docs"));
  }
}

// idiom: built step by step
export async function built(tenant: string) {
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    let text = "SET LOCAL app.tenant_id = '";
    text += tenant;
    text += "'";
    await client.query(text);
    await client.query("COMMIT");
  } finally {
    client.release();
  }
}

// idiom: formatted
export async function formatted(tenant: string) {
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    await client.query(format("SET LOCAL app.tenant_id = '%s'", tenant));
    await client.query("COMMIT");
  } finally {
    client.release();
  }
}

// idiom: middleware
export async function middleware(request: Request, response: Response, next: NextFunction) {
  const client = await pool.connect();
  await client.query("SELECT set_config('app.tenant_id', $1, false)", [request.header("x-tenant")]);
  response.locals.client = client;
  response.on("finish", () => client.release());
  next();
}

// idiom: connect hook that sets
pool.on("connect", (client) => {
  client.query("SET app.region = 'eu'");
});

// idiom: acquire hook that sets
pool.on("acquire", (client) => {
  client.query("SELECT set_config('app.user_id', '0', false)");
});

// idiom: release hook that resets
pool.on("release", (error, client) => {
  client.query("SELECT set_config('app.region', '', false)");
});

// idiom: setting in the options of the connection
export const poolOfTenant = new Pool({ host: "db", options: "-c app.tenant_id=7" });

export { Documents };
