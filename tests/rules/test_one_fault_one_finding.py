"""Faults that several rules could speak of: the one that says most does, and no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from rlslint.config import Severity
from tests.linting import lint

TABLE = """CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, owner name);
CREATE INDEX ON docs (tenant_id);
CREATE INDEX ON docs (owner);
GRANT SELECT, UPDATE ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
"""
OWN = "tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int)"
ENV = {".env": "DATABASE_URL=postgres://app_user:x@db.shop.example/shop\n"}


@pytest.mark.parametrize(
    ("policies", "files", "rules"),
    [
        (
            "CREATE POLICY base ON docs USING (true);"
            f"CREATE POLICY own ON docs AS RESTRICTIVE FOR SELECT USING ({OWN});",
            {},
            ["restrictive-command-gap"],
        ),
        (
            "CREATE POLICY base ON docs USING (1 = 1);"
            f"CREATE POLICY own ON docs AS RESTRICTIVE FOR SELECT USING ({OWN});",
            {},
            ["restrictive-command-gap"],
        ),
        (
            "CREATE ROLE support NOLOGIN; GRANT SELECT ON docs TO support;"
            f"CREATE POLICY own ON docs TO app_user USING ({OWN});"
            "CREATE POLICY all_of_them ON docs FOR SELECT TO support USING (true);"
            "GRANT support TO app_user;",
            {},
            ["policy-role-membership-widens"],
        ),
        (
            f"CREATE ROLE app_users NOLOGIN; CREATE POLICY own ON docs TO app_users USING ({OWN});",
            {},
            ["policy-to-unused-role"],
        ),
        (
            f"CREATE POLICY r ON docs FOR SELECT USING ({OWN});"
            f"CREATE POLICY u ON docs FOR UPDATE USING ({OWN}) WITH CHECK (true);",
            {},
            ["update-check-weaker-split-policies"],
        ),
        (
            f"CREATE POLICY a ON docs USING ({OWN}) WITH CHECK (true);"
            "GRANT INSERT ON docs TO app_user;",
            {},
            ["update-check-weaker-than-using"],
        ),
        (
            "CREATE TABLE members "
            "(user_name text, tenant_id int, PRIMARY KEY (user_name, tenant_id));"
            "GRANT SELECT ON members TO app_user; ALTER TABLE members ENABLE ROW LEVEL SECURITY;"
            "CREATE POLICY own ON docs USING (tenant_id IN (SELECT m.tenant_id FROM members m "
            "WHERE m.user_name = (SELECT current_setting('app.user_name', true))));",
            {},
            ["policy-subquery-blocked-by-rls"],
        ),
        (
            "CREATE FUNCTION me() RETURNS name LANGUAGE sql STABLE SECURITY DEFINER "
            "SET search_path = public, pg_temp AS 'SELECT current_user';"
            "CREATE POLICY own ON docs USING (owner = (SELECT me()));",
            ENV,
            ["policy-current-user-in-definer"],
        ),
        (
            "CREATE POLICY own ON docs USING (owner = current_user);",
            ENV,
            ["policy-current-user-shared-role"],
        ),
        (
            "CREATE POLICY own ON docs USING ("
            f"(SELECT current_setting('app.tenant_id', true)) IS NULL OR {OWN});",
            {},
            ["policy-null-context-allows"],
        ),
        (
            "CREATE ROLE worker LOGIN; GRANT SELECT, UPDATE ON docs TO worker;"
            f"CREATE POLICY own ON docs TO app_user USING ({OWN});"
            "CREATE POLICY work ON docs TO worker USING (true);",
            {".env": ENV[".env"] + "WORKER_DATABASE_URL=postgres://worker:x@db.shop.example/shop"},
            [],
        ),
        (
            f"CREATE POLICY own ON docs USING ({OWN});"
            "CREATE POLICY presets ON docs FOR SELECT USING (tenant_id = 0);",
            {},
            [],
        ),
        (
            f"CREATE POLICY own ON docs USING ({OWN});"
            "CREATE POLICY first ON docs FOR SELECT USING (tenant_id = 1);",
            {},
            ["permissive-policies-widen"],
        ),
    ],
)
def test_one_rule_speaks(
    policies: str, files: dict[str, str], rules: list[str], tmp_path: Path
) -> None:
    result = lint(tmp_path, {"migrations/0001.sql": TABLE + policies, **files})
    told = {one.name for one in result.findings if one.severity > Severity.info}
    assert sorted(told) == rules


@pytest.mark.parametrize(
    ("base", "check", "severity"),
    [
        ("true", OWN, Severity.error),
        ("tenant_id IS NOT NULL", OWN, Severity.error),
        ("id > 0", OWN, Severity.warning),
        (OWN, OWN, Severity.warning),
        ("true", "owner IS NOT NULL", Severity.warning),
    ],
)
def test_a_floor_without_using_weighs_more_where_all_is_seen(
    base: str, check: str, severity: Severity, tmp_path: Path
) -> None:
    policies = (
        f"CREATE POLICY base ON docs USING ({base});"
        f"CREATE POLICY own ON docs AS RESTRICTIVE WITH CHECK ({check});"
    )
    result = lint(tmp_path, {"migrations/0001.sql": TABLE + policies})
    (found,) = (one for one in result.findings if one.name == "restrictive-without-using")
    assert found.severity is severity


@pytest.mark.parametrize(
    ("command", "severity"), [("SELECT", Severity.warning), ("UPDATE", Severity.error)]
)
def test_rows_that_can_be_read_weigh_more(command: str, severity: Severity, tmp_path: Path) -> None:
    policies = (
        "CREATE POLICY base ON docs USING (true);"
        f"CREATE POLICY own ON docs AS RESTRICTIVE FOR {command} USING ({OWN});"
    )
    result = lint(tmp_path, {"migrations/0001.sql": TABLE + policies})
    (found,) = (one for one in result.findings if one.name == "restrictive-command-gap")
    assert found.severity is severity
