"""A script that protects the tables of the migrations, and that somebody has to run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.linting import findings_of, lint

MADE = """CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
CREATE TABLE invoices (id int PRIMARY KEY, tenant_id int NOT NULL);
GRANT SELECT ON docs, invoices TO app_user;
"""
LATER = "ALTER TABLE docs ADD COLUMN title text;"
PROTECTS = """ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON docs
  USING (tenant_id = nullif(current_setting('app.tenant', true), '')::int);
CREATE POLICY all_of_them ON docs FOR SELECT TO app_user USING (true);
"""


@pytest.mark.parametrize(("script", "is_judged"), [("db/rls.sql", True), ("docs/rls.sql", False)])
def test_its_policies_are_those_of_the_tables(tmp_path: Path, script: str, is_judged: bool) -> None:
    migrations = {"migrations/0001_made.sql": MADE, "migrations/0002_later.sql": LATER}
    result = lint(tmp_path, {**migrations, script: PROTECTS})
    assert len(findings_of(result, "rls-files-outside-history")) == 1
    opened = [f.finding.object for f in findings_of(result, "policy-using-true")]
    assert opened == (["public.docs.all_of_them"] if is_judged else [])
    unprotected = [f.finding.object for f in findings_of(result, "rls-not-enabled")]
    assert ("public.docs" in unprotected) is not is_judged
    assert "public.invoices" in unprotected


SWEEPS = """DO $$ DECLARE t record; BEGIN
  FOR t IN SELECT c.table_schema, c.table_name FROM information_schema.columns c
      JOIN information_schema.tables tbl USING (table_schema, table_name)
      WHERE c.column_name = 'tenant_id' AND tbl.table_type = 'BASE TABLE' LOOP
    EXECUTE format('ALTER TABLE %I.%I ENABLE ROW LEVEL SECURITY', t.table_schema, t.table_name);
    EXECUTE format('CREATE POLICY all_of_them ON %I.%I USING (true)', t.table_schema, t.table_name);
  END LOOP;
END $$;
"""


@pytest.mark.parametrize(
    ("script", "is_run"),
    [
        ("db/rls.sql", True),
        ("db/extend_to_new_schemas_and_tables.sql", True),
        ("db/schema.sql", False),
        ("docs/rls.sql", False),
    ],
)
def test_a_script_that_looks_up_which_tables_there_are(
    tmp_path: Path, script: str, is_run: bool
) -> None:
    made = MADE + "CREATE TABLE colours (id int PRIMARY KEY); GRANT SELECT ON colours TO app_user;"
    result = lint(tmp_path, {"migrations/0001_made.sql": made, script: SWEEPS})
    opened = [f.finding.object for f in findings_of(result, "policy-using-true")]
    wanted = ["public.docs.all_of_them", "public.invoices.all_of_them"] if is_run else []
    assert sorted(opened) == wanted
    told = findings_of(result, "rls-files-outside-history")
    assert len(told) == (script != "db/schema.sql")


@pytest.mark.parametrize(
    ("script", "is_said"),
    [
        ("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO app_user;", False),
        ("GRANT SELECT ON docs TO app_user;", False),
        ("GRANT SELECT ON docs TO other;", True),
        ("ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO app_user;", True),
    ],
)
def test_whom_a_script_grants_tables_may_use_them(
    tmp_path: Path, script: str, is_said: bool
) -> None:
    made = MADE.replace("GRANT SELECT ON docs, invoices TO app_user;\n", "") + PROTECTS
    files = {"migrations/0001_made.sql": made, "ops/grants.sql": script}
    found = findings_of(lint(tmp_path, files), "policy-without-grant")
    assert bool(found) is is_said
