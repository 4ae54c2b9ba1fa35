"""Conditions whose types do not go together: a server says which policies it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.linting import findings_of, lint
from tests.postgres import Database

TABLE = """
CREATE ROLE web LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, owner uuid, name varchar(20), at timestamptz, on_day date,
  done bool, more jsonb, total numeric, tags text[], size bigint);
CREATE TABLE others (id int, owner uuid, label text, more jsonb);
GRANT SELECT ON docs TO web;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
"""
SETTING = "current_setting('app.x', true)"


@pytest.mark.parametrize(
    ("condition", "refused"),
    [
        (f"owner = {SETTING}", True),
        (f"id = {SETTING}", True),
        (f"{SETTING} <> id", True),
        ("owner IN (SELECT label FROM others)", True),
        ("owner IN (SELECT more -> 'x' FROM others)", True),
        ("owner = ANY (tags)", True),
        ("owner = more ->> 'owner'", True),
        ("name = more ->> 'owner'", False),
        ("(more ->> 'id') = id", True),
        ("done = 1", True),
        ("at < name", True),
        ("name IN ('a', current_user, 'b')", False),
        ("owner = '00000000-0000-0000-0000-000000000000'", False),
        ("owner = ANY ('{}')", False),
        ("name = ANY (tags)", False),
        ("id = size AND total > id", False),
        ("at >= on_day AND on_day < now()", False),
        ("id IN (SELECT o.id FROM others AS o WHERE o.label = name)", False),
        (f"owner = nullif({SETTING}, '')::uuid", False),
        (f"owner::text = {SETTING}", False),
        ("done = (more ->> 'done')::bool", False),
        ("more -> 'owner' = to_jsonb(owner)", False),
        ("coalesce(total, 0) = 0", False),
        (f"{SETTING} OR id = 1", True),
        (f"id = 1 AND NOT {SETTING}", True),
        (f"(id = 1 OR {SETTING}) IS NOT TRUE", True),
        (f"nullif({SETTING}, '')", True),
        ("id", True),
        ("more -> 'done'", True),
        ("(more ->> 'done')::bool IS TRUE OR done AND 'yes'", False),
        ("done", False),
    ],
)
def test_a_policy_is_reported_where_the_server_refuses_it(
    condition: str, refused: bool, tmp_path: Path, database: Database
) -> None:
    history = f"{TABLE}CREATE POLICY p ON docs USING ({condition});"
    states = [error.sqlstate for error in database.run(history).errors]
    assert states in ([["42883"], ["42804"]] if refused else [[]])
    found = findings_of(lint(tmp_path, {"migrations/1.sql": history}), "policy-does-not-typecheck")
    assert len(found) == refused
