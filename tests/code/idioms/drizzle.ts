import { format } from "node:util";
import type { NextFunction, Request, Response } from "express";
import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";
import { docs } from "./schema";
import {
  TenantScopes,
  TenantTransactions,
  applyTenant,
  setTenant,
  withTenant,
} from "./shared/drizzle_shared";

const db = drizzle(process.env.DATABASE_URL!);

// idiom: bare set
export async function bareSet(tenant: string) {
  await db.execute(sql.raw(`SET app.tenant_id = '${tenant}'`));
  return db.select().from(docs);
}

// idiom: set_config for the session
export async function sessionConfig(tenant: string) {
  await db.execute(sql`SELECT set_config('app.tenant_id', ${tenant}, false)`);
  return db.select().from(docs);
}

// idiom: bound scope
export async function boundScope(tenant: string) {
  await db.execute(sql`SELECT set_config(${"app.tenant_id"}, ${tenant}, ${false})`);
  return db.select().from(docs);
}

// idiom: local without a transaction
export async function localAlone(tenant: string) {
  await db.execute(sql`SELECT set_config('app.tenant_id', ${tenant}, true)`);
  return db.select().from(docs);
}

// idiom: local in a transaction
export async function local(tenant: string) {
  return db.transaction(async (tx) => {
    await tx.execute(sql`SELECT set_config('app.tenant_id', ${tenant}, true)`);
    return tx.select().from(docs);
  });
}

// idiom: pasted
export async function pasted(tenant: string) {
  return db.transaction(async (tx) => {
    await tx.execute(sql`SET LOCAL app.tenant_id = '${sql.raw(tenant)}'`);
    return tx.select().from(docs);
  });
}

// idiom: added
export async function added(tenant: string) {
  return db.transaction(async (tx) => {
    await tx.execute("SET LOCAL app.tenant_id = '" + tenant + "'");
    return tx.select().from(docs);
  });
}

// idiom: a number
export async function typed(tenant: string) {
  return db.transaction(async (tx) => {
    await tx.execute(sql.raw(`SET LOCAL app.tenant_id = '${Number(tenant)}'`));
    return tx.select().from(docs);
  });
}

// idiom: quoted
export async function quoted(tenant: string) {
  return db.transaction(async (tx) => {
    await tx.execute(sql.raw(`SET LOCAL app.tenant_id = '${tenant.replaceAll("'", "''")}'`));
    return tx.select().from(docs);
  });
}

// idiom: a parameter in SET
export async function boundInSet(tenant: string) {
  return db.transaction(async (tx) => {
    await tx.execute(sql`SET LOCAL app.tenant_id = ${tenant}`);
    return tx.select().from(docs);
  });
}

// idiom: constant of another file
export async function constantElsewhere(tenant: string) {
  await db.execute(setTenant(tenant));
  return db.select().from(docs);
}

// idiom: wrapper of another file
export async function wrapped(tenant: string) {
  return withTenant(db, tenant, (tx) => tx.select().from(docs));
}

// idiom: loop over constants
export async function looped(tenant: string) {
  for (const name of ["app.tenant_id", "app.user_id"]) {
    await db.execute(sql`SELECT set_config(${name}, ${tenant}, false)`);
  }
  return db.select().from(docs);
}

// idiom: transaction by callback
export async function byCallback(tenant: string) {
  return db.transaction(async (tx) => {
    await tx.execute(sql`SELECT set_config('app.tenant_id', ${tenant}, true)`);
    return tx.select().from(docs);
  });
}

// idiom: early return
export async function earlyReturn(tenant: string) {
  return db.transaction(async (tx) => {
    if (!tenant) {
      return [];
    }
    await tx.execute(sql`SELECT set_config('app.tenant_id', ${tenant}, true)`);
    return tx.select().from(docs);
  });
}

// idiom: role without reset
export async function asRole() {
  await db.execute(sql`SET ROLE app_user`);
  return db.select().from(docs);
}

// idiom: several lines
export async function severalLines(tenant: string) {
  await db.execute(sql`
    SELECT
      set_config('app.tenant_id', ${tenant}, false),
      set_config('app.user_id', ${tenant}, false)
  `);
}

// idiom: built step by step
export async function built(tenant: string) {
  let text = "SET LOCAL app.tenant_id = '";
  text += tenant;
  text += "'";
  return db.transaction(async (tx) => {
    await tx.execute(sql.raw(text));
    return tx.select().from(docs);
  });
}

// idiom: formatted
export async function formatted(tenant: string) {
  return db.transaction(async (tx) => {
    await tx.execute(sql.raw(format("SET LOCAL app.tenant_id = '%s'", tenant)));
    return tx.select().from(docs);
  });
}

// idiom: middleware
export async function middleware(request: Request, _response: Response, next: NextFunction) {
  await db.execute(sql`SELECT set_config('app.tenant_id', ${request.header("x-tenant")}, false)`);
  next();
}

// idiom: helper in the transaction of its caller
export async function inOwnTransaction(tenant: string) {
  return db.transaction(async (tx) => {
    await applyTenant(tx, tenant);
    return tx.select().from(docs);
  });
}

export class Documents {
  constructor(
    private readonly tenants: TenantTransactions,
    private readonly scopes: TenantScopes,
  ) {}

  // idiom: wrapper of an injected service
  injected(tenant: string) {
    return this.tenants.run(tenant, (tx) => tx.select().from(docs));
  }

  // idiom: service behind an interface
  behindInterface(tenant: string) {
    return this.scopes.within(tenant, (tx) => tx.select().from(docs));
  }
}
