"""`check FILE` reads what its answer needs, and says nothing of what it did not read."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from rlslint.config.options import Config
from rlslint.engine import check
from rlslint.files.disk import CONTENT, Questions
from tests.command_line import rlslint

GUARDED = (
    "CREATE TABLE docs (id int, tenant_id int NOT NULL);"
    "ALTER TABLE docs ENABLE ROW LEVEL SECURITY;"
    "CREATE POLICY p ON docs USING (tenant_id = current_setting('app.tenant', true)::int);"
    "CREATE INDEX ON docs (tenant_id);"
)
OPEN = "CREATE TABLE notes (id int); CREATE POLICY everyone ON notes USING (true);"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Two databases, and scripts beside them."""
    for path, sql in {
        "shop/migrations/0001_docs.sql": GUARDED,
        "shop/migrations/0002_open.sql": "CREATE POLICY q ON docs USING (true);",
        "blog/migrations/0001_notes.sql": OPEN,
        "blog/migrations/0002_more.sql": "SELECT 1;",
        "scripts/repair.sql": OPEN,
        "scripts/other.sql": "SELECT 2;",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(sql, encoding="utf-8")
    (tmp_path / ".git").mkdir()
    return tmp_path


def read(repository: Path, named: str, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    monkeypatch.chdir(repository)
    with Questions() as questions:
        check([named], Config())
    return {
        Path(path).relative_to(repository).as_posix()
        for question, path in questions.answers
        if question == CONTENT and path.endswith(".sql")
    }


@pytest.mark.parametrize(
    ("named", "needed"),
    [
        (
            "shop/migrations/0002_open.sql",
            {"shop/migrations/0001_docs.sql", "shop/migrations/0002_open.sql"},
        ),
        ("scripts/repair.sql", {"scripts/repair.sql"}),
    ],
)
def test_only_the_history_of_a_named_file_is_read(
    repository: Path, named: str, needed: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert read(repository, named, monkeypatch) == needed


def test_a_named_file_has_the_findings_of_the_whole_run(repository: Path) -> None:
    def of(*paths: str) -> list[str]:
        lines = rlslint("check", "--output-format", "concise", *paths, cwd=repository).stdout
        return [line for line in lines.splitlines() if line.startswith("shop/migrations/0002")]

    assert of("shop/migrations/0002_open.sql") == of(".")
    assert of(".")


def test_an_entry_for_a_file_that_was_not_read_is_not_called_unused(repository: Path) -> None:
    (repository / "rlslint.toml").write_text(
        '[[accept]]\nrule = "policy-without-enable"\nobject = "public.notes"\nreason = "known"\n',
        encoding="utf-8",
    )
    named = rlslint("check", "shop/migrations/0002_open.sql", cwd=repository)
    assert "unused-ignore" not in named.stdout
    assert "unused-ignore" not in rlslint("check", ".", cwd=repository).stdout


def test_a_part_of_a_project_is_not_said_to_be_without_row_security(repository: Path) -> None:
    named = rlslint("check", "scripts/other.sql", cwd=repository)
    assert "nowhere" not in named.stdout + named.stderr
    assert "Other histories and scripts were not read" in named.stderr
    assert "were not read" not in rlslint("check", ".", cwd=repository).stderr


def test_findings_in_files_that_were_not_named_are_counted(repository: Path) -> None:
    (repository / "shop/migrations/0003_notes.sql").write_text(OPEN, encoding="utf-8")
    named = rlslint("check", "shop/migrations/0001_docs.sql", cwd=repository)
    assert "1 finding stands in files that were not named." in named.stderr
    alike = ("check", "--output-format", "json", "shop/migrations/0001_docs.sql")
    assert json.loads(rlslint(*alike, cwd=repository).stdout)["elsewhere"] == 1
    whole = rlslint("check", "--output-format", "json", cwd=repository)
    assert json.loads(whole.stdout)["elsewhere"] == 0


def test_a_part_of_a_project_is_said_to_be_one(repository: Path) -> None:
    inside = rlslint("check", cwd=repository / "blog")
    assert "Only a part of the project in .. was read." in inside.stderr
    named = rlslint("check", "blog", cwd=repository)
    assert "Only a part of the project in the current directory was read." in named.stderr
    assert "Only a part" not in rlslint("check", cwd=repository).stderr
    (repository / "blog/rlslint.toml").write_text("", encoding="utf-8")
    assert "Only a part" not in rlslint("check", cwd=repository / "blog").stderr


def test_nothing_found_in_a_part_is_not_said_of_the_project(repository: Path) -> None:
    for at, arguments in {
        repository / "blog": (),
        repository: ("scripts/other.sql",),
        repository / "shop/migrations": ("0001_docs.sql",),
    }.items():
        run = rlslint("check", "--min-severity", "error", *arguments, cwd=at)
        if not run.stdout:
            assert "No findings" not in run.stderr
            assert "This project" not in run.stderr
    alone = rlslint("check", "scripts/other.sql", cwd=repository)
    assert "Nothing was found in what was named." in alone.stderr


def test_what_could_not_be_read_is_not_said_to_have_nothing(repository: Path) -> None:
    (repository / "scripts/other.sql").write_bytes(b"\xff\xfeS\0E\0L\0")
    for path in (repository / "shop", repository / "blog", repository / "scripts/repair.sql"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    run = rlslint("check", cwd=repository)
    assert run.returncode == 2
    assert "No findings" not in run.stderr
    assert "nowhere" not in run.stderr
