import { Prisma, PrismaClient } from "@prisma/client";

// idiom: constant of another file
export const SET_TENANT = "SELECT set_config('app.tenant_id', $1, false)";

// idiom: wrapper of another file
export async function withTenant<T>(
  prisma: PrismaClient,
  tenant: string,
  work: (tx: Prisma.TransactionClient) => Promise<T>,
): Promise<T> {
  return prisma.$transaction(async (tx) => {
    await tx.$executeRaw`SELECT set_config('app.tenant_id', ${tenant}, true)`;
    return work(tx);
  });
}

// idiom: helper in the transaction of its caller
export async function applyTenant(tx: Prisma.TransactionClient, tenant: string) {
  await tx.$executeRaw`SELECT set_config('app.tenant_id', ${tenant}, true)`;
}

// idiom: wrapper of an injected service
export class TenantTransactions {
  constructor(private readonly prisma: PrismaClient) {}

  async run<T>(tenant: string, work: (tx: Prisma.TransactionClient) => Promise<T>): Promise<T> {
    return this.prisma.$transaction(async (tx) => {
      await tx.$executeRaw`SELECT set_config('app.tenant_id', ${tenant}, true)`;
      return work(tx);
    });
  }
}

// idiom: service behind an interface
export interface TenantScopes {
  within<T>(tenant: string, work: (tx: Prisma.TransactionClient) => Promise<T>): Promise<T>;
}

export class OneDatabaseScopes implements TenantScopes {
  constructor(private readonly prisma: PrismaClient) {}

  within<T>(tenant: string, work: (tx: Prisma.TransactionClient) => Promise<T>): Promise<T> {
    return this.prisma.$transaction(async (tx) => {
      await tx.$executeRaw`SELECT set_config('app.tenant_id', ${tenant}, true)`;
      return work(tx);
    });
  }
}
