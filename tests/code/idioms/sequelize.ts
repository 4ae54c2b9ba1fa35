import { format } from "node:util";
import type { NextFunction, Request, Response } from "express";
import { QueryTypes, Sequelize } from "sequelize";
import {
  SET_TENANT,
  TenantScopes,
  TenantTransactions,
  applyTenant,
  withTenant,
} from "./shared/sequelize_shared";
import { Doc } from "./models";

const sequelize = new Sequelize(process.env.DATABASE_URL!, { dialect: "postgres" });

// idiom: bare set
export async function bareSet(tenant: string) {
  await sequelize.query(`SET app.tenant_id = '${tenant}'`);
  return Doc.findAll();
}

// idiom: set_config for the session
export async function sessionConfig(tenant: string) {
  await sequelize.query("SELECT set_config('app.tenant_id', :tenant, false)", {
    replacements: { tenant },
    type: QueryTypes.SELECT,
  });
  return Doc.findAll();
}

// idiom: bound scope
export async function boundScope(tenant: string) {
  await sequelize.query("SELECT set_config($1, $2, $3)", { bind: ["app.tenant_id", tenant, false] });
  return Doc.findAll();
}

// idiom: local without a transaction
export async function localAlone(tenant: string) {
  await sequelize.query("SELECT set_config('app.tenant_id', $tenant, true)", { bind: { tenant } });
  return Doc.findAll();
}

// idiom: local in a transaction
export async function local(tenant: string) {
  return sequelize.transaction(async (transaction) => {
    await sequelize.query("SELECT set_config('app.tenant_id', $1, true)", { bind: [tenant], transaction });
    return Doc.findAll({ transaction });
  });
}

// idiom: pasted
export async function pasted(tenant: string) {
  return sequelize.transaction(async (t) => {
    await sequelize.query(`SET LOCAL app.tenant_id = '${tenant}'`, { transaction: t });
    return Doc.findAll({ transaction: t });
  });
}

// idiom: added
export async function added(tenant: string) {
  return sequelize.transaction(async (t) => {
    await sequelize.query("SET LOCAL app.tenant_id = '" + tenant + "'", { transaction: t });
    return Doc.findAll({ transaction: t });
  });
}

// idiom: a number
export async function typed(tenant: string) {
  return sequelize.transaction(async (t) => {
    await sequelize.query(`SET LOCAL app.tenant_id = '${parseInt(tenant)}'`, { transaction: t });
    return Doc.findAll({ transaction: t });
  });
}

// idiom: quoted
export async function quoted(tenant: string) {
  return sequelize.transaction(async (t) => {
    await sequelize.query(`SET LOCAL app.tenant_id = ${sequelize.escape(tenant)}`, { transaction: t });
    return Doc.findAll({ transaction: t });
  });
}

// idiom: a parameter in SET
export async function boundInSet(tenant: string) {
  return sequelize.transaction(async (t) => {
    await sequelize.query("SET LOCAL app.tenant_id = $1", { bind: [tenant], transaction: t });
    return Doc.findAll({ transaction: t });
  });
}

// idiom: constant of another file
export async function constantElsewhere(tenant: string) {
  await sequelize.query(SET_TENANT, { replacements: [tenant] });
  return Doc.findAll();
}

// idiom: wrapper of another file
export async function wrapped(tenant: string) {
  return withTenant(sequelize, tenant, (transaction) => Doc.findAll({ transaction }));
}

// idiom: loop over constants
export async function looped(tenant: string) {
  for (const name of ["app.tenant_id", "app.user_id"]) {
    await sequelize.query("SELECT set_config(?, ?, false)", { replacements: [name, tenant] });
  }
}

// idiom: transaction by callback
export async function byCallback(tenant: string) {
  return sequelize.transaction(async (transaction) => {
    await sequelize.query("SELECT set_config('app.tenant_id', $1, true)", { bind: [tenant], transaction });
    return Doc.findAll({ transaction });
  });
}

// idiom: early return
export async function earlyReturn(tenant: string) {
  return sequelize.transaction(async (transaction) => {
    if (!tenant) {
      return [];
    }
    await sequelize.query("SELECT set_config('app.tenant_id', $1, true)", { bind: [tenant], transaction });
    return Doc.findAll({ transaction });
  });
}

// idiom: role without reset
export async function asRole() {
  await sequelize.query("SET ROLE app_user");
  return Doc.findAll();
}

// idiom: several lines
export async function severalLines(tenant: string) {
  await sequelize.query(
    `SELECT
       set_config('app.tenant_id', :tenant, false),
       set_config('app.user_id', :tenant, false)`,
    { replacements: { tenant } },
  );
}

// idiom: built step by step
export async function built(tenant: string) {
  let text = "SET LOCAL app.tenant_id = '";
  text += tenant;
  text += "'";
  return sequelize.transaction(async (transaction) => {
    await sequelize.query(text, { transaction });
    return Doc.findAll({ transaction });
  });
}

// idiom: formatted
export async function formatted(tenant: string) {
  return sequelize.transaction(async (transaction) => {
    await sequelize.query(format("SET LOCAL app.tenant_id = '%s'", tenant), { transaction });
    return Doc.findAll({ transaction });
  });
}

// idiom: middleware
export async function middleware(request: Request, _response: Response, next: NextFunction) {
  await sequelize.query("SELECT set_config('app.tenant_id', $1, false)", {
    bind: [request.header("x-tenant")],
  });
  next();
}

// idiom: helper in the transaction of its caller
export async function inOwnTransaction(tenant: string) {
  return sequelize.transaction(async (transaction) => {
    await applyTenant(sequelize, transaction, tenant);
    return Doc.findAll({ transaction });
  });
}

export class Documents {
  constructor(
    private readonly tenants: TenantTransactions,
    private readonly scopes: TenantScopes,
  ) {}

  // idiom: wrapper of an injected service
  injected(tenant: string) {
    return this.tenants.run(tenant, (tx) => Doc.findAll({ transaction: tx }));
  }

  // idiom: service behind an interface
  behindInterface(tenant: string) {
    return this.scopes.within(tenant, (tx) => Doc.findAll({ transaction: tx }));
  }
}

// idiom: connect hook that sets
sequelize.addHook("afterConnect", async (connection: any) => {
  await connection.query("SET app.region = 'eu'");
});

// idiom: acquire hook that sets
sequelize.addHook("afterPoolAcquire", async (connection: any) => {
  await connection.query("SELECT set_config('app.user_id', '0', false)");
});

// idiom: setting in the options of the connection
export const ofTenant = new Sequelize(process.env.DATABASE_URL!, {
  dialect: "postgres",
  dialectOptions: { options: "-c app.tenant_id=7" },
});
