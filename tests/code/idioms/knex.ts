import { format } from "node:util";
import type { NextFunction, Request, Response } from "express";
import knex, { Knex } from "knex";
import {
  SET_TENANT,
  TenantScopes,
  TenantTransactions,
  applyTenant,
  withTenant,
} from "./shared/knex_shared";

const db: Knex = knex({ client: "pg", connection: process.env.DATABASE_URL });

// idiom: bare set
export async function bareSet(tenant: string) {
  await db.raw(`SET app.tenant_id = '${tenant}'`);
  return db("docs").select("*");
}

// idiom: set_config for the session
export async function sessionConfig(tenant: string) {
  await db.raw("SELECT set_config('app.tenant_id', ?, false)", [tenant]);
  return db("docs").select("*");
}

// idiom: bound scope
export async function boundScope(tenant: string) {
  await db.raw("SELECT set_config(?, ?, ?)", ["app.tenant_id", tenant, false]);
  return db("docs").select("*");
}

// idiom: local without a transaction
export async function localAlone(tenant: string) {
  await db.raw("SELECT set_config('app.tenant_id', :tenant, true)", { tenant });
  return db("docs").select("*");
}

// idiom: local in a transaction
export async function local(tenant: string) {
  const trx = await db.transaction();
  try {
    await trx.raw("SELECT set_config('app.tenant_id', ?, true)", [tenant]);
    const found = await trx("docs").select("*");
    await trx.commit();
    return found;
  } catch (error) {
    await trx.rollback();
    throw error;
  }
}

// idiom: pasted
export async function pasted(tenant: string) {
  return db.transaction(async (trx) => {
    await trx.raw(`SET LOCAL app.tenant_id = '${tenant}'`);
    return trx("docs").select("*");
  });
}

// idiom: added
export async function added(tenant: string) {
  return db.transaction(async (trx) => {
    await trx.raw("SET LOCAL app.tenant_id = '" + tenant + "'");
    return trx("docs").select("*");
  });
}

// idiom: a number
export async function typed(tenant: string) {
  return db.transaction(async (trx) => {
    await trx.raw(`SET LOCAL app.tenant_id = '${parseInt(tenant, 10)}'`);
    return trx("docs").select("*");
  });
}

// idiom: quoted
export async function quoted(tenant: string) {
  return db.transaction(async (trx) => {
    await trx.raw(`SET LOCAL app.tenant_id = '${tenant.split("'").join("''")}'`);
    return trx("docs").select("*");
  });
}

// idiom: a parameter in SET
export async function boundInSet(tenant: string) {
  return db.transaction(async (trx) => {
    await trx.raw("SET LOCAL app.tenant_id = ?", [tenant]);
    return trx("docs").select("*");
  });
}

// idiom: constant of another file
export async function constantElsewhere(tenant: string) {
  await db.raw(SET_TENANT, [tenant]);
  return db("docs").select("*");
}

// idiom: wrapper of another file
export async function wrapped(tenant: string) {
  return withTenant(db, tenant, (trx) => trx("docs").select("*"));
}

// idiom: loop over constants
export async function looped(tenant: string) {
  for (const name of ["app.tenant_id", "app.user_id"]) {
    await db.raw("SELECT set_config(?, ?, false)", [name, tenant]);
  }
  return db("docs").select("*");
}

// idiom: transaction by callback
export async function byCallback(tenant: string) {
  return db.transaction(async (trx) => {
    await trx.raw("SELECT set_config('app.tenant_id', ?, true)", [tenant]);
    return trx("docs").select("*");
  });
}

// idiom: early return
export async function earlyReturn(tenant: string) {
  return db.transaction(async (trx) => {
    if (!tenant) {
      return [];
    }
    await trx.raw("SELECT set_config('app.tenant_id', ?, true)", [tenant]);
    return trx("docs").select("*");
  });
}

// idiom: role without reset
export async function asRole() {
  await db.raw("SET ROLE app_user");
  return db("docs").select("*");
}

// idiom: several lines
export async function severalLines(tenant: string) {
  await db.raw(
    `SELECT
       set_config('app.tenant_id', :tenant, false),
       set_config('app.user_id', :tenant, false)`,
    { tenant },
  );
}

// idiom: built step by step
export async function built(tenant: string) {
  let text = "SET LOCAL app.tenant_id = '";
  text += tenant;
  text += "'";
  return db.transaction(async (trx) => {
    await trx.raw(text);
    return trx("docs").select("*");
  });
}

// idiom: formatted
export async function formatted(tenant: string) {
  return db.transaction(async (trx) => {
    await trx.raw(format("SET LOCAL app.tenant_id = '%s'", tenant));
    return trx("docs").select("*");
  });
}

// idiom: middleware
export async function middleware(request: Request, _response: Response, next: NextFunction) {
  await db.raw("SELECT set_config('app.tenant_id', ?, false)", [request.header("x-tenant")]);
  next();
}

// idiom: helper in the transaction of its caller
export async function inOwnTransaction(tenant: string) {
  return db.transaction(async (trx) => {
    await applyTenant(trx, tenant);
    return trx("docs").select("*");
  });
}

export class Documents {
  constructor(
    private readonly tenants: TenantTransactions,
    private readonly scopes: TenantScopes,
  ) {}

  // idiom: wrapper of an injected service
  injected(tenant: string) {
    return this.tenants.run(tenant, (tx) => tx("docs").select("*"));
  }

  // idiom: service behind an interface
  behindInterface(tenant: string) {
    return this.scopes.within(tenant, (tx) => tx("docs").select("*"));
  }
}

// idiom: transaction by callback
export async function transacting(tenant: string) {
  return db.transaction(async (trx) => {
    await db.raw("SELECT set_config('app.tenant_id', ?, true)", [tenant]).transacting(trx);
    return db("docs").transacting(trx).select("*");
  });
}

export const hooked = knex({
  client: "pg",
  connection: process.env.DATABASE_URL,
  pool: {
    // idiom: connect hook that sets
    afterCreate: (connection: any, done: (error: Error | null, connection: any) => void) => {
      connection.query("SET app.region = 'eu'", (error: Error) => done(error, connection));
    },
  },
});

// idiom: setting in the options of the connection
export const ofTenant = knex({
  client: "pg",
  connection: { host: "db", options: "-c app.tenant_id=7" },
});
