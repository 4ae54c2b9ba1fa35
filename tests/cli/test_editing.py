"""`check --fix`: what is mended where it stands, in which files, and every other byte as it was."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from rlslint.cli import editing
from tests.cli.test_fix import NOTES, SETUP, contents, written
from tests.command_line import Run, rlslint
from tests.postgres import Server

OPEN = SETUP.replace("docs TO web;", "docs TO web;\nALTER TABLE docs FORCE ROW LEVEL SECURITY;")
PSYCOPG = "import psycopg\n\n\ndef act(conn: psycopg.Connection, tenant, user):\n"
SQLALCHEMY = (
    "from sqlalchemy import create_engine, text\n\nengine = create_engine('postgresql://x')\n\n\n"
    "def act(tenant):\n    with engine.begin() as conn:\n    "
)
ASYNCPG = (
    "import asyncpg\n\n\nasync def act(tenant):\n    conn = await asyncpg.connect()\n"
    "    async with conn.transaction():\n        await "
)
PG = (
    'import pg from "pg";\nconst pool = new pg.Pool();\nexport async function act(tenant) {\n'
    '  const client = await pool.connect();\n  await client.query("BEGIN");\n  await '
)
PGX = (
    'package shop\n\nimport (\n\t"context"\n\t"fmt"\n\n\t"github.com/jackc/pgx/v5"\n)\n\n'
    "func act(ctx context.Context, conn *pgx.Conn, tenant string) {\n"
    "\ttx, _ := conn.Begin(ctx)\n\ttx."
)
BOUND = "\"SELECT set_config('app.tenant', %s, true)\""
CAST = BOUND.replace("%s", "CAST(%s AS text)")
LIQUIBASE = "--liquibase formatted sql\n--changeset ada:{} {}\n"


def run(folder: Path, *arguments: str) -> Run:
    return rlslint("check", "--isolated", *arguments, cwd=folder)


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@shop.example")
    subprocess.run(["git", "-C", folder, *who, *arguments], check=True, capture_output=True)


def repository(folder: Path, files: dict[str, str], committed: dict[str, str]) -> None:
    written(folder, committed)
    (folder / ".git").rmdir()
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "All of it")
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content.encode())


@pytest.mark.parametrize(
    ("path", "head", "before", "after"),
    [
        ("a.py", PSYCOPG, "    conn.execute(f\"SET LOCAL app.tenant = '{tenant}'\")\n",
         f"    conn.execute({BOUND}, [str(tenant)])\n"),
        ("a.py", PSYCOPG, "    conn.execute(\"SET LOCAL app.tenant = '%s'\" % tenant)\n",
         f"    conn.execute({BOUND}, [str(tenant)])\n"),
        ("a.py", PSYCOPG, "    conn.execute(\"SET LOCAL app.tenant = '{}'\".format(tenant))\n",
         f"    conn.execute({BOUND}, [str(tenant)])\n"),
        ("a.py", PSYCOPG, "    conn.execute(\"SET LOCAL app.tenant = %s\", (tenant,))\n",
         f"    conn.execute({CAST}, (tenant,))\n"),
        ("a.py", PSYCOPG, "    conn.execute('SET LOCAL app.tenant = %s', (tenant,))\n",
         "    conn.execute('SELECT set_config(\\'app.tenant\\', CAST(%s AS text), true)', "
         "(tenant,))\n"),
        ("a.py", SQLALCHEMY, "    conn.execute(text(f\"SET LOCAL app.tenant = '{tenant}'\"))\n",
         "    conn.execute(text(\"SELECT set_config('app.tenant', :value, true)\"), "
         '{"value": str(tenant)})\n'),
        ("a.py", ASYNCPG, "conn.execute(f\"SET LOCAL app.tenant = '{tenant}'\")\n",
         "conn.execute(\"SELECT set_config('app.tenant', $1, true)\", str(tenant))\n"),
        ("a.js", PG, "client.query(`SET LOCAL app.tenant = '${tenant}'`);\n}\n",
         "client.query(\"SELECT set_config('app.tenant', $1, true)\", [tenant]);\n}\n"),
        ("a.go", PGX, "Exec(ctx, fmt.Sprintf(\"SET LOCAL app.tenant = '%s'\", tenant))\n}\n",
         "Exec(ctx, \"SELECT set_config('app.tenant', $1, true)\", fmt.Sprint(tenant))\n}\n"),
    ],
)  # fmt: skip
def test_a_value_is_bound_as_the_library_takes_it(
    path: str, head: str, before: str, after: str, tmp_path: Path
) -> None:
    repository(tmp_path, {path: head + before}, {"migrations/1.sql": OPEN})
    first = run(tmp_path, "--fix")
    assert (tmp_path / path).read_text() == head + after, first
    assert "1 finding was mended in 1 file." in first.stderr
    held = contents(tmp_path)
    run(tmp_path, "--fix", "--unsafe-fixes")
    assert contents(tmp_path) == held


@pytest.mark.parametrize(
    "line",
    [
        "conn.execute(f\"SET LOCAL app.tenant = '{tenant}'; SELECT 1\")",
        "conn.execute(f\"SET LOCAL app.tenant = '{tenant}-{user}'\")",
        "conn.execute(f\"SET LOCAL app.tenant = 'x{tenant}'\")",
        'conn.execute("SET LOCAL app.tenant = \'" + tenant + "\'")',
        "conn.execute(f\"SET LOCAL app.tenant = '{tenant}'\", prepare=True)",
    ],
)
def test_what_is_not_known_as_a_whole_stays(line: str, tmp_path: Path) -> None:
    program = f"{PSYCOPG}    {line}\n"
    repository(tmp_path, {"a.py": program}, {"migrations/1.sql": OPEN})
    done = run(tmp_path, "--fix", "--unsafe-fixes")
    assert "set-string-interpolation" in done.stdout
    assert (tmp_path / "a.py").read_text() == program


def test_what_is_committed_stays_unless_it_is_asked_for(tmp_path: Path) -> None:
    program = f"{PSYCOPG}    conn.execute(f\"SET LOCAL app.tenant = '{{tenant}}'\")\n"
    repository(tmp_path, {}, {"a.py": program, "migrations/1.sql": OPEN + NOTES})
    before = contents(tmp_path)
    done = run(tmp_path, "--fix")
    assert contents(tmp_path) == before
    assert "2 can be mended with --unsafe-fixes: see what that changes with --diff." in done.stderr
    shown = run(tmp_path, "--fix", "--unsafe-fixes", "--diff")
    assert shown.returncode == 1
    assert f"+    conn.execute({BOUND}, [str(tenant)])" in shown.stdout
    assert contents(tmp_path) == before
    run(tmp_path, "--fix", "--unsafe-fixes")
    assert BOUND in (tmp_path / "a.py").read_text()
    assert "ALTER TABLE public.notes ENABLE" in (tmp_path / "migrations/1.sql").read_text()


def test_a_file_of_no_repository_may_have_run(tmp_path: Path) -> None:
    written(tmp_path, {"migrations/1.sql": OPEN + NOTES})
    (tmp_path / ".git").rmdir()
    before = contents(tmp_path)
    run(tmp_path, "--fix")
    assert contents(tmp_path) == before


def test_a_migration_that_is_not_committed_is_mended_at_its_end(tmp_path: Path) -> None:
    new = f"-- migrate:up\n{NOTES}\n-- migrate:down\nDROP TABLE notes;\n"
    repository(tmp_path, {"db/2.sql": new}, {"db/1.sql": f"-- migrate:up\n{OPEN}"})
    run(tmp_path, "--fix")
    up, _, down = (tmp_path / "db/2.sql").read_text().partition("-- migrate:down")
    assert up.startswith(f"-- migrate:up\n{NOTES}\nALTER TABLE public.notes ENABLE ROW LEVEL")
    assert down == "\nDROP TABLE notes;\n"
    run(tmp_path, "--fix")
    assert run(tmp_path, "--fix").stdout == ""
    assert (tmp_path / "db/2.sql").read_text().count("CREATE INDEX ON public.notes") == 1


@pytest.mark.parametrize("value", [5, uuid4(), "5"])
def test_a_value_that_is_bound_already_may_be_of_any_type(value: object, server: Server) -> None:
    with server.database() as database, psycopg.connect(database.conninfo()) as connection:
        (held,) = connection.execute(json.loads(CAST), (value,)).fetchone() or ()
    assert held == str(value)


def test_a_migration_that_was_committed_stays_though_it_was_changed(tmp_path: Path) -> None:
    repository(tmp_path, {}, {"migrations/1.sql": OPEN, "migrations/2.sql": NOTES})
    (tmp_path / "migrations/2.sql").write_text(f"{NOTES}-- more\n")
    done = run(tmp_path, "--fix")
    assert (tmp_path / "migrations/2.sql").read_text() == f"{NOTES}-- more\n"
    assert "1 can be mended with --unsafe-fixes" in done.stderr


@pytest.mark.parametrize("options", [(), ("--unsafe-fixes",)])
def test_a_link_stays_one(options: tuple[str, ...], tmp_path: Path) -> None:
    repository(tmp_path, {}, {"migrations/1.sql": OPEN, "shared/notes.sql": NOTES})
    link = tmp_path / "migrations/2.sql"
    link.symlink_to("../shared/notes.sql")
    run(tmp_path, "--fix", *options)
    assert link.is_symlink()
    assert link.read_text() == NOTES


@pytest.mark.parametrize(
    "new",
    [
        LIQUIBASE.format(2, "") + NOTES + "--changeset ada:3 context:test\nSELECT 1;\n",
        f"{NOTES}\\if :testing\nSELECT 1;\n\\endif\n",
        f"{NOTES}SET ROLE web;\n",
        f"SET SESSION AUTHORIZATION DEFAULT;\n{NOTES}SET LOCAL ROLE web;",
        f"{NOTES}\\connect - web\n",
    ],
)
def test_what_may_not_run_is_no_place_for_a_mend(new: str, tmp_path: Path) -> None:
    head = LIQUIBASE.format(1, "") if new.startswith("--") else ""
    repository(tmp_path, {"changelog/2.sql": new}, {"changelog/1.sql": head + OPEN})
    done = run(tmp_path, "--fix", "--unsafe-fixes")
    assert "rls-not-enabled" in done.stdout
    assert (tmp_path / "changelog/2.sql").read_text() == new


@pytest.mark.parametrize(
    "back", ["RESET ROLE", "SET ROLE NONE", "RESET ALL; SET search_path = public"]
)
def test_a_role_that_is_given_back_is_in_nobodys_way(back: str, tmp_path: Path) -> None:
    new = f"{NOTES}SET ROLE web; SELECT 1; {back};\n"
    repository(tmp_path, {"migrations/2.sql": new}, {"migrations/1.sql": OPEN})
    run(tmp_path, "--fix")
    assert "ALTER TABLE public.notes ENABLE" in (tmp_path / "migrations/2.sql").read_text()


def test_what_cannot_be_read_is_an_error_after_which_nothing_is_mended(tmp_path: Path) -> None:
    repository(tmp_path, {"migrations/2.sql": NOTES}, {"migrations/1.sql": OPEN})
    (tmp_path / "migrations/3.sql").write_bytes(b"SELECT 1;\0")
    for options in ((), ("--diff",)):
        done = run(tmp_path, "--fix", *options)
        assert done.returncode == 2
        assert "migrations/3.sql " in done.stderr
        assert "Nothing is mended, for what could not be read may say what is there." in done.stderr
    assert (tmp_path / "migrations/2.sql").read_text() == NOTES
    done = run(tmp_path, "--diff", "nowhere")
    assert (done.returncode, done.stdout) == (2, "")
    assert "nowhere does not exist." in done.stderr


def test_fixes_that_were_not_tried_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(editing, "_MOST_CHECKS", 0)
    repository(tmp_path, {"migrations/2.sql": NOTES}, {"migrations/1.sql": OPEN})
    done = run(tmp_path, "--fix")
    assert "Whether 1 finding can be mended was not tried" in done.stderr
    assert (tmp_path / "migrations/2.sql").read_text() == NOTES


def test_a_refused_statement_is_written_as_it_is_meant(tmp_path: Path) -> None:
    policy = "CREATE POLICY IF NOT EXISTS own ON notes USING (tenant_id = 1);\n"
    new = f"{NOTES}{policy}GRANT INSERT ON notes TO web;\n"
    repository(tmp_path, {"migrations/2.sql": new}, {"migrations/1.sql": OPEN})
    run(tmp_path, "--fix", "--select", "invalid-rls-ddl")
    assert (tmp_path / "migrations/2.sql").read_text() == (
        f"{NOTES}DROP POLICY IF EXISTS own ON notes;\n"
        "CREATE POLICY own ON notes USING (tenant_id = 1);\nGRANT INSERT ON notes TO web;\n"
    )


@pytest.mark.parametrize(
    ("mark", "encoding", "comment", "end"),
    [
        (b"\xef\xbb\xbf", "utf-8", "é → 名", "\r\n"),
        (b"", "latin-1", "caf\xe9", "\n"),
        (b"", "utf-8", "a\rb", "\n"),
    ],
)
def test_every_other_byte_stays(
    mark: bytes, encoding: str, comment: str, end: str, tmp_path: Path
) -> None:
    repository(tmp_path, {}, {"migrations/1.sql": OPEN})
    new = mark + f"-- {comment}\n{NOTES}".replace("\n", end).encode(encoding)
    (tmp_path / "migrations/2.sql").write_bytes(new)
    run(tmp_path, "--fix", "--select", "rls-not-enabled")
    after = (tmp_path / "migrations/2.sql").read_bytes()
    assert after.startswith(new.rstrip())
    assert b"ALTER TABLE public.notes ENABLE ROW LEVEL SECURITY" in after
    assert after.count(end.encode()) > new.count(end.encode())
    assert end == "\n" or after.count(b"\n") == after.count(b"\r\n")


def test_json_has_what_would_be_written_where(tmp_path: Path) -> None:
    line = "    conn.execute(f\"SET LOCAL app.tenant = '{tenant}'\")\n"
    written(tmp_path, {"a.py": f"# é\n{PSYCOPG}{line}", "migrations/1.sql": OPEN})
    done = run(tmp_path, "a.py", "--output-format", "json")
    (found,) = json.loads(done.stdout)["findings"]
    fix = found["fix"]
    assert fix["applicability"] == "safe"
    (edit,) = fix["edits"]
    data = (tmp_path / "a.py").read_bytes()
    start, end = edit["range"]
    assert data[start:end] == b"f\"SET LOCAL app.tenant = '{tenant}'\""
    assert edit["content"] == f"{BOUND}, [str(tenant)]"
    assert edit["location"] == {"row": 6, "column": 18}


def test_standard_input_is_no_file_to_mend(tmp_path: Path) -> None:
    done = rlslint("check", "--fix", "-", cwd=tmp_path, given="SELECT 1")
    assert done.returncode == 2
    assert "--fix and --diff are for files, and - is none." in done.stderr
    done = rlslint("check", "--fix", "--watch", cwd=tmp_path)
    assert done.returncode == 2
    assert "--watch and --fix exclude each other." in done.stderr
