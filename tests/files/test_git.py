"""What Git is asked: the state of a commit as a directory, and what is not committed.

Nothing that a repository brings along is run, and Git's own answers are compared with.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from rlslint.files.git import (
    ADDED,
    CHANGED,
    GitProblem,
    commit_of,
    files_at,
    repository_of,
    state_at,
    uncommitted,
)
from tests.repositories import Repository, new_repository


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Two commits: the second changes one file, removes one and adds one."""
    made = new_repository(tmp_path / "shop")
    made.write("db/1.sql", "CREATE TABLE docs (id int);\n")
    made.write("db/old.sql", "SELECT 1;\n")
    made.commit("first")
    made.write("db/1.sql", "CREATE TABLE docs (id bigint);\n")
    made.write("db/2 ä.sql", "SELECT 2;\n")
    (made.root / "db/old.sql").unlink()
    made.commit("second")
    return made


def listed(folder: str) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in Path(folder).rglob("*")
        if path.is_file()
    }


def test_a_commit_is_put_into_a_directory_that_is_gone_later(repository: Repository) -> None:
    with state_at(str(repository.root), "HEAD~1") as folder:
        assert listed(folder) == {
            "db/1.sql": "CREATE TABLE docs (id int);\n",
            "db/old.sql": "SELECT 1;\n",
        }
        assert os.stat(folder).st_mode & 0o077 == 0
        assert repository_of(Path(folder) / "db") == folder
    assert not os.path.exists(folder)


def test_only_what_is_wanted_is_written(repository: Repository) -> None:
    with state_at(str(repository.root), "HEAD", lambda path: "ä" in path) as folder:
        assert listed(folder) == {"db/2 ä.sql": "SELECT 2;\n"}


def test_a_worktree_and_a_folder_below_have_their_root(repository: Repository) -> None:
    other = repository.root.parent / "other"
    repository.git("worktree", "add", "-q", str(other), "HEAD~1")
    assert repository_of(repository.root / "db") == str(repository.root)
    assert repository_of(other / "db" / "1.sql") == str(other)
    assert repository_of(repository.root.parent) is None
    assert commit_of(str(other), "HEAD") == commit_of(str(repository.root), "HEAD~1")
    assert "db/old.sql" in files_at(str(other), "HEAD")


def test_files_that_are_not_committed(repository: Repository) -> None:
    root = repository.root
    paths = {name: str(root / "db" / name) for name in ("1.sql", "2 ä.sql", "3.sql", "4.sql")}
    repository.write("db/1.sql", "CREATE TABLE docs (id bigint);\r\n")
    assert uncommitted(str(root), paths.values()) == {
        paths["3.sql"]: ADDED,
        paths["4.sql"]: ADDED,
    }
    repository.write("db/1.sql", "CREATE TABLE docs (id text);\n")
    repository.write("db/3.sql", "SELECT 3;\n")
    repository.git("add", "-A")
    assert uncommitted(str(root), paths.values()) == {
        paths["1.sql"]: CHANGED,
        paths["3.sql"]: ADDED,
        paths["4.sql"]: ADDED,
    }


def test_in_a_repository_without_commits_everything_is_new(tmp_path: Path) -> None:
    made = new_repository(tmp_path / "new")
    made.write("1.sql", "SELECT 1;\n")
    path = str(made.root / "1.sql")
    assert uncommitted(str(made.root), [path]) == {path: ADDED}
    with pytest.raises(GitProblem, match=r"^The repository has no commit yet\.$"):
        commit_of(str(made.root), "HEAD")


@pytest.mark.parametrize(
    ("ref", "sentence"),
    [
        ("no/such", r"There is no commit no/such in this repository: `git fetch` gets .*\."),
        ("--upload-pack=touch x", r"'--upload-pack=touch x' cannot be the name of a commit\."),
        ("a\nb", r"'a\\nb' cannot be the name of a commit\."),
        ("", r"The name of a commit is empty\."),
        ("HEAD:db/1.sql", r"There is no commit HEAD:db/1.sql .*"),
    ],
)
def test_what_is_no_commit_is_said_in_a_sentence(
    repository: Repository, ref: str, sentence: str
) -> None:
    with pytest.raises(GitProblem, match=f"^{sentence}$"):
        commit_of(str(repository.root), ref)


def test_a_shallow_clone_says_how_to_get_the_rest(repository: Repository) -> None:
    clone = repository.root.parent / "clone"
    repository.git("clone", "-q", "--depth=1", f"file://{repository.root}", str(clone))
    with pytest.raises(GitProblem, match=r"holds a part of the history only.*fetch-depth: 0"):
        commit_of(str(clone), "HEAD~1")
    with state_at(str(clone), "HEAD") as folder:
        assert "db/2 ä.sql" in listed(folder)


def test_a_clone_without_contents_fetches_none(repository: Repository) -> None:
    clone = repository.root.parent / "clone"
    repository.git("config", "uploadpack.allowFilter", "true")
    repository.git("clone", "-q", "--filter=blob:none", f"file://{repository.root}", str(clone))
    with pytest.raises(GitProblem, match=r"does not hold db/.*: clone it whole\.$"):  # noqa: SIM117
        with state_at(str(clone), "HEAD~1"):
            pass


def test_git_may_be_missing_or_refuse(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "empty" / ".git").mkdir(parents=True)
    with pytest.raises(GitProblem, match=r"^Git cannot tell what main is: not a git repository"):
        commit_of(str(tmp_path / "empty"), "main")
    # A program that the repository brings along is not run.
    planted = repository.root / "git"
    planted.write_text("#!/bin/sh\ntouch planted\n")
    planted.chmod(0o755)
    monkeypatch.setenv("PATH", f".{os.pathsep}{os.pathsep}{repository.root}")
    monkeypatch.chdir(repository.root)
    with pytest.raises(GitProblem, match=r"^The program git was not found\.$"):
        commit_of(str(repository.root), "HEAD")
    assert not (repository.root / "planted").exists()


def test_a_repository_of_another_user_is_read_where_the_user_trusts_it(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As a container sees what is mounted."""
    root = str(repository.root)
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    trusting = f"git config --global --add safe.directory {root}"
    for question in (lambda: commit_of(root, "HEAD"), lambda: uncommitted(root, [f"{root}/x"])):
        with pytest.raises(GitProblem) as problem:
            question()
        assert trusting in str(problem.value)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "config"))
    subprocess.run(trusting.split(), check=True)
    assert commit_of(root, "HEAD") == repository.git("rev-parse", "HEAD").strip()


def test_nothing_that_a_repository_brings_along_is_run(repository: Repository) -> None:
    root = repository.root
    trap = root.parent / "trap"
    trap.write_text(f"#!/bin/sh\ntouch '{root.parent}/sprung'\ncat\n")
    trap.chmod(0o755)
    repository.write(".gitattributes", "*.sql filter=trap diff=trap text eol=crlf export-ignore\n")
    repository.commit("attributes")
    for key in (
        "core.fsmonitor", "filter.trap.clean", "filter.trap.smudge", "filter.trap.process",
        "diff.trap.textconv", "diff.trap.command", "diff.external", "core.pager", "core.editor",
        "core.sshCommand", "core.alternateRefsCommand", "remote.origin.uploadpack",
    ):  # fmt: skip
        repository.git("config", key, str(trap))
    repository.git("config", "core.hooksPath", str(root.parent))
    for hook in ("post-index-change", "reference-transaction", "post-checkout"):
        (root.parent / hook).symlink_to(trap)
    repository.write("db/1.sql", "SELECT 9;\n")
    (root.parent / "sprung").unlink(missing_ok=True)
    with state_at(str(root), "HEAD") as folder:
        assert listed(folder)["db/2 ä.sql"] == "SELECT 2;\n"
    assert uncommitted(str(root), [str(root / "db/1.sql")])
    assert not (root.parent / "sprung").exists()


def test_a_repository_inside_another_one_that_was_committed_is_not_asked(
    repository: Repository, tmp_path: Path
) -> None:
    inner = repository.root / "vendored"
    repository.git("init", "-q", "--bare", str(inner))
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\ntouch '{tmp_path}/sprung'\n")
    trap.chmod(0o755)
    repository.git("--git-dir", str(inner), "config", "core.fsmonitor", str(trap))
    assert repository_of(inner) == str(repository.root)
    assert commit_of(str(repository.root), "HEAD")
    with pytest.raises(GitProblem):
        commit_of(str(inner), "HEAD")
    assert not (tmp_path / "sprung").exists()


def tree_of(repository: Repository, *entries: tuple[str, str, bytes]) -> str:
    """Commit a tree as Git itself would not make it."""
    data = b""
    for mode, name, content in entries:
        digest = repository.given(content, "hash-object", "-w", "--stdin").strip()
        data += f"{mode} {name}".encode() + b"\0" + bytes.fromhex(digest)
    tree = repository.given(
        data, "hash-object", "-w", "-t", "tree", "--literally", "--stdin"
    ).strip()
    return repository.git("commit-tree", "-m", "odd", tree).strip()


def test_a_tree_cannot_write_outside_of_its_directory(repository: Repository) -> None:
    outside = repository.root.parent / "outside"
    outside.mkdir()
    commit = tree_of(
        repository,
        ("120000", "a", str(outside).encode()),
        ("100644", "../outside/up.sql", b"SELECT 1;"),
        ("100644", ".GIT", b"gitdir: elsewhere"),
        ("100644", "fine.sql", b"SELECT 1;"),
        ("120000", "link.sql", b"fine.sql"),
    )
    with state_at(str(repository.root), commit) as folder:
        assert sorted(os.listdir(folder)) == [".git", "a", "fine.sql", "link.sql"]
        assert os.readlink(os.path.join(folder, "link.sql")) == "fine.sql"
    assert os.listdir(outside) == []


def test_a_submodule_is_left_out(repository: Repository) -> None:
    inner = new_repository(repository.root.parent / "inner")
    inner.write("1.sql", "SELECT 1;\n")
    inner.commit("inner")
    add = ("submodule", "--quiet", "add", str(inner.root), "vendored")
    repository.git("-c", "protocol.file.allow=always", *add)
    repository.commit("with a submodule")
    root = str(repository.root)
    assert [p for p, e in files_at(root, "HEAD").items() if e.is_submodule] == ["vendored"]
    assert repository_of(repository.root / "vendored" / "1.sql") == f"{root}/vendored"
    with state_at(root, "HEAD") as folder:
        assert "vendored" not in os.listdir(folder)


def test_what_no_disk_can_hold_is_said(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/nowhere")
    with pytest.raises(GitProblem, match=r"^There is no room for the files of HEAD: No such"):  # noqa: SIM117
        with state_at(str(repository.root), "HEAD"):
            pass


def test_git_is_started_without_what_a_hook_has_set(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = new_repository(tmp_path / "third")
    monkeypatch.setenv("GIT_DIR", str(other.root / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", "index.lock")
    assert "db/1.sql" in files_at(str(repository.root), "HEAD")
    assert subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, check=False).returncode
