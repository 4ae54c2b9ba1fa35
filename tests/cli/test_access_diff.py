"""`rlslint access diff` as a user meets it: states in Git, folders, databases, gates."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.command_line import rlslint
from tests.postgres import Database

FIRST = """CREATE ROLE app LOGIN;
CREATE TABLE orders (id int PRIMARY KEY, tenant_id uuid NOT NULL, public boolean NOT NULL);
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON orders TO app
  USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
GRANT SELECT, DELETE ON orders TO app;
"""


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=m")
    environment = {**os.environ, "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(("git", *identity, *arguments), cwd=folder, check=True, env=environment,
                   capture_output=True)  # fmt: skip


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "0001_orders.sql").write_text(FIRST)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "first")
    return tmp_path


def change(project: Path, sql: str) -> None:
    (project / "migrations" / "0002_change.sql").write_text(sql)


def headlines(output: str) -> list[str]:
    return [line for line in output.splitlines() if line and not line.startswith(" ")]


def test_who_gains_and_who_loses_since_a_commit_and_by_which_statement(project: Path) -> None:
    change(project, "\nGRANT SELECT ON orders TO PUBLIC;\nREVOKE DELETE ON orders FROM app;\n"
                    "CREATE POLICY open ON orders FOR SELECT USING (public);\n")  # fmt: skip
    run = rlslint("access", "diff", "HEAD", cwd=project)
    assert run.returncode == 0
    assert headlines(run.stdout) == [
        "app: + SELECT public.orders (migrations/0002_change.sql:4)",
        "app: − DELETE public.orders (migrations/0002_change.sql:3)",
        "PUBLIC: + SELECT public.orders (migrations/0002_change.sql:2)",
    ]
    assert "    gains a row of which" in run.stdout
    assert run.stderr == "3 changes in 1 table, none of them uncertain.\n"


@pytest.mark.parametrize(
    "condition",
    [
        "(SELECT nullif(current_setting('app.tenant_id', true), ''))::uuid = tenant_id",
        "tenant_id = current_setting('app.tenant_id', true)::uuid",
        "tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid AND id = id",
    ],
)
def test_a_condition_in_other_words_is_no_change(project: Path, condition: str) -> None:
    change(project, f"ALTER POLICY own ON orders USING ({condition});")
    run = rlslint("access", "diff", "HEAD", cwd=project)
    assert (run.returncode, run.stdout) == (0, "")
    assert run.stderr == "0 changes in 1 table.\n"


def test_what_cannot_be_compared_is_said_and_passes_no_gate(project: Path) -> None:
    change(project, "CREATE POLICY odd ON orders FOR SELECT USING (is_mine(id));")
    run = rlslint("access", "diff", "HEAD", "--fail-on", "no-new-access", cwd=project)
    assert run.returncode == 1
    assert headlines(run.stdout) == ["app: +? SELECT public.orders (migrations/0002_change.sql:1)"]
    assert "not certain, for" in run.stdout
    assert run.stderr.startswith("no-new-access: 1 change may not be.\n")


@pytest.mark.parametrize(
    ("gate", "sql", "status"),
    [
        ("no-new-access", "GRANT UPDATE ON orders TO app;", 1),
        ("no-new-access", "REVOKE DELETE ON orders FROM app;", 0),
        ("no-lost-access", "REVOKE DELETE ON orders FROM app;", 1),
        ("no-lost-access", "GRANT UPDATE ON orders TO app;", 0),
        ("no-public-access", "GRANT UPDATE ON orders TO app;", 0),
        ("no-public-access", "CREATE TABLE news (id int); GRANT SELECT ON news TO PUBLIC;", 1),
        ("no-lost-access,no-new-access", "ALTER TABLE orders FORCE ROW LEVEL SECURITY;", 1),
    ],
)
def test_gates(project: Path, gate: str, sql: str, status: int) -> None:
    change(project, sql)
    assert rlslint("access", "diff", "HEAD", "--fail-on", gate, cwd=project).returncode == status


def test_a_pull_request_gets_markdown_and_a_program_json(project: Path) -> None:
    change(project, "GRANT UPDATE ON orders TO app;")
    comment = rlslint("access", "diff", "HEAD", "--output-format", "markdown", cwd=project).stdout
    assert "| + | app | UPDATE | public.orders |" in comment
    document = json.loads(
        rlslint("access", "diff", "HEAD", "--output-format", "json",
                "--fail-on", "no-new-access", cwd=project).stdout
    )  # fmt: skip
    (only,) = document["projects"][0]["changes"]
    assert only["roles"] == ["app"] and only["gained"]["happened"] is True
    assert only["places"] == ["migrations/0002_change.sql:1"]
    assert document["broken_gates"] == {"no-new-access": 1}


def test_two_commits_and_two_folders(project: Path, tmp_path: Path) -> None:
    change(project, "ALTER TABLE orders DISABLE ROW LEVEL SECURITY;")
    git(project, "add", ".")
    git(project, "commit", "-qm", "second")
    (project / "deeper").mkdir()
    run = rlslint("access", "diff", "HEAD~1", "HEAD", cwd=project)
    assert headlines(run.stdout) == [
        "app: + SELECT, DELETE public.orders (migrations/0002_change.sql:1)"
    ]
    other = tmp_path / "other"
    other.mkdir()
    (other / "0001_orders.sql").write_text(FIRST)
    backwards = rlslint("access", "diff", "migrations", "other", cwd=project)
    assert headlines(backwards.stdout) == [
        "app: − SELECT, DELETE public.orders (other/0001_orders.sql:3)"
    ]


def test_a_live_database_beside_the_migrations(project: Path, database: Database) -> None:
    assert not database.run(FIRST).errors
    change(project, "GRANT INSERT ON orders TO app;")
    dsn = database.conninfo()
    run = rlslint("access", "diff", dsn, "migrations", "--role", "app", cwd=project)
    assert run.returncode == 0, run.stderr
    assert headlines(run.stdout) == ["app: + INSERT public.orders (migrations/0002_change.sql:1)"]


def test_a_table_that_is_renamed_stays_the_same_table(project: Path) -> None:
    change(project, "ALTER TABLE orders RENAME TO purchases;"
                    "ALTER TABLE purchases RENAME tenant_id TO customer_id;")  # fmt: skip
    assert rlslint("access", "diff", "HEAD", cwd=project).stdout == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("no-such-commit",), "There is no commit no-such-commit in this repository"),
        (("--", "-x"), "cannot be the name of a commit"),
        (("HEAD", "--fail-on", "no-new-acces"), "no-new-access"),
    ],
)
def test_what_is_not_there_is_said(project: Path, arguments: tuple[str, ...], said: str) -> None:
    run = rlslint("access", "diff", *arguments, cwd=project)
    assert run.returncode == 2 and said in run.stderr and run.stdout == ""


def test_without_git_a_name_is_a_folder(tmp_path: Path) -> None:
    run = rlslint("access", "diff", "HEAD", cwd=tmp_path)
    assert run.returncode == 2
    assert run.stderr == "Error: HEAD is no file and no folder, and here is no Git repository.\n"


def test_rows_that_come_through_views_and_functions_are_told(project: Path) -> None:
    change(
        project,
        "CREATE VIEW all_orders AS SELECT * FROM orders; GRANT SELECT ON all_orders TO app;\n"
        "CREATE VIEW mine WITH (security_invoker) AS SELECT * FROM orders;\n"
        "GRANT SELECT ON mine TO app;\n"
        "CREATE FUNCTION count_orders() RETURNS bigint LANGUAGE sql SECURITY DEFINER\n"
        "  AS 'SELECT count(*) FROM orders';\n",
    )
    run = rlslint("access", "diff", "HEAD", "--role", "app", cwd=project)
    assert headlines(run.stdout) == [
        "app: + SELECT public.orders through public.all_orders (migrations/0002_change.sql:1)",
        "app: +? SELECT public.orders through public.count_orders (migrations/0002_change.sql:4)",
    ]
    (project / "other").mkdir()
    (project / "other" / "0001_orders.sql").write_text(FIRST)
    back = rlslint("access", "diff", "migrations", "other", "--role", "app", cwd=project)
    assert "app: − SELECT public.orders through public.all_orders" in headlines(back.stdout)


def test_a_side_that_cannot_be_read_is_not_taken_for_empty(project: Path) -> None:
    run = rlslint("access", "diff", "postgres://u:secret@127.0.0.1:1/x", ".", cwd=project)
    assert run.returncode == 2
    assert run.stdout == ""
    assert "no server listens there" in run.stderr
    assert "secret" not in run.stderr


def test_a_name_that_is_a_folder_and_a_branch_is_refused(project: Path) -> None:
    git(project, "branch", "orders")
    (project / "orders").mkdir()
    run = rlslint("access", "diff", "orders", cwd=project)
    assert run.returncode == 2
    assert "./orders is what lies here" in run.stderr
    assert rlslint("access", "diff", "refs/heads/orders", cwd=project).returncode == 0


def test_a_role_that_neither_side_knows_is_an_error(project: Path) -> None:
    run = rlslint("access", "diff", "HEAD", "--role", "ap", cwd=project)
    assert (run.returncode, run.stdout) == (2, "")
    assert 'There is no role "ap"' in run.stderr


def test_what_is_unknown_on_both_sides_is_said(project: Path) -> None:
    (project / "migrations" / "0002_dynamic.sql").write_text(
        "DO $$ BEGIN EXECUTE 'CREATE POLICY p ON orders USING (' || random()::text || ' > 0)';"
        " END $$;"
    )
    git(project, "add", ".")
    git(project, "commit", "-qm", "second")
    (project / "migrations" / "0003_open.sql").write_text("ALTER POLICY p ON orders USING (true);")
    run = rlslint("access", "diff", "HEAD", "--role", "app", cwd=project)
    assert run.stdout == ""
    assert "2 answers unknown before and now, and not compared.\n" in run.stderr
