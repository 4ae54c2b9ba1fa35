"""The SQL that a finding about a table offers mends what it is about."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.linting import findings_of, lint
from tests.postgres import Database


def test_a_policy_is_offered_that_another_table_has(tmp_path: Path) -> None:
    history = """
CREATE ROLE web LOGIN;
CREATE TABLE "Notes" (id int PRIMARY KEY, "orgId" int NOT NULL);
ALTER TABLE "Notes" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY "of the org" ON "Notes" TO web
  USING ("orgId" = (SELECT nullif(current_setting('app.org', true), '')::int));
CREATE TABLE "Drafts" (id int PRIMARY KEY, "orgId" int NOT NULL);
GRANT SELECT ON "Notes", "Drafts" TO web;
"""
    result = lint(tmp_path, {"migrations/0001.sql": history})
    (reported,) = findings_of(result, "rls-not-enabled")
    assert reported.finding.help == (
        'ALTER TABLE public."Drafts" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;\n'
        'CREATE POLICY "of the org" ON public."Drafts" TO web\n'
        "  USING (\"orgId\" = (SELECT nullif(current_setting('app.org', true), '')::int));"
    )


@pytest.mark.parametrize("grantee", ["readers", '"Web"', "PUBLIC"])
def test_a_privilege_is_taken_back_from_whoever_holds_it(
    grantee: str, tmp_path: Path, database: Database
) -> None:
    history = f"""
CREATE ROLE readers;
CREATE ROLE "Web" LOGIN IN ROLE readers;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON docs TO {grantee};
"""
    (found,) = findings_of(
        lint(tmp_path, {"migrations/0001.sql": history}), "rls-enabled-no-policy"
    )
    asked = "SELECT has_table_privilege('Web', 'docs', 'SELECT');"
    assert database.run(f"{history}\n{asked}").output.split() == ["t"]
    assert database.run(f"{found.finding.help}\n{asked}").output.split() == ["f"]


MEMBERSHIPS = """
CREATE ROLE app LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
CREATE TABLE members (tenant_id int NOT NULL, user_id int, PRIMARY KEY (user_id, tenant_id));
CREATE INDEX ON docs (tenant_id);
CREATE FUNCTION mine() RETURNS SETOF int LANGUAGE sql STABLE AS
  'SELECT tenant_id FROM members WHERE user_id = 1';
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON docs, members TO app;
CREATE POLICY of_members ON docs USING (tenant_id IN (SELECT {}));
"""


@pytest.mark.parametrize("looked_up", ["mine()", "m.tenant_id FROM members m"])
def test_no_table_is_shut_that_other_policies_look_up(
    looked_up: str, tmp_path: Path, database: Database
) -> None:
    history = MEMBERSHIPS.format(looked_up)
    (found,) = findings_of(lint(tmp_path, {"migrations/0001.sql": history}), "rls-not-enabled")
    assert found.finding.object == "public.members"
    assert found.finding.help.startswith("let callers see their own rows of public.members")
    # What would shut out the policy that looks the table up.
    enabled = "INSERT INTO docs VALUES (1, 1); INSERT INTO members VALUES (1, 1);"
    assert database.run(history + enabled).errors == ()
    assert database.run("SELECT id FROM docs", "app").rows == ("1",)
    database.run("ALTER TABLE members ENABLE ROW LEVEL SECURITY")
    assert database.run("SELECT id FROM docs", "app").rows == ()
