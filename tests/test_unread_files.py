"""A run is silent about nothing that files speak of which it does not read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rlslint.files.disk import SKIMMED, Questions
from rlslint.text.budget import LARGEST_SEARCHED
from tests.command_line import rlslint

UNREAD = {
    "priv/repo/migrations/1_guard.exs": 'execute "ALTER TABLE #{t} ENABLE ROW LEVEL SECURITY"',
    "db/migrate/1_guard.rb": "execute <<~SQL\n  create policy own\n    on carts using (true)\nSQL",
    "db/migrate/2_guard.rb": "enable_row_level_security :carts",
    "src/schema.ts": 'export const carts = pgTable("carts", {}, () => [pgPolicy("own", {})]);',
    "src/neon.ts": "crudPolicy({ role: authenticatedRole, read: authUid(t.owner) })",
    "src/tables.ts": 'pgTable("carts", {}).enableRLS();',
    "Migrations/Guard.cs": 'migrationBuilder.Sql(@"CREATE POLICY own ON carts USING (true)");',
    "knexfile/1.js": "await knex.raw('alter table ' + name + ' enable row\\n level  security')",
    "java/V1__Guard.java": 'st.execute("CREATE POLICY own " +\n   "ON " + name + " USING (true)");',
    "db/changelog.xml": "<sql>ALTER TABLE carts FORCE ROW LEVEL SECURITY</sql>",
    "db/changelog.yaml": "- sql: {sql: 'alter policy own on carts to app'}",
    "policy.hcl": 'policy "own" {\n  on    = table.carts\n  using = "true"\n}',
    "schema.hcl": 'table "carts" {\n  row_security {\n    enabled = true\n  }\n}',
    "k8s/init.yaml": "data:\n  init.sql: |\n    ALTER TABLE carts ENABLE ROW LEVEL SECURITY;",
    "bin/setup": '#!/bin/sh\npsql -c "create policy own on carts using (true)"',
    "store/named.go": 'tx.Exec("select set_config($1, $2, true)", name, id)',
    "app/Tenant.php": "DB::statement(\"SET LOCAL app.tenant = '{$id}'\");",
    "src/rpc.ts": "db.rpc('set_config', { name: 'app.tenant', value: id })",
    "db/migrate/3_policy.rb": "create_policy :own, on: :carts",
    "src/joined.ts": 'db.raw(["ENABLE", "ROW", "LEVEL", "SECURITY"].join(" "))',
    "docker-compose.yml": "command: psql -c 'ALTER TABLE carts ENABLE ROW LEVEL SECURITY'",
    "src/become.rs": 'sqlx::query("SET ROLE tenant_reader")',
    "Migrations/Create.cs": 'migrationBuilder.CreateRowLevelSecurityPolicy("carts");',
    "src/role.rs": 'sqlx::query("SET LOCAL ROLE tenant_reader")',
    "src/claims.ts": "await sql`select set_config('request.jwt.claims', ${claims}, true)`",
}
"""Row security, or the context that it reads, in languages and forms that are not read."""

FOLLOWED = {
    "store/rls.go": "package store\n"
    "func f() { tx.Exec(\"SELECT set_config('app.tenant', $1, true)\", id) }",
    "src/session.kt": "fun enter(id: String) { connection.execute(\"SET app.tenant = '$id'\") }",
}
"""The context of row security in programs that are followed."""

SILENT = {
    "CHANGELOG.md": "CREATE POLICY own ON carts, ENABLE ROW LEVEL SECURITY",
    "docs/security.rst": "ALTER TABLE carts ENABLE ROW LEVEL SECURITY",
    "package-lock.json": '"create policy own on carts"',
    "node_modules/orm/index.js": "ENABLE ROW LEVEL SECURITY",
    "ignored/guard.rb": "ENABLE ROW LEVEL SECURITY",
    "logo.bin": "\0ENABLE ROW LEVEL SECURITY",
    "src/comment.ts": "// Row Level Security is left to another project",
    "src/insurance.tsx": "<Button>Create policy</Button> // set state.value on click",
    "src/dump.sh": "psql -c 'SET row_security = off; SET statement_timeout = 0'",
    "src/search.go": "db.Exec(\"SELECT set_config('search_path', '', false)\")",
    "src/config.php": "$this->set_config('theme', $value);",
    "composer.json": '{"autoload": {"Acme\\\\RowLevelSecurity\\\\": "src/"}}',
    "setup.cfg": "[metadata]\nname = fastapi_rowsecurity",
    "bin/member.rb": 'abort "set role failed"',
}
"""Prose, products, what git ignores, and words that mean something else."""


def project(at: Path, **files: str) -> Path:
    return files_in(at, {"db/0001_carts.sql": "CREATE TABLE carts (id int);", **files})


def files_in(at: Path, files: dict[str, str]) -> Path:
    (at / ".git").mkdir(parents=True, exist_ok=True)
    (at / ".gitignore").write_text("ignored\n", encoding="utf-8")
    for path, content in files.items():
        (at / path).parent.mkdir(parents=True, exist_ok=True)
        (at / path).write_text(content, encoding="utf-8")
    return at


@pytest.mark.parametrize("path", UNREAD)
def test_what_is_not_read_is_named(tmp_path: Path, path: str) -> None:
    run = rlslint("check", cwd=project(tmp_path, **{path: UNREAD[path]}))
    assert f"{path} uses row security in a form that is not read." in run.stderr
    assert "nowhere" not in run.stderr
    assert "No findings" not in run.stderr
    assert "Not checked: 1 file with" in run.stderr
    assert run.returncode == 0


@pytest.mark.parametrize("path", FOLLOWED)
def test_what_is_followed_tells_what_it_does(tmp_path: Path, path: str) -> None:
    run = rlslint("check", cwd=project(tmp_path, **{path: FOLLOWED[path]}))
    assert f"{path} sets app.tenant for its caller" in run.stderr
    assert "in a form that is not read" not in run.stderr
    assert "nowhere" not in run.stderr
    assert "No findings" not in run.stderr


def test_migrations_of_which_a_dump_tells_the_outcome_are_not_named(tmp_path: Path) -> None:
    files = {
        "db/structure.sql": "CREATE TABLE public.carts (id int);\n",
        "db/migrate/1_guard.rb": UNREAD["db/migrate/1_guard.rb"],
    }
    assert "1_guard.rb" not in rlslint("check", cwd=files_in(tmp_path, files)).stderr


PARTLY = {
    "db/migrate/1_carts.rb": """class Carts < ActiveRecord::Migration[7.0]
  def up
    execute "CREATE TABLE carts (id int)"
    enable_row_level_security :carts
  end
end
""",
    "src/carts.ts": """import { Pool } from "pg";
const pool = new Pool();
export async function health() { await pool.query("SELECT 1 /* set local app.tenant */"); }
export async function enter(box: Box, id: string) {
  await box.pass({ first: "SET LOCAL app.tenant = '" + id + "'" });
}
""",
}
"""Programs of which something else is followed than what is about row security."""


@pytest.mark.parametrize("path", PARTLY)
def test_what_is_left_of_a_program_is_named(tmp_path: Path, path: str) -> None:
    files = {path: PARTLY[path]}
    if path.endswith(".ts"):
        files["db/0001_carts.sql"] = "CREATE TABLE carts (id int);"
    run = rlslint("check", cwd=files_in(tmp_path, files))
    assert f"{path} uses row security in a form that is not read." in run.stderr
    assert "nowhere" not in run.stderr
    assert "No findings" not in run.stderr


def test_comments_and_ways_back_of_a_program_that_is_followed_are_nothing(tmp_path: Path) -> None:
    migration = """class Carts < ActiveRecord::Migration[7.0]
  # Enable Row Level Security: CREATE POLICY own ON carts
  def up
    execute "CREATE TABLE carts (id int)"
  end
  def down
    execute "ALTER TABLE carts ENABLE ROW LEVEL SECURITY"
  end
end
"""
    run = rlslint("check", cwd=files_in(tmp_path, {"db/migrate/1_carts.rb": migration}))
    assert "in a form that is not read" not in run.stderr
    assert "No findings." in run.stderr


@pytest.mark.parametrize("path", SILENT)
def test_what_says_nothing_of_row_security_is_not_named(tmp_path: Path, path: str) -> None:
    run = rlslint("check", cwd=project(tmp_path, **{path: SILENT[path]}))
    assert "uses row security nowhere" in run.stderr
    assert "No findings." in run.stderr


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_a_file_as_editors_on_windows_write_it_is_looked_through(
    tmp_path: Path, encoding: str
) -> None:
    content = 'migrationBuilder.Sql("ALTER TABLE carts ENABLE ROW LEVEL SECURITY");'
    mark = "" if encoding == "utf-16" else "\ufeff"
    (project(tmp_path) / "Guard.cs").write_bytes((mark + content).encode(encoding))
    run = rlslint("check", cwd=tmp_path)
    assert "Guard.cs uses row security in a form that is not read." in run.stderr


def test_a_few_are_named_and_all_are_counted(tmp_path: Path) -> None:
    guards = {f"src/{name}.rb": "enable_row_level_security" for name in "abcde"}
    run = rlslint("check", "--show-unchecked", cwd=project(tmp_path, **guards))
    assert (
        "src/a.rb, src/b.rb, src/c.rb and 2 more files use row security in a form that is not read."
    ) in run.stderr
    assert "Not checked: 5 files with row security in a form that is not read" in run.stderr
    assert "file src/e.rb with row security in a form that is not read" in run.stderr


def test_a_test_is_called_one(tmp_path: Path) -> None:
    run = rlslint("check", cwd=project(tmp_path, **{"src/rls.test.ts": UNREAD["src/role.rs"]}))
    assert "Not checked: 1 test file with the context of row security" in run.stderr


def test_what_was_found_in_what_was_read_is_said_besides(tmp_path: Path) -> None:
    files = {
        "db/0002_open.sql": "CREATE POLICY open ON carts USING (true);",
        "db/guard.rb": "enable_row_level_security :carts",
    }
    run = rlslint("check", cwd=project(tmp_path, **files))
    assert "policy-without-enable" in run.stdout
    assert "db/guard.rb uses row security in a form that is not read.\nFound" in run.stderr


def test_machines_are_told_the_same(tmp_path: Path) -> None:
    at = project(tmp_path, **{"db/guard.rb": "enable_row_level_security :carts"})
    document = json.loads(rlslint("check", "--output-format", "json", cwd=at).stdout)
    assert document["uses_row_security"] is None
    assert [(item["kind"], item["object"]) for item in document["not_checked"]] == [
        ("file", "db/guard.rb")
    ]
    log = json.loads(rlslint("check", "--output-format", "sarif", cwd=at).stdout)
    (invocation,) = log["runs"][0]["invocations"]
    told = [each["message"]["text"] for each in invocation["toolExecutionNotifications"]]
    assert "db/guard.rb uses row security in a form that is not read." in told


def test_a_file_that_is_too_large_is_said_to_be(tmp_path: Path) -> None:
    run = rlslint("check", cwd=project(tmp_path, **{"data.json": "x" * (LARGEST_SEARCHED + 1)}))
    assert "Not checked: 1 file too large to be searched for row security" in run.stderr
    assert "nowhere" not in run.stderr


@pytest.mark.parametrize("path", ["db/0002_ab_test.sql", "db/migrations/later_test.sql"])
def test_a_migration_whose_name_ends_in_test_is_one(tmp_path: Path, path: str) -> None:
    sql = "CREATE TABLE goods (id int); CREATE POLICY everyone ON goods USING (true);"
    run = rlslint("check", cwd=project(tmp_path, **{path: sql}))
    assert "policy-without-enable" in run.stdout
    assert "test file" not in run.stderr


def test_a_script_that_only_tests_run_may_be_too_large(tmp_path: Path) -> None:
    seed = "-- " + "x" * LARGEST_SEARCHED + "\nALTER TABLE carts ENABLE ROW LEVEL SECURITY;"
    run = rlslint("check", cwd=project(tmp_path, **{"tests/rows.sql": seed}))
    assert "Not checked: 1 file too large to be searched for row security" in run.stderr
    assert "nowhere" not in run.stderr


def test_a_file_of_another_database_is_not_checked(tmp_path: Path) -> None:
    """What it is written for is a guess, which no sentence about the project rests on."""
    sql = "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT);"
    run = rlslint("check", cwd=project(tmp_path, **{"db/migrations/0002_other.sql": sql}))
    assert "0002_other.sql was passed over: it is SQLite." in run.stderr
    assert "Nothing was found in what could be checked.\n" in run.stderr
    assert "Not checked: 1 file left unread" in run.stderr
    assert "nowhere" not in run.stderr


def test_a_change_of_such_a_file_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    at = project(tmp_path / "shop", **{"db/guard.rb": "enable_row_level_security :carts"})
    assert "is not read" in rlslint("check", cwd=at).stderr
    (at / "db/guard.rb").write_text("# enable it later, perhaps ..... :carts\n", encoding="utf-8")
    assert "nowhere" in rlslint("check", cwd=at).stderr


def test_for_a_named_file_others_are_looked_through_only_to_say_nowhere(tmp_path: Path) -> None:
    files = {
        "db/0002_guard.sql": "ALTER TABLE carts ENABLE ROW LEVEL SECURITY;",
        "db/guard.rb": "enable_row_level_security :carts",
    }
    with Questions() as questions:
        rlslint("check", "db/0002_guard.sql", cwd=project(tmp_path, **files))
    assert not [path for question, path in questions.answers if question.startswith(SKIMMED)]
    (tmp_path / "db/0002_guard.sql").write_text("SELECT 1;", encoding="utf-8")
    assert "db/guard.rb uses" in rlslint("check", "db/0002_guard.sql", cwd=tmp_path).stderr


def test_a_program_that_sets_the_context_of_its_caller_uses_row_security(tmp_path: Path) -> None:
    code = "import psycopg\ndef enter(conn: psycopg.Connection, tenant: int) -> None:\n"
    call = "    conn.execute(\"SELECT set_config('app.tenant', %s, true)\", (str(tenant),))\n"
    run = rlslint("check", cwd=project(tmp_path, **{"app.py": code + call}))
    assert "nowhere" not in run.stderr
    assert "app.py sets app.tenant for its caller, and no policy was found" in run.stderr
    assert "Not checked: 1 setting of the caller that no policy reads" in run.stderr
    assert "No findings" not in run.stderr


ODD_NAMES = """CREATE TABLE docs (org_id int PRIMARY KEY);
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON docs USING (org_id = nullif(current_setting('app.{}', true), '')::int);
CREATE TABLE notes (id int PRIMARY KEY, org_id int REFERENCES docs);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY ins ON notes FOR INSERT
  WITH CHECK (org_id = nullif(current_setting('app.org', true), '')::int);
CREATE POLICY upd ON notes FOR UPDATE
  USING (org_id = nullif(current_setting('app.org', true), '')::int);
CREATE INDEX ON notes (org_id);
"""


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("", ["public.docs", "reads app.current_org, which nothing sets"]),
        (
            "await db.rpc('set_config', {setting_name: 'app.current_org', setting_value: id});",
            ["public.notes", "reads app.org, which nothing sets", "is set in src/db.ts"],
        ),
        ("const SETTING = 'app.current_org'; await become(SETTING, id);", []),
        ("run(`SET LOCAL app.org = '${id}'`); run(`SET LOCAL app.current_org = '${id}'`);", []),
    ],
    ids=["nothing", "sets the rarer name", "names it", "sets both"],
)
def test_a_setting_that_another_language_sets_is_not_said_to_be_unset(
    tmp_path: Path, code: str, said: list[str]
) -> None:
    at = files_in(tmp_path, {"db/0001.sql": ODD_NAMES.format("current_org"), "src/db.ts": code})
    run = rlslint("check", "--output-format", "github", "--select", "guc-name-mismatch", cwd=at)
    assert all(part in run.stdout for part in said)
    assert bool(run.stdout) == bool(said)


@pytest.mark.parametrize("path", ["supabase/seed.sql", "supabase/schemas/carts.sql"])
def test_sql_that_no_history_runs_is_named_where_nothing_else_uses_row_security(
    tmp_path: Path, path: str
) -> None:
    migration = "supabase/migrations/20250101000000_carts.sql"
    guard = "ALTER TABLE carts ENABLE ROW LEVEL SECURITY;"
    at = files_in(tmp_path, {migration: "CREATE TABLE carts (id int);", path: guard})
    run = rlslint("check", cwd=at)
    assert "Not checked: 1 file with row security that no history runs" in run.stderr
    assert "nowhere" not in run.stderr
    (at / migration).write_text("CREATE TABLE carts (id int);" + guard, encoding="utf-8")
    assert "no history runs" not in rlslint("check", cwd=at).stderr


def test_where_nothing_was_read_nothing_is_said_to_be_found(tmp_path: Path) -> None:
    run = rlslint("check", cwd=files_in(tmp_path, {"README.md": "Nothing here."}))
    assert run.stderr == "No SQL was found.\nChecked nothing.\n"


def test_settings_in_utf_16_matter_only_where_they_may_tell_of_a_connection(tmp_path: Path) -> None:
    table = "CREATE TABLE docs (id int);"
    words, address = "title: Übersicht\n", "database_url: postgres://app:x@db/d\n"
    for text, status in ((words, 0), (address, 2)):
        at = files_in(tmp_path / str(status), {"migrations/1.sql": table})
        (at / "settings.yaml").write_bytes(text.encode("utf-16"))
        assert rlslint("check", cwd=at).returncode == status


def test_a_program_in_another_encoding_is_noted_once(tmp_path: Path) -> None:
    at = files_in(tmp_path, {"migrations/1.sql": "CREATE TABLE docs (id int);"})
    program = "def f(connection):\n    connection.execute('SET app.t = 1')  # \xe9\n"
    (at / "a.py").write_bytes(program.encode("latin-1"))
    assert rlslint("check", cwd=at).stderr.count("a.py is not valid UTF-8") == 1


GUARDED = """
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int);
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
"""


@pytest.mark.parametrize(
    ("path", "content", "reason"),
    [
        ("ops/grant.sh", "psql -c 'ALTER ROLE app BYPASSRLS'", "letting a role past policies"),
        (
            "init/1.sh",
            "psql <<E\ncreate user app\n with superuser\nE",
            "letting a role past policies",
        ),
        ("ops/app.sh", "createuser --login --superuser app", "letting a role past policies"),
        ("infra/db.tf", "bypass_row_level_security = true", "letting a role past policies"),
        ("roles.yml", "role_attr_flags: LOGIN,BYPASSRLS", "letting a role past policies"),
        ("infra/r.tf", 'resource "postgresql_role" "a" {\n superuser = true\n}', "letting a role"),
        ("k8s/c.yaml", "apiVersion: postgresql.cnpg.io/v1\n- bypassrls: true", "letting a role"),
        ("k8s/z.yaml", "apiVersion: acid.zalan.do/v1\nusers:\n a:\n - superuser", "letting a role"),
        ("init/2.sh", 'psql -c "GRANT postgres TO app"', "letting a role past policies"),
        ("init/3.sh", 'psql -c "GRANT ALL ON docs TO PUBLIC"', "granting privileges in a form"),
        ("migrations/2.sql.erb", "REVOKE ALL ON docs FROM app", "of which a tool makes SQL"),
        ("ops/plain.sh", "psql -c 'ALTER ROLE app NOBYPASSRLS NOSUPERUSER'", ""),
        ("src/text.ts", "'grant all on the docs to the reader'", ""),
        ("init/seed.sql.gz", "\x1f\0", "in compressed form"),
        ("prod.dump", "PGDMP\0", "in compressed form"),
        ("logo.png.gz", "\x1f\0", ""),
    ],
)
def test_what_lets_a_role_past_policies_is_named(
    tmp_path: Path, path: str, content: str, reason: str
) -> None:
    for name, text in (("migrations/1.sql", GUARDED), (path, content)):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    said = rlslint("check", "--no-cache", "--show-unchecked", cwd=tmp_path).stderr
    assert (path in said and reason in said) if reason else path not in said


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (r"SELECT format('ALTER TABLE %I DISABLE ROW LEVEL SECURITY', tablename) "
         r"FROM pg_tables WHERE schemaname = 'public' \gexec", "rls-disabled-later"),
        (r"SELECT 'ALTER TABLE docs DISABLE ROW LEVEL SECURITY'; \gexec", "rls-disabled-later"),
        (r"SELECT 'ALTER TABLE docs DISABLE ROW LEVEL SECURITY', 'SELECT 1' \gexec", "unchecked"),
        (r"SELECT 'CREATE DATABASE shop' WHERE false \gexec", ""),
        (r"\! psql -f open.sql", "unchecked"),
        (r"\! echo done", ""),
    ],
)  # fmt: skip
def test_what_psql_runs_of_results_and_by_the_shell_is_followed_or_said(
    tmp_path: Path, command: str, expected: str
) -> None:
    policy = "CREATE POLICY own ON docs USING (tenant_id = current_setting('app.t')::int);\n"
    grant = "CREATE ROLE app LOGIN; GRANT SELECT ON docs TO app;\n"
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "1.sql").write_text(f"{GUARDED}{policy}{grant}{command}\n")
    run = rlslint("check", "--no-cache", cwd=tmp_path)
    assert ("rls-disabled-later" in run.stdout) is (expected == "rls-disabled-later")
    assert ("Not checked" in run.stderr) is (expected == "unchecked"), run.stderr


IGNORED = {
    "migrations/0002_local.sql": "file migrations/0002_local.sql",
    "seed.sql": "file seed.sql",
    "init/a.sql": "folder init",
    "shop/migrations/0001_initial.py": "folder shop/migrations",
}
LEAVES_OUT = "that would run, and that .gitignore leaves out"


@pytest.mark.parametrize("path", IGNORED)
def test_what_would_run_and_git_does_not_keep_is_named(tmp_path: Path, path: str) -> None:
    files = {
        "migrations/0001_a.sql": "CREATE TABLE notes (id int);",
        path: "GRANT ALL ON notes TO PUBLIC;",
        ".gitignore": "*local.sql\nseed.sql\ninit/\nshop/migrations\n",
        "compose.yaml": "services:\n  db:\n    image: postgres\n    volumes:\n"
        "      - ./init:/docker-entrypoint-initdb.d\n      - ./seed.sql:/seed.sql\n",
    }
    run = rlslint("check", "--show-unchecked", cwd=files_in(tmp_path, files))
    assert f"{IGNORED[path]} {LEAVES_OUT}" in run.stderr
    assert "No findings" not in run.stdout + run.stderr


@pytest.mark.parametrize("path", ["dump.sql", "data/backup.sql", "migrations/__init__.py"])
def test_what_git_does_not_keep_and_nothing_runs_is_nothing(tmp_path: Path, path: str) -> None:
    files = {
        "migrations/0001_a.sql": "CREATE TABLE notes (id int);",
        path: "GRANT ALL ON notes TO PUBLIC;",
        ".gitignore": "dump.sql\ndata/\n__init__.py\n",
    }
    run = rlslint("check", "--show-unchecked", cwd=files_in(tmp_path, files))
    assert LEAVES_OUT not in run.stderr


@pytest.mark.parametrize(
    ("statement", "is_unknown"),
    [
        ('\\set t docs\nALTER TABLE :"t" DISABLE ROW LEVEL SECURITY;', True),
        ("ALTER TABLE {{ table }} DISABLE ROW LEVEL SECURITY;", True),
        ("GRANT SELECT ON ${table} TO PUBLIC;", True),
        ("CREATE TABLE ${table} (id int); ALTER TABLE ${table} OWNER TO app;", False),
        ("ALTER TABLE ${schema}.notes DISABLE ROW LEVEL SECURITY;", False),
    ],
)
def test_a_name_that_is_filled_in_may_be_that_of_any_table(
    tmp_path: Path, statement: str, is_unknown: bool
) -> None:
    at = files_in(tmp_path, {"migrations/0001_a.sql": ROLES + statement})
    run = rlslint("check", "--show-unchecked", "--min-severity=info", cwd=at)
    assert ("unresolved-dynamic-ddl" in run.stdout) is is_unknown
    assert ("table public.docs behind SQL that could not be evaluated" in run.stderr) is is_unknown


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE pg_class SET relrowsecurity = false WHERE relname = 'docs';",
        "DELETE FROM pg_catalog.pg_policy;",
        "UPDATE pg_authid SET rolbypassrls = true WHERE rolname = 'app';",
        "GRANT EXECUTE ON FUNCTION pg_read_file(text) TO app;",
        "SELECT cron.schedule('x', '@daily', 'ALTER TABLE docs DISABLE ROW LEVEL SECURITY');",
    ],
)
def test_what_gets_round_ddl_is_said(tmp_path: Path, statement: str) -> None:
    at = files_in(tmp_path, {"migrations/0001_a.sql": ROLES + statement})
    assert "unresolved-dynamic-ddl" in rlslint("check", "--min-severity=info", cwd=at).stdout


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE pg_index SET indisready = false;",
        "INSERT INTO docs SELECT 1 FROM pg_class;",
        "SELECT cron.schedule('x', '@daily', 'DELETE FROM notes');",
        "GRANT EXECUTE ON FUNCTION pg_sleep(double precision) TO app;",
    ],
)
def test_what_only_looks_like_that_is_nothing(tmp_path: Path, statement: str) -> None:
    at = files_in(tmp_path, {"migrations/0001_a.sql": ROLES + statement})
    assert "unresolved-dynamic-ddl" not in rlslint("check", "--min-severity=info", cwd=at).stdout


ELSEWHERE = {
    "CREATE FUNCTION far() RETURNS text LANGUAGE plpython3u AS 'return 1';": (
        "function public.far with a body that is not read"
    ),
    "CREATE EXTENSION acme_billing;": "extension acme_billing that may make tables",
    "CREATE EXTENSION dblink; CREATE VIEW far AS SELECT * FROM dblink('', 'x') AS t(id int);": (
        "view public.far with a connection of its own (dblink)"
    ),
    "CREATE FUNCTION far() RETURNS void LANGUAGE sql AS $$ SELECT dblink_exec('', 'x') $$;": (
        "function public.far with a connection of its own (dblink)"
    ),
}


LEFT_OUT = {
    "CREATE ROLE alembic_web LOGIN; GRANT SELECT ON notes TO alembic_web;": (
        "role alembic_web taken for one of administration by name alone"
    ),
    "CREATE ROLE shop_admin LOGIN; GRANT pg_read_all_data TO shop_admin;": (
        "role shop_admin taken for one of administration by name alone"
    ),
    "CREATE ROLE reports LOGIN BYPASSRLS; GRANT SELECT ON docs TO reports;": (
        "role reports past row security, with nothing to tell whom it serves"
    ),
}
ROLES = """CREATE ROLE app LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON docs USING (tenant_id = current_setting('app.tenant_id')::int);
GRANT SELECT ON docs TO app;
CREATE TABLE notes (id int PRIMARY KEY, tenant_id int NOT NULL);
"""


@pytest.mark.parametrize("sql", LEFT_OUT)
def test_a_role_is_not_left_out_without_a_word(tmp_path: Path, sql: str) -> None:
    at = files_in(tmp_path, {"migrations/0001_a.sql": ROLES + sql})
    assert LEFT_OUT[sql] in rlslint("check", "--show-unchecked", cwd=at).stderr


@pytest.mark.parametrize(
    ("sql", "option"),
    [
        ("CREATE ROLE migrator LOGIN; GRANT SELECT ON notes TO migrator;", ""),
        ("CREATE ROLE shop_admin LOGIN; GRANT SELECT ON docs TO shop_admin;", ""),
        (
            "CREATE ROLE jobs LOGIN BYPASSRLS; GRANT SELECT ON docs TO jobs;",
            "bypass-roles = ['jobs']",
        ),
    ],
)
def test_a_role_of_which_is_said_what_it_does_is_nothing(
    tmp_path: Path, sql: str, option: str
) -> None:
    files = {"migrations/0001_a.sql": ROLES + sql, "rlslint.toml": option}
    assert "1 role" not in rlslint("check", cwd=files_in(tmp_path, files)).stderr


@pytest.mark.parametrize("sql", ELSEWHERE)
def test_what_stands_in_no_migration_is_not_checked(tmp_path: Path, sql: str) -> None:
    at = files_in(tmp_path, {"migrations/0001_a.sql": sql})
    run = rlslint("check", "--show-unchecked", cwd=at)
    assert ELSEWHERE[sql] in run.stderr
    assert "No findings" not in run.stdout + run.stderr


def test_an_extension_that_is_known_or_gone_is_nothing(tmp_path: Path) -> None:
    sql = 'CREATE EXTENSION "uuid-ossp"; CREATE EXTENSION own; DROP EXTENSION own;'
    at = files_in(tmp_path, {"migrations/0001_a.sql": sql})
    assert "Not checked" not in rlslint("check", cwd=at).stderr


def test_what_a_program_sets_is_read_by_policies_beside_other_scripts(tmp_path: Path) -> None:
    code = "import psycopg\ndef enter(conn: psycopg.Connection, tenant: int) -> None:\n"
    call = "    conn.execute(\"SELECT set_config('app.tenant', %s, true)\", (str(tenant),))\n"
    policies = (
        "ALTER TABLE carts ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON carts"
        " USING (id = nullif(current_setting('app.tenant', true), '')::int);"
    )
    seed = "CREATE TABLE seeds (id int);"
    files = {"app.py": code + call, "db/0002_own.sql": policies, "tools/sample.sql": seed}
    run = rlslint("check", cwd=project(tmp_path, **files))
    assert "beside them" in run.stderr
    assert "no policy was found" not in run.stderr
    assert "that no policy reads" not in run.stderr


def test_a_role_of_which_nothing_is_certain_costs_no_run(tmp_path: Path) -> None:
    files = {
        "migrations/0001_a.sql": ROLES + "DO $$ BEGIN IF random() > 0.5 THEN\n"
        "ALTER ROLE app NOLOGIN NOINHERIT; END IF; END $$;",
        ".env.production": "DATABASE_URL=postgres://app@db/shop\n",
    }
    run = rlslint("check", cwd=files_in(tmp_path, files))
    assert "fault of its own" not in run.stdout + run.stderr


@pytest.mark.parametrize(("setting", "is_read"), [("app.tenant", True), ("app.account", False)])
def test_a_setting_of_one_database_that_the_policies_of_another_do_not_read(
    setting: str, is_read: bool, tmp_path: Path
) -> None:
    code = "import psycopg\ndef enter(conn: psycopg.Connection, tenant: int) -> None:\n"
    call = f"    conn.execute(\"SELECT set_config('{setting}', %s, true)\", (str(tenant),))\n"
    policies = (
        "CREATE TABLE carts (id int); ALTER TABLE carts ENABLE ROW LEVEL SECURITY;"
        " CREATE POLICY own ON carts"
        " USING (id = nullif(current_setting('app.tenant', true), '')::int);"
    )
    files = {
        "carts/migrations/0001.sql": policies,
        "bills/migrations/0001.sql": "CREATE TABLE bills (id int, account_id int);",
        "bills/app.py": code + call,
    }
    run = rlslint("check", cwd=project(tmp_path, **files))
    assert ("that no policy reads" in run.stderr) is not is_read
