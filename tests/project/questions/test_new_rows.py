"""Triggers and column privileges that leave WITH CHECK nothing to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from rlslint.config import Severity
from rlslint.config.options import Config
from tests.linting import findings_of, lint

TABLE = """
CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, body text);
GRANT SELECT, INSERT, UPDATE ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY readers ON docs FOR SELECT
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
CREATE POLICY writers ON docs FOR INSERT WITH CHECK (true);
CREATE FUNCTION fill_tenant() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  {body}
  RETURN NEW;
END $$;
CREATE TRIGGER fill_tenant {timing} ON docs FOR EACH ROW EXECUTE FUNCTION fill_tenant();
"""
OVERWRITES = "NEW.tenant_id := current_setting('app.tenant_id')::int;"
FILLS_IN = f"IF NEW.tenant_id IS NULL THEN {OVERWRITES} END IF;"


@pytest.mark.parametrize(
    ("body", "timing", "severity"),
    [
        (OVERWRITES, "BEFORE INSERT", Severity.info),
        (OVERWRITES, "BEFORE INSERT OR UPDATE", Severity.info),
        (OVERWRITES, "BEFORE UPDATE", Severity.error),
        (OVERWRITES, "AFTER INSERT", Severity.error),
        (FILLS_IN, "BEFORE INSERT", Severity.error),
        ("NEW.tenant_id := NEW.tenant_id;", "BEFORE INSERT", Severity.error),
    ],
)
def test_a_trigger_that_overwrites_the_column_lowers_the_severity(
    body: str, timing: str, severity: Severity, tmp_path: Path
) -> None:
    migration = TABLE.format(body=body, timing=timing)
    config = Config(min_severity=Severity.info)
    result = lint(tmp_path, {"migrations/0001_docs.sql": migration}, config)
    (found,) = findings_of(result, "insert-check-true")
    assert found.severity is severity
