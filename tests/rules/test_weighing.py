"""An error rests on no guess: what nothing tells for certain is a warning that says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from rlslint.config import Confidence, Severity
from tests.linting import findings_of, lint

DOCS = """{role}CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
CREATE TABLE notes (id int PRIMARY KEY, tenant_id int NOT NULL);
CREATE INDEX ON docs (tenant_id);
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
ALTER TABLE docs FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON docs
  USING (tenant_id = nullif(current_setting('app.tenant', true), '')::int);
{grant}"""
ROLE = "CREATE ROLE web LOGIN;\n"
GRANT = "GRANT SELECT ON docs, notes TO web;\n"


def test_who_serves_requests_is_known_or_it_is_a_warning(tmp_path: Path) -> None:
    for role, grant, severity in ((ROLE, GRANT, Severity.error), ("", "", Severity.warning)):
        files = {"migrations/0001_docs.sql": DOCS.format(role=role, grant=grant)}
        (found,) = findings_of(lint(tmp_path, files), "rls-not-enabled")
        assert found.severity is severity
    assert found.finding.message.count("nothing says who serves requests") == 1
    assert "(not certain: nothing says who serves requests)" in found.finding.message


def test_a_file_that_nothing_reads_may_enable_it(tmp_path: Path) -> None:
    files = {
        "migrations/0001_docs.sql": DOCS.format(role=ROLE, grant=GRANT),
        "deploy.lua": "for t in {'notes'} do db('ALTER TABLE '..t..' ENABLE ROW LEVEL SECURITY')",
    }
    (found,) = findings_of(lint(tmp_path, files), "rls-not-enabled")
    assert (found.severity, found.confidence) == (Severity.warning, Confidence.medium)
    assert "deploy.lua" in found.finding.message


def test_a_script_beside_others_may_be_followed_by_the_one_that_enables_it(tmp_path: Path) -> None:
    made = DOCS.format(role=ROLE, grant=GRANT)
    files = {
        "setup/made.sql": made,
        "tools/protect.sql": "ALTER TABLE notes ENABLE ROW LEVEL SECURITY;",
    }
    (found,) = findings_of(lint(tmp_path, files), "rls-not-enabled")
    assert found.severity is not Severity.error
    files["tools/protect.sql"] = "ALTER TABLE others ENABLE ROW LEVEL SECURITY;"
    (found,) = findings_of(lint(tmp_path, files), "rls-not-enabled")
    assert found.severity is Severity.error


@pytest.mark.parametrize(
    ("comment", "command", "severity"),
    [
        ("-- Public read access: the gallery", "SELECT", Severity.warning),
        ("-- Public read access: the gallery", "ALL", Severity.error),
        ("-- All of them may be changed, by design", "ALL", Severity.warning),
        ("-- Reference data", "SELECT", Severity.warning),
        ("-- TODO: public read access is temporary", "SELECT", Severity.error),
        ("-- Users can read their own rows", "SELECT", Severity.error),
        ("-- Tenants read here", "SELECT", Severity.error),
    ],
)
def test_what_a_comment_says_it_is_for(
    tmp_path: Path, comment: str, command: str, severity: Severity
) -> None:
    policy = f"""CREATE POLICY read ON notes FOR {command} TO web
  USING (true);
"""
    sql = DOCS.format(role=ROLE, grant=f"{GRANT}ALTER TABLE notes ENABLE ROW LEVEL SECURITY;\n")
    files = {"migrations/0001_docs.sql": f"{sql}{comment}\n{policy}"}
    (found,) = findings_of(lint(tmp_path, files), "policy-using-true")
    assert found.severity is severity


@pytest.mark.parametrize(
    ("column", "command", "severity"),
    [
        ("tenant_id int NOT NULL", "INSERT", Severity.error),
        ("body text", "INSERT", Severity.warning),
    ],
)
def test_whose_rows_they_are_is_told_by_a_column(
    tmp_path: Path, column: str, command: str, severity: Severity
) -> None:
    more = f"""CREATE TABLE offers (id int PRIMARY KEY, {column});
GRANT SELECT, INSERT ON offers TO web;
ALTER TABLE offers ENABLE ROW LEVEL SECURITY;
CREATE POLICY added ON offers FOR {command} TO web
  WITH CHECK (current_setting('app.tenant', true) IS NOT NULL);
"""
    files = {"migrations/0001_docs.sql": DOCS.format(role=ROLE, grant=GRANT) + more}
    result = lint(tmp_path, files)
    found = {
        one.severity
        for rule in ("policy-no-row-reference", "insert-check-true")
        for one in findings_of(result, rule)
        if one.finding.object.startswith("public.offers")
    }
    assert found <= {severity}


def test_a_list_of_what_a_catalog_holds_is_no_script(tmp_path: Path) -> None:
    listed = "".join(
        f'CREATE POLICY "p{number}" ON docs FOR a TO 16479 WITH CHECK (true);\n'
        for number in range(6)
    )
    made = DOCS.format(role=ROLE, grant=GRANT)
    files = {"migrations/0001_docs.sql": made, "notes/policies.sql": listed}
    found = findings_of(lint(tmp_path, files), "invalid-rls-ddl")
    assert {one.severity for one in found} == {Severity.info}
    files["notes/policies.sql"] = "CREATE POLICY IF NOT EXISTS p ON docs USING (true);"
    (one,) = findings_of(lint(tmp_path, files), "invalid-rls-ddl")
    assert one.severity is Severity.error


def test_scripts_that_are_run_one_after_the_other(tmp_path: Path) -> None:
    made = "CREATE TABLE notes (id int PRIMARY KEY, user_id uuid NOT NULL);\n"
    protect = """ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON notes TO authenticated USING (user_id = (SELECT auth.uid()));
"""
    files = {
        "db/schema.sql": made,
        "db/rls.sql": protect,
        "db/migrations/0001_more.sql": "ALTER TABLE notes ADD more text;\n",
        "supabase/config.toml": 'project_id = "notes"\n',
    }
    result = lint(tmp_path, files)
    for rule in ("table-open-to-api", "rls-not-enabled"):
        assert all(one.severity is Severity.info for one in findings_of(result, rule))
