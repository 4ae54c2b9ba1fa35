import { PrismaClient } from "@prisma/client";
export class PrismaService extends PrismaClient {
  async setTenant(tenant: string) {
    await this.$executeRaw`SELECT set_config('app.tenant_id', ${tenant}, true)`; // found: set-local-outside-transaction
  }
  async within<T>(tenant: string, work: (tx: any) => Promise<T>) {
    return this.$transaction(async (tx) => {
      await tx.$executeRaw`SELECT set_config('app.tenant_id', ${tenant}, true)`;
      return work(tx);
    });
  }
}
