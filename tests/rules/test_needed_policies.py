"""Statements that ask for policies of other commands: a server says which are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from rlslint.config import Severity
from rlslint.config.options import Config
from tests.linting import findings_of, lint
from tests.postgres import Database, Server

OWN = "tenant_id = nullif(current_setting('app.tenant_id', true), '')::int"
TABLE = f"""
CREATE ROLE web LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, hidden bool, at timestamptz);
INSERT INTO docs VALUES (1, 1);
GRANT SELECT, INSERT, UPDATE, DELETE ON docs TO web;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY adding ON docs FOR INSERT TO web WITH CHECK ({OWN});
"""
READING = f"CREATE POLICY reading ON docs FOR SELECT TO web USING ({OWN} {{more}});"
CHANGING = f"CREATE POLICY changing ON docs FOR UPDATE TO web USING ({OWN});"
INSERT = "INSERT INTO docs VALUES (5, 1)"
SHOWN = READING.format(more="AND hidden IS NOT TRUE AND at IS NULL")


@pytest.mark.parametrize(
    ("rule", "policies", "statement", "fails"),
    [
        ("insert-without-select-policy", "", f"{INSERT} RETURNING id", True),
        ("insert-without-select-policy", READING.format(more=""), f"{INSERT} RETURNING id", False),
        ("upsert-missing-policies", "", f"{INSERT} ON CONFLICT (id) DO NOTHING", True),
        ("upsert-missing-policies", "", f"{INSERT} ON CONFLICT DO NOTHING", False),
        (
            "upsert-missing-policies",
            READING.format(more=""),
            f"{INSERT} ON CONFLICT (id) DO NOTHING",
            False,
        ),
        (
            "upsert-missing-policies",
            READING.format(more=""),
            "INSERT INTO docs VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET hidden = true",
            True,
        ),
        (
            "upsert-missing-policies",
            READING.format(more="") + CHANGING,
            "INSERT INTO docs VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET hidden = true",
            False,
        ),
        (
            "update-hides-own-row",
            SHOWN + CHANGING,
            "UPDATE docs SET hidden = true WHERE id = 1",
            True,
        ),
        (
            "update-hides-own-row",
            SHOWN + CHANGING,
            "UPDATE docs SET at = CURRENT_TIMESTAMP WHERE id = 1",
            True,
        ),
        (
            "update-hides-own-row",
            SHOWN + CHANGING,
            "UPDATE docs SET (hidden, at) = (true, NULL) WHERE id = 1",
            True,
        ),
        ("update-hides-own-row", SHOWN + CHANGING, "UPDATE docs SET hidden = true", False),
        (
            "update-hides-own-row",
            SHOWN + CHANGING,
            "UPDATE docs SET hidden = false, at = NULL WHERE id = 1",
            False,
        ),
        (
            "update-hides-own-row",
            SHOWN + CHANGING + "CREATE POLICY gone ON docs FOR SELECT USING (hidden);",
            "UPDATE docs SET hidden = true WHERE id = 1",
            False,
        ),
    ],
)
def test_a_statement_is_reported_where_the_server_refuses_it(
    rule: str, policies: str, statement: str, fails: bool, tmp_path: Path, database: Database
) -> None:
    result = "int" if "RETURNING" in statement else "void"
    function = f"CREATE FUNCTION f() RETURNS {result} LANGUAGE sql AS $$ {statement}; $$;"
    history = TABLE + policies + function
    assert _is_found_in_function(tmp_path, history, rule) is fails
    assert database.run(history).errors == ()
    refused = database.run("\\c - web\nSET app.tenant_id = '1'; SELECT f();").errors
    assert [error.sqlstate for error in refused] == ["42501"] * fails


def test_a_row_with_fewer_values_than_columns_is_no_fault(tmp_path: Path) -> None:
    program = """import psycopg
def hide(connection: psycopg.Connection):
    connection.execute("UPDATE docs SET (at, hidden) = ROW(NULL) WHERE id = 1")
"""
    files = {"migrations/1.sql": TABLE + SHOWN + CHANGING, "app.py": program}
    result = lint(tmp_path, files)
    assert result.checked.queries == 1
    assert not result.faults


def _is_found_in_function(folder: Path, history: str, rule: str) -> bool:
    found = findings_of(lint(folder, {"migrations/1.sql": history}), rule)
    spans = [one.finding.span for one in found]
    return any(span is not None and span.sql.startswith("CREATE FUNCTION") for span in spans)


@pytest.mark.parametrize(
    ("locking", "policies", "expected", "rows"),
    [
        ("FOR UPDATE", READING.format(more=""), 1, ()),
        ("FOR NO KEY UPDATE OF d SKIP LOCKED", READING.format(more=""), 1, ()),
        ("FOR KEY SHARE", READING.format(more=""), 1, ()),
        ("FOR UPDATE", READING.format(more="") + CHANGING, 0, ("1",)),
        ("", READING.format(more=""), 0, ("1",)),
    ],
)
def test_what_locks_rows_needs_a_policy_to_change_them(
    locking: str,
    policies: str,
    expected: int,
    rows: tuple[str, ...],
    tmp_path: Path,
    database: Database,
) -> None:
    query = f"SELECT d.id FROM docs AS d {locking}"
    program = f"import psycopg\ndef run(c: psycopg.Connection):\n    c.execute('{query}')\n"
    files = {"migrations/1.sql": TABLE + policies, "app.py": program}
    found = findings_of(lint(tmp_path, files), "select-for-update-without-update-policy")
    assert len(found) == expected
    assert database.run(TABLE + policies).errors == ()
    assert database.run(f"\\c - web\nSET app.tenant_id = '1'; {query};").rows == rows


def test_a_role_that_policies_do_not_bind_may_run_the_statement(tmp_path: Path) -> None:
    function = f"CREATE FUNCTION f() RETURNS int LANGUAGE sql AS '{INSERT} RETURNING id';"
    exempt = "CREATE ROLE jobs LOGIN BYPASSRLS; GRANT ALL ON docs TO jobs;"
    config = Config(min_severity=Severity.info, runtime_roles=("web", "jobs"))
    for before, expected in (("", 2), (exempt, 1)):
        files = {"migrations/1.sql": TABLE + function + before}
        found = findings_of(lint(tmp_path, files, config), "insert-without-select-policy")
        assert len(found) == expected


def test_a_view_with_the_rights_of_its_user_is_looked_into(
    tmp_path: Path, server: Server, database: Database
) -> None:
    if server.version < 15:
        pytest.skip("views have security_invoker since PostgreSQL 15")
    history = """CREATE ROLE app_user LOGIN;
CREATE TABLE members (user_name text, tenant_id int);
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
INSERT INTO members VALUES ('ada', 1);
INSERT INTO docs VALUES (1, 1);
CREATE VIEW everyone WITH (security_invoker = {0}) AS SELECT * FROM members;
GRANT SELECT ON members, docs, everyone TO app_user;
ALTER TABLE members ENABLE ROW LEVEL SECURITY;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON docs FOR SELECT USING (tenant_id IN (
  SELECT e.tenant_id FROM everyone e WHERE e.user_name = current_setting('app.user_name', true)));
"""
    asked = "\\c - app_user\nSET app.user_name = 'ada';\nSELECT id FROM docs;"
    for place, option in (("invoker", "true"), ("owner", "false")):
        result = lint(tmp_path / place, {"migrations/1.sql": history.format(option)})
        found = findings_of(result, "policy-subquery-blocked-by-rls")
        assert bool(found) is (option == "true")
    assert database.run(history.format("true")).errors == ()
    assert database.run(asked).rows == ()
    assert (
        database.run("\\c - postgres\nALTER VIEW everyone SET (security_invoker = false);").errors
        == ()
    )
    assert database.run(asked).rows == ("1",)
