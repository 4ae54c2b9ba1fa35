"""Tables that a framework makes are judged with the SQL beside them, where the program says it."""

# ruff: noqa: E501

from __future__ import annotations

from pathlib import Path

import pytest

from tests.linting import findings_of, lint, rows_of

RAILS = {
    "db/migrate/1_docs.rb": """\
class Docs < ActiveRecord::Migration[7.1]
  def change
    create_table :docs do |t|
      t.bigint :tenant_id, null: false
    end
    execute "ALTER TABLE docs ENABLE ROW LEVEL SECURITY"
    execute "CREATE POLICY mine ON docs USING (tenant_id = current_setting('app.tenant')::bigint)"
    create_table :bills do |t|
      t.bigint :tenant_id, null: false
    end
  end
end
"""
}
LARAVEL = {
    "database/migrations/1_docs.php": """\
<?php
return new class extends Migration {
    public function up(): void {
        Schema::create('docs', function (Blueprint $table) {
            $table->foreignId('tenant_id');
        });
        DB::statement('ALTER TABLE docs ENABLE ROW LEVEL SECURITY');
        DB::statement("CREATE POLICY mine ON docs USING (tenant_id = current_setting('app.tenant')::bigint)");
        Schema::create('bills', function (Blueprint $table) {
            $table->foreignId('tenant_id');
        });
    }
};
"""
}
ECTO = {
    "priv/repo/migrations/1_docs.exs": """\
defmodule App.Repo.Migrations.Docs do
  use Ecto.Migration
  def change do
    create table(:docs) do
      add :tenant_id, :bigint, null: false
    end
    execute "ALTER TABLE docs ENABLE ROW LEVEL SECURITY"
    execute "CREATE POLICY mine ON docs USING (tenant_id = current_setting('app.tenant')::bigint)"
    create table(:bills) do
      add :tenant_id, :bigint, null: false
    end
  end
end
"""
}
EF_CORE = {
    "Migrations/1_Docs.cs": """\
public partial class Docs : Migration {
    protected override void Up(MigrationBuilder migrationBuilder) {
        migrationBuilder.CreateTable(name: "docs", columns: table => new {
            tenant_id = table.Column<long>(type: "bigint", nullable: false)
        });
        migrationBuilder.Sql("ALTER TABLE docs ENABLE ROW LEVEL SECURITY");
        migrationBuilder.Sql("CREATE POLICY mine ON docs USING (tenant_id = current_setting('app.tenant')::bigint)");
        migrationBuilder.CreateTable(name: "bills", columns: table => new {
            tenant_id = table.Column<long>(type: "bigint", nullable: false)
        });
    }
}
"""
}
KNEX = {
    "migrations/1_docs.ts": """\
import { Knex } from "knex";
export async function up(knex: Knex) {
  await knex.schema.createTable("docs", (table) => {
    table.bigInteger("tenant_id").notNullable();
  });
  await knex.raw("ALTER TABLE docs ENABLE ROW LEVEL SECURITY");
  await knex.raw("CREATE POLICY mine ON docs USING (tenant_id = current_setting('app.tenant')::bigint)");
  await knex.schema.createTable("bills", (table) => {
    table.bigInteger("tenant_id").notNullable();
  });
}
"""
}
NODE_PG_MIGRATE = {
    "migrations/1_docs.js": """\
exports.up = (pgm) => {
  pgm.createTable("docs", { tenant_id: { type: "bigint", notNull: true } });
  pgm.alterTable("docs", { levelSecurity: "ENABLE" });
  pgm.createPolicy("docs", "mine", { using: "tenant_id = current_setting('app.tenant')::bigint" });



  pgm.createTable("bills", { tenant_id: { type: "bigint", notNull: true } });
};
"""
}


@pytest.mark.parametrize(
    "files",
    [RAILS, LARAVEL, ECTO, EF_CORE, KNEX, NODE_PG_MIGRATE],
    ids=["rails", "laravel", "ecto", "efcore", "knex", "node-pg-migrate"],
)
def test_a_table_without_row_security_beside_one_with_it(
    tmp_path: Path, files: dict[str, str]
) -> None:
    result = lint(tmp_path, files)
    (found,) = findings_of(result, "rls-not-enabled")
    assert "public.bills" in found.finding.message
    assert found.place is not None and found.place.start.row in (8, 9)
    assert rows_of(result, "rls-enabled-no-policy") == []


@pytest.mark.parametrize(
    "call",
    [
        "protect_by_tenant :bills",
        "TenantPolicies.apply(:bills)",
        "include Shielded; shield table: :bills",
    ],
)
def test_a_call_that_nobody_knows_may_make_row_security(tmp_path: Path, call: str) -> None:
    (path, content), *_ = RAILS.items()
    changed = content.replace("    create_table :bills", "    create_table :bills", 1)
    changed = changed.replace("  end\nend\n", f"    {call}\n  end\nend\n")
    result = lint(tmp_path, {path: changed})
    assert findings_of(result, "rls-not-enabled") == []


def test_such_a_call_leaves_the_other_tables_as_they_are(tmp_path: Path) -> None:
    (path, content), *_ = RAILS.items()
    changed = content.replace("  end\nend\n", "    protect_by_tenant :docs\n  end\nend\n")
    result = lint(tmp_path, {path: changed})
    assert rows_of(result, "rls-not-enabled") == [8]


def test_a_table_whose_name_is_not_known_is_no_table(tmp_path: Path) -> None:
    (path, content), *_ = RAILS.items()
    changed = content.replace(":bills", 'ENV["TABLE"]')
    assert findings_of(lint(tmp_path, {path: changed}), "rls-not-enabled") == []


def test_columns_that_are_not_known_may_be_there(tmp_path: Path) -> None:
    (path, content), *_ = RAILS.items()
    changed = content.replace(
        "create_table :docs do |t|\n      t.bigint :tenant_id, null: false",
        "create_table :docs do |t|\n      t.our_own_columns",
    )
    result = lint(tmp_path, {path: changed})
    assert findings_of(result, "policy-does-not-typecheck") == []
    assert findings_of(result, "policy-no-row-reference") == []


def test_what_the_migrator_says_decides_whose_schema_it_is(tmp_path: Path) -> None:
    """A prefix of Ecto's migrator puts unqualified tables into another schema."""
    migrator = 'Ecto.Migrator.run(repo, :up, all: true, prefix: "app")\n'
    result = lint(tmp_path, {**ECTO, "lib/migrate.ex": migrator})
    assert findings_of(result, "rls-not-enabled") == []


_NAMED = {
    "db/migrate/1_enable_rls.rb": """\
class EnableRowLevelSecurity < ActiveRecord::Migration[7.1]
  def up
    enable_rls
  end
  def enable_rls
    execute "CREATE TABLE docs (id int)"
    execute "ALTER TABLE docs ENABLE ROW LEVEL SECURITY"
    execute "CREATE POLICY p ON docs USING (true)"
  end
end
""",
    "src/Migrations/20240501000000_EnableRls.cs": """\
public partial class EnableRls : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.Sql("CREATE TABLE docs (id int)");
        migrationBuilder.Sql("ALTER TABLE docs ENABLE ROW LEVEL SECURITY");
        migrationBuilder.Sql("CREATE POLICY p ON docs USING (true)");
    }
}
""",
    "priv/repo/migrations/1_enable_rls.exs": """\
defmodule App.Repo.Migrations.EnableRls do
  use Ecto.Migration
  def up do
    execute "CREATE TABLE docs (id int)"
    execute "ALTER TABLE docs ENABLE ROW LEVEL SECURITY"
    execute "CREATE POLICY p ON docs USING (true)"
  end
end
""",
    "migrations/versions/0002_enable_rls.py": """\
from alembic import op
revision = "0002_enable_rls"
down_revision = None
def upgrade():
    op.execute("CREATE TABLE docs (id int)")
    op.execute("ALTER TABLE docs ENABLE ROW LEVEL SECURITY")
    op.execute("CREATE POLICY p ON docs USING (true)")
""",
    "migrations/2_enable_rls.go": """\
package migrations
import ("context"; "database/sql"; "github.com/pressly/goose/v3")
func init() { goose.AddMigrationContext(upEnableRLS, downEnableRLS) }
func upEnableRLS(ctx context.Context, tx *sql.Tx) error {
    tx.ExecContext(ctx, "CREATE TABLE docs (id int)")
    tx.ExecContext(ctx, "ALTER TABLE docs ENABLE ROW LEVEL SECURITY")
    tx.ExecContext(ctx, "CREATE POLICY p ON docs USING (true)")
    return nil
}
func downEnableRLS(ctx context.Context, tx *sql.Tx) error { return nil }
""",
    "migration/src/m20240501_000000_enable_rls.rs": """\
pub struct EnableRls;
impl MigrationTrait for EnableRls {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared("CREATE TABLE docs (id int)").await?;
        db.execute_unprepared("ALTER TABLE docs ENABLE ROW LEVEL SECURITY").await?;
        db.execute_unprepared("CREATE POLICY p ON docs USING (true)").await?;
        Ok(())
    }
}
""",
}


@pytest.mark.parametrize("path", _NAMED)
def test_a_migration_is_read_whatever_it_is_called(tmp_path: Path, path: str) -> None:
    result = lint(tmp_path, {path: _NAMED[path]})
    assert "policy-using-true" in {each.name for each in result.findings}


def test_a_default_may_be_a_function_that_takes_no_brackets(tmp_path: Path) -> None:
    table = (
        "from alembic import op\nimport sqlalchemy as sa\n"
        'revision = "1"\ndown_revision = None\ndef upgrade():\n'
        '    op.create_table("docs", sa.Column("id", sa.Integer()),\n'
        '        sa.Column("made", sa.Date(), server_default=sa.func.current_date()))\n'
        '    op.execute("ALTER TABLE docs ENABLE ROW LEVEL SECURITY")\n'
        '    op.execute("CREATE POLICY p ON docs USING (true)")\n'
    )
    found = {each.name for each in lint(tmp_path, {"migrations/versions/1.py": table}).findings}
    assert "unparsable-sql" not in found
    assert "policy-using-true" in found
