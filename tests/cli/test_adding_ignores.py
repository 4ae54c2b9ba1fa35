"""`--add-ignore`: comments with a reason, after which nothing is found and nothing else changed."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from tests.cli.test_baseline import FIRST
from tests.command_line import Run, rlslint
from tests.repositories import new_repository

IDIOMS = Path(__file__).parents[1] / "code" / "idioms"
ON_A_LINE = re.compile(rb"^[^\n]*rlslint: ignore\[[^\n]*\n", re.M)
BEHIND = re.compile(rb" -- rlslint: ignore\[[^\r\n]*")


def add(root: Path, *paths: str, reason: str = "it is meant so") -> Run:
    words = ("--output-format", "concise", "--no-cache", "--add-ignore", reason)
    return rlslint("check", *words, *paths, cwd=root)


def without_comments(data: bytes) -> bytes:
    return ON_A_LINE.sub(b"", BEHIND.sub(b"", data))


def assert_all_stand(root: Path, *paths: str) -> None:
    """Write the comments; hold that nothing is found then, and nothing but comments was written."""
    files = [path for path in root.rglob("*") if path.is_file()]
    before = {path: path.read_bytes() for path in files}
    found = rlslint("check", "--output-format", "concise", *paths, cwd=root)
    assert found.returncode == 1
    run = add(root, *paths)
    assert (run.returncode, run.stdout) == (0, "")
    assert re.search(r"Added \d+ comments? in", run.stderr)
    after = {path: path.read_bytes() for path in files}
    assert {path: without_comments(data) for path, data in after.items()} == before
    assert rlslint("check", *paths, cwd=root).returncode == 0
    again = add(root, *paths)
    assert "Added no comment." in again.stderr
    assert {path: path.read_bytes() for path in files} == after


@pytest.mark.parametrize(
    "name",
    [
        "psycopg.py", "sqlalchemy_session.py", "pg.ts", "prisma.ts", "database_sql.go", "jdbc.java",
        "jdbc_kotlin.kt", "npgsql.cs", "pdo.php", "pg.rb", "sqlx.rs", "postgrex.ex",
    ],
)  # fmt: skip
def test_application_code(tmp_path: Path, name: str) -> None:
    (tmp_path / "migrations").mkdir()
    protected = FIRST.replace("docs, notes, good", "good")
    (tmp_path / "migrations" / "1.sql").write_text(protected)
    (tmp_path / "app").mkdir()
    shutil.copy(IDIOMS / name, tmp_path / "app")
    assert_all_stand(tmp_path, "app")


@pytest.mark.parametrize(
    "text",
    [
        FIRST,
        FIRST.replace("\n", "\r\n"),
        "\ufeff" + FIRST,
        FIRST.rstrip("\n"),
        FIRST.replace(";\nCREATE TABLE", "; CREATE TABLE"),
        FIRST.replace("CREATE TABLE docs", "/* docs */ CREATE TABLE docs"),
        f"SELECT 'a\n'; {FIRST}",
        f"-- +goose Up\n{FIRST}\n-- +goose Down\nDROP TABLE docs;\n",
    ],
)
def test_sql_in_every_form(tmp_path: Path, text: str) -> None:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "1.sql").write_bytes(text.encode())
    assert_all_stand(tmp_path)


def test_sql_that_is_latin_1_stays_so(tmp_path: Path) -> None:
    (tmp_path / "migrations").mkdir()
    path = tmp_path / "migrations" / "1.sql"
    path.write_bytes(FIRST.encode() + "-- für alle\n".encode("latin-1"))
    run = add(tmp_path, reason="wäre zu teuer")
    assert run.stdout == ""
    assert "wäre zu teuer".encode("latin-1") in path.read_bytes()
    assert b"f\xfcr alle" in path.read_bytes()


def test_sql_in_a_string_of_several_lines(tmp_path: Path) -> None:
    """Where line feeds may be collapsed, a comment that ends at one would hide all that follows."""
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "1.sql").write_text(FIRST.replace("docs, notes, good", "good"))
    code = {
        "a.py": 'import psycopg\n\n\ndef enter(cursor, tenant):\n    cursor.execute(f"""\n'
        '        SET app.tenant_id = {tenant}\n    """)\n',
        "b.rb": 'require "pg"\n\ndef enter(connection, tenant)\n  connection.exec(<<~SQL)\n'
        "    SET app.tenant_id = '#{tenant}'\n  SQL\nend\n",
        "c.ts": 'import { Client } from "pg";\n\n'
        "export async function enter(c: Client, t: string) {\n"
        "  await c.query(`\n    SET app.tenant_id = '${t}'\n  `);\n}\n",
    }
    for name, text in code.items():
        (tmp_path / name).write_text(text)
    assert_all_stand(tmp_path)
    for name in code:
        text = (tmp_path / name).read_text()
        assert re.search(r"^ +/\* rlslint: ignore\[.*\] it is meant so \*/$", text, re.M)
    for path in tmp_path.glob("[abc].*"):
        path.write_text(code[path.name])
    run = add(tmp_path, reason="what's {this}?")
    assert run.returncode == 1
    assert "a.py cannot hold a comment that lets this stand" in run.stderr


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".env", "A=1\nDATABASE_URL=postgresql://postgres:secret@db.example/app\n"),
        ("compose.prod.yaml", "services:\n  web:\n    image: shop\n    environment:\n"
         "      DATABASE_URL: postgresql://postgres:secret@db.example/app\n"),
        ("Dockerfile", "FROM shop\nENV A=1 \\\n    DATABASE_URL=postgresql://postgres@db/app\n"),
        ("application.properties", "spring.datasource.url=jdbc:postgresql://db/app\n"
         "spring.datasource.username=postgres\n"),
        ("fly.toml", '[env]\nDATABASE_URL = "postgresql://postgres:secret@db/app"\n'),
        ("wrangler.jsonc", '{"vars": {\n  "DATABASE_URL": "postgresql://postgres:s@db/app"\n}}\n'),
        ("Procfile", "web: DATABASE_URL=postgresql://postgres:secret@db/app bin/web\n"),
        ("main.tf", 'resource "x" "y" {\n  environment = {\n    DATABASE_URL = '
         '"postgresql://postgres:secret@db/app"\n  }\n}\n'),
    ],
)  # fmt: skip
def test_settings(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "1.sql").write_text(FIRST.replace("docs, notes, good", "good"))
    (tmp_path / name).write_text(text)
    assert_all_stand(tmp_path)


def test_a_file_that_cannot_hold_a_comment_is_named(tmp_path: Path) -> None:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "1.sql").write_text(FIRST)
    settings = tmp_path / "appsettings.json"
    settings.write_text(
        '{"ConnectionStrings": {"Default": "Host=db;Database=app;Username=postgres;Password=x"}}\n'
    )
    before = settings.read_bytes()
    run = add(tmp_path)
    assert run.returncode == 1
    assert [line.split(":")[0] for line in run.stdout.splitlines()] == ["appsettings.json"]
    assert (
        "appsettings.json cannot hold a comment that lets this stand: app-role-superuser. "
        "Use the baseline, or `accept` in the configuration.\n" in run.stderr
    )
    assert "Added 2 comments in 1 file." in run.stderr
    assert settings.read_bytes() == before


@pytest.mark.parametrize(
    ("folder", "names", "others"),
    [
        ("sql", ("V1__a.sql", "V2__b.sql"), {}),
        ("migrations", ("1_a.sql", "2_b.sql"), {"Cargo.toml": '[dependencies]\nsqlx = "0.8"\n'}),
    ],
)
def test_a_migration_whose_checksum_a_tool_keeps_gets_no_comment(
    tmp_path: Path, folder: str, names: tuple[str, str], others: dict[str, str]
) -> None:
    old, new = (f"{folder}/{name}" for name in names)
    open_table = (
        "CREATE TABLE more (id int, tenant_id int NOT NULL);\nGRANT SELECT ON more TO app_user;\n"
    )
    one = new_repository(tmp_path / "shop")
    for path, content in {old: FIRST, **others}.items():
        one.write(path, content)
    one.commit()
    one.write(new, open_table)
    before = (one.root / old).read_bytes()
    run = add(one.root)
    assert (one.root / old).read_bytes() == before
    assert f"{old} may have run, and its tool then refuses another comment" in run.stderr
    assert b"-- rlslint: ignore[" in (one.root / new).read_bytes()


def test_outside_of_git_a_sentence_says_what_the_comments_may_cost(tmp_path: Path) -> None:
    (tmp_path / "sql").mkdir()
    path = tmp_path / "sql/V1__first.sql"
    path.write_text(FIRST)
    run = add(tmp_path)
    assert run.returncode == 0
    assert "-- rlslint: ignore[" in path.read_text()
    assert "No Git repository tells whether sql/V1__first.sql has run" in run.stderr


def test_only_what_is_new_gets_a_comment(tmp_path: Path) -> None:
    repository = new_repository(tmp_path / "shop")
    repository.write("migrations/1.sql", FIRST)
    repository.commit()
    more = (
        "CREATE TABLE more (id int, tenant_id int NOT NULL);\nGRANT SELECT ON more TO app_user;\n"
    )
    repository.write("migrations/2.sql", more)
    words = ("check", "--since", "HEAD", "--add-ignore", "to be protected on Monday")
    run = rlslint(*words, cwd=repository.root)
    assert (run.returncode, run.stdout) == (0, "")
    assert (repository.root / "migrations/1.sql").read_text() == FIRST
    assert "ignore[" in (repository.root / "migrations/2.sql").read_text()
    assert rlslint("check", "--since", "HEAD", cwd=repository.root).returncode == 0


def test_a_file_that_cannot_be_written_is_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "migrations").mkdir()
    path = tmp_path / "migrations" / "1.sql"
    path.write_text(FIRST)

    def refuse(source: str, target: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", refuse)
    run = add(tmp_path)
    assert run.returncode == 2
    assert run.stderr == "Error: migrations/1.sql cannot be written: Permission denied.\n"
    assert path.read_text() == FIRST
    assert os.listdir(path.parent) == ["1.sql"]


@pytest.mark.parametrize("reason", ["", "  ", "two\nlines", "ends */ here"])
def test_a_reason_is_a_line_of_text(tmp_path: Path, reason: str) -> None:
    (tmp_path / "1.sql").write_text(FIRST)
    run = add(tmp_path, reason=reason)
    assert run.returncode == 2
    assert run.stderr == "Error: --add-ignore needs a reason, in one line of text.\n"
    assert (tmp_path / "1.sql").read_text() == FIRST


def test_standard_input_holds_no_comment(tmp_path: Path) -> None:
    run = add(tmp_path, "-")
    assert run.returncode == 2
    assert "--add-ignore writes comments into files: not with a new baseline, nor with -." in (
        run.stderr
    )
