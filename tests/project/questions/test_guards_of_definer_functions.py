"""Checks in SECURITY DEFINER functions count for the callers whom they refuse on a server."""

from __future__ import annotations

from pathlib import Path

from tests.linting import findings_of, lint
from tests.postgres import Database

HISTORY = """
CREATE ROLE app LOGIN;
CREATE TABLE notes (id int PRIMARY KEY, owner text NOT NULL);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON notes USING (owner = current_setting('app.caller', true));
CREATE TABLE members (team text NOT NULL, caller text NOT NULL);
GRANT SELECT ON notes TO app;
"""
CALLER = "current_setting('app.caller', true)"
SHOWN = "RETURN QUERY SELECT * FROM notes WHERE owner = wanted;"
LEAKS = {
    "notice": f"IF {CALLER} IS DISTINCT FROM wanted THEN RAISE NOTICE 'no'; END IF; {SHOWN}",
    "otherwise": f"IF {CALLER} <> wanted THEN RAISE 'no'; ELSE {SHOWN} END IF;",
    "admits": f"IF {CALLER} = wanted OR {CALLER} IS NULL THEN {SHOWN} ELSE RAISE 'no'; END IF;",
    "chosen": f"SELECT {CALLER} INTO me; IF me <> wanted THEN RAISE 'no'; END IF; {SHOWN}",
    "looked_up": "SELECT team INTO me FROM members WHERE caller = "
    f"{CALLER}; IF me <> wanted THEN RAISE 'no'; END IF; {SHOWN}",
}
"""Bodies that show the rows of `wanted` to whom no context tells apart."""
SOMEBODY = {"anybody": f"IF {CALLER} IS NULL THEN RAISE 'no'; END IF; {SHOWN}"}
"""Bodies that show them to everybody with a context."""
GUARDS = {
    "asserted": f"ASSERT {CALLER} = wanted; {SHOWN}",
    "empty": f"IF {CALLER} = wanted THEN NULL; ELSE RAISE 'no'; END IF; {SHOWN}",
    "shown": f"IF {CALLER} = wanted THEN {SHOWN} END IF;",
    "not_true": f"IF ({CALLER} = wanted) IS NOT TRUE THEN RAISE 'no'; END IF; {SHOWN}",
    "found": f"SELECT team INTO me FROM members WHERE caller = {CALLER} AND team = wanted;"
    f" IF NOT found THEN RAISE 'no'; END IF; {SHOWN}",
    "compared": f"SELECT team INTO me FROM members WHERE caller = {CALLER};"
    f" IF me IS DISTINCT FROM wanted THEN RAISE 'no'; END IF; {SHOWN}",
    "counted": f"SELECT count(*) INTO me FROM members WHERE caller = {CALLER} AND team = wanted;"
    f" IF me = '0' THEN RAISE 'no'; END IF; {SHOWN}",
}


def _functions(bodies: dict[str, str]) -> str:
    return "".join(
        f"CREATE FUNCTION {name}(wanted text) RETURNS SETOF notes LANGUAGE plpgsql "
        "SECURITY DEFINER SET search_path = public, pg_temp AS "
        f"$$ DECLARE me text; BEGIN {body} END $$;\n"
        for name, body in bodies.items()
    )


def _shows_another(database: Database, name: str, caller: str) -> bool:
    context = f"SET app.caller = '{caller}';" if caller else ""
    return "1" in database.run(f"{context} SELECT id FROM {name}('ann');", user="app").rows


def test_a_guard_counts_where_it_refuses_whom_nothing_tells_apart(
    tmp_path: Path, database: Database
) -> None:
    migration = HISTORY + _functions(LEAKS | SOMEBODY | GUARDS)
    rows = "INSERT INTO notes VALUES (1, 'ann'); INSERT INTO members VALUES ('bob', 'ben');"
    assert not database.run(migration + rows).errors
    assert {name for name in LEAKS if _shows_another(database, name, "")} == set(LEAKS)
    assert {name for name in SOMEBODY if _shows_another(database, name, "ben")} == set(SOMEBODY)
    for caller in ("", "ben"):
        assert not [name for name in GUARDS if _shows_another(database, name, caller)]
    found = findings_of(
        lint(tmp_path, {"migrations/0001_notes.sql": migration}), "security-definer-function-bypass"
    )
    assert {each.finding.object for each in found} == {
        f"public.{name}" for name in LEAKS | SOMEBODY
    }
