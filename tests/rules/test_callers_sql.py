"""Functions that run what their caller writes: a server shows what comes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.linting import findings_of, lint
from tests.postgres import Database

HISTORY = """
CREATE ROLE web LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, body text);
INSERT INTO docs VALUES (1, 1, 'mine'), (2, 2, 'secret');
GRANT SELECT ON docs TO web;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON docs TO web USING (tenant_id = 1);
CREATE FUNCTION run({arguments}) RETURNS text LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE result text; statement text;
BEGIN
  {body}
  RETURN result;
END $$;
"""
ALL = "(SELECT string_agg(body, '','') FROM docs)"


@pytest.mark.parametrize(
    ("arguments", "body", "call", "leaks"),
    [
        ("q text", "EXECUTE q INTO result;", f"SELECT {ALL}", True),
        ("q text", "statement := 'SELECT ' || q; EXECUTE statement INTO result;", ALL, True),
        ("q text", "EXECUTE format('SELECT %s', q) INTO result;", ALL, True),
        ("q text", "EXECUTE concat('SELECT ', $1) INTO result;", ALL, True),
        ("q text", "EXECUTE 'SELECT ' || lower(run.q) INTO result;", ALL.lower(), True),
        (
            "q text",
            "IF q !~ '^\\(' THEN RETURN ''; END IF; EXECUTE 'SELECT ' || q INTO result;",
            ALL,
            True,
        ),
        ("q json", "EXECUTE 'SELECT ' || (q ->> 0) INTO result;", f'["{ALL}"]', True),
        ("q text", "EXECUTE format('SELECT %L', q) INTO result;", ALL, False),
        ("q text", "EXECUTE 'SELECT ' || quote_literal(q) INTO result;", ALL, False),
        ("q text", "EXECUTE 'SELECT $1' INTO result USING q;", ALL, False),
        (
            "q text",
            "IF q NOT IN ('1', '2') THEN RETURN ''; END IF; EXECUTE 'SELECT ' || q INTO result;",
            ALL,
            False,
        ),
        ("q text", "result := q;", ALL, False),
    ],
)
def test_text_of_the_caller_is_reported_where_it_is_run(
    arguments: str, body: str, call: str, leaks: bool, tmp_path: Path, database: Database
) -> None:
    history = HISTORY.format(arguments=arguments, body=body)
    found = findings_of(lint(tmp_path, {"migrations/1.sql": history}), "definer-runs-callers-sql")
    assert bool(found) is leaks
    assert database.run(history).errors == ()
    shown = database.run(f"\\c - web\nSELECT run('{call}');").rows
    assert ("mine,secret" in shown) is leaks


def test_who_may_not_execute_a_function_runs_nothing_as_its_owner(tmp_path: Path) -> None:
    history = HISTORY.format(arguments="q text", body="EXECUTE q INTO result;")
    revoked = "REVOKE EXECUTE ON FUNCTION run(text) FROM PUBLIC;"
    result = lint(tmp_path, {"migrations/1.sql": history + revoked})
    assert findings_of(result, "definer-runs-callers-sql") == []
