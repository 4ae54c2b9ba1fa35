"""What a rule that somebody adds has to keep to, whatever it finds."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rlslint.config import Severity
from rlslint.rules import card, rule_names
from rlslint.rules.registry import FOLDERS
from rlslint.text import Span
from tests.linting import lint
from tests.new_rule import ROOT, new_rule
from tests.rules.test_cards import linted, read_from_files

UNCHANGED = """
CREATE ROLE app_user LOGIN;
CREATE ROLE app_owner NOLOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, body text);
CREATE INDEX ON docs (tenant_id);
ALTER TABLE docs OWNER TO app_owner;
GRANT SELECT, INSERT ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON docs
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
CREATE VIEW titles WITH (security_invoker = true) AS SELECT id, body FROM docs;
CREATE FUNCTION caller() RETURNS int LANGUAGE sql STABLE
  AS $$ SELECT nullif(current_setting('app.tenant_id', true), '')::int $$;
"""
NOTHING_NEW = """
ALTER TABLE docs NO FORCE ROW LEVEL SECURITY;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
ALTER TABLE docs OWNER TO app_owner;
ALTER TABLE docs RENAME TO papers;
ALTER TABLE papers RENAME TO docs;
ALTER POLICY tenant ON docs TO PUBLIC;
ALTER POLICY tenant ON docs RENAME TO others;
ALTER POLICY others ON docs RENAME TO tenant;
ALTER POLICY tenant ON docs
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
DROP POLICY IF EXISTS nobodys ON docs;
REVOKE DELETE ON docs FROM app_user;
ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO app_owner;
ALTER DEFAULT PRIVILEGES REVOKE SELECT ON TABLES FROM app_owner;
ALTER VIEW titles SET (security_invoker = true);
CREATE OR REPLACE VIEW titles WITH (security_invoker = true) AS SELECT id, body FROM docs;
CREATE OR REPLACE FUNCTION caller() RETURNS int LANGUAGE sql STABLE
  AS $$ SELECT nullif(current_setting('app.tenant_id', true), '')::int $$;
BEGIN;
ALTER TABLE docs DISABLE ROW LEVEL SECURITY;
DROP POLICY tenant ON docs;
ROLLBACK;
"""


def test_nothing_is_found_of_statements_that_change_nothing(tmp_path: Path) -> None:
    """Nothing was ever forced, given away, widened or taken: no rule tells of a change."""
    once = lint(tmp_path / "once", {"migrations/1.sql": UNCHANGED})
    again = lint(tmp_path / "again", {"migrations/1.sql": UNCHANGED + NOTHING_NEW})
    before = {(one.name, one.finding.object) for one in once.findings}
    assert {(one.name, one.finding.object) for one in again.findings} - before == set()


TWO_FAULTS = {
    ("context-setter-stable", "set-config-session"),
    ("guc-unqualified-name", "set-config-session"),
    ("policy-coalesce-to-column", "policy-case-folding"),
    ("policy-not-in-null", "insert-check-true"),
    ("security-definer-setter-public", "set-config-session"),
}
"""What two rules tell of one place of an example, mended by two changes."""


def test_no_rule_doubles_another(tmp_path: Path) -> None:
    """One fault is one finding: where a bad example has its own, no other rule tells of it.

    How long a query takes is a fault beside any other. Two rules that report the same place of the
    same object wherever either does are one.
    """
    beside: dict[str, set[str]] = {}
    in_one_place: set[tuple[str, str]] = set()
    for number, situation in enumerate(read_from_files("bad")):
        folder = tmp_path / str(number)
        folder.mkdir()
        result = linted(situation, folder)
        for own in result.findings:
            if own.name != situation.card.name:
                continue
            alike = {
                one.name
                for one in result.findings
                if one.finding.object == own.finding.object
                and one.finding.span == own.finding.span
                and one.severity > Severity.info
            }
            in_one_place |= {
                (own.name, one.name)
                for one in result.findings
                if one.name != own.name
                and one.finding.object == own.finding.object
                and one.severity > Severity.info
                and "perf" not in (card(own.name).effect, card(one.name).effect)
                and overlap(own.finding.span, one.finding.span)
            }
            beside[own.name] = beside.get(own.name, alike) & alike
    assert in_one_place == TWO_FAULTS, "a rule is to yield to the one that says more of the fault"
    doubled = {
        tuple(sorted((one, other)))
        for one, others in beside.items()
        for other in others - {one}
        if one in beside.get(other, ())
    }
    assert doubled == set(), "a rule is to yield to the more specific one, or is the same"


def overlap(one: Span | None, other: Span | None) -> bool:
    if one is None or other is None or one.text is not other.text:
        return False
    return one.start < other.end and other.start < one.end


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name in ("rlslint", "rules"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


@pytest.mark.parametrize("kind", ["Table", "Policy"])
def test_a_rule_is_its_card_and_its_check_and_no_more(kind: str, checkout: Path) -> None:
    name = f"{kind.lower()}-of-a-stranger"
    written, check = new_rule(name, kind, "RLS0", checkout)
    assert written == checkout / "rules" / f"{name}.md"
    text = check.read_text().replace("return False", "return True")
    check.write_text(text)
    migrations = checkout / "somewhere" / "migrations"
    migrations.mkdir(parents=True)
    bad = written.read_text().partition("```sql bad\n")[2].partition("```")[0]
    (migrations / "1.sql").write_text(bad)
    completed = subprocess.run(
        [sys.executable, "-m", "rlslint", "check", "--isolated", "--no-cache", "--select", name],
        cwd=migrations.parent,
        env={**os.environ, "PYTHONPATH": str(checkout)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert completed.stdout.startswith(f"warning[{name}] RLS0"), completed.stderr
    marked = next(row for row, line in enumerate(bad.splitlines(), 1) if f"-- {name}" in line)
    assert f"1.sql:{marked}:1" in completed.stdout
    assert completed.returncode == 1


@pytest.mark.parametrize("kind", FOLDERS)
def test_the_check_of_a_new_rule_is_a_module(kind: str, tmp_path: Path) -> None:
    for folder in ("rules", f"rlslint/rules/checks/{FOLDERS[kind]}"):
        (tmp_path / folder).mkdir(parents=True)
    _, check = new_rule("something-of-a-stranger", kind, "RLS1", tmp_path)
    compile(check.read_text(), check.name, "exec")
    assert f": {kind}, project: Project" in check.read_text()
    assert f"import {kind}\n" in check.read_text()


def test_a_name_is_not_given_twice(tmp_path: Path) -> None:
    for name in (rule_names()[0], "Odd", "one"):
        with pytest.raises(ValueError, match="taken"):
            new_rule(name, "Table", "RLS0", tmp_path)
