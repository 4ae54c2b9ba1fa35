import type { DataSource, EntityManager } from "typeorm";

// idiom: constant of another file
export const SET_TENANT = "SELECT set_config('app.tenant_id', $1, false)";

// idiom: wrapper of another file
export function withTenant<T>(
  dataSource: DataSource,
  tenant: string,
  work: (manager: EntityManager) => Promise<T>,
): Promise<T> {
  return dataSource.transaction(async (manager) => {
    await manager.query("SELECT set_config('app.tenant_id', $1, true)", [tenant]);
    return work(manager);
  });
}

// idiom: helper in the transaction of its caller
export async function applyTenant(manager: EntityManager, tenant: string) {
  await manager.query("SELECT set_config('app.tenant_id', $1, true)", [tenant]);
}

// idiom: wrapper of an injected service
export class TenantTransactions {
  constructor(private readonly dataSource: DataSource) {}

  async run<T>(tenant: string, work: (tx: EntityManager) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(async (tx) => {
      await tx.query("SELECT set_config('app.tenant_id', $1, true)", [tenant]);
      return work(tx);
    });
  }
}

// idiom: service behind an interface
export interface TenantScopes {
  within<T>(tenant: string, work: (tx: EntityManager) => Promise<T>): Promise<T>;
}

export class OneDatabaseScopes implements TenantScopes {
  constructor(private readonly dataSource: DataSource) {}

  within<T>(tenant: string, work: (tx: EntityManager) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(async (tx) => {
      await tx.query("SELECT set_config('app.tenant_id', $1, true)", [tenant]);
      return work(tx);
    });
  }
}
