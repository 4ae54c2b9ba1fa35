"""Which memberships let a session become a role that no policy binds: PostgreSQL is asked too."""

from __future__ import annotations

from pathlib import Path

import pytest

from rlslint.config import Severity
from rlslint.config.options import Config
from tests.linting import findings_of, lint, rows_of
from tests.postgres import Database, Server

RULE = "app-role-can-set-role"
PROTECTED = """
CREATE ROLE web LOGIN;
CREATE ROLE sees_all NOLOGIN BYPASSRLS;
CREATE ROLE staff NOLOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
INSERT INTO docs VALUES (1, 1);
GRANT SELECT ON docs TO web, sees_all;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON docs TO web USING (tenant_id = current_setting('app.tenant_id', true)::int);
"""
BECOMING = "\\c - web\nSET ROLE sees_all;\nSELECT id FROM docs;"
GRANTING = (
    "\\c - web\nGRANT sees_all TO web WITH SET TRUE;\nSET ROLE sees_all;\nSELECT id FROM docs;"
)


@pytest.mark.parametrize(
    ("memberships", "attempt", "becomes"),
    [
        ("GRANT sees_all TO web WITH INHERIT FALSE;", BECOMING, True),
        ("GRANT sees_all TO web WITH SET FALSE;", BECOMING, False),
        ("GRANT sees_all TO web WITH SET FALSE, ADMIN TRUE;", GRANTING, True),
        ("GRANT sees_all TO staff; GRANT staff TO web;", BECOMING, True),
        ("GRANT sees_all TO staff; GRANT staff TO web WITH SET FALSE;", BECOMING, False),
        ("GRANT sees_all TO staff WITH SET FALSE; GRANT staff TO web;", BECOMING, False),
        (
            "GRANT sees_all TO staff WITH SET FALSE, ADMIN TRUE;GRANT staff TO web WITH SET FALSE;",
            GRANTING,
            True,
        ),
        ("GRANT web TO sees_all;", BECOMING, False),
        ("GRANT sees_all TO web; ALTER ROLE sees_all NOBYPASSRLS;", BECOMING, False),
    ],
)
def test_a_membership_is_reported_where_it_shows_all_rows(
    memberships: str,
    attempt: str,
    becomes: bool,
    tmp_path: Path,
    server: Server,
    database: Database,
) -> None:
    if server.version < 16:
        pytest.skip("memberships have options of their own since PostgreSQL 16")
    result = lint(tmp_path, {"migrations/1.sql": PROTECTED + memberships})
    assert bool(findings_of(result, RULE)) is becomes
    assert database.run(PROTECTED + memberships).errors == ()
    assert database.run(attempt).rows == (("1",) if becomes else ())


def test_a_group_of_the_application_is_reported_once(tmp_path: Path) -> None:
    history = """CREATE ROLE app NOLOGIN;
CREATE ROLE one LOGIN IN ROLE app;
CREATE ROLE two LOGIN IN ROLE app;
CREATE ROLE sees_all NOLOGIN BYPASSRLS;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
GRANT SELECT ON docs TO app;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON docs USING (tenant_id = current_setting('app.tenant_id', true)::int);
GRANT sees_all TO app;
"""
    assert rows_of(lint(tmp_path, {"migrations/1.sql": history}), RULE) == [9]


def test_roles_that_are_meant_to_see_all_are_left_out(tmp_path: Path) -> None:
    files = {"migrations/1.sql": PROTECTED + "GRANT sees_all TO web;"}
    config = Config(min_severity=Severity.info, bypass_roles=("sees_all",))
    assert findings_of(lint(tmp_path, files, config), RULE) == []


def test_what_a_connection_becomes_for_requests_is_no_way_past_policies(tmp_path: Path) -> None:
    history = """CREATE ROLE visitor NOLOGIN;
CREATE ROLE service NOLOGIN BYPASSRLS;
CREATE ROLE gateway LOGIN NOINHERIT;
GRANT visitor, service TO gateway;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
GRANT SELECT ON docs TO visitor, service;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON docs USING (tenant_id = current_setting('app.tenant_id', true)::int);
"""
    files = {"migrations/1.sql": history, ".env": "DATABASE_URL=postgres://gateway:x@db/shop\n"}
    assert findings_of(lint(tmp_path, files), RULE) == []
    files["migrations/1.sql"] += "GRANT SELECT ON docs TO gateway;"
    assert rows_of(lint(tmp_path, files), RULE) == [4]
