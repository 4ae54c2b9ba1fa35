"""What a view shows of a protected table: rlslint's answer, and what PostgreSQL puts out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.linting import findings_of, lint
from tests.postgres import Database

SCHEMA = """
CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, body text);
CREATE TABLE notes (id int PRIMARY KEY, doc_id int REFERENCES docs (id), note text);
CREATE TABLE members (tenant_id int, user_name text, PRIMARY KEY (tenant_id, user_name));
INSERT INTO docs VALUES (1, 1, 'first'), (2, 2, 'second');
INSERT INTO notes VALUES (1, 1, 'first'), (2, 2, 'second');
INSERT INTO members VALUES (1, 'app_user'), (2, 'other');
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON docs
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
CREATE FUNCTION current_tenant() RETURNS int LANGUAGE sql STABLE
AS $$ SELECT nullif(current_setting('app.tenant_id', true), '')::int $$;
"""
CONTEXT = "nullif(current_setting('app.tenant_id', true), '')::int"

FILTERED = (
    f"SELECT body FROM docs WHERE tenant_id = {CONTEXT}",
    "SELECT body FROM docs WHERE (SELECT current_tenant()) = tenant_id",
    f"SELECT body FROM docs WHERE tenant_id IN ({CONTEXT}) AND (id > 0 OR body IS NULL)",
    "SELECT d.body FROM docs AS d JOIN members AS m USING (tenant_id)"
    " WHERE m.user_name = session_user",
    "SELECT d.body FROM docs AS d WHERE EXISTS (SELECT FROM members AS m"
    " WHERE m.tenant_id = d.tenant_id AND m.user_name = session_user)",
    "SELECT body FROM docs WHERE tenant_id IN"
    " (SELECT tenant_id FROM members WHERE user_name = session_user)",
    "WITH own AS (SELECT tenant_id FROM members WHERE user_name = session_user)"
    " SELECT d.body FROM own JOIN docs AS d ON d.tenant_id = own.tenant_id",
    f"SELECT body FROM (SELECT * FROM docs) AS all_docs WHERE tenant_id = {CONTEXT}",
    f"SELECT (SELECT d.body FROM docs AS d WHERE d.tenant_id = {CONTEXT}) FROM members LIMIT 1",
    f"SELECT body FROM docs WHERE tenant_id = {CONTEXT}"
    f" UNION ALL SELECT body FROM docs WHERE id = 0 AND {CONTEXT} = tenant_id",
)
OPEN = (
    "SELECT body FROM docs",
    f"SELECT body FROM docs WHERE tenant_id = {CONTEXT} OR id = 2",
    f"SELECT body FROM docs WHERE tenant_id <> {CONTEXT}",
    "SELECT body FROM docs WHERE current_setting('app.tenant_id', true) <> ''",
    f"SELECT d.body FROM docs AS d CROSS JOIN members AS m WHERE m.tenant_id = {CONTEXT}",
    f"SELECT body FROM docs WHERE tenant_id = {CONTEXT} UNION ALL SELECT body FROM docs",
    f"WITH own AS (SELECT * FROM docs WHERE tenant_id = {CONTEXT})"
    " SELECT d.body FROM docs AS d WHERE EXISTS (SELECT FROM own) OR d.id = 2",
    "SELECT (SELECT string_agg(d.body, ' ') FROM docs AS d) FROM members LIMIT 1",
    "SELECT max(body) OVER (), body FROM docs",
)


@pytest.mark.parametrize(
    ("query", "shows"), [*((q, False) for q in FILTERED), *((q, True) for q in OPEN)]
)
def test_a_view_is_reported_where_it_shows_other_tenants_rows(
    query: str, shows: bool, tmp_path: Path, database: Database
) -> None:
    view = f"CREATE VIEW listing AS {query};\nGRANT SELECT ON listing TO app_user;\n"
    database.run(SCHEMA + view)
    probe = "\\c - app_user\nSET app.tenant_id = '1';\nSELECT * FROM listing;\n"
    assert ("second" in database.run(probe).output) is shows
    found = findings_of(lint(tmp_path, {"migrations/0001.sql": SCHEMA + view}), "view-owner-rights")
    assert bool(found) is shows
