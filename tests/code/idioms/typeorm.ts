import { format } from "node:util";
import type { NextFunction, Request, Response } from "express";
import { Injectable } from "@nestjs/common";
import { InjectDataSource } from "@nestjs/typeorm";
import { DataSource, EntityManager } from "typeorm";
import { Transactional } from "typeorm-transactional";
import { Docs } from "./docs.entity";
import {
  SET_TENANT,
  TenantScopes,
  TenantTransactions,
  applyTenant,
  withTenant,
} from "./shared/typeorm_shared";

@Injectable()
export class DocsService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly tenants: TenantTransactions,
    private readonly scopes: TenantScopes,
  ) {}

  // idiom: bare set
  async bareSet(tenant: string) {
    const runner = this.dataSource.createQueryRunner();
    try {
      await runner.query(`SET app.tenant_id = '${tenant}'`);
      return await runner.manager.find(Docs);
    } finally {
      await runner.release();
    }
  }

  // idiom: set_config for the session
  async sessionConfig(tenant: string) {
    await this.dataSource.query("SELECT set_config('app.tenant_id', $1, false)", [tenant]);
    return this.dataSource.getRepository(Docs).find();
  }

  // idiom: bound scope
  async boundScope(tenant: string) {
    await this.dataSource.manager.query("SELECT set_config($1, $2, $3)", ["app.tenant_id", tenant, false]);
    return this.dataSource.getRepository(Docs).find();
  }

  // idiom: local without a transaction
  async localAlone(tenant: string) {
    await this.dataSource.query("SELECT set_config('app.tenant_id', $1, true)", [tenant]);
    return this.dataSource.getRepository(Docs).find();
  }

  // idiom: local in a transaction
  async local(tenant: string) {
    const runner = this.dataSource.createQueryRunner();
    await runner.connect();
    await runner.startTransaction();
    try {
      await runner.query("SELECT set_config('app.tenant_id', $1, true)", [tenant]);
      const found = await runner.manager.find(Docs);
      await runner.commitTransaction();
      return found;
    } catch (error) {
      await runner.rollbackTransaction();
      throw error;
    } finally {
      await runner.release();
    }
  }

  // idiom: pasted
  async pasted(tenant: string) {
    return this.dataSource.transaction(async (manager) => {
      await manager.query(`SET LOCAL app.tenant_id = '${tenant}'`);
      return manager.find(Docs);
    });
  }

  // idiom: added
  async added(tenant: string) {
    return this.dataSource.manager.transaction(async (manager) => {
      await manager.query("SET LOCAL app.tenant_id = '" + tenant + "'");
      return manager.find(Docs);
    });
  }

  // idiom: a number
  async typed(tenant: string) {
    return this.dataSource.transaction(async (manager) => {
      await manager.query(`SET LOCAL app.tenant_id = '${+tenant}'`);
      return manager.find(Docs);
    });
  }

  // idiom: quoted
  async quoted(tenant: string) {
    return this.dataSource.transaction(async (manager) => {
      await manager.query(`SET LOCAL app.tenant_id = '${tenant.replace(/'/g, "''")}'`);
      return manager.find(Docs);
    });
  }

  // idiom: a parameter in SET
  async boundInSet(tenant: string) {
    return this.dataSource.transaction(async (manager) => {
      await manager.query("SET LOCAL app.tenant_id = $1", [tenant]);
      return manager.find(Docs);
    });
  }

  // idiom: reset at the end
  async resetAtTheEnd(tenant: string) {
    const runner = this.dataSource.createQueryRunner();
    await runner.connect();
    try {
      await runner.query("SELECT set_config('app.tenant_id', $1, false)", [tenant]);
      return await runner.manager.find(Docs);
    } finally {
      await runner.query("RESET app.tenant_id");
      await runner.release();
    }
  }

  // idiom: constant of another file
  async constantElsewhere(tenant: string) {
    await this.dataSource.query(SET_TENANT, [tenant]);
    return this.dataSource.getRepository(Docs).find();
  }

  // idiom: wrapper of another file
  async wrapped(tenant: string) {
    return withTenant(this.dataSource, tenant, (manager) => manager.find(Docs));
  }

  // idiom: loop over constants
  async looped(tenant: string) {
    const runner = this.dataSource.createQueryRunner();
    for (const name of ["app.tenant_id", "app.user_id"]) {
      await runner.query(`SELECT set_config('${name}', $1, false)`, [tenant]);
    }
    await runner.release();
  }

  // idiom: role without reset
  async asRole() {
    const runner = this.dataSource.createQueryRunner();
    try {
      await runner.query("SET ROLE app_user");
      return await runner.manager.find(Docs);
    } finally {
      await runner.release();
    }
  }

  // idiom: several lines
  async severalLines(tenant: string) {
    await this.dataSource.query(
      `
        SELECT
          set_config('app.tenant_id', $1, false)
      `,
      [tenant],
    );
  }

  // idiom: helper in the transaction of its caller
  async inOwnTransaction(tenant: string) {
    return this.dataSource.transaction(async (manager) => {
      await applyTenant(manager, tenant);
      return manager.find(Docs);
    });
  }

  // idiom: local in a transaction
  @Transactional()
  async byAnnotation(tenant: string) {
    await this.dataSource.query("SELECT set_config('app.tenant_id', $1, true)", [tenant]);
    return this.dataSource.getRepository(Docs).find();
  }

  // idiom: transaction by callback
  async byCallback(tenant: string) {
    return this.dataSource.transaction(async (manager) => {
      await manager.query("SELECT set_config('app.tenant_id', $1, true)", [tenant]);
      return manager.find(Docs);
    });
  }

  // idiom: joins a transaction if there is one
  async joined(manager: EntityManager, tenant: string) {
    if (!manager.queryRunner?.isTransactionActive) {
      throw new Error("the tenant is set in a transaction");
    }
    await manager.query("SELECT set_config('app.tenant_id', $1, true)", [tenant]);
    return manager.find(Docs);
  }

  // idiom: early return
  async earlyReturn(tenant: string) {
    const runner = this.dataSource.createQueryRunner();
    await runner.startTransaction();
    try {
      if (!tenant) {
        await runner.rollbackTransaction();
        return [];
      }
      await runner.query("SELECT set_config('app.tenant_id', $1, true)", [tenant]);
      const found = await runner.manager.find(Docs);
      await runner.commitTransaction();
      return found;
    } finally {
      await runner.release();
    }
  }

  // idiom: built step by step
  async built(tenant: string) {
    let text = "SET LOCAL app.tenant_id = '";
    text += tenant;
    text += "'";
    return this.dataSource.transaction(async (manager) => {
      await manager.query(text);
      return manager.find(Docs);
    });
  }

  // idiom: formatted
  async formatted(tenant: string) {
    return this.dataSource.transaction(async (manager) => {
      await manager.query(format("SET LOCAL app.tenant_id = '%s'", tenant));
      return manager.find(Docs);
    });
  }

  // idiom: middleware
  async use(request: Request, _response: Response, next: NextFunction) {
    const runner = this.dataSource.createQueryRunner();
    await runner.query("SELECT set_config('app.tenant_id', $1, false)", [request.header("x-tenant")]);
    request.runner = runner;
    next();
  }

  // idiom: wrapper of an injected service
  async injected(tenant: string) {
    return this.tenants.run(tenant, (manager) => manager.find(Docs));
  }

  // idiom: service behind an interface
  async behindInterface(tenant: string) {
    return this.scopes.within(tenant, (manager) => manager.find(Docs));
  }
}

// idiom: setting in the options of the connection
export const ofTenant = new DataSource({
  type: "postgres",
  url: process.env.DATABASE_URL,
  extra: { options: "-c app.tenant_id=7" },
});
