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


def test_a_block_that_fails_was_committed_where_later_migrations_follow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    made = tmp_path / "supabase" / "migrations"
    made.mkdir(parents=True)
    opened = "ALTER TABLE carts ENABLE ROW LEVEL SECURITY; CREATE POLICY everything ON carts;"
    (made / "1_carts.sql").write_text(f"CREATE TABLE carts (id int); {opened}", encoding="utf-8")
    (made / "2_hardened.sql").write_text(HARDENED, encoding="utf-8")

    def policies() -> tuple[list[str], bool, int]:
        read = read_migrations("supabase/migrations", Config())
        assert read.replayed is not None
        catalog = read.replayed.replay.catalog
        (carts,) = catalog.tables()
        return [*carts.policies], carts.rls_forced, len(catalog.refusals)

    assert policies() == (["everything"], False, 1)
    (made / "3_more.sql").write_text("ALTER TABLE carts ADD total int;", encoding="utf-8")
    assert policies() == (["own"], True, 1)
