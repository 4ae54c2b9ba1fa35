"""`rlslint audit` as a user meets it: databases, flags, streams and exit codes."""

from __future__ import annotations

import json
import os
import pty
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest

from rlslint.cli.commands import audit
from rlslint.project import database as databases
from rlslint.server import snapshot
from tests import command_line
from tests.command_line import Run
from tests.documentation import ROOT
from tests.postgres import Database

FAULTY = """CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
CREATE INDEX ON docs (tenant_id);
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY everyone ON docs USING (true);
CREATE SCHEMA billing;
CREATE TABLE billing.invoices (id int PRIMARY KEY, tenant_id int NOT NULL);
CREATE INDEX ON billing.invoices (tenant_id);
ALTER TABLE billing.invoices ENABLE ROW LEVEL SECURITY;
CREATE POLICY everyone ON billing.invoices USING (true);
GRANT USAGE ON SCHEMA billing TO PUBLIC;
GRANT SELECT ON docs, billing.invoices TO PUBLIC;
"""
ONLY = ("--isolated", "--select", "policy-using-true")


Rlslint = Callable[..., Run]


@pytest.fixture
def rlslint(tmp_path: Path) -> Rlslint:
    """The command line in this process, in an empty directory."""
    return partial(command_line.rlslint, cwd=tmp_path)


@pytest.fixture
def faulty(database: Database) -> Database:
    assert not database.run(FAULTY).errors
    return database


def test_a_database_is_audited_and_named_with_its_server(
    faulty: Database, rlslint: Rlslint
) -> None:
    run = rlslint("audit", faulty.conninfo(), *ONLY)
    name = f"{faulty.name} on {faulty.socket_directory}"
    assert run.returncode == 1
    assert f" --> {name}: public.docs.everyone\n  |\n  |   USING (true)" in run.stdout
    assert run.stdout.count("warning[policy-using-true]") == 2
    assert "\x1b" not in run.stdout + run.stderr
    assert run.stderr.startswith(
        f"Found 2 warnings.\nChecked 2 tables with 2 policies in {name} (PostgreSQL "
    )
    assert " as postgres." in run.stderr


def test_the_environment_of_libpq_says_where_to_connect(
    faulty: Database, tmp_path: Path, rlslint: Rlslint
) -> None:
    services = tmp_path / "services"
    services.write_text(f"[shop]\nhost={faulty.socket_directory}\ndbname={faulty.name}\n")
    ways: tuple[tuple[tuple[str, ...], dict[str, str]], ...] = (
        ((), {"PGHOST": str(faulty.socket_directory), "PGDATABASE": faulty.name}),
        ((), {"PGSERVICEFILE": str(services), "PGSERVICE": "shop"}),
        (("--service", "shop"), {"PGSERVICEFILE": str(services)}),
    )
    for arguments, environment in ways:
        run = rlslint(
            *("audit", *arguments, *ONLY, "--statistics"),
            PGUSER="postgres",
            PGOPTIONS="-c search_path=billing -c default_transaction_read_only=on",
            **environment,
        )
        assert (run.returncode, run.stdout) == (1, "2  RLS101  policy-using-true\n"), run.stderr


def test_only_the_named_schema_is_reported(faulty: Database, rlslint: Rlslint) -> None:
    run = rlslint("audit", faulty.conninfo(), *ONLY, "--schema", "billing")
    assert run.returncode == 1
    assert "public.docs" not in run.stdout
    assert "billing.invoices.everyone" in run.stdout
    unknown = rlslint("audit", faulty.conninfo(), *ONLY, "--schema", "biling")
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert unknown.stderr.endswith('has no schema "biling" (did you mean "billing"?).\n')


def test_of_several_databases_those_that_can_be_read_are_reported(
    faulty: Database, tmp_path: Path, rlslint: Rlslint
) -> None:
    """In a file: a byte order mark, CRLF and comments; a password is in no message."""
    missing = faulty.conninfo().replace(faulty.name, "missing")
    dsn_file = tmp_path / "databases"
    dsn_file.write_bytes(
        f"\ufeff# ours\r\n\r\n{missing} password=hunter2\r\n  {faulty.conninfo()}\r\n".encode()
    )
    arguments = ("audit", "--dsn-file", "databases", *ONLY, "--output-format", "json", "-v")
    run = rlslint(*arguments)
    assert run.returncode == 2
    document = json.loads(run.stdout)
    assert [database["role"] for database in document["databases"]] == ["postgres"]
    assert len(document["findings"]) == document["checked"]["databases"] * 2 == 2
    assert 'cannot be read: database "missing" does not exist.' in run.stderr
    assert "hunter2" not in run.stderr + run.stdout
    piped = rlslint(
        *("audit", "--dsn-file", "-", faulty.conninfo(), *ONLY, "-q", "--statistics"),
        given=f"{faulty.conninfo('postgres')}\n{faulty.conninfo()}  \n".encode(),
    )
    assert (piped.returncode, piped.stdout) == (1, "2  RLS101  policy-using-true\n")
    assert piped.stderr == ""


@pytest.mark.parametrize(
    ("arguments", "given", "message"),
    [
        (("",), b"", "A DSN is empty"),
        (("--service", ""), b"", "The name of --service is empty"),
        (("--dsn-file", "-"), b"# none\n", "The file of --dsn-file names no database."),
        (("--dsn-file", "-"), b"host=\xff\n", "The file of --dsn-file is not UTF-8."),
        (("--dsn-file", "missing"), b"", "'missing': No such file or directory"),
        (("--dsn-file", "."), b"", "Is a directory"),
        (("--drift",), b"", "--drift compares with migrations: --migrations says which."),
        (("-q", "-v"), b"", "--quiet and --verbose exclude each other."),
        (("--select", "no-such-rule"), b"", "no-such-rule"),
        (("--statistics", "--output-format", "sarif"), b"", "--statistics has no form"),
        (("--migrations", "missing"), b"", "missing"),
        (("--output-format", "xml"), b"", 'found the string "xml"'),
    ],
)
def test_a_wrong_call_ends_with_2_and_a_sentence(
    arguments: tuple[str, ...], given: bytes, message: str, tmp_path: Path, rlslint: Rlslint
) -> None:
    run = rlslint("audit", *arguments, given=given, PGHOST=str(tmp_path))
    assert (run.returncode, run.stdout) == (2, "")
    assert message in run.stderr
    assert "fault of its own" not in run.stderr


def test_exit_codes_and_severities(faulty: Database, rlslint: Rlslint) -> None:
    base = ("audit", faulty.conninfo(), "--isolated", "-q", "--select")
    assert rlslint(*base, "policy-using-true", "-e").returncode == 0
    faulty.run(
        "CREATE POLICY calls ON docs AS RESTRICTIVE"
        " USING (tenant_id = current_setting('app.tenant_id')::int)"
    )
    shown = rlslint(*base, "policy-function-not-wrapped")
    assert shown.returncode == 0
    assert shown.stdout.startswith("info[policy-function-not-wrapped]")
    graver = rlslint(*base, "policy-function-not-wrapped", "--fail-on", "info")
    assert graver.returncode == 1
    least = ("policy-function-not-wrapped", "--min-severity", "warning")
    hidden = rlslint(*base[:3], "--select", *least)
    assert hidden.stdout == ""
    assert "Not shown: 1 finding (1 info)" in hidden.stderr


def test_findings_go_to_a_file_and_a_closed_pipe_ends_quietly(
    faulty: Database, tmp_path: Path, rlslint: Rlslint
) -> None:
    run = rlslint("audit", faulty.conninfo(), *ONLY, "-o", "found.txt")
    assert (run.returncode, run.stdout) == (1, "")
    assert (tmp_path / "found.txt").read_text().count("policy-using-true") == 4
    command = [sys.executable, "-m", "rlslint", "audit", faulty.conninfo(), *ONLY, "-q"]
    read, write = os.pipe()
    os.close(read)
    closed = subprocess.run(
        command, cwd=tmp_path, stdout=write, stderr=subprocess.PIPE, check=False
    )
    os.close(write)
    assert (closed.returncode, closed.stderr) == (1, b"")


def test_rules_that_rewrite_commands_are_said_to_be_unchecked(
    database: Database, rlslint: Rlslint
) -> None:
    script = """CREATE SCHEMA billing; CREATE TABLE billing.sums (n int);
        CREATE RULE keep AS ON INSERT TO docs DO ALSO INSERT INTO billing.sums VALUES (1);
        CREATE RULE off AS ON DELETE TO docs DO INSTEAD NOTHING;
        ALTER TABLE docs DISABLE RULE off; CREATE VIEW seen AS SELECT * FROM docs;"""
    assert database.run("CREATE TABLE docs (id int);" + script).errors == ()
    run = rlslint("audit", database.conninfo(), "--isolated", "--show-unchecked")
    reason = "with actions that have the rights of the table's owner"
    assert f"Not checked: 1 rewrite rule {reason}" in run.stderr
    assert f"rewrite rule keep on public.docs of {database.name} on " in run.stderr
    elsewhere = rlslint("audit", database.conninfo(), "--isolated", "--schema", "billing")
    assert "rewrite rule" not in elsewhere.stderr


def test_any_role_that_can_connect_finds_the_same(faulty: Database, rlslint: Rlslint) -> None:
    script = """CREATE ROLE auditor LOGIN; REVOKE ALL ON SCHEMA public FROM PUBLIC;
        CREATE VIEW billing.all_of_them AS SELECT * FROM docs;
        CREATE FUNCTION billing.all_ids() RETURNS SETOF int LANGUAGE sql SECURITY DEFINER
            AS 'SELECT id FROM public.docs';
        REVOKE ALL ON FUNCTION billing.all_ids() FROM PUBLIC;
        CREATE ROLE app_user LOGIN; GRANT EXECUTE ON FUNCTION billing.all_ids() TO app_user;
        GRANT SELECT ON billing.all_of_them TO app_user;"""
    assert faulty.run(script).errors == ()
    flags = ("--isolated", "--output-format", "concise", "--min-confidence", "low")
    by_superuser = rlslint("audit", faulty.conninfo(), *flags)
    by_auditor = rlslint("audit", faulty.conninfo("auditor"), *flags)
    assert "security-definer-no-search-path" in by_superuser.stdout
    assert by_auditor.stdout == by_superuser.stdout
    assert by_auditor.stderr == by_superuser.stderr.replace("as postgres", "as auditor")


def test_migrations_give_findings_a_file_and_the_database_stays_named(
    faulty: Database, tmp_path: Path, rlslint: Rlslint
) -> None:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "0001_all.sql").write_text(FAULTY)
    base = ("audit", faulty.conninfo(), *ONLY, "--migrations", ".")
    run = rlslint(*base, "--output-format", "concise")
    first, second = run.stdout.splitlines()
    assert first.startswith("migrations/0001_all.sql:4:")
    assert second.startswith("migrations/0001_all.sql:9:")
    name = f"{faulty.name} on {faulty.socket_directory}"
    assert first.endswith(f"(in {name})")
    full = rlslint(*base).stdout
    assert f" ::: {name}, as the server has it\n" in full


LOCKED = """
CREATE ROLE locked_app;
CREATE TABLE held (id int PRIMARY KEY, tenant_id int NOT NULL DEFAULT 1 + 1, body text);
CREATE INDEX held_body ON held (lower(body));
ALTER TABLE held ENABLE ROW LEVEL SECURITY;
CREATE POLICY held_open ON held USING (tenant_id > 0);
CREATE VIEW over_held AS SELECT * FROM held;
CREATE FUNCTION from_held() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM held; END;
CREATE TABLE members (id int, tenant_id int);
ALTER TABLE members ENABLE ROW LEVEL SECURITY;
CREATE POLICY through_held ON members USING (id IN (SELECT id FROM held));
CREATE PUBLICATION held_feed FOR TABLE held WHERE (tenant_id > 1);
GRANT SELECT ON held, members, over_held TO locked_app;
"""


def test_a_locked_table_costs_itself(
    faulty: Database, tmp_path: Path, rlslint: Rlslint, monkeypatch: pytest.MonkeyPatch
) -> None:
    quickly = snapshot._BEGIN.replace("lock_timeout = '5s'", "lock_timeout = '100ms'")
    monkeypatch.setattr(snapshot, "_BEGIN", quickly)
    assert not faulty.run(LOCKED).errors
    before = json.loads(rlslint("audit", faulty.conninfo(), "--output-format", "json").stdout)
    with psycopg.connect(faulty.conninfo()) as other:
        other.execute("LOCK TABLE held IN ACCESS EXCLUSIVE MODE")
        run = rlslint("audit", faulty.conninfo(), "--output-format", "json")
        session = other.info.backend_pid
    after = json.loads(run.stdout)
    assert run.returncode == 2
    name = f"public.held of {faulty.name} on {faulty.socket_directory}"
    sentence = f"{name} cannot be read: session {session} has held a lock on it for more than 5 "
    assert run.stderr.startswith(sentence)
    assert name in {item["object"] for item in after["not_checked"]}

    def others(report: Any) -> set[tuple[str, str]]:
        found = {(one["name"], one["object"]) for one in report["findings"]}
        return {one for one in found if "held" not in one[1]}

    assert others(before) == others(after)
    assert {one[1] for one in others(after)} >= {"public.docs"}


def test_one_database_that_fails_costs_itself(
    faulty: Database, tmp_path: Path, rlslint: Rlslint, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed: list[str] = []
    read = databases.read_database

    def failing(conninfo: str, *rest: Any) -> Any:
        if "fallback_application_name" in conninfo:
            failed.append(conninfo)
            raise ZeroDivisionError("of its own")
        return read(conninfo, *rest)

    monkeypatch.setattr(databases, "read_database", failing)
    bad = f"{faulty.conninfo()} fallback_application_name=x"
    run = rlslint("audit", bad, faulty.conninfo(), *ONLY)
    assert failed
    assert run.returncode == 2
    assert "policy-using-true" in run.stdout
    assert f"Not audited: database {faulty.name} on {faulty.socket_directory}, for" in run.stderr
    assert rlslint("audit", bad, *ONLY).returncode == 2


def test_progress_is_shown_on_a_terminal_only_and_wiped(faulty: Database, tmp_path: Path) -> None:
    """A lock keeps the audit waiting until its progress has been seen."""
    command = [sys.executable, "-m", "rlslint", "audit", faulty.conninfo(), *ONLY]
    terminal, end = pty.openpty()
    shown = b""
    with psycopg.connect(faulty.conninfo()) as other:
        other.execute("LOCK TABLE docs IN ACCESS EXCLUSIVE MODE")
        process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=end)
        os.close(end)
        while b"Reading the catalog of" not in shown:
            shown += os.read(terminal, 1000)
        other.rollback()
    output, _ = process.communicate(timeout=60)
    try:
        while data := os.read(terminal, 1000):
            shown += data
    except OSError:  # Linux says so at the end of a terminal.
        pass
    os.close(terminal)
    assert process.returncode == 1
    assert b"Reading" not in output
    assert b"\r\x1b[KFound 2 warnings." in shown


@pytest.mark.usefixtures("interruptible")
def test_an_interrupted_audit_ends_at_once_and_leaves_nothing(
    faulty: Database, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "rlslint", "audit", faulty.conninfo(), *ONLY]
    sessions = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'rlslint'"
    with psycopg.connect(faulty.conninfo()) as other:
        other.execute("LOCK TABLE docs IN ACCESS EXCLUSIVE MODE")
        process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE)
        while faulty.run(f"{sessions} AND wait_event_type = 'Lock'").output != "1":
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=60)[1] == b"\nInterrupted.\n"
        assert process.returncode == 130
        while faulty.run(sessions).output != "0":
            pass


@pytest.mark.parametrize("page", ["README.md", "docs/audit.md"])
def test_the_audits_that_a_page_shows_are_spelled_right(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8").replace("\\\n", " ")
    shown = re.findall(r"^ *(?:- run: |- )?rlslint audit\b(.*)$", text, re.M)
    assert shown
    for arguments in shown:
        words = [word for word in shlex.split(arguments, comments=True) if word != "databases.txt"]
        if "--dsn-file" in words:
            words.remove("--dsn-file")
        audit.make_context("audit", words)
