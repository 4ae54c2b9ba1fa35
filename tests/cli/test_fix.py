"""`rlslint fix`: the next migration of each layout, what it ends, and what it leaves alone."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from rlslint.cli.writing import NotAllWritten, write_all
from rlslint.files.continuation import NewFile
from tests.advice import loaded, shown_by
from tests.command_line import Run, rlslint
from tests.postgres import Server
from tests.reach import gained

SETUP = """CREATE ROLE web LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
CREATE INDEX ON docs (tenant_id);
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON docs TO web
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant', true), '')::int));
GRANT SELECT ON docs TO web;
"""
NOTES = """CREATE TABLE notes (id int PRIMARY KEY, tenant_id int NOT NULL);
GRANT SELECT ON notes TO web;
"""
ENABLED = "ALTER TABLE public.notes ENABLE ROW LEVEL SECURITY"
POLICY = "CREATE POLICY own ON public.notes"
INDEX = "CREATE INDEX CONCURRENTLY notes_tenant_id_idx ON public.notes (tenant_id)"
LOCKING = "CREATE INDEX notes_tenant_id_idx ON public.notes (tenant_id)"


def both(before: str, after: str = "", below: str = "") -> tuple[str, str]:
    return f"{before}\n{SETUP}{after}", f"{before}\n{NOTES}{below}"


def python(head: str, sql: str, tail: str = "") -> str:
    return f'{head}    op.execute("""{sql}""")\n{tail}'


def alembic(revision: str, down: str, sql: str) -> str:
    return (
        f"from alembic import op\nrevision = {revision!r}\ndown_revision = {down}\n\n"
        f'def upgrade():\n    op.execute("""{sql}""")\n\ndef downgrade():\n    pass\n'
    )


def django(dependencies: str, sql: str) -> str:
    return (
        "from django.db import migrations\n\nclass Migration(migrations.Migration):\n"
        f"    dependencies = [{dependencies}]\n"
        f'    operations = [migrations.RunSQL("""{sql}""")]\n'
    )


def rails(name: str, sql: str) -> str:
    return (
        f"class {name} < ActiveRecord::Migration[7.1]\n  def up\n    execute <<~SQL\n{sql}"
        "    SQL\n  end\nend\n"
    )


def knex(sql: str) -> str:
    return f"exports.up = (knex) => knex.raw(`{sql}`);\nexports.down = async () => {{}};\n"


def pgm(sql: str) -> str:
    return f"exports.up = (pgm) => {{ pgm.sql(`{sql}`); }};\nexports.down = () => {{}};\n"


def typeorm(name: str, sql: str) -> str:
    return (
        'import { MigrationInterface, QueryRunner } from "typeorm";\n'
        f"export class {name} implements MigrationInterface {{\n"
        "  public async up(queryRunner: QueryRunner): Promise<void> {\n"
        f"    await queryRunner.query(`{sql}`);\n  }}\n"
        "  public async down(queryRunner: QueryRunner): Promise<void> {}\n}\n"
    )


def ecto(name: str, sql: str) -> str:
    return (
        f"defmodule Shop.Repo.Migrations.{name} do\n  use Ecto.Migration\n\n  def up do\n"
        f'    execute("""\n{sql}    """)\n  end\n\n  def down, do: :ok\nend\n'
    )


def laravel(sql: str) -> str:
    return (
        "<?php\nuse Illuminate\\Database\\Migrations\\Migration;\n"
        "use Illuminate\\Support\\Facades\\DB;\nreturn new class extends Migration\n{\n"
        "    public function up(): void\n    {\n"
        f"        DB::unprepared('{quoted(sql)}');\n    }}\n}};\n"
    )


def quoted(sql: str) -> str:
    return sql.replace("'", "\\'")


def journal(*tags: str) -> str:
    entries = ", ".join(
        f'{{"idx": {n}, "version": "7", "when": {1700000000000 + n}, "tag": "{tag}"}}'
        for n, tag in enumerate(tags)
    )
    return f'{{\n  "version": "7",\n  "dialect": "postgresql",\n  "entries": [{entries}]\n}}\n'


class Layout(NamedTuple):
    """The files of a project, the names of those that mend it, with what stands in each."""

    name: str
    files: dict[str, str]
    made: tuple[tuple[str, tuple[str, ...]], ...]


LAYOUTS = (
    Layout(
        "numbered",
        {"migrations/0001_docs.sql": SETUP, "migrations/0002_add_notes.sql": NOTES},
        (("migrations/0003_mend_row_security.sql", (ENABLED, POLICY, LOCKING)),),
    ),
    Layout(
        "sections of one's own",
        dict(zip(("migrations/1-docs.sql", "migrations/2-add-notes.sql"),
                 both("-- UP", "-- DOWN\nDROP TABLE docs;", "-- DOWN\nDROP TABLE notes;"),
                 strict=True)),
        (("migrations/3-mend-row-security.sql",
          ("-- UP\n", ENABLED, LOCKING, "-- DOWN\nDROP INDEX public.notes_tenant_id_idx;")),),
    ),
    Layout(
        "flyway",
        {"sql/V1__Docs.sql": SETUP, "sql/V2__Add_notes.sql": NOTES, "sql/R__nothing.sql": ""},
        (("sql/V3__Mend_row_security.sql", (ENABLED,)),
         ("sql/V4__Row_security_indexes.sql", (INDEX,))),
    ),
    Layout(
        "goose",
        dict(zip(("db/001_docs.sql", "db/002_notes.sql"), both("-- +goose Up"), strict=True)),
        (("db/003_mend_row_security.sql", ("-- +goose Up\n", ENABLED, "-- +goose Down")),
         ("db/004_row_security_indexes.sql",
          ("-- +goose NO TRANSACTION\n-- +goose Up\n", INDEX,
           "-- +goose Down\nDROP INDEX CONCURRENTLY public.notes_tenant_id_idx;"))),
    ),
    Layout(
        "dbmate",
        dict(zip(("db/migrations/20200101000000_docs.sql",
                  "db/migrations/29990101000000_add_notes.sql"),
                 both("-- migrate:up"), strict=True)),
        (("db/migrations/29990101000001_mend_row_security.sql", ("-- migrate:up\n", ENABLED)),
         ("db/migrations/29990101000002_row_security_indexes.sql",
          ("-- migrate:up transaction:false\n", INDEX, "-- migrate:down transaction:false\n"))),
    ),
    Layout(
        "golang-migrate",
        {"m/000001_docs.up.sql": SETUP, "m/000001_docs.down.sql": "DROP TABLE docs;",
         "m/000002_notes.up.sql": NOTES, "m/000002_notes.down.sql": "DROP TABLE notes;"},
        (("m/000003_mend_row_security.up.sql", (ENABLED,)),
         ("m/000003_mend_row_security.down.sql", ("-- Not taken back:",)),
         ("m/000004_row_security_indexes.up.sql", (INDEX,)),
         ("m/000004_row_security_indexes.down.sql", ("DROP INDEX CONCURRENTLY",))),
    ),
    Layout(
        "sql-migrate",
        dict(zip(("m/1.sql", "m/2.sql"), both("-- +migrate Up"), strict=True)),
        (("m/3.sql", ("-- +migrate Up\n", ENABLED)),
         ("m/4.sql", ("-- +migrate Up notransaction\n", INDEX))),
    ),
    Layout(
        "sqlx",
        {"migrations/20240101000000_docs.sql": SETUP,
         "migrations/20240102000000_notes.sql": f"-- no-transaction\n{NOTES}",
         "migrations/29990102000000_more.sql": "SELECT 1;"},
        (("migrations/29990102000001_mend_row_security.sql", (ENABLED,)),
         ("migrations/29990102000002_row_security_indexes.sql", ("-- no-transaction\n", INDEX))),
    ),
    Layout(
        "prisma",
        {"prisma/migrations/20240101000000_docs/migration.sql": SETUP,
         "prisma/migrations/29990101000000_notes/migration.sql": NOTES},
        (("prisma/migrations/29990101000001_mend_row_security/migration.sql", (ENABLED,)),
         ("prisma/migrations/29990101000002_row_security_indexes/migration.sql", (INDEX,))),
    ),
    Layout(
        "diesel",
        {"migrations/2024-01-01-000000_docs/up.sql": SETUP,
         "migrations/2999-01-01-000000_notes/up.sql": NOTES,
         "migrations/2999-01-01-000000_notes/down.sql": "DROP TABLE notes;"},
        (("migrations/2999-01-01-000001_mend_row_security/up.sql", (ENABLED,)),
         ("migrations/2999-01-01-000001_mend_row_security/down.sql", ("-- Not taken back",)),
         ("migrations/2999-01-01-000002_row_security_indexes/up.sql", (INDEX,)),
         ("migrations/2999-01-01-000002_row_security_indexes/down.sql", ("DROP INDEX",)),
         ("migrations/2999-01-01-000002_row_security_indexes/metadata.toml",
          ("run_in_transaction = false",))),
    ),
    Layout(
        "supabase",
        {"supabase/migrations/20240101000000_docs.sql": SETUP,
         "supabase/migrations/29990101000000_add_notes.sql": NOTES},
        (("supabase/migrations/29990101000001_mend_row_security.sql", (ENABLED, LOCKING)),),
    ),
    Layout(
        "drizzle",
        {"drizzle/0000_docs.sql": SETUP, "drizzle/0001_notes.sql": NOTES,
         "drizzle/meta/_journal.json": journal("0000_docs", "0001_notes")},
        (("drizzle/0002_mend_row_security.sql",
          (ENABLED, "\n--> statement-breakpoint\n", LOCKING)),),
    ),
    Layout(
        "sqitch",
        {"sqitch.plan": "%syntax-version=1.0.0\n%project=shop\n\n"
         "docs 2024-01-01T00:00:00Z Ada <ada@shop.example> # Docs\n"
         "notes [docs] 2024-01-02T00:00:00Z Ada <ada@shop.example> # Notes\n",
         "deploy/docs.sql": SETUP, "deploy/notes.sql": NOTES},
        (("deploy/mend_row_security.sql", ("BEGIN;\n", ENABLED, "COMMIT;\n")),
         ("revert/mend_row_security.sql", ("BEGIN;\n", "-- Not taken back")),
         ("verify/mend_row_security.sql", ("ROLLBACK;\n",)),
         ("deploy/row_security_indexes.sql", (INDEX,)),
         ("revert/row_security_indexes.sql", ("DROP INDEX CONCURRENTLY",)),
         ("verify/row_security_indexes.sql", ())),
    ),
    Layout(
        "liquibase",
        {"changelog/01-docs.sql": f"--liquibase formatted sql\n--changeset ada:1\n{SETUP}",
         "changelog/02-notes.sql": f"--liquibase formatted sql\n--changeset ada:2\n{NOTES}"},
        (("changelog/03-mend-row-security.sql",
          ("--liquibase formatted sql\n", "--changeset rlslint:03-mend-row-security", ENABLED)),
         ("changelog/04-row-security-indexes.sql",
          ("runInTransaction:false", INDEX, "--rollback DROP INDEX CONCURRENTLY"))),
    ),
    Layout(
        "tern",
        dict(zip(("m/001_docs.sql", "m/002_notes.sql"),
                 both("", below="---- create above / drop below ----\nDROP TABLE notes;\n",
                      after="---- create above / drop below ----\nDROP TABLE docs;\n"),
                 strict=True)),
        (("m/003_mend_row_security.sql", (ENABLED, "---- create above / drop below ----\n")),
         ("m/004_row_security_indexes.sql", ("---- tern: disable-tx ----\n", INDEX))),
    ),
    Layout(
        "alembic",
        {"alembic/versions/0a1b2c_docs.py": alembic("0a1b2c", "None", SETUP),
         "alembic/versions/1b2c3d_notes.py": alembic("1b2c3d", "'0a1b2c'", NOTES)},
        (("alembic/versions/*_mend_row_security.py", ('down_revision = "1b2c3d"', ENABLED)),
         ("alembic/versions/*_row_security_indexes.py", ("autocommit_block():", INDEX))),
    ),
    Layout(
        "alembic with numbers",
        {"alembic/versions/0001_docs.py": alembic("0001", "None", SETUP),
         "alembic/versions/0002_notes.py": alembic("0002", "'0001'", NOTES)},
        (("alembic/versions/0003_mend_row_security.py",
          ('revision = "0003"', 'down_revision = "0002"', ENABLED)),
         ("alembic/versions/0004_row_security_indexes.py", ('down_revision = "0003"', INDEX))),
    ),
    Layout(
        "django",
        {"manage.py": "", "shop/migrations/0001_docs.py": django("", SETUP),
         "shop/migrations/0002_notes.py": django("('shop', '0001_docs')", NOTES),
         "other/migrations/0001_nothing.py": django("('shop', '0002_notes')", "SELECT 1")},
        (("shop/migrations/0003_mend_row_security.py",
          ('("shop", "0002_notes")', ENABLED, "migrations.RunSQL.noop")),
         ("shop/migrations/0004_row_security_indexes.py",
          ("atomic = False", '("shop", "0003_mend_row_security")', INDEX,
           'reverse_sql="DROP INDEX CONCURRENTLY public.notes_tenant_id_idx;"'))),
    ),
    Layout(
        "rails",
        {"db/migrate/20240101000000_docs.rb": rails("Docs", SETUP),
         "db/migrate/29990101000000_notes.rb": rails("Notes", NOTES)},
        (("db/migrate/29990101000001_mend_row_security.rb",
          ("class MendRowSecurity < ActiveRecord::Migration[7.1]\n", ENABLED)),
         ("db/migrate/29990101000002_row_security_indexes.rb",
          ("disable_ddl_transaction!", INDEX, "DROP INDEX CONCURRENTLY"))),
    ),
    Layout(
        "knex",
        {"migrations/20240101000000_docs.js": knex(SETUP),
         "migrations/29990101000000_notes.js": knex(NOTES)},
        (("migrations/29990101000001_mend_row_security.js", ("await knex.raw(`", ENABLED)),
         ("migrations/29990101000002_row_security_indexes.js",
          (INDEX, "exports.config = { transaction: false };"))),
    ),
    Layout(
        "node-pg-migrate",
        {"migrations/1600000000000_docs.js": pgm(SETUP),
         "migrations/9900000000000_add-notes.js": pgm(NOTES).replace("99", "99")},
        (("migrations/*_mend-row-security.js", ("pgm.sql(`", ENABLED)),
         ("migrations/*_row-security-indexes.js", ("pgm.noTransaction();", INDEX))),
    ),
    Layout(
        "typeorm",
        {"src/migrations/1600000000000-Docs.ts": typeorm("Docs1600000000000", SETUP),
         "src/migrations/1600000000001-AddNotes.ts": typeorm("AddNotes1600000000001", NOTES)},
        (("src/migrations/*-MendRowSecurity.ts", ("export class MendRowSecurity", ENABLED)),
         ("src/migrations/*-RowSecurityIndexes.ts", ("transaction = false", INDEX))),
    ),
    Layout(
        "ecto",
        {"priv/repo/migrations/20240101000000_docs.exs": ecto("Docs", SETUP),
         "priv/repo/migrations/29990101000000_notes.exs": ecto("Notes", NOTES)},
        (("priv/repo/migrations/29990101000001_mend_row_security.exs",
          ("defmodule Shop.Repo.Migrations.MendRowSecurity do", ENABLED, ":ok")),
         ("priv/repo/migrations/29990101000002_row_security_indexes.exs",
          ("@disable_ddl_transaction true", INDEX))),
    ),
    Layout(
        "laravel",
        {"database/migrations/2024_01_01_000000_docs.php": laravel(SETUP),
         "database/migrations/2999_01_01_000000_notes.php": laravel(NOTES)},
        (("database/migrations/2999_01_01_000001_mend_row_security.php",
          ("DB::unprepared(<<<'SQL'", ENABLED)),
         ("database/migrations/2999_01_01_000002_row_security_indexes.php",
          ("$withinTransaction = false", INDEX))),
    ),
)  # fmt: skip


def written(folder: Path, files: dict[str, str]) -> None:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content, encoding="utf-8")
    (folder / ".git").mkdir(exist_ok=True)


def fixed(folder: Path, *arguments: str) -> Run:
    return rlslint("fix", "--isolated", *arguments, cwd=folder)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_a_mend_is_the_next_migration_of_its_layout(layout: Layout, tmp_path: Path) -> None:
    written(tmp_path, layout.files)
    before = contents(tmp_path)
    run = fixed(tmp_path)
    assert run.returncode == 0, run
    paths = run.stdout.splitlines()
    assert len(paths) == len(layout.made), run.stdout
    for path, (pattern, parts) in zip(paths, layout.made, strict=True):
        assert (tmp_path / path).match(pattern), path
        content = (tmp_path / path).read_text()
        assert [part for part in parts if part not in content] == [], content
    after = contents(tmp_path)
    lists = ("sqitch.plan", "drizzle/meta/_journal.json")
    assert {path for path in before if after[path] != before[path]} <= set(lists)
    again = fixed(tmp_path)
    assert (again.returncode, again.stdout) == (0, "")
    assert "There is nothing to mend." in again.stderr
    assert contents(tmp_path) == after


def test_a_migration_shows_nobody_more_and_shuts_nobody_out(tmp_path: Path, server: Server) -> None:
    goose = next(layout for layout in LAYOUTS if layout.name == "goose")
    written(tmp_path, goose.files)
    with loaded(server, [SETUP, NOTES]) as one:
        before = shown_by(one)
        for path in fixed(tmp_path).stdout.splitlines():
            up, _, _ = (tmp_path / path).read_text().partition("-- +goose Down")
            assert one.database.run(up, one.user).errors == ()
        after = shown_by(one)
    assert not gained(before, after)
    lost = {reach for reach in before - after if reach.role == "web"}
    assert lost
    assert {reach.relation for reach in lost} == {'"public"."notes"'}
    assert not any(reach.is_own for reach in lost)


def test_a_migration_that_was_taken_back_runs_again(tmp_path: Path, server: Server) -> None:
    """What closed a table stays closed meanwhile."""
    goose = next(layout for layout in LAYOUTS if layout.name == "goose")
    written(tmp_path, goose.files)
    paths = fixed(tmp_path).stdout.splitlines()
    scripts = [(tmp_path / path).read_text().partition("-- +goose Down") for path in paths]
    with loaded(server, [SETUP, NOTES]) as one:
        for way in (scripts, [script[::-1] for script in scripts[::-1]], scripts):
            for up, _, _ in way:
                assert one.database.run(up, one.user).errors == ()
            protected = "SELECT relrowsecurity FROM pg_class WHERE relname = 'notes'"
            assert one.database.run(protected).output == "t"


def test_what_is_never_taken_back_is_made_once(tmp_path: Path) -> None:
    written(tmp_path, LAYOUTS[0].files)
    assert "DROP POLICY" not in fixed(tmp_path, "--diff").stdout


def test_what_would_be_written_is_shown_and_not_written(tmp_path: Path) -> None:
    written(tmp_path, LAYOUTS[0].files)
    before = contents(tmp_path)
    run = fixed(tmp_path, "--diff")
    assert run.returncode == 1
    assert "--- /dev/null\n+++ migrations/0003_mend_row_security.sql\n" in run.stdout
    assert f"+{ENABLED}" in run.stdout
    assert contents(tmp_path) == before


def test_rules_and_severities_are_chosen_as_for_check(tmp_path: Path) -> None:
    written(tmp_path, LAYOUTS[0].files)
    run = fixed(tmp_path, "--diff", "--select", "rls-not-forced", "--min-severity", "info")
    assert ENABLED not in run.stdout
    run = fixed(tmp_path, "--diff", "--ignore", "policy-column-unindexed")
    assert ENABLED in run.stdout
    assert LOCKING not in run.stdout
    run = fixed(tmp_path, "--diff", "migrations/0001_docs.sql")
    assert ENABLED not in run.stdout


def test_a_sentence_is_left_to_the_user(tmp_path: Path) -> None:
    history = (
        SETUP + "CREATE MATERIALIZED VIEW seen AS SELECT * FROM docs; GRANT SELECT ON seen TO web;"
    )
    written(tmp_path, {"migrations/1_docs.sql": history})
    run = fixed(tmp_path)
    assert run.returncode == 1
    assert run.stdout == ""
    assert "Left to you (1):\n  migrations/1_docs.sql:8:1: materialized-view-bypass: " in run.stderr


def test_what_would_mend_nothing_is_left_out_and_named(tmp_path: Path) -> None:
    view = "CREATE OR REPLACE VIEW seen AS SELECT * FROM docs;\nGRANT SELECT ON seen TO web;\n"
    written(
        tmp_path, {"sql/V1__docs.sql": SETUP, "sql/R__seen.sql": view, "sql/V2__notes.sql": NOTES}
    )
    run = fixed(tmp_path)
    assert run.returncode == 1
    assert (
        "view-owner-rights: its SQL is left out, for its finding would stay: ALTER VIEW"
        in run.stderr
    )
    mended = (tmp_path / "sql/V3__mend_row_security.sql").read_text()
    assert ENABLED in mended
    assert "ALTER VIEW" not in mended


@pytest.mark.parametrize("name", ["dbmate", "sqlx", "diesel", "liquibase"])
def test_an_index_has_a_file_of_its_own_where_a_tool_sends_all_at_once(
    name: str, tmp_path: Path
) -> None:
    files = {**next(one for one in LAYOUTS if one.name == name).files}
    last = [path for path in files if "notes" in path and "down" not in path][-1]
    files[last] += NOTES.replace("notes", "letters")
    written(tmp_path, files)
    made = [tmp_path / path for path in fixed(tmp_path).stdout.splitlines()]
    counts = [one.read_text().count("CREATE INDEX CONCURRENTLY ") for one in made]
    assert [count for count in counts if count] == [1, 1]


def test_an_index_of_a_partitioned_table_is_not_built_concurrently(tmp_path: Path) -> None:
    history = SETUP + (
        "CREATE TABLE parts (id int, tenant_id int NOT NULL) PARTITION BY LIST (id);\n"
        "ALTER TABLE parts ENABLE ROW LEVEL SECURITY;\nGRANT SELECT ON parts TO web;\n"
        "CREATE POLICY own ON parts TO web\n"
        "  USING (tenant_id = (SELECT nullif(current_setting('app.tenant', true), '')::int));\n"
    )
    written(tmp_path, {"sql/V1__docs.sql": history})
    run = fixed(tmp_path)
    assert run.stdout == "sql/V2__mend_row_security.sql\n"
    mended = (tmp_path / "sql/V2__mend_row_security.sql").read_text()
    assert "CREATE INDEX ON public.parts (tenant_id);" in mended


def test_a_schema_without_migrations_is_printed_for(tmp_path: Path) -> None:
    written(tmp_path, {"schema.sql": SETUP + NOTES})
    before = contents(tmp_path)
    run = fixed(tmp_path)
    assert run.returncode == 1
    assert ENABLED in run.stdout
    assert LOCKING in run.stdout
    assert (
        "schema.sql is no migration of a history: put the statements in, or run them." in run.stderr
    )
    assert contents(tmp_path) == before


def test_each_history_has_its_own_migration(tmp_path: Path) -> None:
    files = {
        f"{service}/migrations/{name}": sql
        for service in ("a", "b")
        for name, sql in (("01_docs.sql", SETUP), ("02_notes.sql", NOTES))
    }
    written(tmp_path, files)
    run = fixed(tmp_path)
    assert run.stdout.splitlines() == [
        "a/migrations/03_mend_row_security.sql",
        "b/migrations/03_mend_row_security.sql",
    ]


def test_a_file_that_cannot_be_read_stops_what_it_may_be_about(tmp_path: Path) -> None:
    written(tmp_path, {**LAYOUTS[0].files, "src/a.ts": "", "migrations/0003_x.sql": ""})
    (tmp_path / "src/a.ts").write_bytes(b"pg\0")
    run = fixed(tmp_path)
    assert run.returncode == 2
    assert run.stdout == "migrations/0004_mend_row_security.sql\n"
    (tmp_path / "migrations/0004_mend_row_security.sql").unlink()
    (tmp_path / "migrations/0003_x.sql").write_bytes(b"SELECT 1;\0")
    run = fixed(tmp_path)
    assert (run.returncode, run.stdout) == (2, "")
    assert "Nothing is mended: migrations/0003_x.sql could not be read" in run.stderr


def test_line_ends_are_those_of_the_others(tmp_path: Path) -> None:
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "1_docs.sql").write_bytes(f"{SETUP}{NOTES}".replace("\n", "\r\n").encode())
    fixed(tmp_path)
    data = (folder / "2_mend_row_security.sql").read_bytes()
    assert data.count(b"\n") == data.count(b"\r\n") > 3


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        (
            {
                "alembic/versions/a1b2_docs.py": alembic("a1b2", "None", SETUP + NOTES),
                "alembic/versions/b2c3_x.py": alembic("b2c3", "'a1b2'", "SELECT 1"),
                "alembic/versions/c3d4_y.py": alembic("c3d4", "'a1b2'", "SELECT 1"),
            },
            "The revisions have 2 heads (b2c3, c3d4): `alembic merge heads` joins them.",
        ),
        (
            {
                "manage.py": "",
                "shop/migrations/0001_docs.py": django("", SETUP + NOTES),
                "shop/migrations/0002_x.py": django("('shop', '0001_docs')", "SELECT 1"),
                "shop/migrations/0002_y.py": django("('shop', '0001_docs')", "SELECT 1"),
            },
            "The app shop has 2 last migrations (0002_x, 0002_y): `makemigrations --merge` joins",
        ),
        (
            {"migrations/docs.sql": SETUP, "migrations/notes.sql": NOTES},
            "The name of migrations/notes.sql has no number that a next one could follow",
        ),
    ],
)
def test_a_history_that_cannot_be_continued_has_its_sql_printed(
    files: dict[str, str], sentence: str, tmp_path: Path
) -> None:
    written(tmp_path, files)
    before = contents(tmp_path)
    run = fixed(tmp_path)
    assert run.returncode == 1
    assert sentence in run.stderr
    assert ENABLED in run.stdout
    assert contents(tmp_path) == before


def test_a_name_does_not_end_the_comment_that_it_stands_in(tmp_path: Path) -> None:
    notes = NOTES.replace("notes", '"x\nDROP TABLE docs; -- ${y} ?>"')
    written(tmp_path, {"migrations/1_docs.sql": SETUP, "migrations/2_notes.sql": notes})
    fixed(tmp_path, "--select", "rls-not-enabled")
    mended = (tmp_path / "migrations/3_mend_row_security.sql").read_text()
    comment, *_ = mended.splitlines()
    assert comment.startswith("-- rls-not-enabled (public.x")
    assert "DROP TABLE docs; -- $ {y} ? >" in comment
    assert mended.count("\nDROP TABLE") == mended.count('"x\nDROP TABLE')


def test_all_is_written_or_nothing(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("old")
    (tmp_path / "list").write_text("1\n")
    before = contents(tmp_path)
    first = NewFile(str(tmp_path / "a" / "b" / "new"), b"1")
    grown = NewFile(str(tmp_path / "list"), b"1\n2\n", kept=True)
    taken = NewFile(str(tmp_path / "taken"), b"2")
    outside = NewFile(str(tmp_path.parent / "new"), b"2")
    for other, held, sentence in (
        (taken, None, f"{tmp_path}/taken is there already: nothing was written."),
        (grown, b"0\n", f"{tmp_path}/list has changed meanwhile: nothing was written."),
        (outside, None, f"{tmp_path.parent} leads out of the project: nothing was written."),
    ):
        with pytest.raises(NotAllWritten) as problem:
            write_all([first, other], [str(tmp_path)], [None, held])
        assert str(problem.value) == sentence
        assert contents(tmp_path) == before
        assert not (tmp_path / "a").exists()
    write_all([first, grown], [str(tmp_path)], [None, b"1\n"])
    assert contents(tmp_path) == {**before, "a/b/new": b"1", "list": b"1\n2\n"}


def test_a_folder_of_migrations_may_be_a_link(tmp_path: Path) -> None:
    written(tmp_path, {"kept/sql/1_docs.sql": SETUP, "kept/sql/2_notes.sql": NOTES})
    (tmp_path / "migrations").symlink_to("kept/sql")
    run = fixed(tmp_path, "migrations")
    assert run.returncode == 0
    assert (tmp_path / "kept/sql/3_mend_row_security.sql").is_file()


def test_a_link_out_of_the_project_is_not_written_through(tmp_path: Path) -> None:
    written(tmp_path / "elsewhere", {"1_docs.sql": SETUP, "2_notes.sql": NOTES})
    project = tmp_path / "project"
    written(project, {"readme.txt": ""})
    (project / "migrations").symlink_to(tmp_path / "elsewhere")
    before = contents(tmp_path)
    run = fixed(project)
    assert run.stdout == ""
    assert contents(tmp_path) == before


def test_standard_input_is_refused(tmp_path: Path) -> None:
    run = fixed(tmp_path, "-")
    assert run.returncode == 2
    assert (
        run.stderr
        == "Error: Standard input has no migrations beside it: name files or directories.\n"
    )


def test_a_project_without_sql_has_nothing_to_mend(tmp_path: Path) -> None:
    run = fixed(tmp_path)
    assert (run.returncode, run.stdout) == (0, "")
    assert run.stderr == "There is nothing to mend.\n"


def test_what_does_not_exist_is_an_error(tmp_path: Path) -> None:
    run = fixed(tmp_path, "nowhere")
    assert run.returncode == 2
    assert "nowhere does not exist." in run.stderr


def test_what_is_edited_where_it_stands_is_told(tmp_path: Path) -> None:
    program = (
        "import psycopg\n\n\ndef use(tenant: str) -> None:\n"
        '    with psycopg.connect("postgresql://web@db/shop") as conn:\n'
        "        conn.execute(f\"SET LOCAL app.tenant = '{tenant}'\")\n"
    )
    written(tmp_path, {"migrations/1_docs.sql": SETUP, "app.py": program})
    run = fixed(tmp_path)
    assert "set-string-interpolation" in run.stderr
    assert "`rlslint check --fix --unsafe-fixes --diff` shows what can be edited" in run.stderr
