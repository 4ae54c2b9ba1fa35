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


SUPERUSER = "DATABASE_URL=postgres://postgres:secret@db.example.com/shop"


@pytest.mark.parametrize(
    ("path", "content"),
    [
        (".env", f"# rlslint: ignore[app-role-superuser] a toy\n{SUPERUSER}\n"),
        (".env", f"# rlslint: file-ignore[app-role-superuser] a toy\nA=1\nB=2\n{SUPERUSER}\n"),
        (
            "docker-compose.prod.yml",
            "services:\n  app:\n    environment:\n      # rlslint: ignore[RLS202] a toy\n"
            "      DATABASE_URL: postgres://postgres:secret@db.example.com/shop\n",
        ),
    ],
)
def test_a_comment_in_settings_covers_its_line(path: str, content: str, tmp_path: Path) -> None:
    found = lint(tmp_path, {"migrations/1.sql": TABLE, path: content}).findings
    assert not [one for one in found if one.name in ("app-role-superuser", "unused-ignore")]
    without = content.replace("rlslint:", "")
    found = lint(tmp_path, {path: without}).findings
    assert "app-role-superuser" in [one.name for one in found]


def test_a_comment_in_settings_covers_no_other_line(tmp_path: Path) -> None:
    content = f"# rlslint: ignore[app-role-superuser]\nA=1\n{SUPERUSER}\n"
    result = lint(tmp_path, {"migrations/1.sql": TABLE, ".env": content})
    assert findings_of(result, "app-role-superuser")
    (unused,) = findings_of(result, "unused-ignore")
    assert "on this line" in unused.message


@pytest.mark.parametrize(
    ("comment", "help"),
    [
        ("-- rlslint: ignore rls-not-forced ours", "-- rlslint: ignore[rls-not-forced] ours"),
        ("-- rlslint: ignore", "-- rlslint: ignore[rule-name] reason"),
        ("/* rlslint: ignore(RLS601) */", "-- rlslint: ignore[RLS601]"),
        ("-- rlslint: disable=rls-not-forced", "-- rlslint: ignore[rls-not-forced]"),
        ("-- rlslint: ignore-next-line[RLS1] old", "-- rlslint: ignore[RLS1] old"),
        ("-- rlslint: file-ignore RLS1", "-- rlslint: file-ignore[RLS1]"),
    ],
)
def test_a_comment_that_names_no_rule_in_brackets_is_shown_as_it_should_be(
    comment: str, help: str, tmp_path: Path
) -> None:
    result = lint(tmp_path, {"migrations/1.sql": f"{TABLE}{comment}\nSELECT 1;\n"})
    (reported,) = findings_of(result, "unknown-rule-in-ignore")
    assert reported.finding.help == help


def test_the_beginning_of_a_code_is_used_where_one_of_its_rules_is(tmp_path: Path) -> None:
    policy = "CREATE POLICY everyone ON docs USING (true);\n"
    result = lint(tmp_path, {"migrations/1.sql": f"{TABLE}-- rlslint: ignore[RLS1]\n{policy}"})
    assert not findings_of(result, "policy-using-true")
    assert not findings_of(result, "unused-ignore")
    result = lint(tmp_path, {"migrations/1.sql": f"{TABLE}-- rlslint: ignore[RLS7]\n{policy}"})
    (unused,) = findings_of(result, "unused-ignore")
    assert unused.message.startswith("RLS7 found nothing")
