"""Nothing outside of a project is read or quoted, and nothing is opened that makes a run wait."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from tests.command_line import Run, rlslint, rlslint_process

ABLE = """
CREATE TABLE docs (id int, tenant_id int);
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY p ON docs USING (true);
"""
STRANGE = ABLE.replace("docs", "outside_table")
SQLITCH = "%project=shop\n\n../../outside/secret 2024-01-01T00:00:00Z a <a@example.com>\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository with a policy, beside a directory that is none of its own."""
    project = tmp_path / "project"
    write(project / "migrations" / "0001_docs.sql", ABLE)
    (project / ".git").mkdir()
    write(tmp_path / "outside" / "secret.sql", STRANGE)
    write(tmp_path / "outside" / "secret.toml", "outside = 'outside_table'\n")
    write(tmp_path / "outside" / "app.py", "Q = 'SELECT * FROM outside_table'\n")
    return project


def write(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)


def check(project: Path, *arguments: str) -> Run:
    run = rlslint("check", "--no-cache", "--show-unchecked", *arguments, cwd=project)
    assert "outside_table" not in run.stdout + run.stderr
    return run


def linked(project: Path, link: str, target: str) -> None:
    (project / link).parent.mkdir(parents=True, exist_ok=True)
    (project / link).symlink_to(target)


LINKS = {
    "a migration": ("migrations/0002_b.sql", "../../outside/secret.sql"),
    "a folder": ("migrations/more", "../../outside"),
    "a folder that is a history": ("db/migrations", "../../outside"),
    "the whole disk": ("migrations/disk", "/"),
    "a link to a link": ("migrations/b.sql", "../there/secret.sql"),
    "code": ("app/outside.py", "../../outside/app.py"),
    "settings": (".env", "../outside/secret.sql"),
}


@pytest.mark.parametrize("kind", LINKS)
def test_links_out_of_a_project_are_not_followed(kind: str, project: Path) -> None:
    linked(project, "there", "../outside")
    linked(project, *LINKS[kind])
    run = check(project)
    assert run.returncode == 1
    assert "not followed: " in run.stderr
    assert LINKS[kind][0] in run.stderr
    assert "public.docs" in run.stdout


@pytest.mark.parametrize("kind", ["a migration", "a folder", "the whole disk", "a link to a link"])
def test_a_named_link_out_of_a_project_is_an_error(kind: str, project: Path) -> None:
    linked(project, "there", "../outside")
    linked(project, *LINKS[kind])
    run = check(project, "migrations/0001_docs.sql", LINKS[kind][0])
    assert run.returncode == 2
    assert f"{LINKS[kind][0]} leads out of the project" in run.stderr
    assert "public.docs" in run.stdout


def test_links_within_a_project_are_followed(project: Path) -> None:
    write(project / "shared" / "b.sql", ABLE.replace("docs", "shared_table"))
    linked(project, "migrations/0002_b.sql", "../shared/b.sql")
    linked(project, "migrations/circle", "..")
    run = check(project, "migrations")
    assert "public.shared_table" in run.stdout
    assert "not followed" not in run.stderr


@pytest.mark.parametrize("name", ["rlslint.toml", ".rlslint.toml", "pyproject.toml"])
def test_a_configuration_that_is_a_link_out_of_the_project_is_refused(
    name: str, project: Path
) -> None:
    linked(project, name, "../outside/secret.toml")
    run = check(project)
    assert run.returncode == 2
    assert run.stderr.endswith("cannot be read: it lies outside of the project\n")


@pytest.mark.parametrize("way", ["../outside/secret.toml", "{}/outside/secret.toml", "in.toml"])
def test_a_configuration_extends_nothing_outside(way: str, project: Path) -> None:
    linked(project, "in.toml", "../outside/secret.toml")
    write(project / "rlslint.toml", f'extend = "{way.format(project.parent)}"\n')
    run = check(project)
    assert run.returncode == 2
    assert "rlslint.toml:1:" in run.stderr
    assert "it lies outside of the project" in run.stderr


def test_a_configuration_extends_one_of_its_repository(project: Path) -> None:
    write(project / "base.toml", 'ignore = ["policy-using-true"]\n')
    write(project / "part" / "rlslint.toml", 'extend = "../base.toml"\n')
    write(project / "part" / "migrations" / "0001_docs.sql", ABLE)
    assert "policy-using-true" not in check(project / "part").stdout


WAYS = {
    "psql": ("migrations/0002_b.sql", "\\i ../../outside/secret.sql\n\\ir /outside/secret.sql\n"),
    "the configuration": ("rlslint.toml", 'migrations = ["../outside/*.sql", "**/*.sql"]\n'),
    "sqitch": ("sqitch.plan", SQLITCH),
    "alembic": ("alembic.ini", "[alembic]\nscript_location = ../outside\nversion_locations = /\n"),
    "liquibase": ("db/changelog.xml", "<include file='../../outside/secret.sql'/>"),
    "supabase": ("supabase/config.toml", '[db.migrations]\nschema_paths = ["../../outside/*"]\n'),
    "an import": ("app/queries.py", "from outside.app import Q\nimport sys\ncursor.execute(Q)\n"),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_what_names_files_outside_reads_none(way: str, project: Path) -> None:
    path, content = WAYS[way]
    write(project / path, content)
    write(project / "deploy" / "a.sql", "SELECT 1;")
    write(project / "db" / "a.sql", "--liquibase formatted sql\n--changeset a:1\nSELECT 1;\n")
    write(project / "supabase" / "schemas" / "a.sql", "SELECT 1;")
    check(project)


def test_a_changelog_above_the_project_is_not_looked_at(project: Path) -> None:
    """Directories above are looked at for changelogs, but not beyond the project."""
    write(project.parent / "changelog.xml", "<include file='x.sql'/>")
    formatted = "--liquibase formatted sql\n--changeset a:1\n"
    write(project / "a.sql", formatted + ABLE.replace("docs", "first"))
    assert "public.first" in check(project).stdout


def is_pipe(path: Path) -> None:
    os.mkfifo(path)


def is_socket(path: Path) -> None:
    folder = os.getcwd()
    os.chdir(path.parent)
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(path.name)
    os.chdir(folder)


def is_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def is_terminal(path: Path) -> None:
    path.symlink_to("/dev/stdin")


@pytest.mark.parametrize("make", [is_pipe, is_socket, is_device, is_terminal])
@pytest.mark.parametrize(
    "name",
    ["migrations/0002_b.sql", "app/q.py", ".env", "compose.yaml", ".gitignore", "rlslint.toml",
     "pyproject.toml", "sqitch.plan", "supabase/config.toml", "db/changelog.xml", "base.toml"],
)  # fmt: skip
def test_special_files_are_not_opened(make: object, name: str, project: Path) -> None:
    for folder in ("app", "supabase/schemas", "db"):
        (project / folder).mkdir(parents=True)
    write(project / "supabase" / "schemas" / "a.sql", "SELECT 1;")
    write(project / "db" / "a.sql", "--liquibase formatted sql\n--changeset a:1\nSELECT 1;\n")
    if name == "base.toml":
        write(project / "rlslint.toml", 'extend = "base.toml"\n')
    make(project / name)  # type: ignore[operator]
    run = check(project)
    assert run.returncode in (1, 2), run.stderr
    named = check(project, "--isolated", name)
    assert named.returncode in (0, 2)


def test_what_the_shell_puts_into_a_pipe_is_read(project: Path) -> None:
    run = rlslint_process("check", "--isolated", "/dev/stdin", cwd=project, given=ABLE.encode())
    assert run.returncode == 1
