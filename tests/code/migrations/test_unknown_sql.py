"""Migrations that run SQL of which nothing is known, and SQL of files that they read."""

# ruff: noqa: E501

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from tests.command_line import rlslint
from tests.linting import findings_of, lint, rows_of

SCRIPT = """\
CREATE TABLE docs (tenant_id bigint);
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY everyone ON docs USING (true);
"""


class Written(NamedTuple):
    """A migration of a framework: UP and DOWN are what it runs, each on a line of its own."""

    path: str
    text: str
    unknown: tuple[str, ...]
    """Calls that run SQL of which nothing is known."""
    data: tuple[str, ...]
    """Calls that run nothing unknown which matters."""
    reads: tuple[str, ...]
    """Calls that run the SQL of sql/policies.sql."""


RAILS = Written(
    "db/migrate/20240101000000_docs.rb",
    """\
class Docs < ActiveRecord::Migration[7.1]
  def up
    UP
  end
  def down
    execute undo_everything
  end
end
""",
    (
        "execute policies_of(organization)",
        "execute File.read(path)",
        'execute "#{statement};"',
        "safety_assured { execute build }",
        "ActiveRecord::Base.connection.execute(build)",
        'Dir.glob("db/*.sql").each { |file| execute File.read(file) }',
    ),
    (
        'execute "INSERT INTO docs VALUES (#{id})"',
        'execute "UPDATE docs SET id = #{id}"',
        'execute "VACUUM"',
        "reversible { |way| way.down { execute build } }",
    ),
    (
        'execute File.read(Rails.root.join("sql", "policies.sql"))',
        'execute Rails.root.join("sql/policies.sql").read',
        'execute File.read("#{Rails.root}/sql/policies.sql")',
        'File.read("sql/policies.sql").split(";").each { |each| execute each }',
    ),
)
KNEX = Written(
    "migrations/20240101000000_docs.js",
    """\
const fs = require('fs'), path = require('path');
exports.up = async (knex) => {
  UP
};
exports.down = async (knex) => { await knex.raw(undo()); };
""",
    ("await knex.raw(policies());", "await knex.schema.raw(rows[0].sql);"),
    (
        "await knex.raw(`INSERT INTO docs VALUES (${id})`);",
        "await knex('docs').insert(rows);",
    ),
    (
        "await knex.raw(fs.readFileSync(path.join(__dirname, '../sql/policies.sql'), 'utf8'));",
        "await knex.raw(fs.readFileSync(`${__dirname}/../sql/policies.sql`).toString('utf8'));",
        "for (const each of fs.readFileSync('sql/policies.sql', 'utf8').split(';').filter(Boolean)) await knex.raw(each);",
    ),
)
TYPEORM = Written(
    "migrations/1700000000000-Docs.ts",
    """\
import { MigrationInterface, QueryRunner } from 'typeorm';
import { readFileSync } from 'fs';
import { join } from 'path';
export class Docs1700000000000 implements MigrationInterface {
  public async up(queryRunner: QueryRunner): Promise<void> {
    UP
  }
  public async down(queryRunner: QueryRunner): Promise<void> { await queryRunner.query(undo()); }
}
""",
    ("await queryRunner.query(build());", "await queryRunner.query(this.sql);"),
    ("await queryRunner.query(`DELETE FROM docs WHERE id = ${id}`);",),
    (
        "await queryRunner.query(readFileSync(join(__dirname, '..', 'sql', 'policies.sql'), 'utf8'));",
    ),
)
SEQUELIZE = Written(
    "migrations/20240101000000-docs.js",
    """\
const fs = require('fs');
module.exports = {
  async up(queryInterface, Sequelize) {
    UP
  },
  async down(queryInterface) { await queryInterface.sequelize.query(undo()); }
};
""",
    ("await queryInterface.sequelize.query(build());",),
    ("await queryInterface.bulkInsert('docs', rows);",),
    (
        "await queryInterface.sequelize.query(fs.readFileSync(__dirname + '/../sql/policies.sql', 'utf8'));",
    ),
)
EF_CORE = Written(
    "Migrations/20240101000000_Docs.cs",
    """\
using Microsoft.EntityFrameworkCore.Migrations;
public partial class Docs : Migration {
    protected override void Up(MigrationBuilder migrationBuilder) {
        UP
    }
    protected override void Down(MigrationBuilder migrationBuilder) { migrationBuilder.Sql(Undo()); }
}
""",
    ("migrationBuilder.Sql(Policies.All());", "migrationBuilder.Sql(sql: text);"),
    ('migrationBuilder.Sql($"INSERT INTO docs VALUES ({id})");',),
    (
        'migrationBuilder.Sql(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "sql", "policies.sql")));',
    ),
)
LARAVEL = Written(
    "database/migrations/2024_01_01_000000_docs.php",
    """\
<?php
use Illuminate\\Database\\Migrations\\Migration;
return new class extends Migration {
    public function up(): void {
        UP
    }
    public function down(): void { DB::unprepared(undo()); }
};
""",
    ("DB::unprepared(policies());", "DB::statement($this->build());"),
    ("DB::table('docs')->update(['id' => DB::raw($expression)]);", "$statement->execute($values);"),
    (
        "DB::unprepared(file_get_contents(__DIR__ . '/../../sql/policies.sql'));",
        "DB::unprepared(file_get_contents(base_path('sql/policies.sql')));",
    ),
)
ECTO = Written(
    "priv/repo/migrations/20240101000000_docs.exs",
    """\
defmodule App.Repo.Migrations.Docs do
  use Ecto.Migration
  def up do
    UP
  end
  def down do
    execute(Policies.undo())
  end
  def named do
    execute("SELECT 1")
  end
end
""",
    ("execute(Policies.all())", "repo().query!(build())"),
    ('execute("INSERT INTO docs VALUES (#{id})")', "execute(&named/0, &down/0)"),
    ('execute(File.read!("sql/policies.sql"))', 'execute_file("sql/policies.sql")'),
)
GOOSE = Written(
    "migrations/00001_docs.go",
    """\
package migrations

import (
	"context"
	"database/sql"
	"os"

	"github.com/pressly/goose/v3"
)

func init() {
	goose.AddMigrationContext(upDocs, downDocs)
}

func upDocs(ctx context.Context, tx *sql.Tx) error {
	UP
	return nil
}

func downDocs(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, undo())
	return err
}
""",
    ("tx.ExecContext(ctx, policies.All())", "tx.Exec(string(content))"),
    ('statement, _ := tx.Prepare("INSERT INTO docs VALUES ($1)"); statement.Exec(id)',),
    ('data, _ := os.ReadFile("sql/policies.sql"); tx.Exec(string(data))',),
)
SEA_ORM = Written(
    "migration/src/m20240101_000001_docs.rs",
    """\
use sea_orm_migration::prelude::*;
pub struct Migration;
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        UP
        Ok(())
    }
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(&undo()).await?;
        Ok(())
    }
}
""",
    ("db.execute_unprepared(&policies()).await?;",),
    ("docs::Entity::insert_many(rows).exec(db).await?;",),
    ('db.execute_unprepared(include_str!("../../sql/policies.sql")).await?;',),
)
FLYWAY = Written(
    "src/main/java/db/migration/V1__Docs.java",
    """\
package db.migration;
import org.flywaydb.core.api.migration.*;
import java.nio.file.*;
import java.sql.Statement;
public class V1__Docs extends BaseJavaMigration {
    public void migrate(Context context) throws Exception {
        try (Statement statement = context.getConnection().createStatement()) {
            UP
        }
    }
}
""",
    ('statement.execute(Policies.of("docs"));',),
    ('statement.execute("INSERT INTO docs VALUES (" + id + ")");',),
    ('statement.execute(Files.readString(Path.of("sql/policies.sql")));',),
)
FRAMEWORKS = (
    RAILS, KNEX, TYPEORM, SEQUELIZE, EF_CORE, LARAVEL, ECTO, GOOSE, SEA_ORM, FLYWAY,
)  # fmt: skip


@pytest.mark.parametrize(
    ("written", "call"), [(each, call) for each in FRAMEWORKS for call in each.unknown]
)
def test_sql_of_which_nothing_is_known_is_said(tmp_path: Path, written: Written, call: str) -> None:
    line = written.text.partition("UP\n")[0].count("\n") + 1
    result = lint(tmp_path, {written.path: written.text.replace("UP\n", f"{call}\n", 1)})
    (found,) = findings_of(result, "unresolved-dynamic-ddl")
    assert found.place is not None and found.place.start.row == line
    run = rlslint("check", ".", cwd=tmp_path)
    assert "No findings" not in run.stderr
    assert "1 statement that could not be followed" in run.stderr


@pytest.mark.parametrize(
    ("written", "call"), [(each, call) for each in FRAMEWORKS for call in each.data]
)
def test_what_changes_rows_or_leads_back_is_not_unknown(
    tmp_path: Path, written: Written, call: str
) -> None:
    result = lint(tmp_path, {written.path: written.text.replace("UP\n", f"{call}\n", 1)})
    assert findings_of(result, "unresolved-dynamic-ddl") == []


@pytest.mark.parametrize(
    ("written", "call"), [(each, call) for each in FRAMEWORKS for call in each.reads]
)
def test_a_file_that_is_read_by_a_constant_path_is_carried_out(
    tmp_path: Path, written: Written, call: str
) -> None:
    migration = written.text.replace("UP\n", f"{call}\n", 1)
    result = lint(tmp_path, {written.path: migration, "sql/policies.sql": SCRIPT})
    (found,) = findings_of(result, "policy-using-true")
    assert found.place is not None and found.place.path.endswith("sql/policies.sql")
    assert rows_of(result, "unresolved-dynamic-ddl") == []


def test_what_such_sql_may_have_undone_is_not_judged(tmp_path: Path) -> None:
    everyone = 'execute "CREATE POLICY everyone ON docs USING (true)"'
    table = (
        'execute "CREATE TABLE docs (id int)"; execute "ALTER TABLE docs ENABLE ROW LEVEL SECURITY"'
    )
    for number, calls in enumerate(((table, everyone), (table, everyone, "execute build"))):
        migration = RAILS.text.replace("UP\n", "; ".join(calls) + "\n")
        result = lint(tmp_path / str(number), {RAILS.path: migration})
        assert len(findings_of(result, "policy-using-true")) == 1 - number


LISTS = (
    (
        RAILS.path,
        RAILS.text.replace(
            "UP\n", "execute([\n'CREATE TABLE docs (id int)',\nPolicies::ALL,\n'SELECT 1'])\n", 1
        ),
        5,
    ),
    (
        TYPEORM.path,
        TYPEORM.text.replace(
            "UP\n",
            "await queryRunner.query([\n'CREATE TABLE docs (id int)',\n`ALTER TABLE docs ADD t int`,\npolicies()])\n",
            1,
        ),
        0,
    ),
    (
        "app/migrations/0001_docs.py",
        "from acme import POLICY\nfrom django.db import migrations\nclass Migration(migrations.Migration):\n"
        "    operations = [migrations.RunSQL([\n        'CREATE TABLE docs (id int)',\n        POLICY,\n"
        "        ('ALTER TABLE docs ADD t text DEFAULT %s', ['a']),\n    ])]\n",
        6,
    ),
)


ALEMBIC = (
    "from acme import POLICY\nfrom alembic import op\nrevision = 'a'\ndown_revision = None\n"
    "def upgrade():\n    for one in ('CREATE TABLE docs (id int)', POLICY):\n        op.execute(one)\n"
)


@pytest.mark.parametrize(
    ("path", "text", "row"), (*LISTS, ("alembic/versions/0001_docs.py", ALEMBIC, 7))
)
def test_of_a_list_each_statement_of_which_nothing_is_known_is_said(
    tmp_path: Path, path: str, text: str, row: int
) -> None:
    result = lint(tmp_path, {path: text})
    known = row or text[: text.index("policies()")].count("\n") + 1
    assert rows_of(result, "unresolved-dynamic-ddl") == [known]
    assert result.checked.tables == 1


def test_values_beside_sql_in_a_list_are_no_statements(tmp_path: Path) -> None:
    call = "execute(['INSERT INTO docs VALUES (?)', tenant])\n"
    result = lint(tmp_path, {RAILS.path: RAILS.text.replace("UP\n", call, 1)})
    assert rows_of(result, "unresolved-dynamic-ddl") == []


def test_of_a_list_that_is_sent_all_statements_are_looked_at(tmp_path: Path) -> None:
    program = (
        "import { Pool } from 'pg';\nimport { more } from '@acme/sql';\nconst pool = new Pool();\n"
        "export async function f() {\n  const c = await pool.connect();\n"
        "  await c.query(['SELECT 1', more,\n    \"SET app.t = 'a'\"]);\n}\n"
    )
    schema = "CREATE TABLE docs (t text); ALTER TABLE docs ENABLE ROW LEVEL SECURITY;"
    policy = "CREATE POLICY own ON docs USING (t = current_setting('app.t', true));"
    result = lint(tmp_path, {"migrations/1.sql": schema + policy, "db.ts": program})
    assert rows_of(result, "session-set-tenant") == [7]
    assert result.checked.queries == 3
