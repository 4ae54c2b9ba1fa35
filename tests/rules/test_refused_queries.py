"""A policy that PostgreSQL refuses to apply for a role opens nothing to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.linting import findings_of, lint
from tests.postgres import Database

TABLE = """
CREATE ROLE app LOGIN;
CREATE TABLE docs (id int, tenant_id int);
ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON docs TO app;
CREATE FUNCTION may_see(tenant int) RETURNS boolean LANGUAGE sql STABLE AS 'SELECT true';
INSERT INTO docs VALUES (1, 1);
"""
ASKING = "CREATE POLICY own ON docs USING (may_see(tenant_id));"


@pytest.mark.parametrize(
    ("policies", "is_refused"),
    [
        (f"{ASKING} REVOKE ALL ON FUNCTION may_see FROM PUBLIC;", True),
        (ASKING, False),
        (
            f"{ASKING} REVOKE ALL ON FUNCTION may_see FROM PUBLIC;"
            "GRANT EXECUTE ON FUNCTION may_see TO app;",
            False,
        ),
        (
            "CREATE POLICY other ON docs USING (true);"
            f"{ASKING} REVOKE ALL ON FUNCTION may_see FROM PUBLIC;",
            False,
        ),
        # What the planner leaves out is never called.
        (
            "CREATE POLICY own ON docs USING (true OR may_see(tenant_id));"
            "REVOKE ALL ON FUNCTION may_see FROM PUBLIC;",
            False,
        ),
    ],
)
def test_one_that_calls_what_a_role_may_not_execute(
    policies: str, is_refused: bool, tmp_path: Path, database: Database
) -> None:
    assert database.run(TABLE + policies).errors == ()
    asked = database.run("SET ROLE app; SELECT id FROM docs;")
    assert [error.sqlstate for error in asked.errors] == (["42501"] if is_refused else [])
    result = lint(tmp_path, {"migrations/1.sql": TABLE + policies})
    told = {
        rule for rule in ("policy-using-true", "insert-check-true") if findings_of(result, rule)
    }
    opened = findings_of(result, "policy-tautology")
    assert bool(told or opened) is not is_refused
    assert bool(findings_of(result, "policy-helper-not-executable")) is is_refused


def test_one_that_is_refused_for_new_rows_alone_still_shows_the_others(
    tmp_path: Path, database: Database
) -> None:
    policy = "CREATE POLICY own ON docs USING (true) WITH CHECK (may_see(tenant_id));"
    script = f"{TABLE} {policy} REVOKE ALL ON FUNCTION may_see FROM PUBLIC;"
    assert database.run(script).errors == ()
    asked = database.run("SET ROLE app; SELECT id FROM docs; INSERT INTO docs VALUES (2, 2);")
    assert (asked.rows, [error.sqlstate for error in asked.errors]) == (("1",), ["42501"])
    result = lint(tmp_path, {"migrations/1.sql": script})
    (opened,) = findings_of(result, "policy-using-true")
    assert opened.finding.message.startswith("app can read")
    assert "change" not in opened.finding.message
    (refused,) = findings_of(result, "policy-helper-not-executable")
    assert refused.finding.message.startswith("every INSERT of public.docs by app")
