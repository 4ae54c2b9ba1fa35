import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";
import { docs } from "./schema";
import { setTenant, withTenant } from "./shared/drizzle_shared";

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
