"""INSERT … RETURNING whose row policies show only later: a server says which are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.linting import findings_of, lint
from tests.postgres import Database

TABLES = """
CREATE ROLE web LOGIN;
CREATE TABLE teams (id int PRIMARY KEY, name text, founder text);
CREATE TABLE members (team_id int REFERENCES teams (id), person text);
CREATE TABLE guests (team_id int, person text);
GRANT SELECT, INSERT ON teams, members, guests TO web;
ALTER TABLE teams ENABLE ROW LEVEL SECURITY;
CREATE POLICY founding ON teams FOR INSERT TO web WITH CHECK (true);
CREATE FUNCTION me() RETURNS text LANGUAGE sql STABLE
AS $$ SELECT current_setting('app.me', true) $$;
CREATE FUNCTION is_member(team int) RETURNS bool LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$ SELECT EXISTS (SELECT 1 FROM members WHERE team_id = team AND person = me()) $$;
CREATE FUNCTION my_teams() RETURNS SETOF int LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$ SELECT team_id FROM members WHERE person = me() $$;
"""
TRIGGER = """
CREATE FUNCTION join_team() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO members VALUES (NEW.id, me()); RETURN NEW; END $$;
CREATE TRIGGER joined AFTER INSERT ON teams FOR EACH ROW EXECUTE FUNCTION join_team();
"""
RETURNING = "INSERT INTO teams VALUES (1, 'readers', 'ann') RETURNING id"
EXISTS = "EXISTS (SELECT 1 FROM members m WHERE teams.id = m.team_id AND m.person = me())"
IN = "id IN (SELECT team_id FROM members WHERE person = me())"


@pytest.mark.parametrize(
    ("condition", "statement", "fails"),
    [
        (EXISTS, RETURNING, True),
        (IN, RETURNING, True),
        ("is_member(id)", RETURNING, True),
        ("id IN (SELECT my_teams())", RETURNING, True),
        (f"{EXISTS} AND name <> ''", RETURNING, True),
        (f"{EXISTS} OR {IN}", RETURNING, True),
        ("id = ANY (SELECT team_id FROM members)", RETURNING, True),
        ("EXISTS (SELECT 1 FROM members m JOIN guests g ON true WHERE m.team_id = teams.id)",
         RETURNING, True),
        (EXISTS, RETURNING.removesuffix(" RETURNING id"), False),
        (f"{EXISTS} OR founder = me()", RETURNING, False),
        ("founder = me()", RETURNING, False),
        ("NOT EXISTS (SELECT 1 FROM members m WHERE m.team_id = teams.id)", RETURNING, False),
    ],
)  # fmt: skip
def test_a_row_that_comes_later_is_asked_for_too_early(
    condition: str, statement: str, fails: bool, tmp_path: Path, database: Database
) -> None:
    history = f"{TABLES}CREATE POLICY reading ON teams FOR SELECT TO web USING ({condition});"
    history += TRIGGER
    program = f'import psycopg\ndef run(c: psycopg.Connection):\n    c.execute("{statement}")\n'
    files = {"migrations/1.sql": history, "app.py": program}
    found = findings_of(lint(tmp_path, files), "returning-needs-later-row")
    assert [one.place.start.row for one in found if one.place] == [3] * fails
    assert database.run(history).errors == ()
    refused = database.run(f"\\c - web\nSET app.me = 'ann'; {statement};").errors
    assert [error.sqlstate for error in refused] == ["42501"] * fails


@pytest.mark.parametrize(
    ("more", "condition"),
    [
        ("CREATE POLICY founders ON teams FOR SELECT TO web USING (founder = me());", EXISTS),
        ("INSERT INTO guests VALUES (1, 'ann');",
         "EXISTS (SELECT 1 FROM guests g WHERE g.team_id = teams.id)"),
        ("", "EXISTS (SELECT 1 FROM members m WHERE m.team_id = teams.id OR m.person = 'root')"),
        ("ALTER ROLE web BYPASSRLS;", EXISTS),
    ],
)  # fmt: skip
def test_rows_that_may_be_there_before_are_no_fault(
    more: str, condition: str, tmp_path: Path
) -> None:
    history = f"{TABLES}CREATE POLICY reading ON teams FOR SELECT TO web USING ({condition});{more}"
    function = f"CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ {RETURNING}; $$;"
    result = lint(tmp_path, {"migrations/1.sql": history + function})
    assert findings_of(result, "returning-needs-later-row") == []
