"""What programs in TypeScript and JavaScript send through their libraries."""

from __future__ import annotations

import pytest

from rlslint.code.sites import Hook
from tests.code.libraries.sent import Sent, bare, events, inside, sent

PROGRAMS = {
    "pg": """
import { Pool } from "pg";
const pool = new Pool();
await pool.query("SET app.a = '1'");
const client = await pool.connect();
await client.query("BEGIN");
await client.query("SET LOCAL app.b = '1'");
await client.query("COMMIT");
""",
    "postgres.js": """
import postgres from "postgres";
const sql = postgres(process.env.URL);
await sql`select set_config('app.a', ${id}, false)`;
await sql.begin(async (tx) => { await tx`select set_config('app.b', ${id}, true)`; });
""",
    "bun": """
import { SQL } from "bun";
const sql = new SQL(process.env.URL);
await sql`select set_config('app.a', ${id}, false)`;
await sql.begin(async (tx) => { await tx`select set_config('app.b', ${id}, true)`; });
""",
    "prisma": """
import { PrismaClient } from "@prisma/client";
const prisma = new PrismaClient();
await prisma.$executeRaw`select set_config('app.a', ${id}, false)`;
await prisma.$transaction(async (tx) => { await tx.$executeRawUnsafe(`SET LOCAL app.b = '1'`); });
""",
    "drizzle": """
import { drizzle } from "drizzle-orm/node-postgres";
import { sql } from "drizzle-orm";
const db = drizzle(process.env.URL);
await db.execute(sql`select set_config('app.a', ${id}, false)`);
await db.transaction(async (tx) => { await tx.execute(sql.raw(`SET LOCAL app.b = '1'`)); });
""",
    "knex": """
const knex = require("knex")({ client: "pg" });
await knex.raw("select set_config('app.a', ?, false)", [id]);
await knex.transaction(async (trx) => { await trx.raw("SET LOCAL app.b = '1'"); });
""",
    "kysely": """
import { Kysely, sql as raw } from "kysely";
const db = new Kysely({ dialect });
await raw`select set_config('app.a', ${id}, false)`.execute(db);
await db.transaction().execute(async (trx) => {
  await raw`select set_config('app.b', ${id}, true)`.execute(trx);
});
""",
    "typeorm": """
import { DataSource } from "typeorm";
const source = new DataSource({ type: "postgres" });
await source.query("SET app.a = '1'");
const runner = source.createQueryRunner();
await runner.startTransaction();
await runner.manager.query("SET LOCAL app.b = '1'");
await runner.commitTransaction();
""",
    "sequelize": """
import { Sequelize } from "sequelize";
const sequelize = new Sequelize(process.env.URL);
await sequelize.query("SET app.a = '1'");
await sequelize.transaction(async (transaction) => {
  await sequelize.query("SET LOCAL app.b = '1'", { transaction });
});
""",
    "slonik": """
import { createPool, sql } from "slonik";
const pool = await createPool(process.env.URL);
await pool.query(sql.unsafe`select set_config('app.a', ${id}, false)`);
await pool.transaction(async (tx) => {
  await tx.query(sql.type(row)`select set_config('app.b', ${id}, true)`);
});
""",
    "pg-promise": """
const pgp = require("pg-promise")();
const db = pgp(process.env.URL);
await db.none("select set_config('app.a', $1, false)", [id]);
await db.tx(async (t) => { await t.none("SET LOCAL app.b = '1'"); });
""",
    "@databases/pg": """
import createConnectionPool, { sql } from "@databases/pg";
const db = createConnectionPool(process.env.URL);
await db.query(sql`select set_config('app.a', ${id}, false)`);
await db.tx(async (tx) => { await tx.query(sql`select set_config('app.b', ${id}, true)`); });
""",
    "neon": """
import { neon } from "@neondatabase/serverless";
const sql = neon(process.env.URL);
await sql`select set_config('app.a', ${id}, false)`;
await sql.transaction([sql`select set_config('app.b', ${id}, true)`]);
""",
    "deno-postgres": """
import { Pool } from "https://deno.land/x/postgres@v0.19.3/mod.ts";
const pool = new Pool(url, 3);
using held = await pool.connect();
await held.queryObject`select set_config('app.a', ${id}, false)`;
const tx = held.createTransaction("t");
await tx.begin();
await tx.queryArray("SET LOCAL app.b = '1'");
await tx.commit();
""",
}


@pytest.mark.parametrize("library", PROGRAMS)
def test_statements_of_a_pool_and_of_a_transaction(library: str) -> None:
    source = "\n".join(
        [
            *(line for line in PROGRAMS[library].splitlines() if line.startswith("import")),
            "export async function run(id) {",
            *(line for line in PROGRAMS[library].splitlines() if not line.startswith("import")),
            "}",
        ]
    )
    assert sent(".ts", source) == {"a": bare(library), "b": inside(library)}


def test_mikro_orm_entity_managers_begin_transactions() -> None:
    source = """
import { MikroORM } from "@mikro-orm/postgresql";
export async function run(id) {
  const orm = await MikroORM.init();
  await orm.em.getConnection().execute("SET app.a = '1'");
  await orm.em.transactional(async (em) => { await em.execute("SET LOCAL app.b = '1'"); });
}
"""
    assert sent(".ts", source) == {"a": bare("mikro-orm"), "b": inside("mikro-orm")}


def test_a_client_that_the_program_opens_is_its_own() -> None:
    source = """
import { Client } from "pg";
export async function run(id) {
  const client = new Client();
  await client.connect();
  await client.query("SET app.a = '1'");
}
"""
    assert sent(".ts", source) == {"a": Sent("pg", "autocommit", False)}


def test_types_of_parameters_and_fields_tell_what_they_hold() -> None:
    source = """
import { Pool, PoolClient } from "pg";
export class Store {
  constructor(private readonly pool: Pool, private readonly name: string) {}
  async a() { await this.pool.query("SET app.a = '1'"); }
}
export async function b(pool: Pool | null) { await pool.query("SET app.b = '1'"); }
export async function c(client: PoolClient | Pool) { await client.query("SET app.c = '1'"); }
export async function d({ pool }: Deps) { await pool.query("SET app.d = '1'"); }
interface Deps { pool: Pool }
"""
    unknown = Sent("pg", "unknown", None)
    assert sent(".ts", source) == {
        "a": bare("pg"),
        "b": bare("pg"),
        "c": unknown,
        "d": bare("pg"),
    }


@pytest.mark.parametrize(
    ("source", "hook"),
    [
        ("pool.on('connect', (c) => c.query(\"SET app.a = '1'\"));", Hook.connect),
        ("pool.on('acquire', (c) => c.query(\"SET app.a = '1'\"));", Hook.acquire),
        ("pool.on('release', (e, c) => c.query(\"RESET app.a\"));", Hook.release),
    ],
)
def test_pools_call_functions(source: str, hook: Hook) -> None:
    program = f"import {{ Pool }} from 'pg';\nconst pool = new Pool();\n{source}"
    assert [event.hook for event in events(".ts", program)] == [hook]
