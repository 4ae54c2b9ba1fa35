"""What programs say of themselves, in comments and in the names that they give."""

from __future__ import annotations

from pathlib import Path

import pytest

from rlslint.config import Severity
from tests.linting import findings_of, lint

PROTECTED = """CREATE ROLE web LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id text NOT NULL);
CREATE INDEX ON docs (tenant_id);
GRANT SELECT ON docs TO web;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON docs USING (tenant_id = (SELECT current_setting('app.tenant', true)));
"""
SETTER = """import { drizzle } from 'drizzle-orm/postgres-js';
import { sql } from 'drizzle-orm';
import postgres from 'postgres';
const db = drizzle(postgres(process.env.DATABASE_URL!));
/**
 * Sets the tenant.
 * COMMENT
 */
export async function enter(
  tenant: string,
): Promise<void> {
  await db.execute(sql`SELECT set_config('app.tenant', ${tenant}, true)`);
}
"""


@pytest.mark.parametrize(
    ("comment", "severity"),
    [
        ("MUST be called inside a transaction.", Severity.warning),
        ("Call it where a request begins.", Severity.error),
    ],
)
def test_a_function_that_asks_its_callers_for_a_transaction(
    tmp_path: Path, comment: str, severity: Severity
) -> None:
    files = {"migrations/1_docs.sql": PROTECTED, "enter.ts": SETTER.replace("COMMENT", comment)}
    (found,) = findings_of(lint(tmp_path, files), "set-local-outside-transaction")
    assert found.severity is severity


@pytest.mark.parametrize(
    ("path", "pasted", "severity"),
    [
        ("find.ts", "name", Severity.warning),
        ("find.ts", "whereClause", Severity.info),
        ("find.ts", "String(MAX_HOURS)", Severity.info),
        ("seed.ts", "name", Severity.info),
        ("scripts/find.ts", "name", Severity.info),
    ],
)
def test_what_no_client_gives_is_no_clients_sql(
    tmp_path: Path, path: str, pasted: str, severity: Severity
) -> None:
    program = """import postgres from 'postgres';
const sql = postgres(process.env.DATABASE_URL!);
export async function find(name: string, whereClause: string) {
  return sql.unsafe(`SELECT id FROM docs WHERE id > 0 AND ${PASTED}`);
}
"""
    files = {"migrations/1_docs.sql": PROTECTED, path: program.replace("PASTED", pasted)}
    (found,) = findings_of(lint(tmp_path, files), "guc-identity-forgeable")
    assert found.severity is severity


def test_a_setting_that_only_a_comment_names_is_set_nowhere(tmp_path: Path) -> None:
    more = """CREATE TABLE notes (id int PRIMARY KEY, tenant_id uuid NOT NULL);
GRANT SELECT ON notes TO web;
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON notes
  USING (tenant_id = (SELECT current_setting('app.tenant_id', true)::uuid));
"""
    program = """import postgres from 'postgres';
const sql = postgres(process.env.DATABASE_URL!);
// app.tenant_id
export async function enter(tenant: string) {
  await sql.begin(async (tx) => {
    await tx`SELECT set_config('app.tenant', ${tenant}, true)`;
    await tx`SELECT id FROM notes`;
  });
}
"""
    files = {"migrations/1_docs.sql": PROTECTED + more, "enter.ts": program}
    result = lint(tmp_path, files)
    (found,) = findings_of(result, "guc-name-mismatch")
    assert found.finding.object == "public.notes.tenant"
    assert findings_of(result, "current-setting-empty-cast") == []


@pytest.mark.parametrize(("column", "found"), [("created_by", 0), ("owner_member", 1)])
def test_who_made_a_row_is_not_whose_it_is(tmp_path: Path, column: str, found: int) -> None:
    more = f"""CREATE TABLE articles (id int PRIMARY KEY, body text, {column} int REFERENCES docs);
GRANT SELECT ON articles TO web;
"""
    result = lint(tmp_path, {"migrations/1_docs.sql": PROTECTED + more})
    assert len(findings_of(result, "fk-child-without-rls")) == found


def test_a_product_with_a_database_of_its_own_is_not_the_application(tmp_path: Path) -> None:
    compose = """services:
  errors:
    image: glitchtip/glitchtip:v4
    environment:
      DATABASE_URL: postgres://glitchtip:secret@errors-db:5432/glitchtip
"""
    made = PROTECTED.replace("CREATE ROLE web LOGIN;\n", "").replace("TO web", "TO PUBLIC")
    files = {"migrations/1_docs.sql": made, "docker-compose.yml": compose}
    assert not any("glitchtip" in one.message for one in lint(tmp_path, files).findings)


def test_what_is_taken_from_roles_of_a_platform_tells_of_it(tmp_path: Path) -> None:
    made = """CREATE ROLE web LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id text NOT NULL);
ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON docs TO web USING (tenant_id = (SELECT current_setting('app.t', true)));
GRANT SELECT ON docs TO web;
REVOKE ALL ON docs FROM anon, authenticated;
"""
    for sql, warned in ((made, 0), (made.rsplit("\n", 2)[0], 1)):
        files = {
            "migrations/1_docs.sql": sql + "\n",
            "migrations/2_fill.sql": "UPDATE docs SET id = 2;",
        }
        found = findings_of(lint(tmp_path, files), "migration-write-under-force")
        assert sum(one.severity is Severity.warning for one in found) == warned


def test_default_privileges_of_a_role_that_makes_nothing_are_those_of_the_migrations(
    tmp_path: Path,
) -> None:
    made = """CREATE ROLE web LOGIN;
CREATE ROLE migrator LOGIN BYPASSRLS;
{default}CREATE TABLE docs (id int PRIMARY KEY, tenant_id text NOT NULL);
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON docs TO web USING (tenant_id = (SELECT current_setting('app.t', true)));
"""
    default = """ALTER DEFAULT PRIVILEGES FOR ROLE migrator IN SCHEMA public
  GRANT SELECT ON TABLES TO web;
"""
    for given, count in ((default, 0), ("", 1)):
        result = lint(tmp_path, {"migrations/1_docs.sql": made.format(default=given)})
        assert len(findings_of(result, "policy-without-grant")) == count
