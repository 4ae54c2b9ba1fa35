"""Input and surroundings that are not as they should be: one sentence, and the right status."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command_line import Run, rlslint

FAULTY = """\
CREATE ROLE app LOGIN;
CREATE TABLE docs (id int, tenant_id int);
ALTER TABLE docs OWNER TO app;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
"""
FOUND = 1
ERROR = 2


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "project"
    (folder / "migrations").mkdir(parents=True)
    (folder / "migrations" / "0001_docs.sql").write_text(FAULTY)
    return folder


@pytest.mark.parametrize(
    "data",
    [
        "CREATE TABLE x (id int);".encode("utf-16"),
        "CREATE TABLE x (id int);".encode("utf-16-le"),
        b"CREATE TABLE x (id int);\0",
        b"\x89PNG\0\0\xff",
    ],
    ids=["utf-16", "utf-16 without a mark", "NUL", "image"],
)
@pytest.mark.parametrize("name", ["migrations/0002_more.sql", "app.py", ".env"])
def test_a_file_that_is_no_text_ends_with_2_and_the_rest_is_checked(
    project: Path, name: str, data: bytes
) -> None:
    (project / name).write_bytes(data)
    run = rlslint("check", cwd=project)
    assert run.returncode == ERROR
    assert "rls-not-forced" in run.stdout
    (sentence,) = (line for line in run.stderr.splitlines() if line.startswith(f"{name} "))
    assert sentence.endswith(": it was not checked.")
    assert "Checked 1 migration (4 statements).\n" in run.stderr


def test_standard_input_that_is_no_text_ends_with_2(project: Path) -> None:
    for data in (FAULTY.encode("utf-16"), b"\0"):
        run = rlslint("check", "-", cwd=project, given=data)
        assert run.returncode == ERROR


def test_standard_input_that_is_closed_is_said(project: Path) -> None:
    run = subprocess.run(
        ["sh", "-c", 'exec "$0" -m rlslint check - <&-', sys.executable],
        cwd=project,
        capture_output=True,
        check=False,
    )
    assert run.returncode == ERROR
    assert run.stderr == b"Error: Standard input is closed.\n"


def test_nothing_at_all_is_fine(project: Path) -> None:
    assert rlslint("check", "-", cwd=project).returncode == 0
    for name, data in (("0002.sql", b""), ("0003.sql", b"\xef\xbb\xbf"), ("0004.sql", b"\r\n;\r")):
        (project / "migrations" / name).write_bytes(data)
    (project / "migrations" / "0001_docs.sql").write_text("")
    run = rlslint("check", cwd=project)
    assert run.returncode == 0
    assert "4 migrations (0 statements)" in run.stderr


@pytest.mark.parametrize("command", ["check", "check --no-cache", "check /", "audit", "clean"])
def test_a_deleted_working_directory_is_said_in_one_sentence(tmp_path: Path, command: str) -> None:
    script = 'mkdir gone && cd gone && rmdir ../gone && exec "$0" -m rlslint ' + command
    run = subprocess.run(
        ["sh", "-c", script, sys.executable],
        cwd=tmp_path,
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent.parent)},
    )
    assert run.returncode == ERROR
    assert run.stderr == b"Error: The current directory does not exist any more.\n"


def without_home(project: Path, **environment: str) -> Run:
    kept = {k: v for k, v in os.environ.items() if k not in ("HOME", "XDG_CACHE_HOME")}
    completed = subprocess.run(
        [sys.executable, "-m", "rlslint", "check", "-v"],
        cwd=project,
        capture_output=True,
        check=False,
        env={
            **kept,
            "PYTHONPATH": str(Path(__file__).parent.parent.parent),
            **environment,
        },
    )
    return Run(completed.returncode, completed.stdout.decode(), completed.stderr.decode())


def test_a_home_that_does_not_exist_is_not_made(project: Path, tmp_path: Path) -> None:
    home = tmp_path / "nobody"
    run = without_home(project, HOME=str(home))
    assert run.returncode == FOUND
    assert not home.exists()
    assert f"The run is not kept: there is no {home}." in run.stderr


def test_without_a_home_and_with_a_cache_that_is_a_file_runs_go_on(
    project: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "held").mkdir()
    (tmp_path / "held" / "rlslint").write_text("")
    for cache in ("file", "held"):
        run = without_home(project, XDG_CACHE_HOME=str(tmp_path / cache))
        assert run.returncode == FOUND
        (sentence,) = (line for line in run.stderr.splitlines() if "is not kept" in line)
        assert str(tmp_path / cache / "rlslint") in sentence
    assert without_home(project, XDG_CACHE_HOME="/proc/self").returncode == FOUND


@pytest.fixture
def public(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project that every user of the machine can read."""
    monkeypatch.setenv("XDG_CACHE_HOME", "/nonexistent")
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    (folder / "migrations").mkdir()
    (folder / "migrations" / "0001_docs.sql").write_text(FAULTY)
    yield folder
    for path in folder.iterdir():
        path.chmod(0o700)
    shutil.rmtree(folder)


def as_another(project: Path, *arguments: str) -> Run:
    """Run as a user whom permissions keep out, which they do not do to root.

    Such a user may not read what Python imports, so all of that is imported before.
    """
    arguments = arguments or ("check",)
    if os.geteuid() != 0:
        return rlslint(*arguments, cwd=project)
    rlslint("check", "missing", ".", cwd=project)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(shutil.copytree(project, Path(folder, "copy")))
        (copy / "migrations").chmod(0o755)
        rlslint(*arguments, cwd=copy)
    os.seteuid(65534)
    try:
        return rlslint(*arguments, cwd=project)
    finally:
        os.seteuid(0)


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        (("fix",), "migrations/0002_mend_row_security.sql"),
        (("check", "--baseline", "old.toml", "--write-baseline"), "old.toml"),
        (("check", "--add-ignore", "meant"), "migrations/0001_docs.sql"),
        (("check", "--fix", "--unsafe-fixes"), "migrations/0001_docs.sql"),
        (("check", "-o", "report.txt"), "report.txt"),
        (("access", "--output-format", "html", "-o", "report.html"), "report.html"),
    ],
    ids=lambda one: one if isinstance(one, str) else " ".join(one),
)
def test_a_folder_that_may_not_be_written_ends_with_2(
    public: Path, arguments: tuple[str, ...], path: str
) -> None:
    for folder in (public / "migrations", public):
        folder.chmod(0o555)
    try:
        run = as_another(public, *arguments)
    finally:
        for folder in (public, public / "migrations"):
            folder.chmod(0o755)
    assert run.returncode == ERROR, run
    assert f"{path} cannot be written: Permission denied." in run.stderr
    assert [one.name for one in public.rglob("*")] == ["migrations", "0001_docs.sql"]
    assert (public / "migrations" / "0001_docs.sql").read_text() == FAULTY


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no device that is full")
def test_a_disk_that_is_full_ends_with_2(project: Path) -> None:
    run = rlslint("check", "-o", "/dev/full", cwd=project)
    assert run.returncode == ERROR
    assert "/dev/full cannot be written: No space left on device." in run.stderr


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("migrations/0002_more.sql", "migrations/0002_more.sql cannot be read: Permission denied."),
        ("app.py", "app.py cannot be read: Permission denied."),
        (".env", ".env cannot be read: Permission denied."),
        (".gitignore", ".gitignore cannot be read: Permission denied."),
        ("data/", "The directory data cannot be read: Permission denied."),
    ],
)
def test_what_may_not_be_read_ends_with_2_and_the_rest_is_checked(
    public: Path, name: str, sentence: str
) -> None:
    (public / ".git").mkdir()
    path = public / name
    if name.endswith("/"):
        path.mkdir()
    else:
        path.write_text("SELECT 1;\n" if name.endswith(".sql") else "# DATABASE_URL\n")
    path.chmod(0)
    run = as_another(public)
    assert run.returncode == ERROR
    assert run.stderr.splitlines().count(sentence) == 1


def test_line_ends_and_marks_change_nothing(project: Path) -> None:
    migration = project / "migrations" / "0001_docs.sql"
    plain = rlslint("check", "--no-cache", cwd=project)
    for data in (
        FAULTY.replace("\n", "\r\n").encode(),
        b"\xef\xbb\xbf" + FAULTY.encode(),
        FAULTY.replace("docs", "d\xf6cs").encode("latin-1"),
    ):
        migration.write_bytes(data)
        run = rlslint("check", "--no-cache", cwd=project)
        assert run.returncode == plain.returncode == FOUND
        assert "migrations/0001_docs.sql:4:1" in run.stdout


def test_a_gitignore_that_rlslint_fails_to_read_costs_itself(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(written: str) -> None:
        raise ZeroDivisionError(written)

    monkeypatch.setattr("rlslint.files.gitignore._line", failing)
    (project / ".git").mkdir()
    (project / ".gitignore").write_text("nothing\n")
    run = rlslint("check", cwd=project)
    assert run.returncode == ERROR
    assert "rls-not-forced" in run.stdout
    assert "Not taken into account: file" in run.stderr
    assert ".gitignore, for rlslint has a fault of its own (ZeroDivisionError" in run.stderr
