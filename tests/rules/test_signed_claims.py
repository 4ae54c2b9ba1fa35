"""Claims of tokens that are pasted into SQL: only who signs them chooses what they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from rlslint.config import Severity
from tests.linting import findings_of, lint

PROTECTED = """CREATE TABLE docs (id int PRIMARY KEY, tenant_id text NOT NULL);
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON docs USING (tenant_id = (SELECT current_setting('app.tenant', true)));
"""
PROGRAM = """import postgres from 'postgres';
import jwt from 'jsonwebtoken';
const sql = postgres(process.env.DATABASE_URL!);
export async function enter(request: any) {{
  const found = {claims} as {{ tenant: string }};
  await sql.begin(async (tx) => {{
    await tx.unsafe(`SET LOCAL app.tenant = '${{found.tenant}}'`);
    await tx`SELECT id FROM docs`;
  }});
}}
"""


@pytest.mark.parametrize(
    ("claims", "severity"),
    [
        ("jwt.verify(request.token, process.env.SECRET!)", Severity.warning),
        ("jwt.decode(request.token)", Severity.error),
        ("request.body", Severity.error),
    ],
)
def test_a_claim_that_was_verified_weighs_less(
    tmp_path: Path, claims: str, severity: Severity
) -> None:
    files = {"migrations/1_docs.sql": PROTECTED, "enter.ts": PROGRAM.format(claims=claims)}
    (found,) = findings_of(lint(tmp_path, files), "set-string-interpolation")
    assert found.severity is severity
