"""guc-name-mismatch between migrations and application code, over several files."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.linting import findings_of, lint

RULE = "guc-name-mismatch"
TABLES = """
CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, owner_id int NOT NULL);
GRANT SELECT ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
"""
BINDING = """
import psycopg

def enter(connection: psycopg.Connection, tenant: int) -> None:
    connection.execute("SELECT set_config('{name}', %s, true)", (str(tenant),))
"""


def policy(setting: str, column: str = "tenant_id") -> str:
    return (
        f"CREATE POLICY own ON docs\n"
        f"  USING ({column} = nullif(current_setting('{setting}', true), '')::int);\n"
    )


def places(folder: Path, files: dict[str, str]) -> list[tuple[str, int]]:
    found = findings_of(lint(folder, files), RULE)
    return [
        (Path(one.place.path).name, one.place.start.row) for one in found if one.place is not None
    ]


@pytest.mark.parametrize("name", ["app.tenant_id", "app.tenant", "saas.current_tenant"])
def test_the_policy_is_marked_where_the_program_sets_another_name(
    name: str, tmp_path: Path
) -> None:
    files = {
        "migrations/0001_tables.sql": TABLES,
        "migrations/0002_policies.sql": policy("app.current_tenant"),
        "shop/database.py": BINDING.format(name=name),
    }
    assert places(tmp_path, files) == [("0002_policies.sql", 2)]


@pytest.mark.parametrize("name", ["app.current_tenant", "App.Current_Tenant"])
def test_the_same_name_in_another_case_is_the_same(name: str, tmp_path: Path) -> None:
    files = {
        "migrations/0001_tables.sql": TABLES + policy("app.current_tenant"),
        "shop/database.py": BINDING.format(name=name),
    }
    assert places(tmp_path, files) == []


def test_a_setting_for_another_purpose_is_no_other_name(tmp_path: Path) -> None:
    files = {
        "migrations/0001_tables.sql": TABLES + policy("app.user_id", "owner_id"),
        "shop/database.py": BINDING.format(name="app.tenant_id"),
    }
    assert places(tmp_path, files) == []


def test_what_holds_several_tenants_is_for_another_purpose(tmp_path: Path) -> None:
    tables = "".join(
        TABLES.replace("docs", name).replace("CREATE ROLE app_user LOGIN;", "")
        + policy("app.tenant_id").replace("docs", name)
        for name in ("notes", "files")
    )
    several = (
        "CREATE POLICY all_of_them ON docs USING (tenant_id = ANY "
        "(string_to_array(current_setting('app.tenants', true), ',')::int[]));\n"
    )
    assert places(tmp_path, {"migrations/0001.sql": TABLES + tables + several}) == []


def test_a_getter_is_marked_once_for_all_policies(tmp_path: Path) -> None:
    getter = (
        "CREATE FUNCTION current_tenant() RETURNS int LANGUAGE sql STABLE AS $$\n"
        "  SELECT nullif(current_setting('app.current_tenant', true), '')::int\n"
        "$$;\n"
    )
    policies = "".join(
        f"CREATE POLICY {command}_own ON docs FOR {command} USING (tenant_id = current_tenant());\n"
        for command in ("select", "update", "delete")
    )
    files = {
        "migrations/0001_tables.sql": TABLES,
        "migrations/0002_policies.sql": getter + policies,
        "shop/database.py": BINDING.format(name="app.tenant_id"),
    }
    assert places(tmp_path, files) == [("0002_policies.sql", 2)]


def test_where_the_program_computes_the_name_nothing_is_said(tmp_path: Path) -> None:
    program = """
import psycopg

def enter(connection: psycopg.Connection, name: str, tenant: int) -> None:
    connection.execute("SELECT set_config(%s, %s, true)", (name, str(tenant)))
    connection.execute("SELECT set_config('app.tenant_id', %s, true)", (str(tenant),))
"""
    files = {
        "migrations/0001_tables.sql": TABLES + policy("app.current_tenant"),
        "shop/database.py": program,
    }
    assert places(tmp_path, files) == []


def test_a_setting_that_only_a_role_has_is_a_name_like_any_other(tmp_path: Path) -> None:
    altered = "ALTER ROLE app_user SET app.tenant_ids = '1';\n"
    files = {"migrations/0001_tables.sql": TABLES + policy("app.tenant_id") + altered}
    (finding,) = findings_of(lint(tmp_path, files), RULE)
    shown = [span.text.location(span.start).row for span, _, _ in finding.finding.related]
    assert places(tmp_path, files) == [("0001_tables.sql", 7)]
    assert shown == [8]


def test_a_role_setting_does_not_hide_where_the_program_sets_the_same(tmp_path: Path) -> None:
    altered = "ALTER ROLE app_user SET app.tenant_ids = '1';\n"
    files = {
        "migrations/0001_tables.sql": TABLES + policy("app.tenant_id") + altered,
        "shop/database.py": BINDING.format(name="app.tenant_ids"),
    }
    (finding,) = findings_of(lint(tmp_path, files), RULE)
    assert [Path(related.span.text.path).name for related in finding.finding.related] == [
        "database.py"
    ]
