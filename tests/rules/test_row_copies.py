"""What triggers copy of protected rows, and what they only look at."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.linting import findings_of, lint
from tests.postgres import Database

RULE = "trigger-copies-to-unprotected"
HISTORY = """
CREATE ROLE web LOGIN;
CREATE TABLE notes (id int PRIMARY KEY, tenant_id int NOT NULL, title text, body text);
GRANT SELECT, INSERT, UPDATE ON notes TO web;
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON notes TO web
  USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::int);
CREATE TABLE kept (note_id int PRIMARY KEY, words text);
GRANT SELECT, INSERT, UPDATE ON kept TO web;
CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE gathered text; one record;
BEGIN {body} RETURN NULL; END $$;
CREATE TRIGGER keep AFTER INSERT ON notes {moment} EXECUTE FUNCTION keep();
INSERT INTO notes VALUES (7, 2, 'secret', 'of tenant 2');
"""
EACH_ROW = "FOR EACH ROW"
STATEMENT = "REFERENCING NEW TABLE AS added FOR EACH STATEMENT"


@pytest.mark.parametrize(
    ("body", "moment", "copies"),
    [
        ("INSERT INTO kept VALUES (NEW.id, NEW.title);", EACH_ROW, True),
        ("INSERT INTO kept SELECT NEW.id, row_to_json(NEW)::text;", EACH_ROW, True),
        (
            "gathered := NEW.title || NEW.body; INSERT INTO kept VALUES (1, gathered);",
            EACH_ROW,
            True,
        ),
        ("one := NEW; INSERT INTO kept VALUES (one.id, one.title);", EACH_ROW, True),
        (
            "INSERT INTO kept VALUES (NEW.id) ON CONFLICT (note_id) DO NOTHING;"
            "UPDATE kept SET words = NEW.title WHERE note_id = NEW.id;",
            EACH_ROW,
            True,
        ),
        ("INSERT INTO kept SELECT id, title FROM added;", STATEMENT, True),
        ("INSERT INTO kept SELECT a.id, a.body FROM added AS a;", STATEMENT, True),
        ("INSERT INTO kept VALUES (NEW.id, 'secret to come');", EACH_ROW, False),
        ("INSERT INTO kept SELECT 1, 'one' WHERE NEW.title = 'x';", EACH_ROW, False),
        ("IF NEW.title = 'x' THEN INSERT INTO kept VALUES (NEW.id); END IF;", EACH_ROW, False),
        ("UPDATE kept SET words = 'seen' WHERE words = NEW.title;", EACH_ROW, False),
        (
            "INSERT INTO kept VALUES (1, CASE WHEN NEW.title IS NULL THEN 'none' END);",
            EACH_ROW,
            False,
        ),
        ("INSERT INTO kept SELECT count(*)::int, 'new' FROM added;", STATEMENT, False),
    ],
)
def test_a_trigger_copies_what_another_tenant_then_reads(
    body: str, moment: str, copies: bool, tmp_path: Path, database: Database
) -> None:
    history = HISTORY.format(body=body, moment=moment)
    assert bool(findings_of(lint(tmp_path, {"migrations/1.sql": history}), RULE)) is copies
    assert database.run(history).errors == ()
    shown = database.run("\\c - web\nSET app.tenant_id = '1'; SELECT words FROM kept;").rows
    assert any("secret" in row or "tenant 2" in row for row in shown) is (
        copies or "secret to come" in body
    )


def test_what_nobody_can_follow_is_counted_and_not_judged(tmp_path: Path) -> None:
    body = "EXECUTE format('INSERT INTO %I VALUES ($1, $2)', TG_ARGV[0]) USING NEW.id, NEW.title;"
    result = lint(tmp_path, {"migrations/1.sql": HISTORY.format(body=body, moment=EACH_ROW)})
    assert findings_of(result, RULE) == []
    assert [one.object for one in result.not_checked if RULE in one.rules] == ["public.keep"]


def test_the_cause_is_told_once_for_a_table_that_tells_whose_its_rows_are(tmp_path: Path) -> None:
    history = HISTORY.format(
        body="INSERT INTO kept VALUES (NEW.id, NEW.title, NEW.tenant_id);", moment=EACH_ROW
    ).replace("words text", "words text, tenant_id int")
    result = lint(tmp_path, {"migrations/1.sql": history})
    told = {r.name: r.severity.name for r in result.findings if r.finding.object == "public.kept"}
    assert told == {RULE: "error"}
