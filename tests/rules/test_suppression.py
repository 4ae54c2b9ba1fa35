"""Ignore comments in a run: what they cover when a finding marks a part of a statement."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.linting import findings_of, lint

TABLE = """
CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, body text);
GRANT SELECT ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
"""
COMMENT = "-- rlslint: ignore[policy-using-true] a table of the public"


@pytest.mark.parametrize(
    "policy",
    [
        f"{COMMENT}\nCREATE POLICY everyone\n  ON docs\n  USING (true);",
        f"CREATE POLICY everyone {COMMENT}\n  ON docs\n  USING (true);",
        f"CREATE POLICY everyone\n  ON docs\n  USING (true); {COMMENT}",
        f"{COMMENT}\nDO $$\nBEGIN\n  CREATE POLICY everyone ON docs\n    USING (true);\nEND $$;",
        f"DO $$\nBEGIN\n  {COMMENT}\n  EXECUTE 'CREATE POLICY p ON docs USING (true)';\nEND $$;",
    ],
)
def test_a_comment_covers_the_whole_statement(policy: str, tmp_path: Path) -> None:
    result = lint(tmp_path, {"migrations/1.sql": TABLE + policy})
    assert [reported.name for reported in result.findings] == []


def test_a_comment_on_one_statement_does_not_cover_the_next(tmp_path: Path) -> None:
    script = f"{TABLE}{COMMENT}\nCREATE POLICY one ON docs USING (true);\n"
    second = "\nCREATE POLICY two ON docs\n  USING (true);\n"
    result = lint(tmp_path, {"migrations/1.sql": script + second})
    (reported,) = findings_of(result, "policy-using-true")
    assert reported.finding.object == "public.docs.two"
