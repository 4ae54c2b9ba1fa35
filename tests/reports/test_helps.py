"""The helps of one run do not take back what one another mends."""

from __future__ import annotations

from pathlib import Path

from tests.linting import findings_of, lint

POLICY = """CREATE ROLE app LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON docs TO app;
CREATE POLICY own ON docs USING (
  current_setting('app.tenant_id', true) IS NULL
  OR tenant_id = current_setting('app.tenant_id', true)::int);
"""


def test_only_the_gravest_of_two_findings_writes_a_condition_anew(tmp_path: Path) -> None:
    result = lint(tmp_path, {"migrations/0001_a.sql": POLICY})
    (opens,) = findings_of(result, "policy-null-context-allows")
    (casts,) = findings_of(result, "current-setting-empty-cast")
    assert opens.finding.help.startswith("ALTER POLICY own ON public.docs USING (")
    assert casts.finding.help.startswith("mend policy-null-context-allows first")


def test_a_finding_alone_keeps_its_help(tmp_path: Path) -> None:
    alone = POLICY.replace("current_setting('app.tenant_id', true) IS NULL\n  OR ", "")
    result = lint(tmp_path, {"migrations/0001_a.sql": alone})
    (casts,) = findings_of(result, "current-setting-empty-cast")
    assert casts.finding.help.startswith("ALTER POLICY own ON public.docs USING (")
