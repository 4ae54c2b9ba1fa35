"""A run that is repeated prints what it printed; every change of what it depends on is noticed."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rlslint.cli import checking
from rlslint.cli.streams import Report
from rlslint.config.options import OUTPUT_FORMATS
from rlslint.files import disk
from tests.cli.test_commands import CLEAN, FAULTY
from tests.command_line import rlslint, rlslint_process


@pytest.fixture(autouse=True)
def kept(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory in which runs are kept."""
    base = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(base))
    return base / "rlslint"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    migrations = tmp_path / "repository" / "migrations"
    migrations.mkdir(parents=True)
    (migrations / "0001_docs.sql").write_text(FAULTY)
    (tmp_path / "repository" / ".git").mkdir()
    (tmp_path / "repository" / ".gitignore").write_text("scratch\n")
    (tmp_path / "repository" / "rlslint.toml").write_text("extend = 'shared.toml'\n")
    (tmp_path / "repository" / "shared.toml").write_text("")
    return tmp_path / "repository"


def runs(kept: Path) -> list[Path]:
    return sorted(kept.iterdir()) if kept.is_dir() else []


def was_repeated(kept: Path, project: Path, *arguments: str, **environment: str) -> bool:
    """Run in a process, and tell whether nothing was kept anew."""
    before = {path: path.stat().st_mtime_ns for path in runs(kept)}
    rlslint_process("check", *arguments, cwd=project, given=b"", **environment)
    after = {path: path.stat().st_mtime_ns for path in runs(kept)}
    return bool(after) and before == after


@pytest.mark.parametrize("output_format", OUTPUT_FORMATS)
def test_a_repeated_run_prints_the_same(project: Path, kept: Path, output_format: str) -> None:
    (project / "migrations" / "0002_caf\udce9.sql").write_bytes(b"-- \xe9\nSELECT 1;\r\n")
    arguments = ("check", "--output-format", output_format, "-v", "--show-unchecked")
    first = rlslint(*arguments, cwd=project)
    assert len(runs(kept)) == 1
    anew = rlslint(*arguments, "--no-cache", cwd=project)
    again = rlslint(*arguments, cwd=project)
    assert first.returncode == 1
    for run in (anew, again):
        assert (run.stdout, run.stderr, run.returncode) == (
            first.stdout,
            first.stderr,
            first.returncode,
        )


def test_a_repeated_run_writes_its_file(project: Path) -> None:
    rlslint("check", "-o", "../found.txt", cwd=project)
    found = (project.parent / "found.txt").read_text()
    (project.parent / "found.txt").unlink()
    rlslint("check", "-o", "../found.txt", cwd=project)
    assert (project.parent / "found.txt").read_text() == found
    assert "rls-not-forced" in found


def test_a_repeated_run_imports_next_to_nothing(project: Path, kept: Path) -> None:
    program = (
        "import sys; sys.argv = ['rlslint', 'check']; known = set(sys.modules)\n"
        "from rlslint.cli.main import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(*sorted(set(sys.modules) - known))"
    )
    for _ in range(2):
        completed = subprocess.run(
            [sys.executable, "-c", program], cwd=project, capture_output=True, text=True, check=True
        )
    modules = completed.stdout.splitlines()[-1].split()
    assert len([name for name in modules if name.startswith("rlslint")]) <= 10
    assert not {"click", "re", "typing", "pathlib", "json", "hashlib", "enum"} & set(modules)


CHANGES: dict[str, Callable[[Path], object]] = {
    "a file": lambda at: (at / "migrations" / "0001_docs.sql").write_text(CLEAN),
    "a new file": lambda at: (at / "migrations" / "0002_more.sql").write_text("SELECT 1;"),
    "a new directory": lambda at: shutil.copytree(at / "migrations", at / "other"),
    "a file that goes": lambda at: (at / "migrations" / "0001_docs.sql").unlink(),
    "a file that is renamed": lambda at: (at / "migrations" / "0001_docs.sql").rename(
        at / "migrations" / "0002_docs.sql"
    ),
    "the configuration": lambda at: (at / "rlslint.toml").write_text("ignore = ['RLS0']"),
    "a nearer configuration": lambda at: (at / ".rlslint.toml").write_text("ignore = ['RLS0']"),
    "what it extends": lambda at: (at / "shared.toml").write_text("ignore = ['RLS0']"),
    "what git ignores": lambda at: (at / ".gitignore").write_text("migrations\n"),
    "what git ignores below": lambda at: (at / "migrations" / ".gitignore").write_text("*\n"),
    "application code": lambda at: (at / "app.py").write_text("import psycopg\n"),
    "settings": lambda at: (at / ".env").write_text("DATABASE_URL=postgres://app_user@db/shop\n"),
    "a link": lambda at: (at / "migrations" / "0003_link.sql").symlink_to("0001_docs.sql"),
    "no repository": lambda at: (at / ".git").rmdir(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_noticed(project: Path, kept: Path, change: str) -> None:
    assert not was_repeated(kept, project)
    assert was_repeated(kept, project)
    CHANGES[change](project)
    assert not was_repeated(kept, project)
    assert rlslint("check", cwd=project).stdout == (
        rlslint("check", "--no-cache", cwd=project).stdout
    )


def test_a_change_that_keeps_size_and_time_is_noticed(project: Path) -> None:
    migration = project / "migrations" / "0001_docs.sql"
    assert rlslint("check", cwd=project).returncode == 1
    times = migration.stat()
    migration.write_text(FAULTY.replace("ALTER TABLE docs OWNER TO app_user;", " " * 35))
    os.utime(migration, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert migration.stat().st_size == times.st_size
    assert "error" not in rlslint("check", cwd=project).stdout


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        (("--select", "RLS0"), {}),
        (("migrations",), {}),
        (("--config", "fail-on=error"), {}),
        (("--color", "always"), {}),
        ((), {"FORCE_COLOR": "1"}),
        ((), {"HOME": "/"}),
    ],
    ids=str,
)
def test_other_options_are_another_run(
    project: Path, kept: Path, arguments: tuple[str, ...], environment: dict[str, str]
) -> None:
    rlslint("check", cwd=project)
    assert not was_repeated(kept, project, *arguments, **environment)
    assert len(runs(kept)) == 2


def test_another_directory_is_another_run(project: Path, kept: Path) -> None:
    here = rlslint("check", "migrations", cwd=project).stdout
    there = rlslint("check", "../migrations", cwd=project / "migrations").stdout
    assert "migrations/0001_docs.sql" in here
    assert there != here


def test_other_code_and_other_cards_are_another_run(
    project: Path, kept: Path, tmp_path: Path
) -> None:
    checkout = tmp_path / "checkout"
    root = Path(checking.__file__).parents[2]
    for folder in ("rlslint", "rules"):
        shutil.copytree(
            root / folder, checkout / folder, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy(root / "pyproject.toml", checkout)
    here = {"PYTHONPATH": str(checkout), "PYTHONDONTWRITEBYTECODE": "1"}
    assert not was_repeated(kept, project, **here)
    assert was_repeated(kept, project, **here)
    for changed in ("rlslint/rules/judging.py", "rules/rls-not-forced.md"):
        with (checkout / changed).open("a") as file:
            file.write("\n")
        assert not was_repeated(kept, project, **here)
        assert was_repeated(kept, project, **here)


@pytest.mark.parametrize(
    "arguments", [("--no-cache",), ("--show-files",), ("--show-settings",), ("nowhere",)]
)
def test_some_runs_are_not_kept(project: Path, kept: Path, arguments: tuple[str, ...]) -> None:
    rlslint("check", *arguments, cwd=project)
    assert runs(kept) == []


def test_standard_input_is_not_kept(project: Path, kept: Path) -> None:
    assert rlslint("check", "-", cwd=project, given=FAULTY).returncode == 1
    assert rlslint("check", "-", cwd=project, given=CLEAN).returncode == 0
    assert runs(kept) == []


def test_a_pipe_is_not_kept(project: Path, kept: Path) -> None:
    for content, status in ((FAULTY, 1), (CLEAN, 0)):
        completed = subprocess.run(
            [sys.executable, "-m", "rlslint", "check", "--isolated", "/dev/stdin"],
            cwd=project,
            input=content.encode(),
            capture_output=True,
            check=False,
        )
        assert completed.returncode == status, completed
    assert runs(kept) == []


def sealed(run: Path, payload: bytes) -> None:
    """Write a run with a digest that is right."""
    run.write_bytes(b"rlslint run 1\n" + disk.digest(payload).encode() + b"\n" + payload)


def moved_behind_a_link(run: Path) -> None:
    target = run.with_name("target")
    run.rename(target)
    run.symlink_to(target)


def turned_into_a_directory(run: Path) -> None:
    run.unlink()
    run.mkdir()


def turned_into_a_pipe(run: Path) -> None:
    run.unlink()
    os.mkfifo(run, 0o600)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "empty": lambda run: run.write_bytes(b""),
    "cut off": lambda run: run.write_bytes(run.read_bytes()[:-10]),
    "longer": lambda run: run.write_bytes(run.read_bytes() + b"\0"),
    "garbage": lambda run: run.write_bytes(os.urandom(2_000)),
    "other findings": lambda run: run.write_bytes(
        run.read_bytes().replace(b"rls-not-forced", b"rls-not-faulty")
    ),
    "no text": lambda run: sealed(run, b"\xff\xfe\0" * 9),
    "no fields": lambda run: sealed(run, b"nothing"),
    "no status": lambda run: sealed(run, f"{run.name}\0zero\0\0\0".encode()),
    "no answer": lambda run: sealed(run, f"{run.name}\0000\0\0\0\0content\0/\0".encode()),
    "a question alone": lambda run: sealed(run, f"{run.name}\0000\0\0\0\0kind".encode()),
    "a question of no kind": lambda run: sealed(
        run, f"{run.name}\0000\0\0\0\0mood\0/\0good".encode()
    ),
    "another run": lambda run: sealed(run, ("0" * 64 + "\0000\0\0\0").encode()),
    "huge": lambda run: os.truncate(run, 1 << 30),
    "a link": moved_behind_a_link,
    "a directory": turned_into_a_directory,
    "a pipe": turned_into_a_pipe,
    "open to others": lambda run: run.chmod(0o644),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_damaged_is_passed_over(project: Path, kept: Path, damage: str) -> None:
    first = rlslint("check", cwd=project)
    (run,) = runs(kept)
    DAMAGES[damage](run)
    again = rlslint("check", cwd=project)
    assert (again.stdout, again.stderr, again.returncode) == (
        first.stdout,
        first.stderr,
        first.returncode,
    )


def test_what_is_kept_is_for_its_user_alone(project: Path, kept: Path) -> None:
    rlslint("check", cwd=project)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o700
    assert [stat.S_IMODE(run.stat().st_mode) for run in runs(kept)] == [0o600]


def refused(project: Path) -> str:
    """Return why a run is not kept."""
    run = rlslint("check", "-v", cwd=project)
    assert run.returncode == 1
    assert "rls-not-forced" in run.stdout
    return next(line for line in run.stderr.splitlines() if "not kept" in line)


def test_a_directory_that_others_can_write_to_is_not_used(project: Path, kept: Path) -> None:
    kept.mkdir(mode=0o777)
    kept.chmod(0o777)
    assert "ours alone" in refused(project)
    assert runs(kept) == []


def test_a_link_is_not_used(project: Path, kept: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    kept.symlink_to(tmp_path / "elsewhere")
    assert "ours alone" in refused(project)
    assert runs(tmp_path / "elsewhere") == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a directory away")
def test_a_directory_of_somebody_else_is_not_used(project: Path, kept: Path) -> None:
    kept.mkdir(mode=0o700)
    os.chown(kept, 12_345, -1)
    assert "ours alone" in refused(project)


@pytest.mark.parametrize("place", ["relative", "inside", "a file"])
def test_a_repository_can_neither_hold_nor_place_what_is_kept(
    project: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    home = project.parent / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    match place:
        case "relative":
            monkeypatch.setenv("XDG_CACHE_HOME", "cache")
            rlslint("check", cwd=project)
            assert runs(home / ".cache" / "rlslint")
        case "inside":
            monkeypatch.setenv("XDG_CACHE_HOME", str(project / "cache"))
            assert "lies in a repository" in refused(project)
        case "a file":
            (project.parent / "cache").write_text("")
            monkeypatch.setenv("XDG_CACHE_HOME", str(project.parent / "cache"))
            assert "not kept" in refused(project)
    assert not (project / "cache").exists()


def test_the_oldest_runs_make_room(
    kept: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(checking, "_MOST_RUNS", 3)
    monkeypatch.chdir(tmp_path)
    keys = [f"{number:064x}" for number in range(5)]
    for number, key in enumerate(keys):
        checking.keep(key, Report("", "", "", 0), disk.Questions(), ())
        os.utime(kept / key, ns=(number, number))
    assert [run.name for run in runs(kept)] == keys[-3:]
    monkeypatch.setattr(checking, "_MOST_BYTES", 10_000)
    checking.keep("f" * 64, Report("", "x" * 9_800, "", 0), disk.Questions(), ())
    assert [run.name for run in runs(kept)] == ["f" * 64]


def test_what_is_too_large_or_unsettled_is_not_kept(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "_LARGEST_RUN", 1_000)
    questions = disk.Questions()
    for report in (Report("", "x" * 2_000, "", 0), Report("", "\0", "", 0)):
        with pytest.raises(checking.Unusable):
            checking.keep("0" * 64, report, questions, ())
    questions.are_settled = False
    with pytest.raises(checking.Unusable):
        checking.keep("0" * 64, Report("", "", "", 0), questions, ())
    assert runs(kept) == []


def test_clean_removes_what_is_kept_and_nothing_else(project: Path, kept: Path) -> None:
    assert "Nothing is kept" in rlslint("clean", cwd=project).stderr
    rlslint("check", cwd=project)
    rlslint("check", "-q", cwd=project)
    (kept / f"{'0' * 64}.1.interrupted").write_text("")
    run = rlslint("clean", cwd=project)
    assert run.returncode == 0
    assert run.stderr.startswith("Removed 2 runs (")
    assert str(kept) in run.stderr
    assert not kept.exists()
    rlslint("check", cwd=project)
    (kept / "notes.txt").write_text("mine")
    assert rlslint("clean", cwd=project).returncode == 0
    assert [path.name for path in runs(kept)] == ["notes.txt"]


def test_runs_at_the_same_time_do_not_disturb_each_other(project: Path, kept: Path) -> None:
    command = [sys.executable, "-m", "rlslint", "check", "-q"]
    started = [
        subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    assert len({process.communicate() for process in started}) == 1
    assert len(runs(kept)) == 1
