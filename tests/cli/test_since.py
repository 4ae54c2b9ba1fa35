"""`--since`: what a change brings, whichever file it shows in, and what it mends."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.cli.test_baseline import FIRST, PROTECTION, found
from tests.command_line import Run, rlslint
from tests.repositories import Repository, new_repository


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """One commit: two tables without row security that the application reads, and a good one."""
    made = new_repository(tmp_path / "shop")
    made.write("migrations/0001_first.sql", FIRST)
    made.commit()
    return made


def check(repository: Repository, *arguments: str, since: str = "HEAD", cwd: str = ".") -> Run:
    words = ("--output-format", "concise", "--since", since, *arguments)
    return rlslint("check", *words, cwd=repository.root / cwd)


def test_what_was_there_is_not_reported(repository: Repository) -> None:
    run = check(repository)
    assert (run.returncode, run.stdout) == (0, "")
    assert "No new findings." in run.stderr
    assert "Since HEAD: 0 new findings, 0 mended, 2 as before (not shown)." in run.stderr


@pytest.mark.parametrize("state", ["untracked", "staged", "committed"])
def test_a_grant_shows_the_fault_of_an_old_file(repository: Repository, state: str) -> None:
    base = repository.git("rev-parse", "HEAD").strip()
    repository.write("migrations/0002_grant.sql", "GRANT SELECT ON docs TO reporting;\n")
    if state == "staged":
        repository.git("add", "-A")
    if state == "committed":
        repository.commit()
    run = check(repository, since=base)
    assert run.returncode == 1
    assert found(run) == ["rls-not-enabled public.docs"]
    assert run.stdout.startswith("migrations/0001_first.sql:3:1: ")
    assert f"Since {base}: 1 new finding, 0 mended, 1 as before (not shown)." in run.stderr


def test_what_a_change_mends_is_counted(repository: Repository) -> None:
    repository.write("migrations/0002_mend.sql", PROTECTION.format("notes"))
    run = check(repository)
    assert run.returncode == 0
    assert "Since HEAD: 0 new findings, 1 mended, 1 as before (not shown)." in run.stderr


def test_moved_lines_renamed_files_and_other_spelling_bring_nothing(
    repository: Repository,
) -> None:
    text = (repository.root / "migrations/0001_first.sql").read_text().replace("CREATE", "create ")
    (repository.root / "migrations/0001_first.sql").unlink()
    repository.write("db/migrations/0001_renamed.sql", f"\n\n-- moved\n{text}")
    run = check(repository)
    assert (run.returncode, run.stdout) == (0, "")
    assert "0 mended, 2 as before" in run.stderr
    run = check(repository, "db/migrations/0001_renamed.sql")
    assert (run.returncode, run.stdout) == (0, "")


def test_named_files_are_compared_with_the_whole_history(repository: Repository) -> None:
    """As pre-commit names them: files that were not there yet among them."""
    repository.write("migrations/0002_grant.sql", "GRANT SELECT ON docs TO reporting;\n")
    repository.write("migrations/0003_more.sql", "GRANT SELECT ON notes TO app_user;\n")
    both = ("migrations/0002_grant.sql", "migrations/0003_more.sql")
    assert found(check(repository, *both)) == ["rls-not-enabled public.docs"]
    assert found(check(repository, both[1])) == []


def test_a_comment_that_is_taken_away_shows_what_it_hid(repository: Repository) -> None:
    text = FIRST.replace(
        "CREATE TABLE docs", "-- rlslint: ignore[rls-not-enabled] nobody's\nCREATE TABLE docs"
    )
    repository.write("migrations/0001_first.sql", text)
    run = check(repository)
    assert "0 mended, 1 as before" in run.stderr, "what is let stand is not mended"
    repository.commit()
    repository.write("migrations/0001_first.sql", FIRST)
    assert found(check(repository)) == ["rls-not-enabled public.docs"]
    repository.write("migrations/0001_first.sql", f"{text}\nDROP TABLE docs;\n")
    assert "unused-ignore" in check(repository).stdout


def test_a_stale_comment_that_moves_is_not_new(repository: Repository) -> None:
    stale = "-- rlslint: ignore[policy-using-true] once\nCREATE INDEX ON good (id);\n"
    repository.write("migrations/0002.sql", stale)
    repository.commit()
    repository.write("migrations/0002.sql", f"SELECT 1;\n\n{stale}")
    assert check(repository).returncode == 0


def test_each_state_has_its_configuration(repository: Repository) -> None:
    repository.write("rlslint.toml", 'exclude = ["scratch"]\nmin-severity = "info"\n')
    repository.commit()
    repository.write(
        "rlslint.toml",
        'exclude = ["scratch"]\n[[accept]]\nrule = "rls-not-enabled"\n'
        'object = "public.notes"\nreason = "to be dropped"\n',
    )
    assert "0 mended, 1 as before" in check(repository).stderr
    repository.commit()
    repository.write("rlslint.toml", "")
    assert found(check(repository)) == ["rls-not-enabled public.notes"]
    # Where there was none, that of now is taken for both.
    repository.write("rlslint.toml", 'runtime-roles = ["reporting"]\n')
    assert "config-unknown-role" not in check(repository, since="HEAD~2").stdout


def test_with_a_baseline_both_count(repository: Repository) -> None:
    repository.write("rlslint.toml", 'baseline = "old.toml"\n')
    assert rlslint("check", "--write-baseline", cwd=repository.root).returncode == 0
    repository.commit()
    assert check(repository, since="HEAD~1").returncode == 0
    repository.write("migrations/0002_mend.sql", PROTECTION.format("notes"))
    run = check(repository)
    assert found(run) == ["stale-baseline-entry public.notes"]
    assert "1 new finding, 1 mended, 0 as before" in run.stderr
    repository.commit()
    assert check(repository).returncode == 0


def test_from_a_folder_below(repository: Repository) -> None:
    repository.write("app/new/readme.md", "x")
    repository.write("migrations/0002_grant.sql", "GRANT SELECT ON docs TO reporting;\n")
    assert found(check(repository, cwd="migrations")) == ["rls-not-enabled public.docs"]
    assert found(check(repository, cwd="app/new")) == []
    run = check(repository, "../../migrations", cwd="app/new")
    assert found(run) == ["rls-not-enabled public.docs"]


def test_in_a_worktree_and_from_outside(repository: Repository) -> None:
    other = repository.root.parent / "other"
    repository.git("worktree", "add", "-q", "-b", "change", str(other))
    worktree = Repository(other)
    worktree.write("migrations/0002_grant.sql", "GRANT SELECT ON docs TO reporting;\n")
    assert found(check(worktree)) == ["rls-not-enabled public.docs"]
    assert found(check(repository)) == []
    run = rlslint("check", "--since", "main", other, cwd=repository.root.parent)
    assert run.returncode == 1
    assert "Since main: 1 new finding" in run.stderr


def test_standard_input_is_compared_with_the_file_as_it_was(repository: Repository) -> None:
    arguments = ("check", "--since", "HEAD", "-", "--stdin-filename", "migrations/0001_first.sql")
    run = rlslint(*arguments, cwd=repository.root, given=FIRST)
    assert run.returncode == 0
    given = f"{FIRST}GRANT SELECT ON docs TO reporting;\n"
    run = rlslint(*arguments, cwd=repository.root, given=given)
    assert run.returncode == 1


def test_a_submodule_is_left_out_and_named(repository: Repository) -> None:
    inner = new_repository(repository.root.parent / "inner")
    inner.write("migrations/0001.sql", FIRST)
    inner.commit()
    add = ("submodule", "--quiet", "add", str(inner.root), "vendored")
    repository.git("-c", "protocol.file.allow=always", *add)
    repository.commit()
    for since in ("HEAD", "HEAD~1"):
        run = check(repository, since=since)
        assert (run.returncode, run.stdout) == (0, "")
        assert "vendored is a submodule, which --since leaves out." in run.stderr


def test_links_out_of_a_repository_are_followed_in_neither_state(repository: Repository) -> None:
    outside = repository.root.parent / "outside"
    outside.mkdir()
    (outside / "9.sql").write_text("GRANT ALL ON docs TO PUBLIC;\n")
    repository.write("migrations/0002.sql", "SELECT 1;\n")
    (repository.root / "migrations" / "more").symlink_to(outside)
    (repository.root / "migrations" / "0009.sql").symlink_to(outside / "9.sql")
    repository.commit()
    run = check(repository)
    assert (run.returncode, run.stdout) == (0, "")


def test_the_temporary_directory_is_private_and_gone(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    check(repository)
    assert os.listdir(place) == []


@pytest.mark.parametrize(
    ("since", "sentence"),
    [
        ("no-such", "Error: There is no commit no-such in this repository: `git fetch` gets"),
        ("", "Error: The name of a commit is empty.\n"),
        ("HEAD\n", "Error: 'HEAD\\n' cannot be the name of a commit.\n"),
    ],
)
def test_a_wrong_name_is_said(repository: Repository, since: str, sentence: str) -> None:
    run = check(repository, since=since)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith(sentence)
    assert len(run.stderr.splitlines()) == 1


def test_a_name_that_looks_like_an_option_is_none(repository: Repository) -> None:
    for words in (("--since=--output=x",), ("--since=-x",)):
        run = rlslint("check", *words, cwd=repository.root)
        assert run.returncode == 2
        assert "cannot be the name of a commit." in run.stderr


def test_a_repository_without_commits_and_no_repository(tmp_path: Path) -> None:
    made = new_repository(tmp_path / "new")
    made.write("1.sql", FIRST)
    assert check(made).stderr == "Error: The repository has no commit yet.\n"
    (tmp_path / "plain").mkdir()
    run = check(Repository(tmp_path / "plain"))
    assert run.returncode == 2
    assert run.stderr == (
        "Error: --since compares with a commit, and . lies in no Git repository.\n"
    )


def test_without_the_program_git(repository: Repository) -> None:
    run = rlslint("check", "--since", "HEAD", cwd=repository.root, PATH="/nowhere")
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr == "Error: The program git was not found.\n"


def test_a_shallow_clone_says_what_to_fetch(repository: Repository) -> None:
    repository.commit("second")
    clone = repository.root.parent / "clone"
    repository.git("clone", "-q", "--depth=1", f"file://{repository.root}", str(clone))
    shallow = Repository(clone)
    run = check(shallow, since="origin/release")
    assert run.returncode == 2
    assert "`git fetch --depth=1 origin release`, or clone with `fetch-depth: 0`." in run.stderr
    assert check(shallow, since="origin/main").returncode == 0


def test_other_formats_have_only_what_is_new(repository: Repository) -> None:
    repository.write("migrations/0002_grant.sql", "GRANT SELECT ON docs TO reporting;\n")
    run = rlslint("check", "--since", "HEAD", "--output-format", "json", cwd=repository.root)
    document = json.loads(run.stdout)
    assert [one["object"] for one in document["findings"]] == ["public.docs"]
    assert document["earlier"] == {
        "in_baseline": 0, "since": "HEAD", "mended": 0, "unchanged": 1,
    }  # fmt: skip


def test_a_branch_that_has_no_commit_yet_is_compared_with_another(repository: Repository) -> None:
    repository.git("checkout", "-q", "--orphan", "fresh")
    assert check(repository, since="main").returncode == 0


def test_what_could_not_be_read_then_is_said(repository: Repository) -> None:
    repository.write("migrations/0002.sql", b"SELECT 1;\0")
    repository.commit()
    repository.write("migrations/0002.sql", "SELECT 1;\n")
    run = check(repository)
    assert run.returncode == 0
    assert "At HEAD: migrations/0002.sql has a NUL byte" in run.stderr


def test_many_old_findings_that_a_role_newly_reaches_are_counted(repository: Repository) -> None:
    tables = [f"t{number}" for number in range(7)]
    made = "".join(f"CREATE TABLE {name} (id int, tenant_id int NOT NULL);\n" for name in tables)
    granted = f"GRANT SELECT ON {', '.join(tables)} TO"
    repository.write("migrations/0002_more.sql", f"{made}{granted} app_user;\n")
    repository.commit()
    repository.write("migrations/0003_grant.sql", f"{granted} reporting;\n")
    run = check(repository)
    assert run.stdout.count("rls-not-enabled") == 7
    assert run.stderr.count("had rls-not-enabled before; new is who reaches it: reporting") == 5
    assert "2 more findings were there before in another form." in run.stderr


def test_another_name_is_nothing_new(repository: Repository) -> None:
    repository.write(
        "migrations/0002_policy.sql",
        "ALTER TABLE docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;\n"
        "CREATE POLICY all_rows ON docs USING (true);\n"
        "CREATE FUNCTION seen() RETURNS SETOF good LANGUAGE sql SECURITY DEFINER\n"
        "  AS 'SELECT * FROM good';\n",
    )
    repository.commit()
    assert "0 new findings, 0 mended, 4 as before" in check(repository).stderr
    repository.write(
        "migrations/0003_renamed.sql",
        "ALTER POLICY all_rows ON docs RENAME TO every_row;\n"
        "ALTER TABLE docs RENAME TO papers;\n"
        "ALTER FUNCTION seen() RENAME TO looked_at;\n",
    )
    run = check(repository)
    assert (run.returncode, run.stdout) == (0, ""), run.stdout
    assert "0 new findings, 0 mended, 4 as before" in run.stderr
    repository.commit()
    assert "0 new findings, 0 mended, 4 as before" in check(repository).stderr


PROGRAM = """import psycopg


def use(tenant: str) -> None:
    with psycopg.connect("postgresql://app_user@db/shop") as conn:
        conn.execute(f"SET LOCAL app.tenant_id = '{tenant}'")
"""


@pytest.mark.parametrize("name", ["a_first.py", "z_last.py"])
def test_a_fault_that_is_copied_into_another_file_is_new_there(
    repository: Repository, name: str
) -> None:
    repository.write("m_middle.py", PROGRAM)
    repository.commit()
    assert check(repository).returncode == 0
    repository.write(name, PROGRAM)
    for arguments in ((), (name,)):
        run = check(repository, "--select", "set-string-interpolation", *arguments)
        assert [line.split(":")[0] for line in run.stdout.splitlines()] == [name]
    run = check(repository, "--select", "set-string-interpolation", "m_middle.py")
    assert (run.returncode, run.stdout) == (0, "")
