"""Columns that every INSERT has to name, where the INSERTs of the application are at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.linting import findings_of, lint

SCHEMA = """CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, body text);
CREATE INDEX ON docs (tenant_id);
GRANT SELECT, INSERT ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON docs
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
"""
PROGRAM = """import psycopg


def add(connection: psycopg.Connection, doc: int, tenant: int) -> None:
    connection.execute("INSERT INTO docs ({}) VALUES ({})", (doc, tenant))
"""


@pytest.mark.parametrize(
    ("columns", "values", "found"),
    [("id, tenant_id", "%s, %s", 0), ("id, body", "%s, %s", 1)],
)
def test_inserts_that_name_the_column(
    columns: str, values: str, found: int, tmp_path: Path
) -> None:
    files = {"migrations/0001_docs.sql": SCHEMA, "app.py": PROGRAM.format(columns, values)}
    assert len(findings_of(lint(tmp_path, files), "tenant-default-missing")) == found


def test_tables_alike_are_one_finding(tmp_path: Path) -> None:
    more = SCHEMA.replace("docs", "notes").replace("CREATE ROLE app_user LOGIN;\n", "")
    files = {"migrations/0001_docs.sql": SCHEMA, "migrations/0002_notes.sql": more}
    (found,) = findings_of(lint(tmp_path, files), "tenant-default-missing")
    assert found.finding.message.startswith("every INSERT into 2 tables has to name tenant_id")
    assert found.finding.help.count("SET DEFAULT") == 2


def test_a_key_that_exists_already_is_no_leak(tmp_path: Path) -> None:
    """PostgreSQL keeps to itself which value is taken where row security binds the caller."""
    result = lint(tmp_path, {"migrations/0001_docs.sql": SCHEMA})
    about_context = {"guc-identity-forgeable", "tenant-default-missing"}
    assert {found.name for found in result.findings} <= about_context
