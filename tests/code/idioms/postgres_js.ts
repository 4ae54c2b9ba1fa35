import postgres from "postgres";
import { SET_TENANT, withTenant } from "./shared/postgres_js_shared";

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
