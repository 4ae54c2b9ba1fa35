"""What frameworks say of tables in words of their own comes as the SQL that they make of it."""

# ruff: noqa: E501

from __future__ import annotations

import pytest

from tests.code.migrations.running import statements


def test_rails() -> None:
    assert statements(
        ".rb",
        """
        class MakeDocs < ActiveRecord::Migration[7.1]
          TABLES = %w[notes tags].freeze

          def change
            enable_extension "pgcrypto"
            create_table :docs, id: :uuid, default: -> { "gen_random_uuid()" } do |t|
              t.string :title, :slug, null: false
              t.integer :ids, array: true
              t.belongs_to :company, null: false, foreign_key: true, index: false
              t.references :owner, type: :uuid, foreign_key: { to_table: :people }
              t.references :subject, polymorphic: true, index: false
              t.column :kind, "doc_kind", null: false, default: "plain"
              t.index %i[title slug], unique: true
              t.timestamps
            end
            TABLES.each do |name|
              create_table "app.#{name}", id: false, force: :cascade do |t|
                t.bigint :tenant_id, null: false
                t.strange :more
              end
              execute "ALTER TABLE app.#{name} ENABLE ROW LEVEL SECURITY"
            end
            change_table :docs, bulk: true do |t|
              t.remove :ids, :kind
              t.rename :slug, :path
              t.text :body
            end
            add_column :docs, :tenant_id, :uuid, null: false
            add_reference :docs, :editor, index: false
            change_column_null :docs, :tenant_id, true
            rename_column :docs, :path, :place
            rename_table :docs, :papers
            add_index :papers, :tenant_id, where: "tenant_id IS NOT NULL"
            add_foreign_key :papers, :people, column: :editor_id
            remove_column :papers, :body, :text
            create_join_table :papers, :tags
            create_join_table :paper_kinds, :paper_tags
            create_join_table :papers, other
            drop_table :old, if_exists: true
            reversible do |direction|
              direction.up { execute "CREATE POLICY mine ON papers USING (true)" }
              direction.down { execute "DROP POLICY mine ON papers" }
            end
          end
        end
        """,
    ) == [
        '6: CREATE TABLE "docs" ("id" uuid PRIMARY KEY DEFAULT gen_random_uuid(), "title" varchar NOT NULL, "slug" varchar NOT NULL, "ids" integer[], "company_id" bigint NOT NULL REFERENCES "companies", "owner_id" uuid REFERENCES "people", "subject_id" bigint, "subject_type" varchar, "kind" doc_kind NOT NULL DEFAULT \'plain\', "created_at" timestamp(6) NOT NULL, "updated_at" timestamp(6) NOT NULL)',
        '10: CREATE INDEX ON "docs" ("owner_id")',
        '13: CREATE UNIQUE INDEX ON "docs" ("title", "slug")',
        '17: DROP TABLE IF EXISTS "app"."notes" CASCADE',
        '17: CREATE TABLE "app"."notes" ("tenant_id" bigint NOT NULL)',
        '19: ALTER TABLE "app"."notes" ADD COLUMN ? ?',
        "21: ALTER TABLE app.notes ENABLE ROW LEVEL SECURITY",
        '17: DROP TABLE IF EXISTS "app"."tags" CASCADE',
        '17: CREATE TABLE "app"."tags" ("tenant_id" bigint NOT NULL)',
        '19: ALTER TABLE "app"."tags" ADD COLUMN ? ?',
        "21: ALTER TABLE app.tags ENABLE ROW LEVEL SECURITY",
        '24: ALTER TABLE "docs" DROP COLUMN "ids"',
        '24: ALTER TABLE "docs" DROP COLUMN "kind"',
        '25: ALTER TABLE "docs" RENAME COLUMN "slug" TO "path"',
        '26: ALTER TABLE "docs" ADD COLUMN "body" text',
        '28: ALTER TABLE "docs" ADD COLUMN "tenant_id" uuid NOT NULL',
        '29: ALTER TABLE "docs" ADD COLUMN "editor_id" bigint',
        '30: ALTER TABLE "docs" ALTER COLUMN "tenant_id" DROP NOT NULL',
        '31: ALTER TABLE "docs" RENAME COLUMN "path" TO "place"',
        '32: ALTER TABLE "docs" RENAME TO "papers"',
        '33: CREATE INDEX ON "papers" ("tenant_id") WHERE tenant_id IS NOT NULL',
        '34: ALTER TABLE "papers" ADD FOREIGN KEY ("editor_id") REFERENCES "people"',
        '35: ALTER TABLE "papers" DROP COLUMN "body"',
        '36: CREATE TABLE "papers_tags" ("paper_id" bigint NOT NULL, "tag_id" bigint NOT NULL)',
        '37: CREATE TABLE "paper_kinds_tags" ("paper_kind_id" bigint NOT NULL, "paper_tag_id" bigint NOT NULL)',
        '38: CREATE TABLE ? ("paper_id" bigint NOT NULL)',
        "38: ALTER TABLE ? ADD COLUMN ? ?",
        '39: DROP TABLE IF EXISTS "old"',
        "41: CREATE POLICY mine ON papers USING (true)",
    ]


def test_laravel() -> None:
    assert statements(
        ".php",
        """
        <?php
        use Illuminate\\Support\\Facades\\DB;
        use Illuminate\\Support\\Facades\\Schema;
        return new class extends Migration {
            private string $table = 'docs';
            public function up(): void {
                Schema::create($this->table, function (Blueprint $table) {
                    $table->uuid('id')->primary();
                    $table->foreignId('company_id')->constrained()->cascadeOnDelete();
                    $table->foreignUuid('owner_id')->nullable()->constrained('people');
                    $table->string('title', 40)->nullable()->default('x')->unique();
                    $table->uuid('tenant_id')->default(DB::raw("current_setting('app.tenant')::uuid"))->index();
                    $table->foreign('tenant_id')->references('id')->on('tenants')->onDelete('cascade');
                    $table->morphs('subject');
                    $table->timestamps();
                    $table->softDeletes();
                    $table->index(['tenant_id', 'title'], 'by_title');
                    $table->unique(['title', 'subject_id'], 'once'); $table->nullableMorphs('other'); $table->addColumn('string', 'more');
                    $table->ourOwnColumns();
                });
                Schema::table('docs', function (Blueprint $table) {
                    $table->dropColumn(['title', 'subject_id']);
                    $table->string('code')->nullable(false)->change();
                    $table->renameColumn('code', 'number');
                });
                DB::statement('ALTER TABLE ' . $this->table . ' ENABLE ROW LEVEL SECURITY');
                foreach (['notes', 'tags'] as $name) {
                    Schema::create($name, function (Blueprint $table) { $table->id(); });
                }
                Schema::dropIfExists('old');
                Schema::rename('tags', 'labels');
            }
            public function down(): void {
                Schema::dropIfExists('docs');
            }
        };
        """,
    ) == [
        '7: CREATE TABLE "docs" ("id" uuid PRIMARY KEY, "company_id" bigint NOT NULL REFERENCES "companies", "owner_id" uuid REFERENCES "people", "title" varchar(255) UNIQUE DEFAULT \'x\', "tenant_id" uuid NOT NULL DEFAULT current_setting(\'app.tenant\')::uuid, "subject_type" varchar(255) NOT NULL, "subject_id" bigint NOT NULL, "created_at" timestamp(0), "updated_at" timestamp(0), "deleted_at" timestamp(0), "other_type" varchar(255), "other_id" bigint, "more" varchar(255) NOT NULL)',
        '12: CREATE INDEX ON "docs" ("tenant_id")',
        '13: ALTER TABLE "docs" ADD FOREIGN KEY ("tenant_id") REFERENCES "tenants" ("id")',
        '17: CREATE INDEX "by_title" ON "docs" ("tenant_id", "title")',
        '18: ALTER TABLE "docs" ADD CONSTRAINT "once" UNIQUE ("title", "subject_id")',
        '19: ALTER TABLE "docs" ADD COLUMN ? ?',
        '22: ALTER TABLE "docs" DROP COLUMN "title"',
        '22: ALTER TABLE "docs" DROP COLUMN "subject_id"',
        '23: ALTER TABLE "docs" ALTER COLUMN "code" TYPE varchar(255)',
        '23: ALTER TABLE "docs" ALTER COLUMN "code" SET NOT NULL',
        '24: ALTER TABLE "docs" RENAME COLUMN "code" TO "number"',
        "26: ALTER TABLE docs ENABLE ROW LEVEL SECURITY",
        '28: CREATE TABLE "notes" ("id" bigserial PRIMARY KEY)',
        '28: CREATE TABLE "tags" ("id" bigserial PRIMARY KEY)',
        '30: DROP TABLE IF EXISTS "old"',
        '31: ALTER TABLE "tags" RENAME TO "labels"',
    ]


def test_ecto() -> None:
    assert statements(
        ".exs",
        """
        defmodule App.Repo.Migrations.MakeDocs do
          use Ecto.Migration
          @tables ~w(notes tags)a

          def change do
            create table(:docs, primary_key: false, prefix: "app") do
              add :id, :binary_id, primary_key: true
              add :tenant_id, references(:tenants, column: :code, type: :string), null: false
              add :owner_id, references(:people, on_delete: :delete_all)
              add :labels, {:array, :string}
              add :level, :doc_level, default: fragment("current_setting('app.level')")
              timestamps(type: :utc_datetime, updated_at: false)
            end

            create unique_index(:docs, [:tenant_id, :owner_id], prefix: "app", where: "level = 'a'")

            for name <- @tables do
              create_if_not_exists table(name) do
                add :body, :text
              end

              execute("ALTER TABLE #{name} ENABLE ROW LEVEL SECURITY", "SELECT 1")
            end

            alter table(:notes) do
              add :open, :boolean, null: false, default: false
              modify :body, :string, null: false
              remove :old
            end

            rename table(:notes), :open, to: :shared
            rename table(:notes), to: table(:papers)
            drop_if_exists table(:old), mode: :cascade
          end
        end
        """,
    ) == [
        '6: CREATE TABLE "app"."docs" ("id" uuid PRIMARY KEY, "tenant_id" varchar(255) NOT NULL REFERENCES "tenants" ("code"), "owner_id" bigint REFERENCES "people", "labels" varchar(255)[], "level" doc_level DEFAULT current_setting(\'app.level\'), "inserted_at" timestamp(0) NOT NULL)',
        '15: CREATE UNIQUE INDEX ON "app"."docs" ("tenant_id", "owner_id") WHERE level = \'a\'',
        '18: CREATE TABLE IF NOT EXISTS "notes" ("id" bigint PRIMARY KEY, "body" text)',
        "22: ALTER TABLE notes ENABLE ROW LEVEL SECURITY",
        '18: CREATE TABLE IF NOT EXISTS "tags" ("id" bigint PRIMARY KEY, "body" text)',
        "22: ALTER TABLE tags ENABLE ROW LEVEL SECURITY",
        '26: ALTER TABLE "notes" ADD COLUMN "open" boolean NOT NULL DEFAULT false',
        '27: ALTER TABLE "notes" ALTER COLUMN "body" TYPE varchar(255)',
        '27: ALTER TABLE "notes" ALTER COLUMN "body" SET NOT NULL',
        '28: ALTER TABLE "notes" DROP COLUMN "old"',
        '31: ALTER TABLE "notes" RENAME COLUMN "open" TO "shared"',
        '32: ALTER TABLE "notes" RENAME TO "papers"',
        '33: DROP TABLE IF EXISTS "old" CASCADE',
    ]


def test_ef_core() -> None:
    assert statements(
        ".cs",
        """
        public partial class MakeDocs : Migration {
            protected override void Up(MigrationBuilder migrationBuilder) {
                migrationBuilder.EnsureSchema(name: "app");
                migrationBuilder.CreateTable(
                    name: "Docs",
                    schema: "app",
                    columns: table => new {
                        Id = table.Column<Guid>(type: "uuid", nullable: false, defaultValueSql: "gen_random_uuid()"),
                        TenantId = table.Column<Guid>(name: "tenant_id", type: "uuid", nullable: true),
                        Title = table.Column<string>(type: "character varying(40)", nullable: false)
                    },
                    constraints: table => {
                        table.PrimaryKey("PK_Docs", x => new { x.Id, x.Title });
                        table.ForeignKey(
                            name: "FK_Docs_Tenants",
                            column: x => x.TenantId,
                            principalTable: "Tenants",
                            principalColumn: "Id",
                            onDelete: ReferentialAction.Cascade);
                    });
                migrationBuilder.CreateIndex(name: "IX", schema: "app", table: "Docs", columns: new[] { "tenant_id", "Title" });
                migrationBuilder.AddColumn<int>(name: "Size", schema: "app", table: "Docs", type: "integer", nullable: false, defaultValue: 0);
                migrationBuilder.AlterColumn<long>(name: "Size", schema: "app", table: "Docs", type: "bigint", nullable: true);
                migrationBuilder.RenameColumn(name: "Size", schema: "app", table: "Docs", newName: "Length");
                migrationBuilder.RenameTable(name: "Docs", schema: "app", newName: "Papers", newSchema: "public");
                migrationBuilder.DropPrimaryKey(name: "PK_Docs", table: "Papers");
                migrationBuilder.DropColumn(name: "Length", table: "Papers");
                foreach (var table in new[] { "Papers", "Notes" })
                    migrationBuilder.Sql($"ALTER TABLE \\"{table}\\" ENABLE ROW LEVEL SECURITY");
                migrationBuilder.DropTable(name: "Notes");
            }
            protected override void Down(MigrationBuilder migrationBuilder) {
                migrationBuilder.DropTable(name: "Docs", schema: "app");
            }
        }
        """,
    ) == [
        '3: CREATE SCHEMA IF NOT EXISTS "app"',
        '4: CREATE TABLE "app"."Docs" ("Id" uuid NOT NULL DEFAULT gen_random_uuid(), "tenant_id" uuid, "Title" character varying(40) NOT NULL)',
        '13: ALTER TABLE "app"."Docs" ADD CONSTRAINT "PK_Docs" PRIMARY KEY ("Id", "Title")',
        '14: ALTER TABLE "app"."Docs" ADD CONSTRAINT "FK_Docs_Tenants" FOREIGN KEY ("tenant_id") REFERENCES "Tenants" ("Id")',
        '21: CREATE INDEX "IX" ON "app"."Docs" ("tenant_id", "Title")',
        '22: ALTER TABLE "app"."Docs" ADD COLUMN "Size" integer NOT NULL DEFAULT 0',
        '23: ALTER TABLE "app"."Docs" ALTER COLUMN "Size" TYPE bigint',
        '23: ALTER TABLE "app"."Docs" ALTER COLUMN "Size" DROP NOT NULL',
        '24: ALTER TABLE "app"."Docs" RENAME COLUMN "Size" TO "Length"',
        '25: ALTER TABLE "app"."Docs" SET SCHEMA "public"',
        '25: ALTER TABLE "public"."Docs" RENAME TO "Papers"',
        '26: ALTER TABLE "Papers" DROP CONSTRAINT IF EXISTS "PK_Docs" CASCADE',
        '27: ALTER TABLE "Papers" DROP COLUMN "Length"',
        '29: ALTER TABLE "Papers" ENABLE ROW LEVEL SECURITY',
        '29: ALTER TABLE "Notes" ENABLE ROW LEVEL SECURITY',
        '30: DROP TABLE IF EXISTS "Notes"',
    ]


def test_knex() -> None:
    assert statements(
        ".ts",
        """
        import { Knex } from "knex";
        const TABLES = ["notes", "tags"];
        export async function up(knex: Knex): Promise<void> {
          await knex.schema
            .createTable("docs", (table) => {
              table.uuid("id").primary().defaultTo(knex.raw("gen_random_uuid()"));
              table.uuid("tenant_id").notNullable().references("id").inTable("tenants").onDelete("CASCADE").index();
              table.bigInteger("owner_id").references("people.id");
              table.string("title", 40).unique();
              table.timestamps(true, true);
              table.specificType("labels", "text[]");
              table.unique(["title", "owner_id"]);
            })
            .createTable("others", (t) => { t.increments("number"); });
          await knex.schema.withSchema("app").createTable("docs", function (t) { t.integer("size"); });
          await knex.schema.alterTable("docs", (t) => { t.dropColumn("title"); t.text("body").notNullable(); t.magic(); });
          for (const name of TABLES) {
            await knex.schema.createTable(name, (t) => { t.uuid("id"); });
            await knex.raw(`ALTER TABLE ${name} ENABLE ROW LEVEL SECURITY`);
          }
          await knex.schema.renameTable("tags", "labels");
          await knex("docs").insert({ title: "x" });
          await knex.schema.dropTableIfExists("old");
        }
        export async function down(knex: Knex) { await knex.schema.dropTable("docs"); }
        """,
    ) == [
        '4: CREATE TABLE "docs" ("id" uuid PRIMARY KEY DEFAULT gen_random_uuid(), "tenant_id" uuid NOT NULL REFERENCES "tenants" ("id"), "owner_id" bigint REFERENCES "people" ("id"), "title" varchar(255) UNIQUE, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "labels" text[])',
        '7: CREATE INDEX ON "docs" ("tenant_id")',
        '12: ALTER TABLE "docs" ADD UNIQUE ("title", "owner_id")',
        '4: CREATE TABLE "others" ("number" serial PRIMARY KEY)',
        '15: CREATE TABLE "app"."docs" ("size" integer)',
        '16: ALTER TABLE "docs" DROP COLUMN "title"',
        '16: ALTER TABLE "docs" ADD COLUMN "body" text NOT NULL',
        '16: ALTER TABLE "docs" ADD COLUMN ? ?',
        '18: CREATE TABLE "notes" ("id" uuid)',
        "19: ALTER TABLE notes ENABLE ROW LEVEL SECURITY",
        '18: CREATE TABLE "tags" ("id" uuid)',
        "19: ALTER TABLE tags ENABLE ROW LEVEL SECURITY",
        '21: ALTER TABLE "tags" RENAME TO "labels"',
        '23: DROP TABLE IF EXISTS "old"',
    ]


def test_node_pg_migrate() -> None:
    assert statements(
        ".js",
        """
        exports.up = (pgm) => {
          pgm.createTable('docs', {
            id: 'id',
            body: 'text',
            tenant_id: { type: 'integer', notNull: true, references: '"tenants"', onDelete: 'cascade' },
            owner: { type: 'uuid', references: 'app.people(code)' },
            made: { type: 'timestamp', notNull: true, default: pgm.func('current_timestamp') },
          });
          pgm.addColumns('docs', { title: { type: 'varchar(40)', unique: true } });
          pgm.createIndex('docs', ['tenant_id', 'title'], { name: 'by_title' });
          pgm.alterTable('docs', { levelSecurity: 'ENABLE' });
          pgm.createPolicy('docs', 'mine', { command: 'SELECT', role: ['web'], using: "tenant_id = current_setting('app.tenant')::int" });
          pgm.alterColumn('docs', 'title', { type: 'text', notNull: true });
          pgm.createTable({ schema: 'app', name: 'docs' }, { id: { type: 'uuid', primaryKey: true } });
          pgm.dropColumns('docs', ['body', 'made']);
          pgm.renameColumn('docs', 'owner', 'author');
          pgm.dropTable('old', { ifExists: true, cascade: true });
        };
        exports.down = (pgm) => { pgm.dropTable('docs'); };
        """,
    ) == [
        '2: CREATE TABLE "docs" ("id" serial PRIMARY KEY, "body" text, "tenant_id" integer NOT NULL REFERENCES "tenants", "owner" uuid REFERENCES "app"."people" ("code"), "made" timestamp NOT NULL DEFAULT current_timestamp)',
        '9: ALTER TABLE "docs" ADD COLUMN "title" varchar(40) UNIQUE',
        '10: CREATE INDEX "by_title" ON "docs" ("tenant_id", "title")',
        '11: ALTER TABLE "docs" ENABLE ROW LEVEL SECURITY',
        '12: CREATE POLICY "mine" ON "docs" FOR SELECT TO web USING (tenant_id = current_setting(\'app.tenant\')::int)',
        '13: ALTER TABLE "docs" ALTER COLUMN "title" TYPE text',
        '13: ALTER TABLE "docs" ALTER COLUMN "title" SET NOT NULL',
        '14: CREATE TABLE "app"."docs" ("id" uuid PRIMARY KEY)',
        '15: ALTER TABLE "docs" DROP COLUMN "body"',
        '15: ALTER TABLE "docs" DROP COLUMN "made"',
        '16: ALTER TABLE "docs" RENAME COLUMN "owner" TO "author"',
        '17: DROP TABLE IF EXISTS "old" CASCADE',
    ]


def test_sequelize() -> None:
    assert statements(
        ".js",
        """
        module.exports = {
          async up(queryInterface, Sequelize) {
            await queryInterface.createTable('docs', {
              id: { type: Sequelize.UUID, defaultValue: Sequelize.literal('gen_random_uuid()'), primaryKey: true, allowNull: false },
              tenantId: { type: Sequelize.INTEGER, field: 'tenant_id', allowNull: false, references: { model: 'tenants', key: 'id' } },
              title: Sequelize.STRING(40),
              kind: { type: Sequelize.ENUM('a', 'b') },
              createdAt: { type: Sequelize.DATE, allowNull: false },
            });
            await queryInterface.addColumn({ tableName: 'docs', schema: 'app' }, 'size', Sequelize.BIGINT);
            await queryInterface.addColumn('docs', 'owner', { type: Sequelize.UUID, allowNull: true });
            await queryInterface.addConstraint('docs', { fields: ['owner'], type: 'foreign key', name: 'owned', references: { table: 'people', field: 'id' } });
            await queryInterface.addIndex('docs', ['tenant_id']);
            await queryInterface.removeColumn('docs', 'title');
            await queryInterface.sequelize.query('ALTER TABLE docs ENABLE ROW LEVEL SECURITY');
            await queryInterface.renameTable('docs', 'papers');
          },
          async down(queryInterface) { await queryInterface.dropTable('docs'); }
        };
        """,
    ) == [
        '3: CREATE TABLE "docs" ("id" uuid PRIMARY KEY DEFAULT gen_random_uuid(), "tenant_id" integer NOT NULL REFERENCES "tenants" ("id"), "title" varchar(255), "kind" text, "createdAt" timestamptz NOT NULL)',
        '3: ALTER TABLE "docs" ALTER COLUMN "kind" TYPE ?',
        '10: ALTER TABLE "app"."docs" ADD COLUMN "size" bigint',
        '11: ALTER TABLE "docs" ADD COLUMN "owner" uuid',
        '12: ALTER TABLE "docs" ADD CONSTRAINT "owned" FOREIGN KEY ("owner") REFERENCES "people" ("id")',
        '13: CREATE INDEX ON "docs" ("tenant_id")',
        '14: ALTER TABLE "docs" DROP COLUMN "title"',
        "15: ALTER TABLE docs ENABLE ROW LEVEL SECURITY",
        '16: ALTER TABLE "docs" RENAME TO "papers"',
    ]


def test_typeorm() -> None:
    assert statements(
        ".ts",
        """
        import { MigrationInterface, QueryRunner, Table, TableColumn, TableForeignKey } from 'typeorm';
        export class MakeDocs1 implements MigrationInterface {
          public async up(queryRunner: QueryRunner): Promise<void> {
            await queryRunner.createTable(new Table({
              name: 'docs',
              columns: [
                { name: 'id', type: 'uuid', isPrimary: true, default: 'gen_random_uuid()' },
                { name: 'tenant_id', type: 'uuid', isNullable: true },
                { name: 'title', type: 'varchar', isUnique: true },
              ],
              foreignKeys: [{ columnNames: ['tenant_id'], referencedTableName: 'tenants', referencedColumnNames: ['id'] }],
            }), true);
            await queryRunner.addColumn('docs', new TableColumn({ name: 'owner', type: 'int', isNullable: true }));
            await queryRunner.createForeignKey('docs', new TableForeignKey({ columnNames: ['owner'], referencedTableName: 'app.people', referencedColumnNames: ['id'] }));
            await queryRunner.query(`ALTER TABLE "docs" ENABLE ROW LEVEL SECURITY`);
            await queryRunner.dropColumn('docs', 'title');
          }
          public async down(queryRunner: QueryRunner): Promise<void> { await queryRunner.dropTable('docs'); }
        }
        """,
    ) == [
        '4: CREATE TABLE "docs" ("id" uuid PRIMARY KEY DEFAULT gen_random_uuid(), "tenant_id" uuid, "title" varchar NOT NULL UNIQUE)',
        '4: ALTER TABLE "docs" ADD FOREIGN KEY ("tenant_id") REFERENCES "tenants" ("id")',
        '13: ALTER TABLE "docs" ADD COLUMN "owner" integer',
        '14: ALTER TABLE "docs" ADD FOREIGN KEY ("owner") REFERENCES "app"."people" ("id")',
        '15: ALTER TABLE "docs" ENABLE ROW LEVEL SECURITY',
        '16: ALTER TABLE "docs" DROP COLUMN "title"',
    ]


def test_kysely() -> None:
    assert statements(
        ".ts",
        """
        import { Kysely, sql } from 'kysely';
        export async function up(db: Kysely<any>): Promise<void> {
          await db.schema.createTable('docs').ifNotExists()
            .addColumn('id', 'serial', (col) => col.primaryKey())
            .addColumn('tenant_id', 'uuid', (col) => col.notNull().references('tenants.id').onDelete('cascade'))
            .execute();
          await db.schema.alterTable('docs').addColumn('body', 'text').dropColumn('old').execute();
          await sql`ALTER TABLE docs ENABLE ROW LEVEL SECURITY`.execute(db);
        }
        """,
    ) == [
        '3: CREATE TABLE IF NOT EXISTS "docs" ("id" serial PRIMARY KEY, "tenant_id" uuid NOT NULL REFERENCES "tenants" ("id"))',
        '7: ALTER TABLE "docs" ADD COLUMN "body" text',
        '7: ALTER TABLE "docs" DROP COLUMN "old"',
        "8: ALTER TABLE docs ENABLE ROW LEVEL SECURITY",
    ]


def test_knex_without_an_import() -> None:
    assert statements(
        ".js",
        """
        exports.up = (knex) => knex.schema.createTable("docs", (table) => {
          table.uuid("id").primary().defaultTo(knex.raw("gen_random_uuid()"));
          table.timestamp("made", { useTz: false });
          table.timestamps();
        });
        """,
    ) == [
        '1: CREATE TABLE "docs" ("id" uuid PRIMARY KEY DEFAULT gen_random_uuid(), "made" timestamp, "created_at" timestamptz, "updated_at" timestamptz)'
    ]


def test_sea_orm() -> None:
    """Names are members of enumerations, which may say others."""
    assert statements(
        ".rs",
        """
        use sea_orm_migration::{prelude::*, schema::*};

        #[derive(DeriveMigrationName)]
        pub struct Migration;

        #[async_trait::async_trait]
        impl MigrationTrait for Migration {
            async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
                manager
                    .create_table(
                        Table::create()
                            .table(Doc::Table)
                            .if_not_exists()
                            .col(ColumnDef::new(Doc::Id).uuid().not_null().primary_key().default(Expr::cust("gen_random_uuid()")))
                            .col(ColumnDef::new(Doc::TenantId).uuid().not_null())
                            .col(ColumnDef::new(Doc::Title).string_len(40).unique_key().default("x"))
                            .col(ColumnDef::new(Alias::new("made_at")).timestamp_with_time_zone().not_null())
                            .foreign_key(
                                ForeignKey::create()
                                    .name("fk_tenant")
                                    .from(Doc::Table, Doc::TenantId)
                                    .to(Tenant::Table, Tenant::Id)
                                    .on_delete(ForeignKeyAction::Cascade),
                            )
                            .index(Index::create().unique().name("uq").col(Doc::TenantId).col(Doc::Title))
                            .to_owned(),
                    )
                    .await?;
                manager
                    .create_table(
                        Table::create()
                            .table(Note::Table)
                            .col(pk_auto(Note::Id))
                            .col(string(Note::Body))
                            .col(string_null(Note::More).unique_key())
                            .col(uuid(Note::DocId))
                            .primary_key(Index::create().col(Note::Body).col(Note::DocId))
                            .to_owned(),
                    )
                    .await?;
                manager.create_index(Index::create().name("by").table(Doc::Table).col(Doc::TenantId).col(Doc::Title).to_owned()).await?;
                manager.create_foreign_key(ForeignKey::create().name("fk2").from(Note::Table, Note::DocId).to(Doc::Table, Doc::Id).to_owned()).await?;
                manager.alter_table(Table::alter().table(Doc::Table).add_column(ColumnDef::new(Doc::Size).integer().not_null().default(0)).drop_column(Doc::Title).modify_column(ColumnDef::new(Doc::TenantId).text().null()).to_owned()).await?;
                manager.alter_table(Table::alter().table(Doc::Table).rename_column(Doc::Size, Alias::new("length")).to_owned()).await?;
                manager.get_connection().execute_unprepared("ALTER TABLE doc ENABLE ROW LEVEL SECURITY").await?;
                manager.rename_table(Table::rename().table(Note::Table, Alias::new("papers")).to_owned()).await?;
                manager.drop_table(Table::drop().table(Alias::new("old")).if_exists().to_owned()).await
            }
            async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
                manager.drop_table(Table::drop().table(Doc::Table).to_owned()).await
            }
        }

        #[derive(DeriveIden)]
        enum Doc { Table, Id, TenantId, Title, Size }
        #[derive(DeriveIden)]
        enum Tenant { #[sea_orm(iden = "tenants")] Table, Id }
        #[derive(DeriveIden)]
        enum Note { Table, Id, Body, More, #[sea_orm(iden = "document")] DocId }
        """,
    ) == [
        '9: CREATE TABLE IF NOT EXISTS "doc" ("id" uuid PRIMARY KEY DEFAULT gen_random_uuid(), "tenant_id" uuid NOT NULL, "title" varchar UNIQUE DEFAULT \'x\', "made_at" timestamptz NOT NULL)',
        '11: ALTER TABLE "doc" ADD CONSTRAINT "fk_tenant" FOREIGN KEY ("tenant_id") REFERENCES "tenants" ("id")',
        '11: CREATE UNIQUE INDEX "uq" ON "doc" ("tenant_id", "title")',
        '29: CREATE TABLE "note" ("id" serial PRIMARY KEY, "body" varchar NOT NULL, "more" varchar UNIQUE, "document" uuid NOT NULL)',
        '31: ALTER TABLE "note" ADD PRIMARY KEY ("body", "document")',
        '41: CREATE INDEX "by" ON "doc" ("tenant_id", "title")',
        '42: ALTER TABLE "note" ADD CONSTRAINT "fk2" FOREIGN KEY ("document") REFERENCES "doc" ("id")',
        '43: ALTER TABLE "doc" ADD COLUMN "size" integer NOT NULL DEFAULT 0',
        '43: ALTER TABLE "doc" DROP COLUMN "title"',
        '43: ALTER TABLE "doc" ALTER COLUMN "tenant_id" TYPE text',
        '43: ALTER TABLE "doc" ALTER COLUMN "tenant_id" DROP NOT NULL',
        '44: ALTER TABLE "doc" RENAME COLUMN "size" TO "length"',
        "45: ALTER TABLE doc ENABLE ROW LEVEL SECURITY",
        '46: ALTER TABLE "note" RENAME TO "papers"',
        '47: DROP TABLE IF EXISTS "old"',
    ]


def test_doctrine() -> None:
    assert statements(
        ".php",
        """
        <?php
        declare(strict_types=1);
        namespace DoctrineMigrations;
        use Doctrine\\DBAL\\Schema\\Schema;
        use Doctrine\\DBAL\\Types\\Types;
        use Doctrine\\Migrations\\AbstractMigration;
        final class Version2026 extends AbstractMigration
        {
            public function getDescription(): string { return 'docs'; }
            public function up(Schema $schema): void
            {
                $table = $schema->createTable('docs');
                $table->addColumn('id', 'guid');
                $table->addColumn('tenant_id', Types::GUID, ['notnull' => true]);
                $table->addColumn('title', 'string', ['length' => 40, 'notnull' => false, 'default' => 'x']);
                $table->addColumn('n', Types::BIGINT, ['autoincrement' => true])->setNotnull(true);
                $table->setPrimaryKey(['id']);
                $table->addUniqueIndex(['tenant_id', 'title'], 'uq');
                $table->addIndex(['title']);
                $table->addForeignKeyConstraint('tenants', ['tenant_id'], ['id'], ['onDelete' => 'CASCADE']);
                $other = $schema->getTable('notes');
                $other->addColumn('body', 'text');
                $other->dropColumn('old');
                $schema->dropTable('gone');
                $schema->renameTable('a', 'b');
                $this->addSql('ALTER TABLE docs ENABLE ROW LEVEL SECURITY');
                foreach (['x', 'y'] as $name) {
                    $this->addSql(sprintf('CREATE POLICY p ON %s USING (true)', $name));
                }
            }
            public function down(Schema $schema): void { $schema->dropTable('docs'); $this->addSql('DROP TABLE docs'); }
        }
        """,
    ) == [
        '12: CREATE TABLE "docs" ("id" uuid NOT NULL, "tenant_id" uuid NOT NULL, "title" varchar(255) DEFAULT \'x\', "n" bigint NOT NULL)',
        '16: ALTER TABLE "docs" ADD COLUMN ? ?',
        '17: ALTER TABLE "docs" ADD PRIMARY KEY ("id")',
        '18: CREATE UNIQUE INDEX "uq" ON "docs" ("tenant_id", "title")',
        '19: CREATE INDEX ON "docs" ("title")',
        '20: ALTER TABLE "docs" ADD FOREIGN KEY ("tenant_id") REFERENCES "tenants" ("id")',
        '20: CREATE INDEX ON "docs" ("tenant_id")',
        '22: ALTER TABLE "notes" ADD COLUMN "body" text NOT NULL',
        '23: ALTER TABLE "notes" DROP COLUMN "old"',
        '24: DROP TABLE IF EXISTS "gone"',
        '25: ALTER TABLE "a" RENAME TO "b"',
        "26: ALTER TABLE docs ENABLE ROW LEVEL SECURITY",
        "28: CREATE POLICY p ON x USING (true)",
        "28: CREATE POLICY p ON y USING (true)",
    ]


def test_mikro_orm() -> None:
    assert statements(
        ".ts",
        """
        import { Migration } from '@mikro-orm/migrations';
        export class Migration2026 extends Migration {
          override async up(): Promise<void> {
            this.addSql(`create table "docs" ("id" serial primary key, "tenant_id" uuid not null);`);
            this.addSql('alter table "docs" enable row level security;');
            await this.execute('alter table docs force row level security');
          }
          override async down(): Promise<void> { this.addSql('drop table docs'); }
        }
        """,
    ) == [
        '4: create table "docs" ("id" serial primary key, "tenant_id" uuid not null);',
        '5: alter table "docs" enable row level security;',
        "6: alter table docs force row level security",
    ]


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("knex.schema.alterTable('d', (t) => t.setNullable('a'))", ['ALTER TABLE "d" ALTER COLUMN "a" DROP NOT NULL']),
        ("knex.schema.alterTable('d', (t) => t.dropNullable('a'))", ['ALTER TABLE "d" ALTER COLUMN "a" SET NOT NULL']),
        (
            "knex.schema.alterTable('d', (t) => t.dropTimestamps())",
            ['ALTER TABLE "d" DROP COLUMN "created_at"', 'ALTER TABLE "d" DROP COLUMN "updated_at"'],
        ),
        ("knex.schema.alterTable('d', (t) => t.unique(['a', 'b'], 'once'))", ['ALTER TABLE "d" ADD CONSTRAINT "once" UNIQUE ("a", "b")']),
        ("queryInterface.addColumn('d', 'a', Sequelize.ARRAY(Sequelize.STRING))", ['ALTER TABLE "d" ADD COLUMN "a" varchar(255)[]']),
        (
            "queryRunner.changeColumn('d', 'a', new TableColumn({ name: 'a', type: 'bigint', isNullable: true }))",
            ['ALTER TABLE "d" ALTER COLUMN "a" TYPE bigint', 'ALTER TABLE "d" ALTER COLUMN "a" DROP NOT NULL'],
        ),
        ("queryRunner.createUniqueConstraint('d', new TableUnique({ columnNames: ['a', 'b'] }))", ['ALTER TABLE "d" ADD UNIQUE ("a", "b")']),
        (
            "kysely.schema.createTable('d').addColumn('a', sql`text[]`, (c) => c.defaultTo(sql`now()`)).execute()",
            ['CREATE TABLE "d" ("a" text[] DEFAULT now())'],
        ),
        ("kysely.schema.createIndex('i').unique().on('d').columns(['a', 'b']).execute()", ['CREATE UNIQUE INDEX "i" ON "d" ("a", "b")']),
        ("kysely.schema.createIndex('i').on('d').column('a').where('b', '=', 1).execute()", []),
        (
            "kysely.schema.alterTable('d').alterColumn('a', (c) => c.setDataType('text')).execute()",
            ['ALTER TABLE "d" ALTER COLUMN "a" TYPE text'],
        ),
        ("kysely.schema.alterTable('d').alterColumn('a', (c) => c.dropNotNull()).execute()", ['ALTER TABLE "d" ALTER COLUMN "a" DROP NOT NULL']),
    ],
)  # fmt: skip
def test_what_the_tools_were_seen_to_make(call: str, expected: list[str]) -> None:
    library, _, _ = call.partition(".")
    parameter = {"queryInterface": "queryInterface, Sequelize"}.get(library, library)
    imports = "import { sql } from 'kysely';\nimport { TableColumn, TableUnique } from 'typeorm';\n"
    imports = imports if library in ("kysely", "queryRunner") else ""
    program = f"{imports}export async function up({parameter}) {{ await {call}; }}\n"
    assert [each.partition(": ")[2] for each in statements(".ts", program)] == expected
