"""Templates of postgres.js that are put together: their values stay apart from the SQL."""

from __future__ import annotations

from pathlib import Path

import pytest

from rlslint.config import Severity
from tests.linting import findings_of, lint

PROTECTED = """CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, status text);
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON docs
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant', true), '')::int));
"""
PROGRAM = """import postgres from 'postgres';
const sql = postgres(process.env.DATABASE_URL!);
export async function docs(status: string) {{
  {lines}
}}
"""


@pytest.mark.parametrize(
    ("lines", "severity"),
    [
        (
            "let where = sql`WHERE id > 0`;"
            " if (status) { where = sql`${where} AND status = ${status}`; }"
            " return await sql`SELECT id FROM docs ${where}`;",
            Severity.info,
        ),
        ("return await sql.unsafe(`SELECT id FROM docs WHERE ${status}`);", Severity.warning),
    ],
)
def test_only_what_is_pasted_becomes_part_of_the_sql(
    tmp_path: Path, lines: str, severity: Severity
) -> None:
    files = {"migrations/1_docs.sql": PROTECTED, "docs.ts": PROGRAM.format(lines=lines)}
    (found,) = findings_of(lint(tmp_path, files), "guc-identity-forgeable")
    assert found.severity is severity
