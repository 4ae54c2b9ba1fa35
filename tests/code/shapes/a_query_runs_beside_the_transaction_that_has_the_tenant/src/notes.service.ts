import { Injectable } from '@nestjs/common';
import { PrismaClient } from '@prisma/client';

@Injectable()
export class PrismaService extends PrismaClient {}

@Injectable()
export class NotesService {
  constructor(private readonly prisma: PrismaService) {}

  async beside(tenant: string) {
    return this.prisma.$transaction(async (tx) => {
      await tx.$executeRaw`SELECT set_config('app.tenant_id', ${tenant}, true)`;
      await tx.$executeRaw`SELECT set_config('app.user_id', ${tenant}, true)`;
      await tx.$executeRaw`SELECT set_config('app.region', 'eu', true)`;
      return this.prisma.$queryRaw`SELECT count(*) FROM docs`; // found: query-without-context
    });
  }

  async inside(tenant: string) {
    return this.prisma.$transaction(async (tx) => {
      await tx.$executeRaw`SELECT set_config('app.tenant_id', ${tenant}, true)`;
      await tx.$executeRaw`SELECT set_config('app.user_id', ${tenant}, true)`;
      await tx.$executeRaw`SELECT set_config('app.region', 'eu', true)`;
      return tx.$queryRaw`SELECT count(*) FROM docs`;
    });
  }

  async handedOn(tenant: string) {
    return this.prisma.$transaction((tx) => new Counter(tx).count(tenant));
  }
}

class Counter {
  constructor(private readonly prisma: Pick<PrismaClient, '$executeRaw' | '$queryRaw'>) {}

  async count(tenant: string) {
    await this.prisma.$executeRaw`SELECT set_config('app.tenant_id', ${tenant}, true)`;
    await this.prisma.$executeRaw`SELECT set_config('app.user_id', ${tenant}, true)`;
    await this.prisma.$executeRaw`SELECT set_config('app.region', 'eu', true)`;
    return this.prisma.$queryRaw`SELECT count(*) FROM docs`;
  }
}
