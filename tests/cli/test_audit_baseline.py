"""The baseline of audits: the same file as that of the migrations, with entries of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_baseline import FIRST, PROTECTION, Project
from tests.command_line import Run, rlslint
from tests.postgres import Database

FILE = "old.toml"


@pytest.fixture
def live(database: Database) -> Database:
    assert not database.run(FIRST).errors
    return database


def audit(live: Database, folder: Path, *arguments: str) -> Run:
    words = ("--baseline", FILE, "--output-format", "concise", "--min-severity", "warning")
    return rlslint("audit", live.conninfo(), *words, *arguments, cwd=folder)


def test_what_was_there_before_is_not_reported(live: Database, tmp_path: Path) -> None:
    assert audit(live, tmp_path).returncode == 2
    run = audit(live, tmp_path, "--write-baseline")
    assert (run.returncode, run.stdout) == (0, "")
    assert (tmp_path / FILE).read_text().count("live = true") == 2
    run = audit(live, tmp_path)
    assert (run.returncode, run.stdout) == (0, "")
    assert "2 findings of the baseline are not shown." in run.stderr


def test_another_form_of_a_table_is_not_new_and_another_grant_is(
    live: Database, tmp_path: Path
) -> None:
    audit(live, tmp_path, "--write-baseline")
    changes = "ALTER TABLE docs ADD COLUMN title text; CREATE INDEX ON docs (title); ANALYZE docs;"
    assert not live.run(changes).errors
    assert audit(live, tmp_path).returncode == 0
    assert not live.run("GRANT SELECT ON docs TO reporting;").errors
    run = audit(live, tmp_path)
    assert run.returncode == 1
    assert "rls-not-enabled" in run.stdout
    assert "public.docs" in run.stdout
    assert "public.notes" not in run.stdout


def test_without_a_database_no_baseline_is_written(tmp_path: Path) -> None:
    words = ("audit", f"host={tmp_path} dbname=none", "--baseline", FILE, "--write-baseline")
    assert rlslint(*words, cwd=tmp_path).returncode == 2
    assert not (tmp_path / FILE).exists()


def test_what_is_mended_is_taken_out(live: Database, tmp_path: Path) -> None:
    audit(live, tmp_path, "--write-baseline")
    assert not live.run(f"CREATE SCHEMA other; {PROTECTION.format('docs')}").errors
    run = audit(live, tmp_path, "--schema", "other")
    assert run.returncode == 0, "an audit of one schema tells nothing of others"
    run = audit(live, tmp_path)
    assert run.returncode == 1
    assert "stale-baseline-entry" in run.stdout
    run = audit(live, tmp_path, "--prune-baseline")
    assert (run.returncode, run.stdout) == (0, "")
    assert "Wrote old.toml, with 1 entry (1 taken out)." in run.stderr
    assert audit(live, tmp_path).returncode == 0


def test_check_and_audit_leave_each_others_entries_alone(live: Database, tmp_path: Path) -> None:
    project = Project(tmp_path)
    (tmp_path / "rlslint.toml").write_text(f'baseline = "{FILE}"\n')
    assert project.check("--write-baseline").returncode == 0
    assert audit(live, tmp_path).returncode == 1
    assert audit(live, tmp_path, "--write-baseline", "--add").returncode == 0
    assert (tmp_path / FILE).read_text().count("[[finding]]") == 4
    assert not live.run(PROTECTION.format("docs")).errors
    assert project.check().returncode == 0
    assert project.check("--prune-baseline").returncode == 0
    assert audit(live, tmp_path, "--prune-baseline").returncode == 0
    assert (tmp_path / FILE).read_text().count("[[finding]]") == 3
    assert project.check().returncode == 0


def test_places_in_migrations_make_no_difference(live: Database, tmp_path: Path) -> None:
    Project(tmp_path)
    audit(live, tmp_path, "--write-baseline")
    run = audit(live, tmp_path, "--migrations", "migrations")
    assert run.returncode == 0
    audit(live, tmp_path, "--migrations", "migrations", "--write-baseline")
    assert audit(live, tmp_path).returncode == 0
