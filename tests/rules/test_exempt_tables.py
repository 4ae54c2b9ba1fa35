"""Tables that a comment leaves without row security, and ranks that no tenant gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from rlslint.config import Severity
from tests.linting import findings_of, lint

MADE = """CREATE ROLE web LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
CREATE TABLE users (id int PRIMARY KEY, tenant_id int NOT NULL);
"""
PROTECTED = """{comment}
GRANT SELECT ON ALL TABLES IN SCHEMA public TO web;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON docs
  USING (tenant_id = nullif(current_setting('app.tenant', true), '')::int);
"""


@pytest.mark.parametrize(
    ("comment", "severity"),
    [
        ("-- users/audit_log are documented exemptions.", Severity.info),
        ("-- accounts are exempt.", Severity.error),
        ("-- users must never be exempt!", Severity.error),
        ("-- Exempt from row security: users, audit_log", Severity.info),
        ("-- No table is exempt: docs and users are bound.", Severity.error),
        ("-- Auditors are exempt from the isolation of users.", Severity.error),
        ("-- users are exempt from VAT", Severity.error),
        ("ALTER TABLE docs ADD kind text; -- of users that are exempt", Severity.error),
    ],
)
def test_a_file_that_enables_it_for_others_may_name_those_that_are_exempt(
    tmp_path: Path, comment: str, severity: Severity
) -> None:
    files = {
        "migrations/0001_made.sql": MADE,
        "migrations/0002_rls.sql": PROTECTED.format(comment=comment),
    }
    result = lint(tmp_path, files)
    (found,) = findings_of(result, "rls-not-enabled")
    assert (found.finding.object, found.severity) == ("public.users", severity)
    swept = findings_of(result, "grant-all-tables-includes-unprotected")
    assert len(swept) == (severity is Severity.error)


def test_a_particle_may_follow_the_name_of_a_table(tmp_path: Path) -> None:
    purchases = """-- 둘 다 전역(RLS 없음). purchases는 앱에서 tenant_id로 명시 스코프.
CREATE TABLE contents (id int PRIMARY KEY);
CREATE TABLE purchases (id int PRIMARY KEY, tenant_id int NOT NULL);
GRANT SELECT ON purchases TO web;
"""
    files = {
        "migrations/0001_made.sql": MADE,
        "migrations/0002_rls.sql": PROTECTED.format(comment=""),
        "migrations/0003_market.sql": purchases,
    }
    found = {
        f.finding.object: f.severity for f in findings_of(lint(tmp_path, files), "rls-not-enabled")
    }
    assert found["public.purchases"] is Severity.info
    assert found["public.users"] is Severity.error


RANKED = """CREATE TABLE staff (id uuid PRIMARY KEY, auth_id uuid NOT NULL UNIQUE,
  role text NOT NULL, analyst_id uuid {key});
CREATE TABLE trades (id int PRIMARY KEY, staff_id uuid NOT NULL, analyst_id uuid);
CREATE FUNCTION my_id() RETURNS uuid LANGUAGE sql STABLE
  AS $$ SELECT id FROM public.staff WHERE auth_id = auth.uid() $$;
CREATE FUNCTION my_analyst() RETURNS uuid LANGUAGE sql STABLE
  AS $$ SELECT analyst_id FROM public.staff WHERE auth_id = auth.uid() $$;
CREATE FUNCTION my_role() RETURNS text LANGUAGE sql STABLE
  AS $$ SELECT role FROM public.staff WHERE auth_id = auth.uid() $$;
ALTER TABLE staff ENABLE ROW LEVEL SECURITY;
ALTER TABLE trades ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON staff USING (auth_id = auth.uid());
CREATE POLICY own ON trades USING (staff_id = my_id());
CREATE POLICY analysts ON trades USING (analyst_id = my_analyst());
CREATE POLICY managers ON trades FOR SELECT USING (my_role() = 'manager');
"""


@pytest.mark.parametrize(("key", "is_reported"), [("", False), ("NOT NULL", True)])
def test_a_rank_is_of_no_tenant_where_the_members_have_a_key_of_their_own_alone(
    tmp_path: Path, key: str, is_reported: bool
) -> None:
    result = lint(tmp_path, {"supabase/migrations/1_ranked.sql": RANKED.format(key=key)})
    found = [f.finding.object for f in findings_of(result, "policy-no-row-reference")]
    assert ("public.trades.managers" in found) is is_reported


@pytest.mark.parametrize("key", ["", "UNIQUE"])
def test_a_rank_is_of_the_one_tenant_that_its_row_is_called_after(tmp_path: Path, key: str) -> None:
    me = "nullif(current_setting('app.me', true), '')::int"
    script = f"""CREATE TABLE heads (id int PRIMARY KEY, tenant_id int NOT NULL {key}, rank text);
    GRANT SELECT ON heads, docs TO web;
    ALTER TABLE heads ENABLE ROW LEVEL SECURITY;
    ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
    CREATE POLICY mine ON heads USING (id = {me});
    CREATE POLICY own ON docs
      USING (tenant_id = (SELECT h.tenant_id FROM heads AS h WHERE h.id = {me}));
    CREATE POLICY admin ON docs FOR SELECT
      USING (EXISTS (SELECT FROM heads AS h WHERE h.id = {me} AND h.rank = 'admin'));
    """
    result = lint(tmp_path, {"migrations/1.sql": MADE, "migrations/2.sql": script})
    assert len(findings_of(result, "policy-no-row-reference")) == 1


def test_what_is_said_to_be_outside_of_row_security_in_another_language(tmp_path: Path) -> None:
    comment = "-- users/sessions ficam FORA da RLS: consultadas no login antes do contexto"
    files = {
        "migrations/0001_made.sql": MADE,
        "migrations/0002_rls.sql": PROTECTED.format(comment=comment),
    }
    (found,) = findings_of(lint(tmp_path, files), "rls-not-enabled")
    assert found.severity is Severity.info


def test_a_comment_above_the_grants_of_a_file_that_enables_it_for_others(tmp_path: Path) -> None:
    for heading, severity in (
        ("-- ─── GLOBAL catalogues (without RLS; everybody reads them) ───", Severity.info),
        ("-- Grants for the application", Severity.error),
    ):
        rls = f"""{heading}
GRANT SELECT ON users TO web;

GRANT SELECT ON docs TO web;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON docs
  USING (tenant_id = nullif(current_setting('app.tenant', true), '')::int);
"""
        files = {"migrations/0001_made.sql": MADE, "migrations/0002_rls.sql": rls}
        (found,) = findings_of(lint(tmp_path, files), "rls-not-enabled")
        assert (found.finding.object, found.severity) == ("public.users", severity)
