"""Statements that SQLAlchemy composes of calls of functions are followed like those in SQL."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.linting import findings_of, lint

HISTORY = """
CREATE TABLE docs (id int, tenant_id text NOT NULL);
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON docs USING (tenant_id = current_setting('app.tenant_id', true));
"""
ENGINE = """
import sqlalchemy as sa
from sqlalchemy import bindparam, create_engine, event, false, func, literal, select, text
from sqlalchemy.orm import Session, sessionmaker
engine = create_engine("postgresql+psycopg://app@db/shop")
SessionLocal = sessionmaker(engine)

def handle(tenant):
    with OPEN as s:
        CALL
        s.execute(text("SELECT * FROM docs"))
        s.commit()
"""
SET, LOCAL = (
    "func.set_config('app.tenant_id', tenant, False)",
    "func.set_config('app.tenant_id', tenant, True)",
)


@pytest.mark.parametrize(
    ("opened", "call", "rules"),
    [
        ("engine.connect()", f"s.execute(select({SET}))", ["set-config-session"]),
        ("SessionLocal()", f"s.scalar(select({SET}))", ["set-config-session"]),
        ("SessionLocal()", f"s.execute({SET})", ["set-config-session"]),
        ("SessionLocal()", f"s.query({SET}).scalar()", ["set-config-session"]),
        ("SessionLocal()", f"s.execute(sa.select(sa.{SET}))", ["set-config-session"]),
        ("SessionLocal()", f"one = select({SET}); s.execute(one)", ["set-config-session"]),
        (
            "SessionLocal()",
            f"s.execute(select(func.set_config('app.user', who, True), {SET}))",
            ["set-config-session"],
        ),
        (
            "SessionLocal()",
            "s.execute(select(func.set_config(literal('app.tenant_id'), bindparam('t'), false())))",
            ["set-config-session"],
        ),
        ("engine.begin()", f"s.execute(select({LOCAL}))", []),
        ("SessionLocal()", f"s.scalar(select({LOCAL}))", []),
        (
            "engine.connect().execution_options(isolation_level='AUTOCOMMIT')",
            f"s.execute(select({LOCAL}))",
            ["set-local-autocommit-driver"],
        ),
        ("SessionLocal()", "s.execute(select(func.count(docs.id)))", ["query-without-context"]),
    ],
)
def test_settings_by_functions_of_sqlalchemy(
    opened: str, call: str, rules: list[str], tmp_path: Path
) -> None:
    code = ENGINE.replace("OPEN", opened).replace("CALL", call)
    result = lint(tmp_path, {"migrations/1.sql": HISTORY, "app.py": code})
    about = ("set-config-session", "set-local-autocommit-driver", "query-without-context")
    assert [name for name in about for _ in findings_of(result, name)] == rules


@pytest.mark.parametrize(
    ("path", "program", "written"),
    [
        (
            "db.ts",
            "import { sql } from 'drizzle-orm';\nexport const f = (db: PgDatabase, t: string) =>\n"
            "  db.execute(sql`SET app.tenant_id = ${sql.raw(t)}`);\n",
            "t is",
        ),
        (
            "db.ts",
            "import { sql } from 'kysely';\nexport const f = (db: Kysely<D>, r: Request) =>\n"
            "  sql`SET app.tenant_id = ${sql.raw(r.params.tenant)}`.execute(db);\n",
            "r.params.tenant is",
        ),
        (
            "db.py",
            "import psycopg\ndef f(c: psycopg.Connection, t):\n"
            "    c.execute(f'SET app.tenant_id = {str(t)}')\n",
            "t is",
        ),
        (
            "db.py",
            "import psycopg, web\ndef f(c: psycopg.Connection):\n"
            "    c.execute(f'SET app.tenant_id = {web.tenant_of(c)}')\n",
            "web.tenant_of(c) is",
        ),
    ],
)
def test_what_is_pasted_is_called_as_it_is_written(
    path: str, program: str, written: str, tmp_path: Path
) -> None:
    result = lint(tmp_path, {"migrations/1.sql": HISTORY, path: program})
    (found,) = findings_of(result, "set-string-interpolation")
    assert f"become another tenant: {written} written into" in found.finding.message
