"""Numbers that are too long and queries of nothing cost a program no more than themselves."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.linting import lint

TABLE = """CREATE ROLE app LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON docs TO app;
"""
LONG = "9" * 5_000
FILES: Mapping[str, tuple[str, str]] = {
    "Java": (
        "app/A.java",
        f"import java.sql.*;\nclass A {{ void f(Connection c) {{ int x = {LONG};\n"
        'c.createStatement().execute("SET app.tenant_id = " + x); } }\n',
    ),
    "Go": (
        "app/a.go",
        'package a\nimport "database/sql"\nfunc f(db *sql.DB) {\n'
        f' db.Exec(fmt.Sprintf("SET app.tenant_id = %[{LONG}]d", 1))\n'
        f' db.Exec(fmt.Sprintf("SET app.tenant_id = %d", {LONG}))\n}}\n',
    ),
    "TypeScript": (
        "app/a.ts",
        'import { Pool } from "pg";\nconst pool = new Pool();\n'
        f"export const f = () => pool.query(`SET app.tenant_id = ${{{LONG}}}`);\n",
    ),
    "marks of a string": (
        "app/a.py",
        'import psycopg\nc = psycopg.connect("user=app")\n'
        f'c.execute("SELECT ${LONG}, {{{LONG}}}", [1])\n'
        f'c.execute("SET app.tenant_id = %{LONG}$s" % 1)\n',
    ),
    "Prisma": (
        "prisma/schema.prisma",
        'datasource db {\n provider = "postgresql"\n url = env("DATABASE_URL")\n}\n'
        f"model Doc {{\n id Int @id @default({LONG})\n tenantId Int @default(1.2.3)\n}}\n",
    ),
    "an alias of no parameter": (
        "migrations/0002_a.sql",
        "CREATE FUNCTION f(x int) RETURNS void LANGUAGE plpgsql AS $$ DECLARE a ALIAS FOR $²;\n"
        "BEGIN EXECUTE 'ALTER TABLE docs FORCE ROW LEVEL SECURITY'; END $$;\nSELECT f(1);\n",
    ),
    "format()": (
        "migrations/0002_a.sql",
        "DO $$ BEGIN EXECUTE format(\n"
        f"'ALTER TABLE %{LONG}$I FORCE ROW LEVEL SECURITY', 'docs'); END $$;\n",
    ),
    "SLICE": (
        "migrations/0002_a.sql",
        f"DO $$ DECLARE x text; BEGIN FOREACH x SLICE {LONG} IN ARRAY ARRAY['docs'] LOOP\n"
        "EXECUTE 'ALTER TABLE '||x||' FORCE ROW LEVEL SECURITY'; END LOOP; END $$;\n",
    ),
    "a template of nothing": (
        "app/a.ts",
        'import { Sequelize } from "sequelize";\nconst s = new Sequelize("postgres://app@db/shop");\n'
        "export async function f() {\n  await s.query``;\n"
        "  await s.query`SET app.tenant_id = 1`;\n}\n",
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_a_strange_value_is_no_fault(name: str, tmp_path: Path) -> None:
    path, content = FILES[name]
    result = lint(tmp_path, {"migrations/0001_a.sql": TABLE, path: content})
    assert not result.faults
    assert not result.errors
