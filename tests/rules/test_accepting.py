"""Accept entries let findings stand by the names of rules and objects, or by patterns of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command_line import Run, rlslint

MIGRATION = """CREATE ROLE app LOGIN;
CREATE TABLE audit_log (id int PRIMARY KEY, tenant_id int NOT NULL);
CREATE TABLE audit_mail (id int PRIMARY KEY, tenant_id int NOT NULL);
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
CREATE TABLE good (id int PRIMARY KEY, tenant_id int NOT NULL);
CREATE INDEX ON good (tenant_id);
ALTER TABLE good ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY "tenant [1]" ON good TO app
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
CREATE POLICY "all [1]" ON good FOR SELECT TO app USING (true);
GRANT SELECT ON audit_log, audit_mail, docs, good TO app;
"""


def accepting(folder: Path, rule: str, object: str) -> Run:
    (folder / "migrations").mkdir(exist_ok=True)
    (folder / "migrations" / "1.sql").write_text(MIGRATION)
    accept = f"[[accept]]\nrule = '{rule}'\nobject = '{object}'\nreason = 'x'\n"
    (folder / "rlslint.toml").write_text(accept)
    return rlslint("check", "--output-format", "concise", cwd=folder)


@pytest.mark.parametrize(
    ("rule", "object", "left"),
    [
        ("rls-not-enabled", "public.audit_log", ["audit_mail", "docs", "good"]),
        ("rls-not-enabled", "public.audit_*", ["docs", "good"]),
        ("rls-*", "public.*", ["good"]),
        ("RLS0*", "public.*", ["good"]),
        ("*", "*.audit_????", ["audit_log", "docs", "good"]),
        ("*", "*", []),
        ("policy-*", "public.good.all [1]", ["audit_log", "audit_mail", "docs"]),
    ],
)
def test_an_entry_hides_what_fits(tmp_path: Path, rule: str, object: str, left: list[str]) -> None:
    run = accepting(tmp_path, rule, object)
    tables = ("audit_log", "audit_mail", "docs", "good")
    assert [name for name in tables if f"public.{name}" in run.stdout] == left
    assert "unused-ignore" not in run.stdout


def test_a_pattern_that_hides_nothing_is_unused_once(tmp_path: Path) -> None:
    run = accepting(tmp_path, "rls-*", "public.old_*")
    assert run.stdout.count("unused-ignore") == 1
    assert "rls-* found nothing on public.old_*" in run.stdout


def test_a_pattern_that_no_rule_fits_is_refused(tmp_path: Path) -> None:
    run = accepting(tmp_path, "rsl-*", "*")
    assert run.returncode == 2
    assert "There is no rule that fits `rsl-*`" in run.stderr
