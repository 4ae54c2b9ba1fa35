import { format } from "node:util";
import type { NextFunction, Request, Response } from "express";
import { Injectable } from "@nestjs/common";
import { Prisma, PrismaClient } from "@prisma/client";
import {
  SET_TENANT,
  TenantScopes,
  TenantTransactions,
  applyTenant,
  withTenant,
} from "./shared/prisma_shared";

@Injectable()
export class DocsService {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly tenants: TenantTransactions,
    private readonly scopes: TenantScopes,
  ) {}

  // idiom: wrapper of an injected service
  injected(tenant: string) {
    return this.tenants.run(tenant, (tx) => tx.docs.findMany());
  }

  // idiom: service behind an interface
  behindInterface(tenant: string) {
    return this.scopes.within(tenant, (tx) => tx.docs.findMany());
  }

  // idiom: bare set
  async bareSet(tenant: string) {
    await this.prisma.$executeRawUnsafe(`SET app.tenant_id = '${tenant}'`);
    return this.prisma.docs.findMany();
  }

  // idiom: set_config for the session
  async sessionConfig(tenant: string) {
    await this.prisma.$executeRaw`SELECT set_config('app.tenant_id', ${tenant}, false)`;
    return this.prisma.docs.findMany();
  }

  // idiom: bound scope
  async boundScope(tenant: string) {
    await this.prisma.$executeRawUnsafe("SELECT set_config($1, $2, $3)", "app.tenant_id", tenant, false);
    return this.prisma.docs.findMany();
  }

  // idiom: local without a transaction
  async localAlone(tenant: string) {
    await this.prisma.$executeRaw`SELECT set_config('app.tenant_id', ${tenant}, true)`;
    return this.prisma.docs.findMany();
  }

  // idiom: local in a transaction
  async local(tenant: string) {
    const [, docs] = await this.prisma.$transaction([
      this.prisma.$executeRaw`SELECT set_config('app.tenant_id', ${tenant}, true)`,
      this.prisma.docs.findMany(),
    ]);
    return docs;
  }

  // idiom: pasted
  async pasted(tenant: string) {
    return this.prisma.$transaction(async (tx) => {
      await tx.$executeRawUnsafe(`SET LOCAL app.tenant_id = '${tenant}'`);
      return tx.docs.findMany();
    });
  }

  // idiom: added
  async added(tenant: string) {
    return this.prisma.$transaction(async (tx) => {
      await tx.$executeRaw(Prisma.raw("SET LOCAL app.tenant_id = '" + tenant + "'"));
      return tx.docs.findMany();
    });
  }

  // idiom: a number
  async typed(tenant: string) {
    const id = parseInt(tenant, 10);
    return this.prisma.$transaction(async (tx) => {
      await tx.$executeRawUnsafe(`SET LOCAL app.tenant_id = '${id}'`);
      return tx.docs.findMany();
    });
  }

  // idiom: quoted
  async quoted(tenant: string) {
    const value = tenant.replace(/'/g, "''");
    return this.prisma.$transaction(async (tx) => {
      await tx.$executeRawUnsafe(`SET LOCAL app.tenant_id = '${value}'`);
      return tx.docs.findMany();
    });
  }

  // idiom: a parameter in SET
  async boundInSet(tenant: string) {
    return this.prisma.$transaction(async (tx) => {
      await tx.$executeRaw`SET LOCAL app.tenant_id = ${tenant}`;
      return tx.docs.findMany();
    });
  }

  // idiom: constant of another file
  async constantElsewhere(tenant: string) {
    await this.prisma.$executeRawUnsafe(SET_TENANT, tenant);
    return this.prisma.docs.findMany();
  }

  // idiom: wrapper of another file
  async wrapped(tenant: string) {
    return withTenant(this.prisma, tenant, (tx) => tx.docs.findMany());
  }

  // idiom: loop over constants
  async looped(tenant: string) {
    for (const name of ["app.tenant_id", "app.user_id"]) {
      await this.prisma.$executeRaw`SELECT set_config(${name}, ${tenant}, false)`;
    }
    return this.prisma.docs.findMany();
  }

  // idiom: helper in the transaction of its caller
  async inOwnTransaction(tenant: string) {
    return this.prisma.$transaction(async (tx) => {
      await applyTenant(tx, tenant);
      return tx.docs.findMany();
    });
  }

  // idiom: transaction by callback
  async byCallback(tenant: string) {
    return this.prisma.$transaction(async (tx) => {
      await tx.$executeRaw`SELECT set_config('app.tenant_id', ${tenant}, true)`;
      return tx.docs.findMany();
    });
  }

  // idiom: early return
  async earlyReturn(tenant: string) {
    return this.prisma.$transaction(async (tx) => {
      if (!tenant) {
        return [];
      }
      await tx.$executeRaw`SELECT set_config('app.tenant_id', ${tenant}, true)`;
      return tx.docs.findMany();
    });
  }

  // idiom: role without reset
  async asRole() {
    await this.prisma.$executeRaw`SET ROLE app_user`;
    return this.prisma.docs.findMany();
  }

  // idiom: several lines
  async severalLines(tenant: string) {
    await this.prisma.$executeRaw`
      SELECT
        set_config('app.tenant_id', ${tenant}, false),
        set_config('app.user_id', ${tenant}, false)
    `;
  }

  // idiom: built step by step
  async built(tenant: string) {
    let text = "SET LOCAL app.tenant_id = '";
    text += tenant;
    text += "'";
    return this.prisma.$transaction(async (tx) => {
      await tx.$executeRawUnsafe(text);
      return tx.docs.findMany();
    });
  }

  // idiom: formatted
  async formatted(tenant: string) {
    return this.prisma.$transaction(async (tx) => {
      await tx.$executeRawUnsafe(format("SET LOCAL app.tenant_id = '%s'", tenant));
      return tx.docs.findMany();
    });
  }

  // idiom: middleware
  async middleware(request: Request, _response: Response, next: NextFunction) {
    await this.prisma.$executeRaw`SELECT set_config('app.tenant_id', ${request.header("x-tenant")}, false)`;
    next();
  }
}
