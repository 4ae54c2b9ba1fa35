"""The migrations behind a database, replayed for an audit."""

from __future__ import annotations

from pathlib import Path

import pytest

from rlslint.config.options import Config
from rlslint.project.migrations import Migrations, read_migrations

CARTS = """class Carts < ActiveRecord::Migration[7.0]
  def up
    execute "CREATE TABLE carts (id int)"
    {more}
  end
end
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    made = tmp_path / "db" / "migrate"
    made.mkdir(parents=True)
    return made


def replayed(folder: Path, more: str) -> Migrations:
    (folder / "1_carts.rb").write_text(CARTS.format(more=more), encoding="utf-8")
    return read_migrations("db/migrate", Config())


def test_migrations_in_programs_are_replayed(folder: Path) -> None:
    read = replayed(folder, 'execute "ALTER TABLE carts ENABLE ROW LEVEL SECURITY"')
    assert read.replayed is not None
    (carts,) = read.replayed.replay.catalog.tables()
    assert str(carts) == "public.carts"
    assert carts.rls_enabled
    assert read.reader.left_unread == []


def test_what_they_do_in_words_of_a_framework_is_said_to_be_unread(folder: Path) -> None:
    read = replayed(folder, "enable_row_level_security :carts")
    assert read.replayed is not None
    (carts,) = read.replayed.replay.catalog.tables()
    assert not carts.knows("rls_enabled")
    assert read.reader.left_unread == ["db/migrate/1_carts.rb"]


HARDENED = """BEGIN;
DROP POLICY IF EXISTS everything ON carts;
CREATE POLICY own ON carts USING (id = 1);
CREATE POLICY others ON carts USING (no_such_column = 1);
ALTER TABLE carts FORCE ROW LEVEL SECURITY;
COMMIT;
"""


@pytest.mark.parametrize(
    ("last", "known", "forced"),
    [
        ("", ["everything"], False),
        ("CREATE INDEX CONCURRENTLY i ON carts (id);", ["everything"], False),
        ("ALTER TABLE carts ADD total int;", None, None),
    ],
)
def test_a_block_that_fails_is_in_doubt_where_later_migrations_follow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last: str, known: object, forced: object
) -> None:
    """What no block may hold fails it on any server; what is lacking somebody perhaps made."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    made = tmp_path / "supabase" / "migrations"
    made.mkdir(parents=True)
    opened = "ALTER TABLE carts ENABLE ROW LEVEL SECURITY; CREATE POLICY everything ON carts;"
    (made / "1_carts.sql").write_text(f"CREATE TABLE carts (id int); {opened}", encoding="utf-8")
    if "CONCURRENTLY" in last:
        hardened = HARDENED.replace(
            "CREATE POLICY others ON carts USING (no_such_column = 1);", last
        )
    else:
        hardened = HARDENED
    (made / "2_hardened.sql").write_text(hardened, encoding="utf-8")
    if last:
        (made / "3_more.sql").write_text("ALTER TABLE carts ADD total int;", encoding="utf-8")
    read = read_migrations("supabase/migrations", Config())
    assert read.replayed is not None
    catalog = read.replayed.replay.catalog
    (carts,) = catalog.tables()
    assert (None if carts.policies.is_open else [*carts.policies]) == known
    assert (carts.rls_forced if carts.knows("rls_forced") else None) == forced
    assert len(catalog.refusals) == 1
