"""Whose rows come out of queries behind which no policy binds the reader, as a server has it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.linting import findings_of, lint
from tests.postgres import Database

TABLES = """
CREATE ROLE app LOGIN;
CREATE TABLE projects (id int PRIMARY KEY, slug text);
CREATE TABLE members (project_id int, user_id int);
CREATE TABLE channels (id int, project_id int);
ALTER TABLE projects ENABLE ROW LEVEL SECURITY;
ALTER TABLE members ENABLE ROW LEVEL SECURITY;
ALTER TABLE channels ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON members USING (user_id = nullif(current_setting('app.user', true), '')::int);
CREATE FUNCTION is_member(wanted int) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT FROM members WHERE project_id = wanted
    AND user_id = nullif(current_setting('app.user', true), '')::int) $$;
CREATE POLICY own ON projects USING (is_member(id));
CREATE POLICY own ON channels USING (is_member(project_id));
GRANT SELECT ON projects, members, channels TO app;
"""
ROWS = """
INSERT INTO projects VALUES (1, 'one'), (2, 'two');
INSERT INTO members VALUES (1, 1), (2, 2);
INSERT INTO channels VALUES (11, 1), (22, 2);
"""
MINE = "WITH mine AS (SELECT p.id FROM projects p WHERE is_member(p.id))"
TIED = f"{MINE}, shown AS (SELECT c.* FROM channels c JOIN mine ON mine.id = c.project_id)"
ASKED = "FROM projects p WHERE p.id = c.project_id AND is_member(p.id)"


@pytest.mark.parametrize(
    ("query", "leaks"),
    [
        (f"{TIED} SELECT s.id FROM shown s", False),
        (
            f"{MINE} SELECT CASE WHEN EXISTS (SELECT FROM mine) THEN (SELECT min(x.id) FROM mine m,"
            " LATERAL (SELECT c.id FROM channels c WHERE c.project_id = m.id) x) END",
            False,
        ),
        (
            f"{MINE} SELECT (SELECT (SELECT max(c.id) FROM channels c WHERE c.project_id = m.id)"
            " FROM mine m)",
            False,
        ),
        (f"SELECT c.id FROM channels c, LATERAL (SELECT 1 {ASKED} LIMIT 1) x", False),
        (
            "SELECT c.id FROM channels c JOIN projects p ON p.id = ANY (ARRAY[c.project_id])"
            " WHERE is_member(p.id)",
            False,
        ),
        (f"SELECT c.id FROM channels c LEFT JOIN LATERAL (SELECT 1 {ASKED}) x ON true", True),
        (f"SELECT c.id FROM channels c, LATERAL (SELECT count(*) {ASKED}) x", True),
        (
            "SELECT c.id FROM channels c, LATERAL (SELECT 1 FROM projects p WHERE is_member(p.id))"
            " x",
            True,
        ),
        ("SELECT c.id FROM channels c CROSS JOIN projects p WHERE is_member(p.id)", True),
        (
            "WITH mine AS (SELECT c.id FROM projects p, channels c WHERE is_member(p.id))"
            " SELECT c.id FROM channels c JOIN mine ON mine.id = c.id",
            True,
        ),
        (
            f"{MINE}, more AS (SELECT id FROM mine UNION SELECT 2)"
            " SELECT c.id FROM channels c JOIN more ON more.id = c.project_id",
            True,
        ),
    ],
)
def test_what_a_function_gives_is_tied_to_its_caller(
    query: str, leaks: bool, tmp_path: Path, database: Database
) -> None:
    function = f"""CREATE FUNCTION given() RETURNS SETOF int LANGUAGE sql STABLE SECURITY DEFINER
        SET search_path = public, pg_temp AS $$ {query} $$;"""
    assert database.run(TABLES + ROWS + function).errors == ()
    asked = database.run("SET app.\"user\" = '1'; SET ROLE app; SELECT given();")
    assert asked.errors == ()
    assert ("22" in asked.rows) is leaks
    found = findings_of(
        lint(tmp_path, {"migrations/1.sql": TABLES + function}), "security-definer-function-bypass"
    )
    assert bool(found) is leaks
