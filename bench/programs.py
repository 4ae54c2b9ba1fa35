"""Write a service of many source files, a few of which set the tenant of a connection.

Most files are what a service is made of: handlers, types, queries through a data layer. Those that
mention settings do it in the ways that services do: a wrapper around a transaction, a repository
that calls it, a middleware, a job with a connection of its own, here and there with a fault. The
same arguments always give the same bytes. The migrations load into an empty PostgreSQL 15 or newer.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

SEED = 7

MIGRATION = """\
CREATE ROLE app_user LOGIN;
CREATE TABLE orders (id uuid PRIMARY KEY, tenant_id uuid NOT NULL, total numeric NOT NULL);
CREATE INDEX ON orders (tenant_id);
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE orders FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON orders
    USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::uuid));
GRANT SELECT, INSERT, UPDATE, DELETE ON orders TO app_user;
"""
POOL = """\
import { Pool, PoolClient } from 'pg';

export const pool = new Pool({ connectionString: process.env.DATABASE_URL });

export async function withTenant<T>(
  tenant: string,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query("SELECT set_config('app.tenant_id', $1, true)", [tenant]);
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}
"""
ORDINARY = """\
import {{ Logger }} from '../logger';
import {{ withTenant }} from '../database';

export interface {name}Input {{
  id: string;
  label: string | null;
  tags: string[];
}}

const log = new Logger('{name}');

export class {name}Service {{
  constructor(private readonly limit: number = {number}) {{}}

  async list(tenant: string, page: number): Promise<{name}Input[]> {{
    log.info(`listing page ${{page}} of {name}`);
    return withTenant(tenant, async (client) => {{
      const result = await client.query(
        'SELECT id, total FROM orders ORDER BY id LIMIT $1 OFFSET $2',
        [this.limit, page * this.limit],
      );
      return result.rows.map((row) => ({{ id: row.id, label: row.label ?? null, tags: [] }}));
    }});
  }}

  validate(input: {name}Input): string[] {{
    const problems: string[] = [];
    if (!input.id) problems.push('id is missing');
    for (const tag of input.tags) {{
      if (tag.length > {number}) problems.push(`tag ${{tag}} is too long`);
    }}
    return problems;
  }}
}}
"""
SETTING = (
    """\
import {{ pool }} from '../database';

export async function {name}Job(tenant: string): Promise<number> {{
  const client = await pool.connect();
  try {{
    await client.query('BEGIN');
    await client.query("SELECT set_config('app.tenant_id', $1, true)", [tenant]);
    const found = await client.query('SELECT count(*) FROM orders');
    await client.query('COMMIT');
    return Number(found.rows[0].count);
  }} finally {{
    client.release();
  }}
}}
""",
    """\
import {{ pool }} from '../database';

export async function {name}Report(tenant: string): Promise<unknown[]> {{
  const client = await pool.connect();
  await client.query("SELECT set_config('app.tenant_id', $1, false)", [tenant]);
  const found = await client.query('SELECT * FROM orders');
  client.release();
  return found.rows;
}}
""",
    """\
import type {{ Request, Response, NextFunction }} from 'express';
import {{ pool }} from '../database';

export async function {name}Middleware(req: Request, res: Response, next: NextFunction) {{
  const client = await pool.connect();
  await client.query('BEGIN');
  await client.query(`SET LOCAL app.tenant_id = '${{req.header('x-tenant')}}'`);
  res.locals.client = client;
  res.on('finish', () => client.query('COMMIT').then(() => client.release()));
  next();
}}
""",
)
"""Three ways to set the tenant: right, for the whole session, and pasted."""


def write(folder: Path, files: int, setting: int) -> None:
    """Write a service of so many source files; `setting` of them set the tenant."""
    choose = random.Random(SEED)
    (folder / "migrations").mkdir(parents=True, exist_ok=True)
    (folder / "migrations/0001_orders.sql").write_text(MIGRATION, encoding="utf-8")
    (folder / "src").mkdir(exist_ok=True)
    (folder / "src/database.ts").write_text(POOL, encoding="utf-8")
    sets = set(choose.sample(range(files), setting))
    for number in range(files):
        module = folder / f"src/module{number // 100:03}"
        module.mkdir(exist_ok=True)
        name = f"Part{number:05}"
        text = choose.choice(SETTING) if number in sets else ORDINARY * choose.randint(1, 6)
        source = text.format(name=name, number=choose.randint(10, 500))
        (module / f"{name}.ts").write_text(source, encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--setting", type=int, default=300)
    arguments = parser.parse_args()
    write(arguments.folder, arguments.files, arguments.setting)


if __name__ == "__main__":
    main()
