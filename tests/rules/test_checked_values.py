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


CSHARP = """using Microsoft.EntityFrameworkCore;
public class Batches
{{
    private readonly AppDbContext _context;
    private async Task<{kind}> TenantAsync()
    {{
        if (User == null) return null;
        var member = await _context.Members.FirstOrDefaultAsync();
        return member?.Tenant;
    }}
    public async Task List()
    {{
        var tenant = await TenantAsync();
        await _context.Database.ExecuteSqlRawAsync($"SET app.tenant = '{{{value}}}'");
    }}
}}
"""


@pytest.mark.parametrize(
    ("kind", "value", "severity"),
    [
        ("Guid?", "tenant.Value", Severity.info),
        ("Guid", "tenant", Severity.info),
        ("Guid?", "tenant.Value.ToString().ToLower()", Severity.info),
        ("string", "tenant", Severity.error),
        ("Claim", "tenant.Value", Severity.error),
    ],
)
def test_what_a_method_is_declared_to_give_later(
    tmp_path: Path, kind: str, value: str, severity: Severity
) -> None:
    code = CSHARP.format(kind=kind, value=value)
    files = {"migrations/1_docs.sql": PROTECTED, "Batches.cs": code}
    (found,) = findings_of(lint(tmp_path, files), "set-string-interpolation")
    assert found.severity is severity


JAVA = """import org.springframework.transaction.annotation.Transactional;
public class Entering {{
  private static final Pattern UUID_PATTERN = Pattern.compile("^[0-9a-f-]{{36}}$");
  private static final Pattern ANY = Pattern.compile("^.+$");
  private final jakarta.persistence.EntityManager manager;
  @Transactional
  public void enter(String tenant) {{
    if (!{pattern}.matcher(tenant).matches()) throw new IllegalArgumentException(tenant);
    manager.createNativeQuery("SET LOCAL app.tenant = '" + tenant + "'").executeUpdate();
  }}
}}
"""


@pytest.mark.parametrize(
    ("pattern", "severity"), [("UUID_PATTERN", Severity.info), ("ANY", Severity.error)]
)
def test_a_matcher_of_java(tmp_path: Path, pattern: str, severity: Severity) -> None:
    files = {"migrations/1_docs.sql": PROTECTED, "Entering.java": JAVA.format(pattern=pattern)}
    (found,) = findings_of(lint(tmp_path, files), "set-string-interpolation")
    assert found.severity is severity


RUST = """use tokio_postgres::Client;
pub async fn enter(client: &Client, tenant: Tenant) -> Result<(), Error> {{
    client.execute(&format!("SET LOCAL app.tenant = '{{}}'", tenant.{method}()), &[]).await?;
    Ok(())
}}
"""


@pytest.mark.parametrize(
    ("method", "severity"), [("as_uuid", Severity.info), ("name", Severity.error)]
)
def test_a_method_whose_name_says_that_it_gives_a_uuid(
    tmp_path: Path, method: str, severity: Severity
) -> None:
    files = {"migrations/1_docs.sql": PROTECTED, "enter.rs": RUST.format(method=method)}
    (found,) = findings_of(lint(tmp_path, files), "set-string-interpolation")
    assert found.severity is severity


KYSELY = """import {{ Kysely, sql }} from 'kysely';
import {{ db }} from './db';
export async function measure() {{
  const tenant = await db.selectFrom('tenants').selectAll().executeTakeFirstOrThrow();
  await db.transaction().execute(async (tx) => {{
    await sql.raw(`SET LOCAL app.tenant = '${{tenant.{column}}}'`).execute(tx);
  }});
}}
"""


@pytest.mark.parametrize(("column", "severity"), [("id", Severity.info), ("name", Severity.error)])
def test_the_key_of_a_row_that_a_query_gave(
    tmp_path: Path, column: str, severity: Severity
) -> None:
    files = {"migrations/1_docs.sql": PROTECTED, "measure.ts": KYSELY.format(column=column)}
    (found,) = findings_of(lint(tmp_path, files), "set-string-interpolation")
    assert found.severity is severity
