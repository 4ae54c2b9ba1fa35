"""Policies that read their own table: what the linter says is what PostgreSQL does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.linting import findings_of, lint
from tests.postgres import Database

RULES = frozenset(("policy-self-recursion", "definer-helper-on-forced-table"))

TABLE = """
CREATE ROLE app_user LOGIN;
CREATE ROLE docs_owner;
CREATE ROLE somebody_else;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, body text);
INSERT INTO docs VALUES (1, 1, 'one'), (2, 1, 'two');
GRANT SELECT, INSERT, UPDATE, DELETE ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
"""

READ = "CREATE POLICY readers ON docs FOR SELECT USING (tenant_id = 1);"
READ_WITH_SUB_SELECT = "CREATE POLICY readers ON docs FOR SELECT USING (tenant_id = (SELECT 1));"
SETOF = "RETURNS SETOF int LANGUAGE sql STABLE {} AS 'SELECT id FROM public.docs';"
OF_OWNER = "ALTER TABLE docs OWNER TO docs_owner; ALTER FUNCTION ids() OWNER TO docs_owner;"
CALLING = "CREATE POLICY p ON docs USING (id IN (SELECT ids()));"

SITUATIONS = {
    "a sub-select on the table": (
        "CREATE POLICY p ON docs USING (id IN (SELECT d.id FROM docs AS d));",
        "SELECT FROM docs",
    ),
    "a sub-select inside a WITH query": (
        "CREATE POLICY p ON docs USING (id IN (WITH d AS (SELECT id FROM docs) SELECT id FROM d));",
        "SELECT FROM docs",
    ),
    "an update policy beside a read policy without sub-select": (
        READ + "CREATE POLICY p ON docs FOR UPDATE USING (id IN (SELECT d.id FROM docs AS d));",
        "UPDATE docs SET body = 'x' WHERE id = 1",
    ),
    "an update policy beside a read policy with a sub-select": (
        READ_WITH_SUB_SELECT
        + "CREATE POLICY p ON docs FOR UPDATE USING (id IN (SELECT d.id FROM docs AS d));",
        "UPDATE docs SET body = 'x' WHERE id = 1",
    ),
    "an insert policy beside a read policy with a sub-select": (
        READ_WITH_SUB_SELECT
        + "CREATE POLICY p ON docs FOR INSERT WITH CHECK (NOT EXISTS (SELECT FROM docs AS d"
        " WHERE d.body = docs.body));",
        "INSERT INTO docs VALUES (3, 1, 'three')",
    ),
    "a check of a policy whose USING has no sub-select": (
        "CREATE POLICY p ON docs USING (true) WITH CHECK (id IN (SELECT d.id FROM docs AS d));",
        "INSERT INTO docs VALUES (3, 1, 'three')",
    ),
    "a policy for another role": (
        READ + "CREATE POLICY p ON docs TO somebody_else USING (id IN (SELECT id FROM docs));",
        "SELECT FROM docs",
    ),
    "a view that runs as its invoker": (
        "CREATE VIEW v WITH (security_invoker) AS SELECT * FROM docs;"
        "GRANT SELECT ON v TO app_user;"
        "CREATE POLICY p ON docs USING (id IN (SELECT id FROM v));",
        "SELECT FROM docs",
    ),
    "a view that runs as an owner who bypasses": (
        "CREATE VIEW v AS SELECT * FROM docs; GRANT SELECT ON v TO app_user;"
        "CREATE POLICY p ON docs USING (id IN (SELECT id FROM v));",
        "SELECT FROM docs",
    ),
    "a function that runs as its invoker": (
        f"CREATE FUNCTION ids() {SETOF.format('')} {CALLING}",
        "SELECT FROM docs",
    ),
    "a function that calls a function that runs as its invoker": (
        f"CREATE FUNCTION ids() {SETOF.format('')} CREATE FUNCTION all_ids() RETURNS SETOF int"
        " LANGUAGE sql STABLE AS 'SELECT public.ids()';"
        "CREATE POLICY p ON docs USING (id IN (SELECT all_ids()));",
        "SELECT FROM docs",
    ),
    "a definer function whose owner bypasses": (
        f"CREATE FUNCTION ids() {SETOF.format('SECURITY DEFINER')} {OF_OWNER} {CALLING}",
        "SELECT FROM docs",
    ),
    "a definer function whose owner is forced": (
        f"CREATE FUNCTION ids() {SETOF.format('SECURITY DEFINER')} {OF_OWNER} {CALLING}"
        "ALTER TABLE docs FORCE ROW LEVEL SECURITY;",
        "SELECT FROM docs",
    ),
    "an insert policy that calls a function, beside a read policy": (
        READ_WITH_SUB_SELECT + f"CREATE FUNCTION ids() {SETOF.format('')}"
        "CREATE POLICY p ON docs FOR INSERT WITH CHECK (id NOT IN (SELECT ids()));",
        "INSERT INTO docs VALUES (3, 1, 'three')",
    ),
}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_recursion_is_reported_where_postgresql_fails(
    situation: str, tmp_path: Path, database: Database
) -> None:
    policies, query = SITUATIONS[situation]
    assert not database.run(TABLE + policies).errors
    failed = [error.sqlstate for error in database.run(query, "app_user").errors]
    result = lint(tmp_path, {"migrations/0001_docs.sql": TABLE + policies})
    found = [one for rule in RULES for one in findings_of(result, rule)]
    named = [
        state
        for reported in found
        for state in ("42P17", "54001")
        if state in reported.finding.message
    ]
    assert named == failed
    assert not [skipped for skipped in result.not_checked if not RULES.isdisjoint(skipped.rules)]
