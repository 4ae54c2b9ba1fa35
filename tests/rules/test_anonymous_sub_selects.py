"""What a policy looks up, and those without an account do not see."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.linting import findings_of, lint

LOOKED_UP = """CREATE TABLE roles (id uuid PRIMARY KEY, slug text NOT NULL);
CREATE TABLE granted (role_id uuid NOT NULL REFERENCES roles, permission text NOT NULL);
ALTER TABLE roles ENABLE ROW LEVEL SECURITY;
ALTER TABLE granted ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON roles FOR SELECT TO authenticated USING ({seen});
CREATE POLICY kept ON granted FOR DELETE {to}
  USING ((SELECT slug FROM roles r WHERE r.id = role_id) <> 'owner' AND auth.uid() IS NOT NULL);
"""


@pytest.mark.parametrize(
    ("to", "is_reported"), [("", False), ("TO authenticated", False), ("TO anon", True)]
)
def test_those_without_an_account_may_see_nothing_where_others_do(
    tmp_path: Path, to: str, is_reported: bool
) -> None:
    sql = LOOKED_UP.format(to=to, seen="auth.uid() IS NOT NULL")
    result = lint(tmp_path, {"supabase/migrations/1_granted.sql": sql})
    assert bool(findings_of(result, "policy-subquery-blocked-by-rls")) is is_reported
