"""Row security that a program makes itself is judged like that of migrations, or said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rlslint.code.adapters import building
from rlslint.code.adapters.python import PYTHON
from tests.command_line import rlslint
from tests.linting import lint, rows_of
from tests.test_unread_files import files_in

LOOP = """import psycopg2
TABLES = ["carts", "sales"]

def initialise(dsn: str) -> None:
    with psycopg2.connect(dsn).cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"CREATE TABLE IF NOT EXISTS {table} (tenant_id int)")
            cursor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            cursor.execute(f"CREATE POLICY open ON {table} USING (true)")
"""
LISTED = """from sqlalchemy import create_engine, text
engine = create_engine("postgresql://web@db/shop")
STATEMENTS = [
    "CREATE TABLE IF NOT EXISTS carts (tenant_id int)",
    "ALTER TABLE carts ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY open ON carts USING (true)",
]

def start() -> None:
    with engine.begin() as connection:
        for statement in STATEMENTS:
            connection.execute(text(statement))

def tear_down() -> None:
    with engine.begin() as connection:
        connection.execute(text("DROP POLICY open ON carts"))
        connection.execute(text("ALTER TABLE carts DISABLE ROW LEVEL SECURITY"))
"""
METHODS = """import psycopg

class Store:
    TABLES = ("carts",)

    def __init__(self, dsn: str) -> None:
        self.connection = psycopg.connect(dsn)
        for table in self.TABLES:
            self._guard(table)

    def _guard(self, table: str) -> None:
        self.connection.execute("CREATE TABLE IF NOT EXISTS %s (tenant_id int)" % table)
        self.connection.execute("ALTER TABLE {} ENABLE ROW LEVEL SECURITY".format(table))
        self.connection.execute("CREATE POLICY open ON " + table + " USING (true)")
"""
IMPORTED = """import asyncpg
from . import names
from .schema import SCHEMA

async def start(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as connection:
        await connection.execute(SCHEMA)
        for name in names.TABLES:
            await connection.execute(f"CREATE POLICY open ON {name} USING (true)")
"""
SCHEMA = '''from . import names
SCHEMA = f"""
CREATE TABLE IF NOT EXISTS {names.TABLES[0]} (tenant_id int);
ALTER TABLE {names.TABLES[0]} ENABLE ROW LEVEL SECURITY;
"""
'''


SET_UP = (
    "CREATE TABLE IF NOT EXISTS carts (tenant_id int)",
    "ALTER TABLE carts ENABLE ROW LEVEL SECURITY",
    "CREATE POLICY open ON carts USING (true)",
)
IN_OTHER_LANGUAGES = {
    "db.ts": "import { Pool } from 'pg';\nexport async function start(pool: Pool) {\n"
    + "".join(f"  await pool.query('{sql}');\n" for sql in SET_UP)
    + "}\n",
    "db.go": 'package db\n\nimport "database/sql"\n\nfunc Start(db *sql.DB) {\n'
    + "".join(f'\tdb.Exec("{sql}")\n' for sql in SET_UP)
    + "}\n",
    "Db.java": "import java.sql.Statement;\n\nclass Db {\n    void start(Statement s) {\n"
    + "".join(f'        s.execute("{sql}");\n' for sql in SET_UP)
    + "    }\n}\n",
    "db.rb": "require 'pg'\n\ndef start(connection)\n  connection = PG.connect\n"
    + "".join(f'  connection.exec("{sql}")\n' for sql in SET_UP)
    + "end\n",
}


@pytest.mark.parametrize("path", IN_OTHER_LANGUAGES)
def test_a_program_is_judged_in_any_language(tmp_path: Path, path: str) -> None:
    files = {path: IN_OTHER_LANGUAGES[path]}
    run = rlslint("check", "--output-format", "concise", cwd=files_in(tmp_path, files))
    assert "policy-using-true" in run.stdout
    assert path in run.stdout
    assert "in a form that is not read" not in run.stderr


@pytest.mark.parametrize(
    ("code", "tables"),
    [(LOOP, ("carts", "sales")), (LISTED, ("carts",)), (METHODS, ("carts",))],
    ids=["loop", "list", "methods"],
)
def test_a_program_is_judged(tmp_path: Path, code: str, tables: tuple[str, ...]) -> None:
    run = rlslint("check", "--output-format", "concise", cwd=files_in(tmp_path, {"db.py": code}))
    found = [line for line in run.stdout.splitlines() if "policy-using-true" in line]
    assert [table for table in tables if f"public.{table}" in "".join(found)] == list(tables)
    assert "in a form that is not read" not in run.stderr


def test_what_it_imports_is_followed(tmp_path: Path) -> None:
    files = {"app/db.py": IMPORTED, "app/schema.py": SCHEMA, "app/names.py": 'TABLES = ["carts"]\n'}
    run = rlslint("check", "--output-format", "concise", cwd=files_in(tmp_path, files))
    assert "policy-using-true" in run.stdout
    assert "public.carts" in run.stdout
    assert "in a form that is not read" not in run.stderr


def test_it_runs_after_the_migrations_beside_it(tmp_path: Path) -> None:
    files = {
        "migrations/0001.sql": "CREATE TABLE carts (id int PRIMARY KEY, tenant_id int NOT NULL);"
        "CREATE INDEX ON carts (tenant_id);",
        "app.py": "import psycopg\ndef start(connection: psycopg.Connection) -> None:\n"
        '    connection.execute("ALTER TABLE carts ENABLE ROW LEVEL SECURITY")\n'
        '    connection.execute("CREATE POLICY own ON carts USING (tenant_id = "\n'
        "        \"(SELECT nullif(current_setting('app.tenant', true), '')::int))\")\n",
    }
    run = rlslint("check", "--output-format", "concise", cwd=files_in(tmp_path, files))
    assert "rls-not-enabled" not in run.stdout
    assert "app.py:3:25: RLS006 [rls-not-forced]" in run.stdout


def test_one_that_makes_tables_of_its_own_changes_no_history(tmp_path: Path) -> None:
    files = {
        "migrations/0001.sql": "CREATE TABLE carts (id int);"
        "CREATE POLICY own ON carts USING (id = 1);"
        "ALTER TABLE carts ENABLE ROW LEVEL SECURITY;",
        "bench.py": "import psycopg\nwith psycopg.connect() as connection:\n"
        '    connection.execute("DROP TABLE IF EXISTS carts")\n'
        '    connection.execute("CREATE TABLE carts (id int)")\n'
        '    connection.execute("CREATE POLICY open ON carts USING (true)")\n',
    }
    run = rlslint("check", "--output-format", "json", cwd=files_in(tmp_path, files))
    (found,) = json.loads(run.stdout)["findings"]
    assert (found["name"], found["filename"]) == ("rls-not-forced", "migrations/0001.sql")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ('run("ALTER TABLE carts ENABLE ROW LEVEL SECURITY")', "uses row security in a form"),
        (
            "import psycopg\ndef guard(connection: psycopg.Connection, table: str) -> None:\n"
            '    connection.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")\n',
            "Not checked: 1 file with row security in a form that is not read",
        ),
    ],
)
def test_what_cannot_be_followed_is_said(tmp_path: Path, code: str, said: str) -> None:
    run = rlslint("check", cwd=files_in(tmp_path, {"db.py": code}))
    assert said in run.stderr
    assert "nowhere" not in run.stderr
    assert "No findings" not in run.stderr


def test_what_a_test_makes_is_gone_when_it_ends(tmp_path: Path) -> None:
    run = rlslint("check", cwd=files_in(tmp_path, {"tests/conftest.py": LOOP}))
    assert "policy-using-true" not in run.stdout
    assert "Not checked: 1 test file with row security" in run.stderr


def test_comments_and_documentation_make_nothing(tmp_path: Path) -> None:
    code = '"""ENABLE ROW LEVEL SECURITY is done elsewhere."""\n# CREATE POLICY own ON carts\n'
    run = rlslint("check", cwd=files_in(tmp_path, {"db.py": code, "a.sql": "SELECT 1;"}))
    assert "nowhere" in run.stderr


def test_a_helper_for_tables_that_its_callers_know_leaves_a_history_alone(tmp_path: Path) -> None:
    files = {
        "db/0001.sql": "CREATE TABLE carts (id int, tenant_id int);"
        "CREATE TABLE sales (id int, tenant_id int); ALTER TABLE sales ENABLE ROW LEVEL SECURITY;"
        "CREATE POLICY own ON sales USING (tenant_id = current_setting('app.tenant')::int);",
        "helpers.py": "import psycopg\n"
        "def guard(connection: psycopg.Connection, name: str) -> None:\n"
        '    connection.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")\n',
    }
    run = rlslint("check", "--output-format", "concise", cwd=files_in(tmp_path, files))
    assert "[rls-not-enabled]" in run.stdout and "public.carts" in run.stdout
    assert "helpers.py uses row security in a form that is not read." in run.stderr


def test_a_file_of_python_is_parsed_once_whoever_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A process that has read much before has no room left but that of what it needs no more.
    building.parsed(PYTHON, b"# A comment of fifty characters, and nothing else\n" * 19_999)
    parsed: list[bytes] = []
    parse = building._parsed

    def counted(parser: Any, source: bytes) -> Any:
        parsed.append(source)
        return parse(parser, source)

    monkeypatch.setattr(building, "_parsed", counted)
    revision = (
        "from alembic import op\nrevision = 'one_of_many'\ndown_revision = None\n"
        "def upgrade():\n    op.execute('CREATE TABLE carts (tenant_id int)')\n"
    )
    program = f"{LISTED}COUNTED = 1\n"
    lint(tmp_path, {"alembic/versions/1.py": revision, "app.py": program})
    assert sorted(parsed) == sorted((revision.encode(), program.encode()))


def test_queries_with_a_clause_filled_in_are_read_and_others_counted(tmp_path: Path) -> None:
    history = (
        "CREATE ROLE app; CREATE TABLE docs (id int, tenant_id int); GRANT ALL ON docs TO app;"
        "ALTER TABLE docs ENABLE ROW LEVEL SECURITY;"
        "CREATE POLICY own ON docs FOR SELECT TO app USING (tenant_id = 1);"
    )
    program = (
        "import psycopg\n"
        "def lock(connection: psycopg.Connection, more: str) -> None:\n"
        '    connection.execute(f"SELECT 1 FROM docs WHERE id = %s {more} FOR UPDATE", (1,))\n'
        "def odd(connection: psycopg.Connection, more: str) -> None:\n"
        '    connection.execute("SELECT (1 FROM docs WHERE id = %s FOR UPDATE", (1,))\n'
    )
    result = lint(tmp_path, {"db/1.sql": history, "app.py": program})
    assert rows_of(result, "select-for-update-without-update-policy") == [3]
    reasons = [each.reason for each in result.not_checked if each.kind == "query"]
    assert reasons == ["that PostgreSQL's grammar refuses as written"]


def test_what_is_only_handed_on_is_said_to_be_unread(tmp_path: Path) -> None:
    """A package that names a helper for its users tells nothing of their tables."""
    files = {
        "app/__init__.py": "from app.rls import enable_rls\n__all__ = ['enable_rls']\n",
        "app/rls.py": "def enable_rls(connection, name):\n"
        '    connection.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")\n',
    }
    run = rlslint("check", cwd=files_in(tmp_path, files))
    assert "app/rls.py" in run.stderr
    assert "nowhere" not in run.stderr
