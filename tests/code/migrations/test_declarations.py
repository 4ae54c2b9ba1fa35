"""Schemas that programs declare come as the SQL that their tools make of them.

What the tools make of them was asked of drizzle-kit, of Prisma's engine and of Active Record, and
compared in PostgreSQL.
"""

# ruff: noqa: E501

from __future__ import annotations

from pathlib import Path

import pytest

from tests.code.migrations.running import declared
from tests.linting import findings_of, lint, rows_of


def test_drizzle() -> None:
    assert declared(
        schema="""
        import { sql, type SQL } from "drizzle-orm";
        import * as p from "drizzle-orm/pg-core";
        import { pgTable as table, pgPolicy, pgRole, pgSchema, pgEnum, pgTableCreator, customType, uuid, text, integer, serial, timestamp, index, uniqueIndex, unique, primaryKey, foreignKey, check } from "drizzle-orm/pg-core";
        import { crudPolicy, authenticatedRole, authUid } from "drizzle-orm/neon";
        import { authUid as userId, realtimeMessages } from "drizzle-orm/supabase";
        export const admin = pgRole("admin", { createDb: true, inherit: false });
        export const web = pgRole("web").existing();
        export const level = pgEnum("level", ["a", "it's"]);
        export const app = pgSchema("app");
        const create = pgTableCreator((name) => `x_${name}`);
        const citext = customType<{ data: string }>({ dataType() { return "citext"; } });
        const json = <T>(name: string) => customType<{ data: T }>({ dataType: () => "jsonb" })(name);
        const stamps = { createdAt: timestamp("created_at", { withTimezone: true }).defaultNow().notNull(), updatedAt: timestamp() };
        const current = sql`current_setting('app.tenant')::uuid`;
        const isOwn = (column: p.AnyPgColumn) => pgPolicy("own", { to: [web, "current_user"], using: sql`${column} = ${current}` });
        export const users = app.table("users", {
          id: uuid().primaryKey().defaultRandom(),
          tenantId: uuid("tenant_id").notNull().references(() => tenants.id, { onDelete: "cascade" }),
          level: level("level").default("a").notNull(),
          ...stamps,
        }).enableRLS();
        export const tenants = table("tenants", { id: uuid().primaryKey(), name: text().notNull().unique() });
        export const docs = table("docs", {
          id: serial("id").primaryKey(),
          tenantId: uuid("tenant_id").notNull().default(sql`current_setting('app.tenant')::uuid`),
          parentId: integer("parent_id").references((): any => docs.id),
          owner: uuid().references(() => users.id),
          number: integer().generatedAlwaysAsIdentity(),
          tags: text("tags").array(),
          lowered: text().generatedAlwaysAs((): SQL => sql`lower(${docs.mail})`),
          mail: citext("mail"),
          more: json("more").notNull(),
          kind: p.varchar("kind", { length: 3, enum: ["a"] }),
        }, (t) => [
          uniqueIndex("by_owner").on(t.tenantId, t.owner),
          index().on(t.parentId.desc()).where(sql`${t.parentId} is not null`),
          index("gin").using("gin", t.tags),
          unique("uq").on(t.tenantId, t.number),
          check("positive", sql`${t.number} > 0`),
          isOwn(t.tenantId),
          pgPolicy("strict", { as: "restrictive", for: "update", to: admin, using: sql`${t.kind} = ${"it's"}`, withCheck: sql`true` }),
          ...crudPolicy({ role: authenticatedRole, read: authUid(t.owner), modify: false }),
          [crudPolicy({ role: ["anon", web], read: true, modify: null })],
        ]);
        export const members = create("members", (d) => ({ userId: d.uuid().notNull(), tenantId: d.uuid("tenant_id") }), (t) => ({
          key: primaryKey({ columns: [t.userId, t.tenantId] }),
          user: foreignKey({ columns: [t.userId], foreignColumns: [users.id], name: "user_fk" }).onDelete("cascade"),
        }));
        export const closed = p.pgTable.withRLS("closed", ({ uuid }) => ({ id: uuid("id") }));
        export const linked = pgPolicy("linked", { for: "select", to: "public", using: sql`${userId} = ${tenants.id}` }).link(tenants);
        export const heard = pgPolicy("heard", { to: authenticatedRole }).link(realtimeMessages);
        """,
    ) == [
        '6: CREATE ROLE "admin" CREATEDB NOINHERIT',
        "8: CREATE TYPE \"level\" AS ENUM ('a', 'it''s')",
        '9: CREATE SCHEMA IF NOT EXISTS "app"',
        '16: CREATE TABLE "app"."users" ("id" uuid PRIMARY KEY DEFAULT gen_random_uuid(), "tenant_id" uuid NOT NULL, "level" "level" NOT NULL DEFAULT \'a\', "created_at" timestamptz NOT NULL DEFAULT now(), "updatedAt" timestamp)',
        '22: CREATE TABLE "tenants" ("id" uuid PRIMARY KEY, "name" text NOT NULL UNIQUE)',
        '23: CREATE TABLE "docs" ("id" serial PRIMARY KEY, "tenant_id" uuid NOT NULL DEFAULT current_setting(\'app.tenant\')::uuid, "parent_id" integer, "owner" uuid, "number" integer NOT NULL, "tags" text[], "lowered" text, "mail" citext, "more" jsonb NOT NULL, "kind" varchar)',
        '45: CREATE TABLE "x_members" ("userId" uuid NOT NULL, "tenant_id" uuid)',
        '49: CREATE TABLE "closed" ("id" uuid)',
        '35: CREATE UNIQUE INDEX "by_owner" ON "docs" ("tenant_id", "owner")',
        '38: ALTER TABLE "docs" ADD CONSTRAINT "uq" UNIQUE ("tenant_id", "number")',
        '46: ALTER TABLE "x_members" ADD PRIMARY KEY ("userId", "tenant_id")',
        '18: ALTER TABLE "app"."users" ADD FOREIGN KEY ("tenant_id") REFERENCES "tenants" ("id")',
        '26: ALTER TABLE "docs" ADD FOREIGN KEY ("parent_id") REFERENCES "docs" ("id")',
        '27: ALTER TABLE "docs" ADD FOREIGN KEY ("owner") REFERENCES "app"."users" ("id")',
        '47: ALTER TABLE "x_members" ADD CONSTRAINT "user_fk" FOREIGN KEY ("userId") REFERENCES "app"."users" ("id")',
        '16: ALTER TABLE "app"."users" ENABLE ROW LEVEL SECURITY',
        '23: ALTER TABLE "docs" ENABLE ROW LEVEL SECURITY',
        '36: CREATE INDEX ON "docs" ("parent_id") WHERE "docs"."parent_id" is not null',
        '37: CREATE INDEX "gin" ON "docs" USING gin ("tags")',
        '49: ALTER TABLE "closed" ENABLE ROW LEVEL SECURITY',
        '50: ALTER TABLE "tenants" ENABLE ROW LEVEL SECURITY',
        '15: CREATE POLICY "own" ON "docs" TO "web", current_user USING ("docs"."tenant_id" = current_setting(\'app.tenant\')::uuid)',
        '41: CREATE POLICY "strict" ON "docs" AS RESTRICTIVE FOR UPDATE TO "admin" USING ("docs"."kind" = \'it\'\'s\') WITH CHECK (true)',
        '42: CREATE POLICY "crud-authenticated-policy-select" ON "docs" FOR SELECT TO "authenticated" USING ((select auth.user_id() = "docs"."owner"))',
        '42: CREATE POLICY "crud-authenticated-policy-insert" ON "docs" FOR INSERT TO "authenticated" WITH CHECK (false)',
        '42: CREATE POLICY "crud-authenticated-policy-update" ON "docs" FOR UPDATE TO "authenticated" USING (false) WITH CHECK (false)',
        '42: CREATE POLICY "crud-authenticated-policy-delete" ON "docs" FOR DELETE TO "authenticated" USING (false)',
        '43: CREATE POLICY "crud-anon-web-policy-select" ON "docs" FOR SELECT TO "anon", "web" USING (true)',
        '50: CREATE POLICY "linked" ON "tenants" FOR SELECT TO public USING ((select auth.uid()) = "tenants"."id")',
        '51: CREATE POLICY "heard" ON "realtime"."messages" TO "authenticated"',
    ]


def test_files_that_import_one_another() -> None:
    """Columns without a name are named as drizzle-kit is told to."""
    assert declared(
        config="""
        import { defineConfig } from "drizzle-kit";
        export default defineConfig({ dialect: "postgresql", casing: 'snake_case' });
        """,
        users="""
        import { pgTable, uuid } from "drizzle-orm/pg-core";
        import { teams } from "./teams";
        export const users = pgTable("users", { id: uuid().primaryKey(), teamID: uuid().references(() => teams.id) });
        """,
        teams="""
        import { pgTable, uuid } from "drizzle-orm/pg-core";
        import { users } from "./users";
        export const teams = pgTable("teams", { id: uuid().primaryKey(), ownedBy1: uuid().references(() => users.id) });
        """,
    ) == [
        'users:3: CREATE TABLE "users" ("id" uuid PRIMARY KEY, "team_id" uuid)',
        'teams:3: CREATE TABLE "teams" ("id" uuid PRIMARY KEY, "owned_by1" uuid)',
        'users:3: ALTER TABLE "users" ADD FOREIGN KEY ("team_id") REFERENCES "teams" ("id")',
        'teams:3: ALTER TABLE "teams" ADD FOREIGN KEY ("owned_by1") REFERENCES "users" ("id")',
    ]


def test_what_cannot_be_read_of_a_declared_table() -> None:
    assert declared(
        schema="""
        import { pgPolicy, pgTable, uuid } from "drizzle-orm/pg-core";
        import { ids, audited, rules, named, kind, command } from "@acme/schema";
        export const docs = pgTable("docs", { ...ids, made: audited(), tenantId: uuid("tenant_id") }, (t) => [...rules(t)]);
        export const bills = pgTable(named("bills"), { id: uuid("id") });
        export const items = pgTable("items", { id: uuid() }, (t) => [pgPolicy("a", { as: kind, using: sql`true` }), pgPolicy("b", { for: command })]);
        """,
    ) == [
        '3: CREATE TABLE "docs" ("tenant_id" uuid)',
        '4: CREATE TABLE ? ("id" uuid)',
        '5: CREATE TABLE "items" ("id" uuid)',
        '3: ALTER TABLE "docs" ADD COLUMN ? ?',
        '3: ALTER TABLE "docs" ADD COLUMN ? ?',
        '3: ALTER TABLE ?."docs" ENABLE ROW LEVEL SECURITY',
        '3: ALTER TABLE ?."docs" FORCE ROW LEVEL SECURITY',
        '5: ALTER TABLE "items" ENABLE ROW LEVEL SECURITY',
        '3: CREATE POLICY ? ON ?."docs" USING (?)',
        '5: CREATE POLICY ? ON "items" USING (?)',
        '5: CREATE POLICY ? ON "items" USING (?)',
    ]


def test_prisma() -> None:
    assert declared(
        ".prisma",
        main="""
        datasource db {
          provider = "postgresql"
          url      = env("DATABASE_URL") // not here
          schemas  = ["public", "app"]
        }
        enum Level {
          LOW  @map("low")
          HIGH
          @@map("level")
          @@schema("app")
        }
        /// One of our customers { "really" }
        model Tenant {
          id    String @id @default(uuid()) @db.Uuid
          name  String @unique @db.VarChar(40)
          users User[]
          @@map("tenants")
          @@schema("app")
        }
        """,
        more="""
        model User {
          id        Int      @id @default(autoincrement())
          tenantId  String   @map("tenant_id") @default(dbgenerated("(current_setting('app.tenant'))::uuid")) @db.Uuid
          tenant    Tenant   @relation(fields: [tenantId], references: [id], onDelete: Cascade)
          level     Level?   @default(LOW)
          tags      String[]
          big       BigInt   @default(autoincrement())
          price     Decimal? @db.Decimal(10, 2)
          ratio     Float    @default(1.5) @db.Real
          data      Json     @default("{}")
          is_open   Boolean  @default(true)
          at        DateTime @default(now()) @db.Timestamptz(6)
          place     Unsupported("point")?
          odd       Strange
          managerId Int?
          manager   User?    @relation("Managed", fields: [managerId], references: [id])
          managed   User[]   @relation("Managed")
          docs      Doc[]

          @@unique([tenantId, id], name: "tenant_user")
          @@index(fields: [tenantId, at(sort: Desc)])
          @@index([
            data
          ], type: Gin)
          @@schema("app")
        }
        model Doc {
          a     Int
          b     String
          users User[]
          c     BigInt @id
          @@unique([a, b])
          @@schema("public")
        }
        """,
    ) == [
        'main:13: CREATE SCHEMA IF NOT EXISTS "app"',
        'more:27: CREATE SCHEMA IF NOT EXISTS "public"',
        "main:6: CREATE TYPE \"app\".\"level\" AS ENUM ('low', 'HIGH')",
        'main:13: CREATE TABLE "app"."tenants" ("id" uuid NOT NULL, "name" varchar(40) NOT NULL, PRIMARY KEY ("id"))',
        'more:1: CREATE TABLE "app"."User" ("id" serial NOT NULL, "tenant_id" uuid NOT NULL DEFAULT (current_setting(\'app.tenant\'))::uuid, "level" "app"."level", "tags" text[], "big" bigserial NOT NULL, "price" decimal(10,2), "ratio" real NOT NULL DEFAULT 1.5, "data" jsonb NOT NULL DEFAULT \'{}\', "is_open" boolean NOT NULL DEFAULT true, "at" timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP, "place" point, "odd" text NOT NULL, "managerId" integer, PRIMARY KEY ("id"))',
        'more:27: CREATE TABLE "public"."Doc" ("a" integer NOT NULL, "b" text NOT NULL, "c" bigint NOT NULL, PRIMARY KEY ("c"))',
        'more:18: CREATE TABLE "public"."_DocToUser" ("A" bigint NOT NULL, "B" integer NOT NULL, PRIMARY KEY ("A", "B"))',
        'main:15: CREATE UNIQUE INDEX ON "app"."tenants" ("name")',
        'more:1: CREATE UNIQUE INDEX ON "app"."User" ("tenant_id", "id")',
        'more:27: CREATE UNIQUE INDEX ON "public"."Doc" ("a", "b")',
        'more:4: ALTER TABLE "app"."User" ADD FOREIGN KEY ("tenant_id") REFERENCES "app"."tenants" ("id")',
        'more:16: ALTER TABLE "app"."User" ADD FOREIGN KEY ("managerId") REFERENCES "app"."User" ("id")',
        'more:18: ALTER TABLE "public"."_DocToUser" ADD FOREIGN KEY ("A") REFERENCES "public"."Doc" ("c")',
        'more:18: ALTER TABLE "public"."_DocToUser" ADD FOREIGN KEY ("B") REFERENCES "app"."User" ("id")',
        'more:14: ALTER TABLE "app"."User" ALTER COLUMN "odd" TYPE ?',
        'more:1: CREATE INDEX ON "app"."User" ("tenant_id", "at")',
        'more:1: CREATE INDEX ON "app"."User" USING gin ("data")',
        'more:18: CREATE INDEX ON "public"."_DocToUser" ("B")',
    ]


def test_what_rails_has_written_down() -> None:
    assert declared(
        ".rb",
        schema="""
        ActiveRecord::Schema[7.1].define(version: 2026_01_01_000000) do
          enable_extension "plpgsql"
          create_enum "mood", ["sad", "ok"]

          create_table "docs", id: :uuid, default: -> { "gen_random_uuid()" }, force: :cascade do |t|
            t.uuid "tenant_id", null: false
            t.bigint "owner_id"
            t.integer "size", limit: 2
            t.enum "mood", default: "ok", enum_type: "mood"
            t.datetime "created_at", null: false
            t.check_constraint "size > 0", name: "sized"
            t.index ["tenant_id", "owner_id"], name: "by_owner", unique: true
            t.index "lower((mood)::text)", name: "by_mood"
          end

          create_table "parts", primary_key: ["doc", "number"], force: :cascade do |t|
            t.uuid "doc", null: false
            t.integer "number", null: false
          end

          create_table "people", force: :cascade do |t|
          end

          add_foreign_key "docs", "people", column: "owner_id"
        end
        """,
    ) == [
        "3: CREATE TYPE \"mood\" AS ENUM ('sad', 'ok')",
        '5: DROP TABLE IF EXISTS "docs" CASCADE',
        '16: DROP TABLE IF EXISTS "parts" CASCADE',
        '21: DROP TABLE IF EXISTS "people" CASCADE',
        '5: CREATE TABLE "docs" ("id" uuid PRIMARY KEY DEFAULT gen_random_uuid(), "tenant_id" uuid NOT NULL, "owner_id" bigint, "size" smallint, "mood" mood DEFAULT \'ok\', "created_at" timestamp NOT NULL)',
        '16: CREATE TABLE "parts" ("doc" uuid NOT NULL, "number" integer NOT NULL, PRIMARY KEY ("doc", "number"))',
        '21: CREATE TABLE "people" ("id" bigserial PRIMARY KEY)',
        '12: CREATE UNIQUE INDEX "by_owner" ON "docs" ("tenant_id", "owner_id")',
        '24: ALTER TABLE "docs" ADD FOREIGN KEY ("owner_id") REFERENCES "people"',
        '13: CREATE INDEX "by_mood" ON "docs" ((lower((mood)::text)))',
    ]


CONFIGURATION = """export default { dialect: "postgresql", schema: "./src/*.ts" };\n"""
SCHEMA = """\
import { sql } from "drizzle-orm";
import { pgPolicy, pgTable, uuid } from "drizzle-orm/pg-core";
import { applyPolicies, shared } from "@acme/schema";
export const docs = pgTable("docs", { tenantId: uuid("tenant_id").notNull() }, () => [
  pgPolicy("mine", { using: sql`tenant_id = current_setting('app.tenant')::uuid` }),
]);
export const bills = pgTable("bills", { tenantId: uuid("tenant_id").notNull() }, () => [shared[0]]);
"""
PLAIN = SCHEMA.replace(", () => [shared[0]]", "")
PUSHED = {"drizzle.config.ts": CONFIGURATION, "src/schema.ts": PLAIN}


def test_a_declared_table_without_row_security(tmp_path: Path) -> None:
    result = lint(tmp_path, PUSHED)
    (found,) = findings_of(result, "rls-not-enabled")
    assert "public.bills" in found.finding.message
    assert rows_of(result, "rls-not-enabled") == [7]
    assert result.checked.migrations == 1


@pytest.mark.parametrize(
    "others",
    [
        {"src/schema.ts": SCHEMA},
        {"src/schema.ts": PLAIN + "applyPolicies(bills);\n"},
        {"sql/after.sql": "ALTER TABLE bills ENABLE ROW LEVEL SECURITY;\n"},
        {"src/setup.ts": "await db.query('ALTER TABLE ' + name + ' ENABLE ROW LEVEL SECURITY');\n"},
        {"src/setup.ts": "export const all = (t) => pgPolicy('all', {});\n"},
        {"drizzle.config.ts": CONFIGURATION.replace("postgresql", "mysql")},
        {"drizzle/0001_docs.sql": "CREATE TABLE docs (tenant_id uuid);\n"},
        {"supabase/migrations/20260101000000_docs.sql": "CREATE TABLE docs (tenant_id uuid);\n"},
    ],
    ids=["unread", "call", "sql", "program", "helper", "mysql", "migrations", "elsewhere"],
)
def test_what_else_may_protect_a_declared_table(tmp_path: Path, others: dict[str, str]) -> None:
    result = lint(tmp_path, {**PUSHED, **others})
    assert [f for f in findings_of(result, "rls-not-enabled") if "bills" in f.finding.message] == []


def test_sql_beside_a_declared_schema_is_about_its_tables(tmp_path: Path) -> None:
    script = (
        "ALTER TABLE bills ENABLE ROW LEVEL SECURITY;\nCREATE POLICY every ON bills USING (true);\n"
    )
    result = lint(tmp_path, {**PUSHED, "sql/policies.sql": script})
    (found,) = findings_of(result, "policy-using-true")
    assert "public.bills" in found.finding.message and "tenant_id" in found.finding.message


PRISMA = """\
datasource db {
  provider = "postgresql"
  url      = env("DATABASE_URL")
}
"""
ANOTHER_BEFORE = PRISMA.replace("{", '{\n  // provider = "sqlite" }')
MODELS = """\
model docs {
  id        Int    @id
  tenant_id String
}
model bills {
  id        Int    @id
  tenant_id String
}
"""
POLICY = """\
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON docs USING (tenant_id = current_setting('app.tenant'));
"""
RAILS = """\
ActiveRecord::Schema[7.1].define(version: 1) do
  create_table "docs" do |t|
    t.text "tenant_id", null: false
  end
  create_table "bills" do |t|
    t.text "tenant_id", null: false
  end
end
"""


@pytest.mark.parametrize(
    ("files", "row"),
    [
        ({"prisma/schema/a.prisma": PRISMA, "prisma/schema/b/c.prisma": MODELS}, 5),
        ({"prisma/schema/a.prisma": ANOTHER_BEFORE, "prisma/schema/b/c.prisma": MODELS}, 5),
        ({"db/schema.rb": RAILS}, 5),
    ],
    ids=["prisma", "comment", "rails"],
)
def test_row_security_in_sql_beside_a_declared_schema(
    tmp_path: Path, files: dict[str, str], row: int
) -> None:
    result = lint(tmp_path, {**files, "sql/rls.sql": POLICY})
    (found,) = findings_of(result, "rls-not-enabled")
    assert "public.bills" in found.finding.message
    assert rows_of(result, "rls-not-enabled") == [row]


@pytest.mark.parametrize(
    "files",
    [
        {"prisma/schema.prisma": PRISMA.replace("postgresql", "mysql") + MODELS},
        {"prisma/schema.prisma": ANOTHER_BEFORE.replace("postgresql", "mysql") + MODELS},
        {
            "prisma/schema.prisma": PRISMA + MODELS,
            "prisma/migrations/1_x/migration.sql": "CREATE TABLE docs (tenant_id text);",
        },
        {"db/schema.rb": RAILS, "db/structure.sql": "CREATE TABLE docs (tenant_id text);"},
        {"db/schema.rb": RAILS, "other/schema.prisma": PRISMA + MODELS},
        {"app/schema.rb": RAILS},
    ],
    ids=["mysql", "comment", "migrations", "structure", "two", "elsewhere"],
)
def test_schemas_that_are_not_read(tmp_path: Path, files: dict[str, str]) -> None:
    result = lint(tmp_path, {**files, "sql/rls.sql": POLICY})
    assert findings_of(result, "rls-not-enabled") == []
    assert result.faults == ()


@pytest.mark.parametrize(
    ("files", "why"),
    [
        (
            {**PUSHED, "prisma/schema.prisma": PRISMA + MODELS, "sql/rls.sql": POLICY},
            "prisma/schema.prisma declares tables as well, and sql may be for either",
        ),
        (
            {
                "prisma/schema.prisma": PRISMA + MODELS,
                "a/migrations/V1__a.sql": POLICY,
                "b/migrations/V1__b.sql": POLICY,
            },
            "a/migrations and b/migrations may be for it, and nothing tells which of them is",
        ),
    ],
    ids=["schemas", "histories"],
)
def test_a_schema_of_which_nobody_knows_what_is_for_it_is_said_to_be_unread(
    tmp_path: Path, files: dict[str, str], why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = lint(tmp_path, files)
    (note,) = (note for note in result.notes if "declares tables" in note)
    assert why in note
    assert [one for one in result.not_checked if one.reason == "left unread"]


def test_a_schema_beside_migrations_that_make_its_tables_is_no_matter(tmp_path: Path) -> None:
    history = {"migrations/1_a.sql": "CREATE TABLE docs (tenant_id text);"}
    result = lint(tmp_path, {"prisma/schema.prisma": PRISMA + MODELS, **history})
    assert not [note for note in result.notes if "declares" in note]
