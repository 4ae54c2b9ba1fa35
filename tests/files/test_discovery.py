import os
from pathlib import Path

import pytest

from rlslint.files.discovery import Found, discover, project_directory


def _write(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("", "utf-8")


def _sql(found: Found) -> list[str]:
    return [file.shown for file in found.sql]


def test_each_kind_of_file_is_found_in_the_order_of_paths(tmp_path: Path) -> None:
    _write(tmp_path, "b/2.sql", "b/1.SQL", "a/x.ddl", "a.pgsql", "x.psql", "notes.txt", "app.py")
    _write(tmp_path, ".env", ".env.local", "prod.env", "docker-compose.dev.yml", "compose.yaml")
    _write(tmp_path, "alembic.ini", "pgbouncer.ini", "setup.ini", "config/database.yml", "env")
    _write(tmp_path, "src/application-prod.properties", "db/sqitch.plan")
    found = discover(["."], root=tmp_path)
    assert _sql(found) == ["a/x.ddl", "a.pgsql", "b/1.SQL", "b/2.sql", "x.psql"]
    assert [file.shown for file in found.python] == ["app.py"]
    assert [file.shown for file in found.plans] == ["db/sqitch.plan"]
    assert {file.shown for file in found.settings} == {
        ".env",
        ".env.local",
        "alembic.ini",
        "compose.yaml",
        "config/database.yml",
        "docker-compose.dev.yml",
        "pgbouncer.ini",
        "prod.env",
        "src/application-prod.properties",
    }
    assert found == discover([tmp_path], root=tmp_path)


def test_an_empty_directory_has_nothing(tmp_path: Path) -> None:
    found = discover([tmp_path], root=tmp_path)
    assert (found.sql, found.python, found.reported, found.problems) == ((), (), frozenset(), ())


def test_directories_of_tools_are_not_entered_unless_named(tmp_path: Path) -> None:
    _write(tmp_path, "node_modules/p/a.sql", ".venv/lib/b.py", "build/c.sql", "d.sql")
    assert _sql(discover(["."], root=tmp_path)) == ["d.sql"]
    assert "build/c.sql" in _sql(discover(["build"], root=tmp_path))


def test_a_missing_path_is_an_error_and_the_rest_goes_on(tmp_path: Path) -> None:
    _write(tmp_path, "a.sql")
    (tmp_path / "broken.sql").symlink_to("gone.sql")
    found = discover(["nowhere.sql", "a.sql", "broken.sql"], root=tmp_path)
    assert [(problem.path, problem.is_error) for problem in found.problems] == [
        ("nowhere.sql", True),
        ("broken.sql", True),
    ]
    assert _sql(found) == ["a.sql"]


def test_a_directory_with_the_name_of_a_file_is_entered(tmp_path: Path) -> None:
    _write(tmp_path, "x.sql/y.sql")
    assert _sql(discover(["."], root=tmp_path)) == ["x.sql/y.sql"]


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    _write(tmp_path, "project/db/a.sql", "elsewhere/b.sql")
    (tmp_path / "project/db/again").symlink_to(tmp_path / "project")
    (tmp_path / "project/aa").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere/back").symlink_to(tmp_path / "project/db")
    found = discover([tmp_path / "project"], root=tmp_path)
    assert _sql(found) == ["project/aa/b.sql", "project/db/a.sql"]


def test_gitignore_files_hold_where_they_stand_and_below(tmp_path: Path) -> None:
    _write(tmp_path, "a.sql", "tmp/b.sql", "db/c.sql", "db/local.sql", "db/keep/local.sql")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("/tmp/\nlocal.sql\n", "utf-8")
    (tmp_path / "db/keep/.gitignore").write_text("!local.sql\n", "utf-8")
    assert _sql(discover(["."], root=tmp_path)) == ["a.sql", "db/c.sql", "db/keep/local.sql"]
    assert "db/local.sql" not in _sql(discover(["db"], root=tmp_path))
    assert "db/local.sql" in _sql(discover(["db/local.sql"], root=tmp_path))


@pytest.mark.parametrize("pattern", ["legacy", "db/legacy", "db/leg*", "*/legacy/"])
def test_excluded_paths_are_not_read(tmp_path: Path, pattern: str) -> None:
    _write(tmp_path, "db/legacy/a.sql", "db/b.sql")
    assert _sql(discover(["."], root=tmp_path, exclude=(pattern,))) == ["db/b.sql"]


def test_a_named_file_is_read_though_excluded_unless_forced(tmp_path: Path) -> None:
    _write(tmp_path, "legacy/a.sql", "b.sql")
    paths = ["legacy/a.sql", "b.sql"]
    named = discover(paths, root=tmp_path, exclude=("legacy",))
    assert _sql(named) == ["b.sql", "legacy/a.sql"]
    forced = discover(paths, root=tmp_path, exclude=("legacy",), force_exclude=True)
    assert _sql(forced) == ["b.sql"]


def test_a_named_file_reports_itself_and_reads_its_repository(tmp_path: Path) -> None:
    _write(
        tmp_path, "db/migrations/1.sql", "db/migrations/2.sql", "app/main.py", "app/pyproject.toml"
    )
    (tmp_path / ".git").mkdir()
    for named in ("db/migrations/2.sql", "app/main.py"):
        found = discover([named], root=tmp_path)
        assert _sql(found) == ["db/migrations/1.sql", "db/migrations/2.sql"]
        assert found.reported == {named}


def test_a_named_directory_of_migrations_reads_its_project(tmp_path: Path) -> None:
    _write(tmp_path, "pyproject.toml", "migrations/1.sql", "app/main.py")
    found = discover(["migrations"], root=tmp_path)
    assert [file.shown for file in found.python] == ["app/main.py"]
    assert found.reported == {"migrations/1.sql"}


def test_a_named_directory_with_a_history_is_a_project_of_its_own(tmp_path: Path) -> None:
    _write(tmp_path, "one/migrations/1.sql", "two/migrations/1.sql", "two/.env")
    (tmp_path / ".git").mkdir()
    found = discover(["one"], root=tmp_path)
    assert _sql(found) == ["one/migrations/1.sql"]
    assert found.settings == ()


def test_without_a_project_a_file_has_the_history_around_it(tmp_path: Path) -> None:
    _write(tmp_path, "prisma/migrations/1_a/migration.sql", "prisma/migrations/2_b/migration.sql")
    _write(tmp_path, "other/a.sql", "other/b.sql", "other/deep/c.sql")
    assert len(discover(["prisma/migrations/2_b/migration.sql"], root=tmp_path).sql) == 2
    assert _sql(discover(["other/a.sql"], root=tmp_path)) == ["other/a.sql", "other/b.sql"]


def test_the_nearest_configuration_makes_the_project(tmp_path: Path) -> None:
    _write(tmp_path, "a/b/c.sql", "a/rlslint.toml", "a/b/pyproject.toml")
    (tmp_path / ".git").mkdir()
    assert project_directory(str(tmp_path / "a/b")) == str(tmp_path / "a")
    (tmp_path / "a/b/pyproject.toml").write_text("[tool.rlslint]\n", "utf-8")
    assert project_directory(str(tmp_path / "a/b")) == str(tmp_path / "a/b")


def test_a_path_outside_is_shown_whole(tmp_path: Path) -> None:
    _write(tmp_path, "outside/a.sql", "inside/b.sql")
    found = discover(["../outside/a.sql"], root=tmp_path / "inside")
    assert _sql(found) == [str(tmp_path / "outside/a.sql")]


def test_a_named_file_is_sql_unless_its_name_says_something_else(tmp_path: Path) -> None:
    _write(tmp_path, "schema.txt", "schema", "main.swift")
    found = discover(["schema.txt", "schema", "main.swift"], root=tmp_path)
    assert _sql(found) == ["schema", "schema.txt"]
    assert [(problem.path, problem.is_error) for problem in found.problems] == [
        ("main.swift", False)
    ]


def test_a_name_that_is_no_text_can_be_printed(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/caf\xe9.sql"
    Path(os.fsdecode(path)).write_bytes(b"SELECT 1;")
    (file,) = discover(["."], root=tmp_path).sql
    assert file.shown.encode()
    assert Path(file.path).read_bytes() == b"SELECT 1;"
