import { EntityManager } from '@mikro-orm/postgresql';

export async function beside<T>(em: EntityManager, tenant: string, work: (em: EntityManager) => Promise<T>) {
  return em.transactional(async (inner) => {
    await inner.getConnection().execute(`select set_config('app.tenant_id', ?, true)`, [tenant]); // found: set-local-outside-transaction
    return work(inner);
  });
}

export async function told<T>(em: EntityManager, tenant: string, work: (em: EntityManager) => Promise<T>) {
  return em.transactional(async (inner) => {
    const context = inner.getTransactionContext();
    await inner.getConnection().execute(`select set_config('app.tenant_id', ?, true)`, [tenant], 'all', context);
    return work(inner);
  });
}

export async function inside<T>(em: EntityManager, tenant: string, work: (em: EntityManager) => Promise<T>) {
  return em.transactional(async (inner) => {
    await inner.execute(`select set_config('app.tenant_id', ?, true)`, [tenant]);
    return work(inner);
  });
}
