"""Of several settings, the message of policy-null-context-allows names the one that opens."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.linting import findings_of, lint

TENANT = "nullif(current_setting('app.tenant_id', true), '')"
ROLE = "current_setting('app.role', true)"


@pytest.mark.parametrize(
    ("predicate", "named"),
    [
        (f"{ROLE} = 'admin' OR {TENANT} IS NULL OR tenant_id::text = {TENANT}", "app.tenant_id"),
        (
            f"CASE WHEN {ROLE} = 'guest' THEN false WHEN {TENANT} IS NULL THEN true"
            f" ELSE tenant_id::text = {TENANT} END",
            "app.tenant_id",
        ),
        (
            f"coalesce(owner = {ROLE}, false) OR NOT coalesce(tenant_id::text <> {TENANT}, false)",
            "app.tenant_id",
        ),
        (f"{ROLE} IS NULL OR tenant_id::text = {TENANT}", "app.role"),
    ],
)
def test_the_setting_whose_absence_opens(tmp_path: Path, predicate: str, named: str) -> None:
    history = f"""CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, owner text);
GRANT SELECT ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON docs FOR SELECT USING ({predicate});
"""
    (found,) = findings_of(lint(tmp_path, {"1.sql": history}), "policy-null-context-allows")
    assert f"is true when {named} is " in " ".join((found.message, *found.notes))


@pytest.mark.parametrize("begin", ["BEGIN", "BEGIN\n  DECLARE taken INT;"])
def test_a_body_that_is_no_string_is_no_row_of_statements(tmp_path: Path, begin: str) -> None:
    history = f"""CREATE TABLE users (id int PRIMARY KEY, tenant_id int NOT NULL);
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON users
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
CREATE PROCEDURE taken(IN address VARCHAR(255))
{begin}
  SELECT count(*) INTO taken FROM users;
  IF taken > 0 THEN SELECT 1 INTO other FROM users; END IF;
  SELECT CASE WHEN true THEN 1 END INTO third FROM users;
END;
SELECT * INTO copied FROM users;
"""
    names = [found.name for found in lint(tmp_path, {"1.sql": history}).findings]
    assert names.count("ctas-copy-without-rls") == 1
    assert names.count("unparsable-sql") == 1
