"""Deployment files and scripts in other shapes than on the cards, and what is near to them."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
import yaml

from rlslint.config import Confidence, Severity
from rlslint.config.options import Config
from rlslint.files.deployment.header_reads import header_read
from rlslint.text import Text
from tests.linting import findings_of, lint

HISTORY = """
CREATE ROLE app_user LOGIN;
CREATE ROLE backup LOGIN BYPASSRLS;
CREATE ROLE keeper LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, body text);
CREATE INDEX ON docs (tenant_id);
GRANT SELECT ON docs TO app_user, keeper;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON docs TO app_user
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
"""
DIRECT = """
import psycopg
def documents_of(tenant):
    with psycopg.connect("dbname=app", autocommit=True) as connection:
        connection.execute("SELECT set_config('app.tenant_id', %s, false)", (tenant,))
        return connection.execute("SELECT body FROM docs").fetchall()
"""
POOLED = """
from psycopg_pool import ConnectionPool
pool = ConnectionPool("dbname=app")
def documents_of(tenant):
    with pool.connection() as connection:
        connection.execute("SELECT set_config('app.tenant_id', %s, false)", (tenant,))
        return connection.execute("SELECT body FROM docs").fetchall()
"""
TAKEN_BACK = """
import psycopg
def documents_of(tenant):
    with psycopg.connect("dbname=app", autocommit=True) as connection:
        try:
            connection.execute("SELECT set_config('app.tenant_id', %s, false)", (tenant,))
            return connection.execute("SELECT body FROM docs").fetchall()
        finally:
            connection.execute("RESET app.tenant_id")
"""
LOCAL = DIRECT.replace("autocommit=True", "").replace("false", "true")
TRANSACTIONS = "[pgbouncer]\npool_mode=transaction\n"
STATEMENTS = "[pgbouncer]\npool_mode=statement\n"
NO_RESET = "[pgbouncer]\npool_mode = session\nserver_reset_query=\n"
DEFAULTS = "[pgbouncer]\nlisten_port = 6432\n"


def reported(folder: Path, files: dict[str, str], rule: str, history: str = HISTORY) -> list[str]:
    """Return the places at which a rule reports, as `path:line`."""
    migrations = {"migrations/0001_docs.sql": history} if history else {}
    found = findings_of(lint(folder, {**migrations, **files}), rule)
    return [
        f"{str(one.place.path).removeprefix(f'{folder}/')}:{one.place.start.row}"
        for one in found
        if one.place is not None
    ]


@pytest.mark.parametrize(
    ("code", "pooler", "expected"),
    [
        (DIRECT, TRANSACTIONS, "pgbouncer-reset-query-not-applied"),
        (TAKEN_BACK, TRANSACTIONS, "pgbouncer-reset-query-not-applied"),
        (DIRECT, STATEMENTS, "pgbouncer-reset-query-not-applied"),
        (DIRECT, NO_RESET, "pgbouncer-empty-reset-query"),
        (TAKEN_BACK, NO_RESET, ""),
        (POOLED, TRANSACTIONS, "pgbouncer-reset-query-not-applied"),
        (DIRECT, DEFAULTS, "set-config-session"),
        (LOCAL, TRANSACTIONS, ""),
        (LOCAL, NO_RESET, ""),
    ],
)  # fmt: skip
def test_one_fault_of_a_program_and_its_pooler_is_told_once(
    code: str, pooler: str, expected: str, tmp_path: Path
) -> None:
    files = {"migrations/0001_docs.sql": HISTORY, "app.py": code, "etc/pgbouncer.ini": pooler}
    rules = (
        "pgbouncer-reset-query-not-applied",
        "pgbouncer-empty-reset-query",
        "set-config-session",
    )
    found = {one.name for one in lint(tmp_path, files).findings if one.name in rules}
    assert found == ({expected} if expected else set())


def test_a_pool_and_a_pooler_that_both_keep_a_tenant_are_two_faults(tmp_path: Path) -> None:
    files = {"migrations/0001_docs.sql": HISTORY, "app.py": POOLED, "etc/pgbouncer.ini": NO_RESET}
    found = {one.name for one in lint(tmp_path, files).findings if one.severity is Severity.error}
    assert found == {"set-config-session", "pgbouncer-empty-reset-query"}


@pytest.mark.parametrize(
    ("asked_by", "expected"), [("DO $$ BEGIN IF {} THEN RETURN; END IF; END $$;", 0), ("", 1)]
)
def test_what_migrations_are_told_is_no_tenant(
    asked_by: str, expected: int, tmp_path: Path
) -> None:
    asked = "current_setting('app.tenant_id', true) <> 'yes'"
    history = "CREATE TABLE docs (id int PRIMARY KEY);" + asked_by.format(asked)
    files = {"app.py": DIRECT, "etc/pgbouncer.ini": TRANSACTIONS}
    rule = "pgbouncer-reset-query-not-applied"
    assert len(reported(tmp_path / "a", files, rule, history)) == expected
    both = DIRECT.replace("SELECT ", "SELECT set_config('app.level', %s, false), ", 1)
    files["app.py"] = both.replace("(tenant,)", "(level, tenant)")
    assert len(reported(tmp_path / "b", files, rule, history)) == expected


@pytest.mark.parametrize(
    ("path", "text", "row"),
    [
        ("compose.prod.yml", "services:\n  p:\n    image: bitnami/pgbouncer\n    environment:\n"
         "      - PGBOUNCER_POOL_MODE=transaction\n", 5),
        ("k8s/pooler.yaml", "image: edoburu/pgbouncer\nenv:\n  - name: POOL_MODE\n"
         "    value: transaction\n", 3),
        ("k8s/pooler.yaml", "image: edoburu/pgbouncer\nenv:\n  - {name: POOL_MODE, "
         "value: session}\n", 0),
        ("deploy/pooler.env", "# for pgbouncer\nPOOL_MODE=statement\n", 2),
        ("pgbouncer.ini", "[databases]\na = host=x pool_mode=transaction\n[pgbouncer]\n", 2),
        ("pgbouncer.ini.j2", "[pgbouncer]\n;pool_mode = session\npool_mode = transaction\n", 3),
        ("pgbouncer.ini", "[pgbouncer]\n;pool_mode = transaction\n", 0),
        ("pool.yml", "pool:\n  POOL_MODE: transaction\n", 0),
        ("pgbouncer.ini", "[pgbouncer]\npool_mode=transaction\nserver_reset_query_always=1\n", 0),
    ],
)  # fmt: skip
def test_the_mode_of_a_pooler_is_read_where_it_stands(
    path: str, text: str, row: int, tmp_path: Path
) -> None:
    found = reported(tmp_path, {"app.py": DIRECT, path: text}, "pgbouncer-reset-query-not-applied")
    assert found == ([f"{path}:{row}"] if row else [])


def token(**claims: str) -> str:
    def part(content: dict[str, str]) -> str:
        return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")

    return f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part(claims)}.{'c2lnbmF0dXJl' * 3}"


SERVICE = token(iss="supabase", ref="abcdefghijkl", role="service_role")
ANON = token(iss="supabase", ref="abcdefghijkl", role="anon")
DEMONSTRATION = token(iss="supabase-demo", role="service_role", exp="1983812996")


PUBLIC = "NEXT_PUBLIC_SUPABASE_SERVICE_ROLE_KEY"


@pytest.mark.parametrize(
    ("path", "text", "row"),
    [
        (".env.local", "NEXT_PUBLIC_SUPABASE_SERVICE_ROLE_KEY=x\n", 1),
        ("apps/web/.env", f"A=1\nREACT_APP_KEY={SERVICE}\n", 2),
        ("lib/db.js", "export const key = process.env.EXPO_PUBLIC_SUPABASE_SERVICE_KEY\n", 1),
        ("src/routes/a.ts",
         "import { PUBLIC_SUPABASE_SERVICE_ROLE_KEY } from '$env/static/public'\n", 1),
        ("next.config.js", "module.exports = { env: {\n  NEXT_PUBLIC_SERVICE_ROLE: x,\n} }\n", 2),
        (".env.production", "VITE_DB=postgres://postgres:x@db.example.com/app\n", 1),
        ("src/client.tsx", f"'use client'\nconst key = '{SERVICE}'\n", 2),
        ("public/config.js", f"window.key = '{SERVICE}'\n", 1),
        ("public/config.js", "window.key = 'sb_secret_0123456789abcdef'\n", 1),
        (".env", f"SUPABASE_SERVICE_ROLE_KEY={SERVICE}\n", 0),
        (".env", f"NEXT_PUBLIC_SUPABASE_ANON_KEY={ANON}\n", 0),
        (".env", f"NEXT_PUBLIC_SUPABASE_SERVICE_ROLE_KEY={DEMONSTRATION}\n", 0),
        (".env", "VITE_DB=postgres://app_user:x@db.example.com/app\n", 0),
        (".env", "# NEXT_PUBLIC_SUPABASE_SERVICE_ROLE_KEY=\n", 0),
        (".env", "NEXT_PUBLIC_MAP_SERVICE_KEY=0123456789\n", 0),
        ("src/env.ts", "// PUBLIC_SUPABASE_SERVICE_ROLE_KEY would be sent to browsers\n", 0),
        ("tests/a.spec.ts", "f(process.env.VITE_SUPABASE_SERVICE_ROLE_KEY)\n", 0),
        ("server/db.ts", f"const key = '{SERVICE}'\n", 0),
        ("a.ts", f"const name = '{PUBLIC}';\nconst key = process.env[name]\n", 1),
        ("a.ts", f"const key =\n  describe('{PUBLIC}')\n", 0),
        ("a.ts", f"const key =\n  requireEnv('{PUBLIC}')\n", 2),
        ("a.ts", f"createEnv({{ client: {{\n  {PUBLIC}: z.string() }} }})\n", 2),
        ("a.ts", f"const FORBIDDEN = ['{PUBLIC}']; FORBIDDEN.forEach(f)\n", 0),
        ("a.ts", f"console.warn('{PUBLIC}', process.env.{PUBLIC})\n", 0),
        ("a.ts", f"const has =\n  process.env.{PUBLIC} !== undefined\n", 0),
        ("a.ts", "const env = { NEXT_PUBLIC_ADMIN: process.env.SUPABASE_SERVICE_ROLE_KEY }\n", 1),
        ("next.config.mjs", "export default { env: {\n  K: process.env.SUPABASE_SERVICE_KEY } }\n",
         2),
        ("src/a.ts", "export default { env: {\n  K: process.env.SUPABASE_SERVICE_KEY } }\n", 0),
        ("nuxt.config.ts", "defineNuxtConfig({ runtimeConfig: { k: process.env.SUPABASE_SECRET_KEY,"
         "\n  public: { k: process.env.SUPABASE_SERVICE_KEY } } })\n", 2),
        ("vite.config.ts", "defineConfig({ define: {\n  k: JSON.stringify(process.env."
         "SUPABASE_SERVICE_ROLE_KEY) } })\n", 2),
        ("a.py", f"import os\nkey = os.environ['{PUBLIC}']\n", 2),
        ("a.py", f'def f():\n    """Set {PUBLIC}."""\n', 0),
        ("a.go", f'package a\nvar key = os.Getenv("{PUBLIC}")\n', 2),
        ("A.java", f'class A {{ String key =\n System.getenv("{PUBLIC}"); }}\n', 2),
        ("A.kt", f'val key = System.getenv("{PUBLIC}")\n', 1),
        ("A.cs", f'class A {{ string k = Environment.GetEnvironmentVariable("{PUBLIC}"); }}\n', 1),
        ("a.rb", f'KEY = ENV.fetch("{PUBLIC}")\n', 1),
        ("a.php", f"<?php $key = $_ENV['{PUBLIC}'];\n", 1),
        ("a.rs", f'fn f() {{ let key = env::var("{PUBLIC}").unwrap(); }}\n', 1),
        ("a.exs", f'config :a, key: System.get_env("{PUBLIC}")\n', 1),
    ],
)  # fmt: skip
def test_a_key_counts_where_browsers_get_it(path: str, text: str, row: int, tmp_path: Path) -> None:
    found = reported(tmp_path, {path: text}, "service-key-public")
    assert found == ([f"{path}:{row}"] if row else [])


def test_a_variable_is_told_of_where_it_is_set(tmp_path: Path) -> None:
    name = "NEXT_PUBLIC_SUPABASE_SERVICE_ROLE_KEY"
    files = {"a.ts": f"f(process.env.{name})\n", "b/.env": f"{name}=\n", "c.ts": f"g({name})\n"}
    assert reported(tmp_path, files, "service-key-public") == ["b/.env:1"]
    (one,) = findings_of(lint(tmp_path, {}), "service-key-public")
    assert one.severity is Severity.error


@pytest.mark.parametrize(
    ("path", "text", "row"),
    [
        ("app.py", "pool = make(options=f'-c app.tenant_id={tenant}')\n", 1),
        ("app.py", "pool = make({'options': '-c search_path=x -c app.tenant_id=1'})\n", 1),
        ("app.py", "pool = make(\n  server_settings={'app.tenant_id': '1'},\n)\n", 2),
        ("db.go", 'cfg.ConnConfig.RuntimeParams["app.tenant_id"] = tenant\n', 1),
        ("db.ts", "new Pool({ options: `-c app.tenant_id=${tenant}` })\n", 1),
        ("src/db.rs", 'PgConnectOptions::new().options([("app.tenant_id", tenant)])\n', 1),
        ("run.sh", "PGOPTIONS='-c app.tenant_id=7' ./serve\n", 1),
        ("compose.prod.yml", "services:\n  a:\n    environment:\n"
         "      PGOPTIONS: --app.tenant_id=7\n", 4),
        ("db.ts", "connect(`postgres://a@b/c?options=-c%20app.tenant_id%3D${t}`)\n", 1),
        ("app.py", "pool = make(options='-c statement_timeout=5s')\n", 0),
        ("app.py", "pool = make(options='-c app.other=5')\n", 0),
        ("app.py", "# pool = make(options='-c app.tenant_id=1')\n", 0),
        ("run.sh", "git -c app.tenant_id=1 commit\n", 0),
        ("tests/test_a.py", "pool = make(options='-c app.tenant_id=1')\n", 0),
        ("app.py", "options = read('app.tenant_id')\n", 0),
        ("app.py", "OPTIONS = '-c app.tenant_id=1'\npool = make(options=OPTIONS)\n", 1),
        ("app.py", "def f(t):\n    return f'-c app.tenant_id={t}'\npool = make(options=f(1))\n", 2),
        ("app.py", "import os\nos.environ['PGOPTIONS'] = '-c app.tenant_id=1'\n", 2),
        ("app.py", "SET = {'app.tenant_id': '1'}\npool = make(server_settings=SET)\n", 1),
        ("app.py", "def f():\n    \"\"\"Takes options='-c app.tenant_id=1'.\"\"\"\n", 0),
        ("app.py", "run(['git', '-c', 'app.tenant_id=1'], options)\n", 0),
        ("db.ts", "const N = 'app.tenant_id';\nnew Pool({ options: `-c ${N}=${t}` })\n", 1),
        ("db.ts", "new Pool({ options: ['-c', `app.tenant_id=${t}`].join(' ') })\n", 1),
        ("db.ts", "const connection = { 'app.tenant_id': t };\npostgres(u, { connection })\n", 1),
        ("db.go", 'var c = P{RuntimeParams: map[string]string{\n"app.tenant_id": t}}\n', 2),
        ("D.java", 'class D { void f() {\n p.put("options", "-c app.tenant_id=" + t); } }\n', 2),
        ("D.java", 'class D { void f() {\n b.options(Map.of("app.tenant_id", t)); } }\n', 2),
        ("D.kt", 'val u = "jdbc:postgresql://db/d?options=-c%20app.tenant_id%3D$t"\n', 1),
        ("D.cs", 'class D { object b = new NpgsqlConnectionStringBuilder {\n'
         '  Options = $"-c app.tenant_id={t}" }; }\n', 2),
        ("D.cs", 'class D { string s = "Host=db;Options=-c app.tenant_id=1;Port=1"; }\n', 1),
        ("db.rb", 'PG.connect(host: "db", options: "-c app.tenant_id=#{t}")\n', 1),
        ("db.php", "<?php new PDO(\"pgsql:host=db;options='-c app.tenant_id=$t'\");\n", 1),
        ("db.rs", 'fn f() { config.options("-c app.tenant_id=1"); }\n', 1),
        ("prod.exs", 'config :a, A.Repo, parameters: [{"app.tenant_id", "1"}]\n', 1),
        ("prod.exs", 'config :a, A.Repo, parameters: ["app.tenant_id": "1"]\n', 1),
    ],
)  # fmt: skip
def test_settings_of_the_start_are_found_in_any_language(
    path: str, text: str, row: int, tmp_path: Path
) -> None:
    found = reported(tmp_path, {path: text}, "startup-option-context")
    assert found == ([f"{path}:{row}"] if row else [])


def test_without_policies_a_start_up_setting_is_less_sure(tmp_path: Path) -> None:
    files = {"run.sh": "PGOPTIONS='-c crm.customer=7' ./serve\n", "app.py": DIRECT}
    (one,) = findings_of(lint(tmp_path, files), "startup-option-context")
    assert one.confidence is Confidence.medium


@pytest.mark.parametrize(
    ("path", "text", "row"),
    [
        ("backup.sh", "pg_dump -U app_user shop > a.sql\n", 1),
        ("backup.sh", "PGUSER=app_user pg_dump shop > a.sql\n", 1),
        ("backup.sh", "/usr/bin/pg_dump --username=app_user \\\n  -Fc shop > a.dump\n", 1),
        ("backup.sh", "pg_dump postgresql://keeper@db/shop | gzip > a.gz\n", 1),
        ("Makefile", "dump:\n\tpg_dump --enable-row-security shop > a.sql\n", 2),
        ("backup.sh", "pg_dump -U backup shop > a.sql\n", 0),
        ("backup.sh", "pg_dump -U app_user -s shop > a.sql\n", 0),
        ("backup.sh", "# pg_dump -U app_user shop\n", 0),
        ("backup.sh", "echo pg_dump -U app_user shop\n", 0),
        ("backup.sh", "pg_dumpall -U app_user\n", 0),
        ("backup.sh", "pg_dump -U nobody_known shop\n", 0),
    ],
)
def test_a_dump_is_judged_by_its_role(path: str, text: str, row: int, tmp_path: Path) -> None:
    found = reported(tmp_path, {path: text}, "pg-dump-with-rls")
    assert found == ([f"{path}:{row}"] if row else [])


TEST = {"tests/test_docs.py": "def test_documents(connection): ..."}
SERVED = {".env": "DATABASE_URL=postgresql://app_user@db.example.com/shop\n"}
BOUND = "DATABASE_URL=postgresql://app_user@localhost/shop\n"
EXEMPT = "DATABASE_URL=postgresql://postgres@localhost/shop\n"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({**TEST, **SERVED, ".env.test": EXEMPT}, [".env.test:1"]),
        ({**TEST, **SERVED, "e2e/.env": EXEMPT}, ["e2e/.env:1"]),
        ({**TEST, **SERVED, ".env.test": EXEMPT.replace("postgres@", "backup@")}, [".env.test:1"]),
        ({**TEST, **SERVED, ".env.ci": f"A=1\nTEST_{EXEMPT}"}, [".env.ci:2"]),
        ({**SERVED, ".env.test": EXEMPT}, []),
        ({**TEST, **SERVED, ".env.test": EXEMPT.replace("postgres@", "app_user@")}, []),
        ({**TEST, **SERVED, ".env.dev": EXEMPT}, []),
        ({**TEST, **SERVED, ".env.test": EXEMPT, "tests/rls.sql": "SET LOCAL ROLE app_user;"}, []),
        ({**TEST, **SERVED, ".env.test": EXEMPT, "tests/db.ts": "connect({user: 'app_user'})"}, []),
        ({**TEST, **SERVED, ".env.test": EXEMPT, ".env.ci": BOUND}, []),
        ({**TEST, **SERVED, ".env.test": f"MIGRATION_{EXEMPT}"}, []),
    ],
)  # fmt: skip
def test_tests_prove_nothing_as_an_exempt_role(
    files: dict[str, str], expected: list[str], tmp_path: Path
) -> None:
    assert reported(tmp_path, files, "tests-run-as-bypass-role") == expected


def test_what_tests_connect_as_is_told_once(tmp_path: Path) -> None:
    files = {"migrations/0001_docs.sql": HISTORY, **TEST, **SERVED, ".env.test": EXEMPT}
    found = lint(tmp_path, files).findings
    about = [one.name for one in found if one.place and str(one.place.path).endswith(".env.test")]
    assert about == ["tests-run-as-bypass-role"]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"package.json": '{"scripts": {\n "build": "drizzle-kit push && next build"\n}}'},
         ["package.json:2"]),
        ({"package.json": '{"scripts": {\n "db:push": "drizzle-kit push",\n'
          ' "postinstall": "npm run db:push"\n}}'}, ["package.json:2"]),
        ({"Dockerfile.prod": "FROM node\nCMD npx drizzle-kit push\n"}, ["Dockerfile.prod:2"]),
        ({".github/workflows/deploy.yml": "jobs:\n  a:\n    steps:\n"
          "      - run: npx drizzle-kit push --force\n"}, [".github/workflows/deploy.yml:4"]),
        ({"package.json": '{"scripts": {\n "db:push": "drizzle-kit push"\n}}'}, []),
        ({"package.json": '{"scripts": {\n "build": "drizzle-kit migrate && next build"\n}}'}, []),
        ({"deploy.sh": "# npx drizzle-kit push\n"}, []),
        ({"deploy.sh": "npx drizzle-kit push\n", "src/schema.ts": "pgPolicy('a', {})\n"}, []),
        ({"tests/deploy.sh": "npx drizzle-kit push\n"}, []),
    ],
)  # fmt: skip
def test_a_push_counts_where_it_goes_live(
    files: dict[str, str], expected: list[str], tmp_path: Path
) -> None:
    assert reported(tmp_path / "a", files, "orm-push-drops-rls") == expected
    without = "CREATE TABLE docs (id int PRIMARY KEY);"
    assert reported(tmp_path / "b", files, "orm-push-drops-rls", without) == []


OPEN = "CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, body text);\n"
ENABLE = "ALTER TABLE docs ENABLE ROW LEVEL SECURITY;\n"
OWN = "CREATE POLICY own ON docs USING (tenant_id = current_setting('app.t', true)::int);\n"


@pytest.mark.parametrize(
    ("files", "history", "expected"),
    [
        ({"db/rls.sql": ENABLE + OWN}, OPEN, ["db/rls.sql:1"]),
        ({"db/security/policies.sql": OWN + ENABLE}, OPEN, ["db/security/policies.sql:2"]),
        ({"rls.sql": ENABLE.replace("docs", "public.docs")}, OPEN, ["rls.sql:1"]),
        ({"db/rls.sql": ENABLE}, OPEN + ENABLE, []),
        ({"db/rls.sql": OWN}, OPEN, []),
        ({"db/rls.sql": ENABLE.replace("docs", "others")}, OPEN, []),
        ({"db/rls.sql": OPEN + ENABLE}, OPEN, []),
        ({"db/rls.sql": ENABLE, "Makefile": "security:\n\tpsql -f db/rls.sql\n"}, OPEN, []),
        ({"db/security/rls.sql": ENABLE, "run.sh": "cat db/security/*.sql | psql"}, OPEN, []),
        ({"db/init/rls.sql": ENABLE,
          "compose.yml": "services:\n  db:\n    volumes:\n"
          "      - ./db/init:/docker-entrypoint-initdb.d\n"}, OPEN, []),
        ({"db/examples/rls.sql": ENABLE}, OPEN, []),
        ({"tests/rls.sql": ENABLE}, OPEN, []),
    ],
)  # fmt: skip
def test_a_script_that_nothing_runs_protects_nothing(
    files: dict[str, str], history: str, expected: list[str], tmp_path: Path
) -> None:
    migrations = {"migrations/0001_docs.sql": history, "migrations/0002_more.sql": "SELECT 1;"}
    found = reported(tmp_path, {**migrations, **files}, "rls-files-outside-history", "")
    assert found == expected


INVOKER = "CREATE VIEW listed WITH (security_invoker) AS SELECT id FROM docs;"


@pytest.mark.parametrize(
    ("path", "text", "rows"),
    [
        ("compose.yaml", "services:\n  db:\n    image: 'postgis/postgis:13-3.3'\n", [3]),
        ("deploy/db.yml", "spec:\n  containers:\n  - image: docker.io/library/postgres:9.6\n", [3]),
        (".github/workflows/ci.yml", "services:\n  pg:\n    image: pgvector/pgvector:pg14\n", [3]),
        ("db/Dockerfile", "FROM postgres:14.10 AS base\nFROM bitnami/postgresql:14\n", [1, 2]),
        ("rds.tf", 'engine = "postgres"\nengine_version = "14.7"\n', [2]),
        ("supabase/config.toml", "[db]\nport = 54322\nmajor_version = 14\n", [3]),
        ("compose.yaml", "services:\n  db:\n    image: postgres:15\n", []),
        ("compose.yaml", "services:\n  db:\n    image: postgres:140\n", []),
        ("compose.yaml", "services:\n  db:\n    # image: postgres:14\n    image: postgres\n", []),
        ("compose.yaml", "services:\n  web:\n    image: node:14\n", []),
        ("rds.tf", 'engine = "mysql"\nengine_version = "8.0"\n', []),
        ("README.md", "    image: postgres:14\n", []),
    ],
)  # fmt: skip
def test_an_old_server_has_no_views_of_the_caller(
    path: str, text: str, rows: list[int], tmp_path: Path
) -> None:
    files = {"migrations/0002_view.sql": INVOKER, path: text}
    assert reported(tmp_path, files, "view-on-pg14-cannot-invoke") == [f"{path}:{n}" for n in rows]


@pytest.mark.parametrize(
    ("view", "beside"),
    [
        ("CREATE VIEW listed AS SELECT id FROM docs;", ""),
        (f"DO $$ BEGIN EXECUTE '{INVOKER}'; END $$;", ""),
        (f"{INVOKER} DROP VIEW listed;", ""),
        (f"{INVOKER} ALTER VIEW listed RESET (security_invoker);", ""),
        (INVOKER, "image: postgres:16\n"),
    ],
)
def test_an_old_server_matters_where_a_view_needs_a_newer_one(
    view: str, beside: str, tmp_path: Path
) -> None:
    files = {
        "migrations/0001_docs.sql": HISTORY,
        "migrations/0002_view.sql": view,
        "compose.yaml": "services:\n  db:\n    image: postgres:14\n",
        "production.yaml": beside,
    }
    found = findings_of(lint(tmp_path, files), "view-on-pg14-cannot-invoke")
    assert [one.severity.name for one in found] == (["info"] if beside else [])


CLAIMS = """CREATE TABLE docs (id int PRIMARY KEY, owner_id text NOT NULL);
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON docs
  USING (owner_id = (nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub'));
"""
USERS = """CREATE TABLE docs (id int PRIMARY KEY, user_id uuid NOT NULL);
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON docs TO authenticated USING (user_id = (SELECT auth.uid()));
"""


@pytest.mark.parametrize(
    ("migration", "path", "text", "rows"),
    [
        (CLAIMS, "nginx.conf", "server {\n  proxy_set_header authorization '';\n}\n", [2]),
        (USERS, "nginx/api.conf.template",
         'proxy_set_header Authorization "Bearer abcdef.ghijkl";\n', [1]),
        (CLAIMS, "ingress.yaml", "annotations:\n  nginx.ingress.kubernetes.io/server-snippet: |\n"
         '    proxy_set_header Authorization "";\n', [3]),
        (CLAIMS, "Caddyfile", "reverse_proxy api:3000 {\n\theader_up -Authorization\n}\n", [2]),
        (CLAIMS, "haproxy.cfg", "backend api\n  http-request del-header Authorization\n", [2]),
        (CLAIMS, "traefik.yml", "customRequestHeaders:\n  X-Script: x\n  Authorization: ''\n", [3]),
        (CLAIMS, "envoy.yaml", "request_headers_to_remove: [x-debug, authorization]\n", [1]),
        (CLAIMS, "nginx.conf", "# proxy_set_header Authorization '';\n", []),
        (CLAIMS, "nginx.conf", "proxy_set_header Authorization $http_authorization;\n", []),
        (CLAIMS, "nginx.conf", "auth_request /check;\nproxy_set_header Authorization '';\n", []),
        (CLAIMS, "nginx.conf",
         "proxy_set_header Authorization '';\nproxy_pass https://x.s3.amazonaws.com;\n", []),
        (CLAIMS, "nginx.conf", 'proxy_set_header Authorization "Basic dTpw";\n', []),
        (CLAIMS, "README.md", "proxy_set_header Authorization '';\n", []),
        (HISTORY, "nginx.conf", "proxy_set_header Authorization '';\n", []),
    ],
)  # fmt: skip
def test_a_token_that_does_not_arrive_tells_nobody(
    migration: str, path: str, text: str, rows: list[int], tmp_path: Path
) -> None:
    files = {"migrations/0001_docs.sql": migration, path: text}
    found = [
        one.place.start.row
        for one in findings_of(lint(tmp_path, files), "ingress-drops-identity")
        if one.place is not None
    ]
    assert found == rows


OF_HEADER = """
import os, psycopg
from flask import Flask, request
app = Flask(__name__)
@app.get("/docs")
def documents():
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        tenant = request.headers["{header}"]
        connection.execute("SELECT set_config('app.tenant_id', %s, true)", (tenant,))
        return connection.execute("SELECT body FROM docs").fetchall()
"""
CLUSTER = """kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
---
kind: Deployment
metadata: {name: web}
spec:
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          env: [{name: DATABASE_URL, value: "postgres://app_user:x@db/shop"}]
---
kind: Service
metadata: {name: site}
spec:
  selector: {app: site}
---
kind: Deployment
metadata: {name: site}
spec:
  template:
    metadata: {labels: {app: site}}
    spec:
      containers: [{name: site, image: example/site}]
"""
MODIFIED = """kind: HTTPRoute
spec:
  rules:
    - filters:
        - type: RequestHeaderModifier
          requestHeaderModifier: %s
      backendRefs: [{name: web}]
    - backendRefs: [{name: site}]
"""
ISTIO = """kind: VirtualService
spec:
  gateways: [public]
  http:
    - headers: {request: %s}
      route: [{destination: {host: web}}]
"""
KONG = """_format_version: "3.0"
services:
  - name: web
    url: http://web:80
    routes: [{name: all, paths: [/]}]
    plugins:
      - name: request-transformer
        config: %s
"""
PLUGIN = """kind: KongPlugin
metadata: {name: strip}
plugin: request-transformer
config: {remove: {headers: [authorization]}}
---
kind: Ingress
metadata:
  name: shop
  annotations: {konghq.com/plugins: "%s"}
spec:
  rules: [{http: {paths: [{path: /, backend: {service: {name: web}}}]}}]
"""
LABELS = """services:
  web:
    image: example/web
    environment: {DATABASE_URL: "postgres://app_user:x@db/shop"}
    labels:
      - traefik.http.routers.web.rule=Host(`shop.example.com`)
      - traefik.http.middlewares.m.headers.customrequestheaders.X-Tenant-Id=%s
"""
CHECKED = """kind: Ingress
metadata:
  name: shop
  annotations:
    nginx.ingress.kubernetes.io/auth-url: http://auth/verify
    nginx.ingress.kubernetes.io/auth-response-headers: X-Tenant-Id
spec:
  rules: [{http: {paths: [{path: /, backend: {service: {name: web}}}]}}]
---
kind: Ingress
metadata: {name: %s}
spec:
  rules: [{http: {paths: [{path: %s, backend: {service: {name: %s}}}]}}]
"""
VERIFIED = """server {
  auth_request /verify;
  auth_request_set $tenant $upstream_http_x_tenant_id;
  proxy_set_header X-Tenant-Id $tenant;
  location / { proxy_pass http://web; }
  location = /verify { internal; proxy_pass http://auth; }
  location %s {
    auth_request off;
    %s
    proxy_pass http://web;
  }
}
"""


@pytest.mark.parametrize(
    ("header", "path", "text", "rows"),
    [
        ("Authorization", "k8s/route.yaml", MODIFIED % "{remove: [Authorization]}", [6]),
        ("X-Tenant-Id", "k8s/route.yaml", MODIFIED % "{set: [{name: X-Tenant-Id, value: a}]}", [6]),
        ("Authorization", "k8s/istio.yaml", ISTIO % "{remove: [authorization]}", [5]),
        ("X-Org-Id", "k8s/istio.yaml", ISTIO % "{set: {x-org-id: a}}", [5]),
        ("Authorization", "kong.yml", KONG % "{remove: {headers: [Authorization]}}", [8]),
        ("X-Tenant-Id", "kong.yml", KONG % "{replace: {headers: ['X-Tenant-Id:a']}}", [8]),
        ("Authorization", "k8s/kong.yaml", PLUGIN % "cors, strip", [4]),
        ("X-Tenant-Id", "compose.prod.yaml", LABELS % "acme", [7]),
        ("X-Tenant-Id", "nginx.conf", 'proxy_set_header X-Tenant-Id "acme";\n', [1]),
        ("X-Tenant-Id", "k8s/in.yaml", CHECKED % ("export", "/export", "web"), [11]),
        ("X-Tenant-Id", "nginx.conf", VERIFIED % (
            "/export", "proxy_set_header X-Tenant-Id $http_x_tenant_id;"), [10]),
        # A location with a header of its own inherits none.
        ("X-Tenant-Id", "nginx.conf", VERIFIED % ("/export", "proxy_set_header Host $host;"), [10]),
        ("X-Tenant-Id", "k8s/route.yaml", MODIFIED % "{remove: [Authorization]}", []),
        ("Authorization", "k8s/route.yaml",
         MODIFIED.replace("web", "site", 1) % "{remove: [Authorization]}", []),
        ("Authorization", "k8s/overlays/staging/route.yaml",
         MODIFIED % "{remove: [Authorization]}", []),
        ("Authorization", "k8s/istio.yaml", ISTIO % "{remove: [x-debug]}", []),
        ("X-Org-Id", "k8s/istio.yaml", ISTIO % "{set: {x-org-id: '%REQ(x-verified-org)%'}}", []),
        ("Authorization", "kong.yml", KONG % "{remove: {headers: [X-Tenant-Id]}}", []),
        ("Authorization", "k8s/kong.yaml", PLUGIN % "cors", []),
        ("Authorization", "compose.prod.yaml", LABELS % "acme", []),
        ("X-Tenant-Id", "k8s/in.yaml", CHECKED % ("health", "/healthz", "web"), []),
        ("X-Tenant-Id", "k8s/in.yaml", CHECKED % ("site", "/export", "site"), []),
        ("Authorization", "k8s/in.yaml", CHECKED % ("export", "/export", "web"), []),
        ("X-Tenant-Id", "nginx.conf", VERIFIED % ("/export", ""), []),
        ("X-Tenant-Id", "nginx.conf", VERIFIED % (
            "/export", 'proxy_set_header X-Tenant-Id "";'), []),
        ("X-Tenant-Id", "nginx.conf", VERIFIED % ("/healthz", "proxy_set_header Host $host;"), []),
    ],
)  # fmt: skip
def test_a_header_that_a_program_takes_the_tenant_from_arrives_as_it_was_checked(
    header: str, path: str, text: str, rows: list[int], tmp_path: Path
) -> None:
    files = {
        "migrations/0001_docs.sql": HISTORY,
        "app/main.py": OF_HEADER.replace("{header}", header),
        "k8s/web.yaml": CLUSTER,
        path: text,
    }
    found = findings_of(lint(tmp_path, files), "ingress-drops-identity")
    assert [one.place.start.row for one in found if one.place is not None] == rows


KONG_WAYS = """_format_version: "3.0"
services:
  - name: web
    host: web
    plugins: [{name: %s}]
    routes:
      - name: docs
        paths: [/docs]
      - name: %s
        paths: [/%s]
        plugins: [{name: %s, enabled: %s}]
"""
ENVOY_WAYS = """http_filters:
  - name: envoy.filters.http.ext_authz
route_config:
  virtual_hosts:
    - domains: ["*"]
      routes:
        - match: {prefix: /%s}
          route: {cluster: web}
          typed_per_filter_config: {%s: {disabled: true}}
        - match: {prefix: /}
          route: {cluster: web}
"""
TOKENS = """kind: VirtualService
spec:
  gateways: [public]
  http: [{route: [{destination: {host: web}}]}]
---
kind: RequestAuthentication
metadata: {name: tokens}
spec:
  selector: {matchLabels: {app: web}}
  jwtRules: [{issuer: a, outputClaimToHeaders: [{header: x-tenant-id, claim: tenant}]}]
---
kind: AuthorizationPolicy
spec:
  selector: {matchLabels: {app: %s}}
  rules: [{from: [{source: {%s: ["*"]}}]}]
"""
ROUTERS = """http:
  middlewares:
    auth: {forwardAuth: {address: "http://auth", authResponseHeaders: [X-Tenant-Id]}}
    slow: {rateLimit: {average: 5}}
  routers:
    docs: {rule: "PathPrefix(`/docs`)", service: web, middlewares: [auth]}
    other: {rule: "PathPrefix(`/%s`)", service: web, middlewares: [%s]}
"""
OAUTH2_PROXY = """kind: Deployment
metadata: {name: oauth2-proxy}
spec:
  template:
    spec:
      containers:
        - args: ["--upstream=http://web.shop.svc:80/", "--skip-auth-route=%s"]
"""
PLAIN_INGRESS = """kind: Ingress
metadata: {name: shop}
spec:
  rules: [{http: {paths: [{path: /, backend: {service: {name: web}}}]}}]
"""


@pytest.mark.parametrize(
    ("path", "text", "rows"),
    [
        ("kong.yml", KONG_WAYS % ("key-auth", "export", "export", "key-auth", "false"), [9]),
        ("kong.yml", KONG_WAYS % ("key-auth", "export", "export", "key-auth", "true"), []),
        ("kong.yml", KONG_WAYS % ("key-auth", "health", "healthz", "key-auth", "false"), []),
        ("kong.yml", KONG_WAYS % ("cors", "export", "export", "cors", "false"), [7]),
        ("envoy.yaml", ENVOY_WAYS % ("export", "envoy.filters.http.ext_authz"), [8]),
        ("envoy.yaml", ENVOY_WAYS % ("healthz", "envoy.filters.http.ext_authz"), []),
        ("envoy.yaml", ENVOY_WAYS % ("export", "envoy.filters.http.cors"), []),
        ("k8s/istio.yaml", TOKENS % ("web", "namespaces"), [6]),
        ("k8s/istio.yaml", TOKENS % ("other", "requestPrincipals"), [6]),
        ("k8s/istio.yaml", TOKENS % ("web", "requestPrincipals"), []),
        ("traefik/dynamic.yml", ROUTERS % ("export", ""), [7]),
        ("traefik/dynamic.yml", ROUTERS % ("export", "auth"), []),
        ("traefik/dynamic.yml", ROUTERS % ("export", "unknown"), []),
        ("k8s/proxy.yaml", OAUTH2_PROXY % "^/docs", [7]),
        ("k8s/proxy.yaml", OAUTH2_PROXY % "GET=^/healthz$", []),
        ("oauth2-proxy.cfg", 'skip_auth_routes = ["^/docs", "/ping"]\n', [1]),
        ("oauth2-proxy.cfg", 'skip_auth_routes = ["/ping"]\n', []),
        ("k8s/in.yaml", PLAIN_INGRESS, [4]),
        ("k8s/overlays/staging/in.yaml", PLAIN_INGRESS, []),
        ("k8s/in.yaml", f"{PLAIN_INGRESS}# x-tenant-id is set by the gateway of the cloud\n", []),
        ("k8s/in.yaml", PLAIN_INGRESS.replace("web", "site"), []),
    ],
)  # fmt: skip
def test_no_way_to_a_program_asks_nobody_who_is_calling(
    path: str, text: str, rows: list[int], tmp_path: Path
) -> None:
    files = {
        "migrations/0001_docs.sql": HISTORY,
        "app/main.py": OF_HEADER.replace("{header}", "X-Tenant-Id"),
        "k8s/web.yaml": CLUSTER,
        path: text,
    }
    found = findings_of(lint(tmp_path, files), "ingress-drops-identity")
    assert [one.place.start.row for one in found if one.place is not None] == rows


@pytest.mark.parametrize(
    ("program", "count"),
    [
        ("", 1),
        ("import jwt\n", 0),
        ("def current_user():\n    pass\n", 0),
    ],
)
def test_a_program_that_knows_its_callers_otherwise_is_left_alone(
    program: str, count: int, tmp_path: Path
) -> None:
    files = {
        "migrations/0001_docs.sql": HISTORY,
        "app/main.py": OF_HEADER.replace("{header}", "X-Tenant-Id") + program,
        "k8s/web.yaml": CLUSTER + "---\n" + PLAIN_INGRESS,
    }
    assert len(findings_of(lint(tmp_path, files), "ingress-drops-identity")) == count


@pytest.mark.parametrize(
    ("path", "line", "is_read"),
    [
        ("src/a.ts", "const tenant = req.headers['x-tenant-id'];", True),
        ("src/a.ts", "const tenant = req.get('X-Tenant-Id');", True),
        ("src/a.ts", "const tenant = request.headers.get('x-tenant-id');", True),
        ("src/a.go", 'tenant := r.Header.Get("X-Tenant-Id")', True),
        ("src/a.go", 'tenant := c.GetHeader("X-Tenant-ID")', True),
        ("src/A.java", '@RequestHeader("X-Tenant-Id") String tenant', True),
        ("src/A.java", 'request.getHeader("X-Tenant-Id")', True),
        ("src/A.cs", 'var tenant = Request.Headers["X-Tenant-Id"];', True),
        ("app/a.rb", "tenant = request.headers['X-Tenant-Id']", True),
        ("app/a.py", "tenant = request.META['HTTP_X_TENANT_ID']", True),
        ("app/a.py", "async def docs(x_tenant_id: str = Header(...)):", True),
        ("app/a.php", "$tenant = $request->header('X-Tenant-Id');", True),
        ("lib/a.ex", 'get_req_header(conn, "x-tenant-id")', True),
        ("src/a.rs", 'let tenant = req.headers().get("x-tenant-id");', True),
        ("src/a.ts", "await fetch(url, { headers: { 'X-Tenant-Id': tenant } });", False),
        ("src/a.py", "session.headers['X-Tenant-Id'] = tenant", False),
        ("src/a.ts", "// req.headers['x-tenant-id']", False),
        ("src/a.tsx", "const tenant = request.headers.get('x-tenant-id');", False),
        ("tests/test_a.py", "tenant = request.headers['X-Tenant-Id']", False),
    ],
)  # fmt: skip
def test_a_header_is_read_where_a_request_is_answered(path: str, line: str, is_read: bool) -> None:
    text = Text(path, f"{line}\n".encode())
    assert (header_read(text, f"{line}\n", "X-Tenant-Id") is not None) == is_read


POOLER = "postgres://postgres.abcdefgh:x@aws-0-eu-central-1.pooler.supabase.com:5432/postgres"
COMPOSE = """services:
  web:
    image: example/web
    {ports}
    environment:
      DATABASE_URL: {url}
"""
DEPLOYMENT = """kind: Deployment
metadata:
  name: web
spec:
  template:
    spec:
      containers:
        - name: web
          env:
            - name: DATABASE_URL
              value: {url}
"""
INGRESS = """kind: Ingress
metadata:
  name: shop
  annotations:
    kubernetes.io/ingress.class: {ingress}
spec:
  rules:
    - http:
        paths:
          - backend:
              service:
                name: {service}
"""
ROUTE = """kind: HTTPRoute
spec:
  rules:
    - backendRefs:
        - kind: Service
          name: web
"""
PATCHED = {
    "base/kustomization.yaml": "resources: [all.yaml]\n",
    "base/all.yaml": f"{ROUTE}---\n{DEPLOYMENT.format(url='postgres://web@db.example.com/shop')}",
    "prod/kustomization.yaml": """resources: [../base]
patchesJson6902:
  - target: {kind: Deployment, name: web}
    path: patches.json
""",
}
PATCH = """- op: replace
  path: /spec/template/spec/containers/0/env/0/value
  value: {url}
"""


def in_json(source: str) -> str:
    """Write a manifest or a patch as JSON."""
    written = yaml.safe_load(source)
    if isinstance(written, dict):
        written = {"apiVersion": "apps/v1", **written}
    return json.dumps(written, indent=2)


@pytest.mark.parametrize(
    ("files", "place"),
    [
        ({"compose.prod.yml": COMPOSE.format(ports="ports: ['80:8080']", url=POOLER)},
         "compose.prod.yml:4"),
        ({"compose.prod.yml": COMPOSE.format(ports="ports:\n      - 80:8080", url=POOLER)},
         "compose.prod.yml:4"),
        ({"k8s/web.yaml": DEPLOYMENT.format(url=POOLER),
          "k8s/in.yaml": f"kind: Service\n---\n{INGRESS.format(ingress='nginx', service='web')}"},
         "k8s/in.yaml:14"),
        ({"k8s/web.yaml": DEPLOYMENT.format(url=POOLER), "k8s/route.yaml": ROUTE},
         "k8s/route.yaml:6"),
        ({"k8s/all.yaml": f"{ROUTE}---\n{DEPLOYMENT.format(url=POOLER)}"}, "k8s/all.yaml:6"),
        ({"k8s/web-deployment.json": in_json(DEPLOYMENT.format(url=POOLER)),
          "k8s/route.yaml": ROUTE}, "k8s/route.yaml:6"),
        ({"k8s/web-deployment.json": in_json(DEPLOYMENT.format(
            url=POOLER.replace("postgres.", "web.", 1))), "k8s/route.yaml": ROUTE}, ""),
        ({**PATCHED, "prod/patches.json": in_json(PATCH.format(url=POOLER))}, "base/all.yaml:6"),
        ({**PATCHED, "prod/patches.json": in_json(PATCH.format(
            url=POOLER.replace("postgres.", "web.", 1)))}, ""),
        ({"compose.prod.yml": COMPOSE.format(ports="expose: ['8080']", url=POOLER)}, ""),
        ({"compose.prod.yml": COMPOSE.format(ports="ports: ['127.0.0.1:80:80']", url=POOLER)}, ""),
        ({"compose.override.yml": COMPOSE.format(ports="ports: ['80:80']", url=POOLER)}, ""),
        ({"compose.prod.yml": COMPOSE.format(
            ports="ports: ['80:80']", url=POOLER.replace("postgres.", "web.", 1))}, ""),
        ({"compose.prod.yml": COMPOSE.format(ports="image: x", url=POOLER)
          + "  proxy:\n    image: nginx\n    ports: ['443:443']\n"}, ""),
        ({"k8s/web.yaml": DEPLOYMENT.format(url=POOLER),
          "k8s/in.yaml": INGRESS.format(ingress="nginx-internal", service="web")}, ""),
        ({"k8s/web.yaml": DEPLOYMENT.format(url=POOLER),
          "k8s/in.yaml": INGRESS.format(ingress="nginx", service="front")}, ""),
    ],
)  # fmt: skip
def test_a_route_from_outside_reaches_a_role_that_is_exempt(
    files: dict[str, str], place: str, tmp_path: Path
) -> None:
    result = lint(tmp_path, {"supabase/migrations/0001_docs.sql": USERS, **files})
    found = findings_of(result, "route-reaches-bypass-role")
    assert [
        f"{str(one.place.path).removeprefix(f'{tmp_path}/')}:{one.place.start.row}"
        for one in found
        if one.place is not None
    ] == ([place] if place else [])


def test_a_role_that_is_meant_to_bypass_serves_nobody_from_outside(tmp_path: Path) -> None:
    files = {
        "migrations/0001_docs.sql": f"CREATE ROLE worker LOGIN BYPASSRLS; {HISTORY}",
        "compose.prod.yml": COMPOSE.format(
            ports="ports: ['80:8080']", url="postgres://worker:x@db.example.com/shop"
        ),
        "production.env": "DATABASE_URL=postgres://app_user:x@db.example.com/shop\n",
    }
    config = Config(min_severity=Severity.info, bypass_roles=("worker",))
    (found,) = findings_of(lint(tmp_path, files, config), "route-reaches-bypass-role")
    assert found.severity is Severity.error


OWNED = HISTORY.replace("ALTER TABLE", "ALTER TABLE docs OWNER TO keeper; ALTER TABLE", 1)
IN_CLUSTER = INGRESS.format(ingress="nginx", service="web")


@pytest.mark.parametrize(
    ("migration", "user", "ingress", "rule", "is_routed"),
    [
        (HISTORY, "backup", "k8s/in.yaml", "app-role-bypassrls", True),
        (HISTORY, "postgres", "k8s/in.yaml", "app-role-superuser", True),
        (OWNED, "keeper", "k8s/in.yaml", "rls-not-forced", True),
        (OWNED, "keeper", "k8s/overlays/staging/in.yaml", "rls-not-forced", False),
        (HISTORY, "postgres", "k8s/overlays/staging/in.yaml", "app-role-superuser", False),
        (HISTORY, "postgres", "docs/notes.txt", "app-role-superuser", False),
    ],
)
def test_where_a_route_leads_to_what_no_policy_binds_the_route_is_told(
    migration: str, user: str, ingress: str, rule: str, is_routed: bool, tmp_path: Path
) -> None:
    files = {
        "migrations/0001_docs.sql": migration,
        "k8s/web.yaml": DEPLOYMENT.format(url=f"postgres://{user}:x@db/shop"),
        ingress: IN_CLUSTER,
    }
    result = lint(tmp_path, files)
    assert len(findings_of(result, rule)) == (0 if is_routed else 1)
    told = findings_of(result, "route-reaches-bypass-role")
    assert [one.severity for one in told] == ([Severity.error] if is_routed else [])


NETWORK = """
kind: Service
metadata: {{name: {name}}}
spec: {{selector: {{app: {name}}}{more}}}
---
kind: Deployment
metadata: {{name: {name}}}
spec:
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec:
      containers:
        - name: {name}
          env: [{{name: DATABASE_URL, value: "postgres://{user}:x@db/shop"}}]
---
"""
WEB = NETWORK.format(name="web", user="app_user", more="")


@pytest.mark.parametrize(
    ("name", "more", "ingress", "expected"),
    [
        ("admin", "", IN_CLUSTER, Severity.info),
        # Nothing tells where that one leads.
        ("admin", "", f"{IN_CLUSTER}---\nkind: Ingress\nspec: {{}}\n", Severity.error),
        ("admin", "", "kind: Ingress\nspec: {}\n", Severity.error),
        ("admin", ", type: NodePort", IN_CLUSTER, None),
        ("admin", ", externalIPs: [203.0.113.7]", IN_CLUSTER, None),
    ],
)
def test_what_works_inside_may_see_all_rows(
    name: str, more: str, ingress: str, expected: Severity | None, tmp_path: Path
) -> None:
    manifests = WEB + NETWORK.format(name=name, user="auditor", more=more)
    history = HISTORY.replace("backup", "auditor")
    files = {"migrations/0001_docs.sql": history, "k8s/all.yaml": manifests + ingress}
    result = lint(tmp_path, files)
    found = [one.severity for one in findings_of(result, "app-role-bypassrls")]
    assert found == ([] if expected is None else [expected])
    assert len(findings_of(result, "route-reaches-bypass-role")) == (expected is None)


PROCESSES = "web: DATABASE_URL=postgres://{}@db.example.com/shop start\n{}"
NIGHTLY = "nightly: DATABASE_URL=postgres://backup@db.example.com/shop run\n"
RENDER = """services:
  - type: web
    name: api
    envVars: [{{key: DATABASE_URL, value: "postgres://{}@dpg-a/shop"}}]
  - type: worker
    name: nightly
    envVars: [{{key: DATABASE_URL, value: "postgres://backup@dpg-a/shop"}}]
"""
UNIT = '[Service]\nEnvironment="DATABASE_URL=postgres://{}@db/shop"\nExecStart=/bin/api --port {}\n'


@pytest.mark.parametrize(
    "files",
    [
        {"Procfile": PROCESSES.format("{}", NIGHTLY)},
        {"render.yaml": RENDER},
        {"fly.toml": "[env]\nDATABASE_URL = 'postgres://{}@db.internal/shop'\n[http_service]\n"},
        {"api.service": UNIT.format("{}", 8080), "nightly.service": UNIT.format("backup", 9000),
         "Caddyfile": "shop.example.com {{\n  reverse_proxy localhost:8080\n}}\n"},
        {"compose.prod.yml": "services:\n  api: {{image: a, env_file: [api.env],"
                             " ports: ['80:80']}}\n"
                             "  nightly: {{image: b, env_file: nightly.env}}\n",
         "api.env": "DATABASE_URL=postgres://{}@db/shop\n",
         "nightly.env": "DATABASE_URL=postgres://backup@db/shop\n"},
        {"compose.prod.yml": "x-env: &env\n  DATABASE_URL: postgres://{}@db/shop\nservices:\n"
                             "  api: {{image: a, environment: {{<<: *env}}, ports: ['80:80']}}\n"},
    ],
)  # fmt: skip
@pytest.mark.parametrize(("user", "count"), [("backup", 1), ("app_user", 0)])
def test_what_a_platform_lets_in_is_a_route(
    files: dict[str, str], user: str, count: int, tmp_path: Path
) -> None:
    filled = {path: text.format(user) for path, text in files.items()}
    result = lint(tmp_path, {"migrations/0001_docs.sql": HISTORY, **filled})
    assert len(findings_of(result, "route-reaches-bypass-role")) == count
    loud = [one.name for one in result.findings if one.severity is not Severity.info]
    assert loud == ["route-reaches-bypass-role"] * count


COMPOSED = """services:
  db:
    image: postgres:16
    environment:
      POSTGRES_USER: admin
      POSTGRES_DB: shop
  api:
    build: .
    environment:
      DATABASE_URL: postgres://app_user:x@db:5432/shop
  workflows:
    image: {image}
    environment:
      {variables}
"""


@pytest.mark.parametrize(
    ("image", "variables", "lines"),
    [
        ("n8nio/n8n", {"DB_POSTGRESDB_DATABASE": "shop", "DB_POSTGRESDB_USER": "admin"}, [16]),
        ("n8nio/n8n", {"DB_POSTGRESDB_DATABASE": "n8n", "DB_POSTGRESDB_USER": "admin"}, []),
        ("n8nio/n8n", {"DB_POSTGRESDB_DATABASE": "shop", "DB_POSTGRESDB_USER": "n8n"}, []),
        ("n8nio/n8n", {"DB_POSTGRESDB_HOST": "own-db", "DB_POSTGRESDB_USER": "admin"}, []),
        ("grafana/grafana", {"GF_DATABASE_URL": "postgres://admin:x@db:5432/shop"}, [14]),
        ("grafana/grafana", {"GF_DATABASE_URL": "postgres://admin:x@db:5432/grafana"}, []),
    ],
)
def test_a_product_may_be_a_superuser_of_its_own_database_alone(
    image: str, variables: dict[str, str], lines: list[int], tmp_path: Path
) -> None:
    given = {"DB_POSTGRESDB_HOST": "db"} | variables if image.startswith("n8n") else variables
    written = "\n      ".join(f"{name}: {value}" for name, value in given.items())
    files = {"docker-compose.yml": COMPOSED.format(image=image, variables=written)}
    found = reported(tmp_path, files, "app-role-superuser")
    assert found == [f"docker-compose.yml:{line}" for line in lines]
