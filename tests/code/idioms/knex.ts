import knex, { Knex } from "knex";
import { SET_TENANT, withTenant } from "./shared/knex_shared";

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
