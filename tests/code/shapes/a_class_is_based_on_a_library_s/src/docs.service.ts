import { PrismaService } from "./prisma.service";
export class DocsService {
  constructor(private readonly prisma: PrismaService) {}
  async list(tenant: string) {
    await this.prisma.$executeRaw`SELECT set_config('app.tenant_id', ${tenant}, false)`; // found: set-config-session
    return this.prisma.docs.findMany();
  }
}
