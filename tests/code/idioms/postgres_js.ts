import { format } from "node:util";
import type { NextFunction, Request, Response } from "express";
import postgres from "postgres";
import {
  SET_TENANT,
  TenantScopes,
  TenantTransactions,
  applyTenant,
  withTenant,
} from "./shared/postgres_js_shared";

const sql = postgres(process.env.DATABASE_URL!, { max: 10 });

// idiom: bare set
export async function bareSet(tenant: string) {
  await sql.unsafe(`SET app.tenant_id = '${tenant}'`);
  return sql`SELECT * FROM docs`;
}

// idiom: set_config for the session
export async function sessionConfig(tenant: string) {
  await sql`SELECT set_config('app.tenant_id', ${tenant}, false)`;
  return sql`SELECT * FROM docs`;
}

// idiom: bound scope
export async function boundScope(tenant: string) {
  await sql.unsafe("SELECT set_config($1, $2, $3)", ["app.tenant_id", tenant, false]);
  return sql`SELECT * FROM docs`;
}

// idiom: local without a transaction
export async function localAlone(tenant: string) {
  await sql`SELECT set_config('app.tenant_id', ${tenant}, true)`;
  return sql`SELECT * FROM docs`;
}

// idiom: local in a transaction
export async function local(tenant: string) {
  return sql.begin(async (tx) => {
    await tx`SELECT set_config('app.tenant_id', ${tenant}, true)`;
    return tx`SELECT * FROM docs`;
  });
}

// idiom: pasted
export async function pasted(tenant: string) {
  return sql.begin(async (tx) => {
    await tx`SET LOCAL app.tenant_id = '${tx.unsafe(tenant)}'`;
    return tx`SELECT * FROM docs`;
  });
}

// idiom: added
export async function added(tenant: string) {
  return sql.begin(async (tx) => {
    await tx.unsafe("SET LOCAL app.tenant_id = '" + tenant + "'");
    return tx`SELECT * FROM docs`;
  });
}

// idiom: a number
export async function typed(tenant: string) {
  return sql.begin(async (tx) => {
    await tx.unsafe(`SET LOCAL app.tenant_id = '${Number.parseInt(tenant, 10)}'`);
    return tx`SELECT * FROM docs`;
  });
}

// idiom: quoted
export async function quoted(tenant: string) {
  return sql.begin(async (tx) => {
    await tx`SET LOCAL app.tenant_id = ${tx(tenant)}`;
    return tx`SELECT * FROM docs`;
  });
}

// idiom: a parameter in SET
export async function boundInSet(tenant: string) {
  return sql.begin(async (tx) => {
    await tx`SET LOCAL app.tenant_id = ${tenant}`;
    return tx`SELECT * FROM docs`;
  });
}

// idiom: reset at the end
export async function resetAtTheEnd(tenant: string) {
  const reserved = await sql.reserve();
  try {
    await reserved`SELECT set_config('app.tenant_id', ${tenant}, false)`;
    return await reserved`SELECT * FROM docs`;
  } finally {
    await reserved`RESET app.tenant_id`;
    reserved.release();
  }
}

// idiom: constant of another file
export async function constantElsewhere(tenant: string) {
  await sql.unsafe(SET_TENANT, [tenant]);
  return sql`SELECT * FROM docs`;
}

// idiom: wrapper of another file
export async function wrapped(tenant: string) {
  return withTenant(sql, tenant, (tx) => tx`SELECT * FROM docs`);
}

// idiom: loop over constants
export async function looped(tenant: string) {
  for (const name of ["app.tenant_id", "app.user_id"]) {
    await sql`SELECT set_config(${name}, ${tenant}, false)`;
  }
}

// idiom: transaction by callback
export async function byCallback(tenant: string) {
  return sql.begin(async (tx) => {
    await tx`SELECT set_config('app.tenant_id', ${tenant}, true)`;
    return tx`SELECT * FROM docs`;
  });
}

// idiom: early return
export async function earlyReturn(tenant: string) {
  return sql.begin(async (tx) => {
    if (!tenant) {
      return [];
    }
    await tx`SELECT set_config('app.tenant_id', ${tenant}, true)`;
    return tx`SELECT * FROM docs`;
  });
}

// idiom: role without reset
export async function asRole() {
  await sql`SET ROLE app_user`;
  return sql`SELECT * FROM docs`;
}

// idiom: several lines
export async function severalLines(tenant: string) {
  await sql`
    SELECT
      set_config('app.tenant_id', ${tenant}, false),
      set_config('app.user_id', ${tenant}, false)
  `;
}

// idiom: built step by step
export async function built(tenant: string) {
  let text = "SET LOCAL app.tenant_id = '";
  text += tenant;
  text += "'";
  return sql.begin(async (tx) => {
    await tx.unsafe(text);
    return tx`SELECT * FROM docs`;
  });
}

// idiom: formatted
export async function formatted(tenant: string) {
  return sql.begin(async (tx) => {
    await tx.unsafe(format("SET LOCAL app.tenant_id = '%s'", tenant));
    return tx`SELECT * FROM docs`;
  });
}

// idiom: middleware
export async function middleware(request: Request, _response: Response, next: NextFunction) {
  await sql`SELECT set_config('app.tenant_id', ${request.header("x-tenant")}, false)`;
  next();
}

// idiom: helper in the transaction of its caller
export async function inOwnTransaction(tenant: string) {
  return sql.begin(async (tx) => {
    await applyTenant(tx, tenant);
    return tx`SELECT * FROM docs`;
  });
}

export class Documents {
  constructor(
    private readonly tenants: TenantTransactions,
    private readonly scopes: TenantScopes,
  ) {}

  // idiom: wrapper of an injected service
  injected(tenant: string) {
    return this.tenants.run(tenant, (tx) => tx`SELECT * FROM docs`);
  }

  // idiom: service behind an interface
  behindInterface(tenant: string) {
    return this.scopes.within(tenant, (tx) => tx`SELECT * FROM docs`);
  }
}

// idiom: setting in the options of the connection
export const ofTenant = postgres(process.env.DATABASE_URL!, {
  connection: { "app.tenant_id": "7" },
});
