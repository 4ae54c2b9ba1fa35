"""Statements that break at one name are one finding."""

from __future__ import annotations

from pathlib import Path

from tests.linting import findings_of, lint
from tests.postgres import Database

SCRIPT = """CREATE TABLE docs (id int, tenant_id int);
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION {name}(tenant int) RETURNS text LANGUAGE sql AS $$ SELECT 'owner'::text $$;
CREATE POLICY reads ON docs FOR SELECT USING ({name}(tenant_id) = 'owner');
CREATE POLICY writes ON docs FOR INSERT WITH CHECK ({name}(tenant_id) = 'owner');
CREATE POLICY IF NOT EXISTS removes ON docs FOR DELETE USING (tenant_id = 1);
"""


def test_a_word_of_the_grammar_that_is_called_is_reported_where_it_is_made(
    tmp_path: Path, database: Database
) -> None:
    script = SCRIPT.format(name="current_role")
    assert [error.sqlstate for error in database.run(script).errors] == ["42601"] * 4
    result = lint(tmp_path, {"migrations/0001_docs.sql": script})
    named, other = findings_of(result, "invalid-rls-ddl")
    assert named.place is not None
    assert named.place.start.row == 3
    assert "by 2 statements" in named.finding.message
    assert "current_role" in named.finding.message
    assert len(named.finding.related) == 2
    assert "IF NOT EXISTS" in other.finding.message
    assert findings_of(result, "unparsable-sql") == []


def test_another_name_is_no_fault(tmp_path: Path) -> None:
    result = lint(tmp_path, {"migrations/0001_docs.sql": SCRIPT.format(name="rank_of_caller")})
    (found,) = findings_of(result, "invalid-rls-ddl")
    assert "IF NOT EXISTS" in found.finding.message
