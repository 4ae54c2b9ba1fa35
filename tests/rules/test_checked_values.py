"""Values that a program has checked before it pastes them into SQL."""

from __future__ import annotations

from pathlib import Path

import pytest

from rlslint.config import Severity
from tests.linting import findings_of, lint

PROTECTED = """CREATE TABLE docs (id int PRIMARY KEY, tenant_id text NOT NULL);
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON docs USING (tenant_id = (SELECT current_setting('app.tenant', true)));
"""
TYPESCRIPT = """import postgres from 'postgres';
const sql = postgres(process.env.DATABASE_URL!);
const UUID_RE = /^[0-9a-f-]{{36}}$/i;
const ANY_RE = /^.+$/;
export async function enter(tenant: string) {{
  {check}
  await sql.begin(async (tx) => {{
    await tx.unsafe(`SET LOCAL app.tenant = '${{tenant}}'`);
    await tx`SELECT id FROM docs`;
  }});
}}
"""
PYTHON = """import re

import psycopg

PATTERN = re.compile("x")


def enter(tenant: str) -> None:
    {check}
    with psycopg.connect("dbname=app") as connection:
        connection.execute(f"SET LOCAL app.tenant = '{{tenant}}'")
        connection.execute("SELECT id FROM docs")
"""


@pytest.mark.parametrize(
    ("check", "severity"),
    [
        ("if (!UUID_RE.test(tenant)) throw new Error('no tenant');", Severity.info),
        ("if (!tenant || !UUID_RE.test(tenant)) { throw new Error('no tenant'); }", Severity.info),
        ("if (tenant && !/^[0-9a-f-]+$/.test(tenant)) return;", Severity.info),
        ("if (!isUuid(tenant)) throw new Error('no tenant');", Severity.info),
        ("if (!ANY_RE.test(tenant)) throw new Error('no tenant');", Severity.error),
        ("if (!/^[^;]+$/.test(tenant)) throw new Error('no tenant');", Severity.error),
        ("if (!UUID_RE.test(tenant)) console.warn('no tenant');", Severity.error),
        ("if (UUID_RE.test(tenant)) throw new Error('a tenant');", Severity.error),
        ("if (!allowed(tenant)) throw new Error('no tenant');", Severity.error),
    ],
)
def test_a_pattern_that_lets_no_quote_pass(tmp_path: Path, check: str, severity: Severity) -> None:
    files = {"migrations/1_docs.sql": PROTECTED, "enter.ts": TYPESCRIPT.format(check=check)}
    (found,) = findings_of(lint(tmp_path, files), "set-string-interpolation")
    assert found.severity is severity


@pytest.mark.parametrize(
    ("check", "severity"),
    [
        ("if not re.fullmatch(r'^[0-9a-f-]+$', tenant): raise ValueError(tenant)", Severity.info),
        ("if not re.match(r'^.*$', tenant): raise ValueError(tenant)", Severity.error),
        ("if not PATTERN.match(tenant): raise ValueError(tenant)", Severity.error),
    ],
)
def test_a_pattern_of_python(tmp_path: Path, check: str, severity: Severity) -> None:
    files = {"migrations/1_docs.sql": PROTECTED, "enter.py": PYTHON.format(check=check)}
    (found,) = findings_of(lint(tmp_path, files), "set-string-interpolation")
    assert found.severity is severity
