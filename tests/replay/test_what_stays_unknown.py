"""What a history leaves open stays unknown, and the statements behind it are carried out."""

from __future__ import annotations

import pytest

from rlslint.catalog import Catalog
from rlslint.catalog.facts import UnknownFact
from rlslint.replay.state import Replay
from rlslint.sql.parser import ParsedStatement
from rlslint.sql.statements import read
from rlslint.text import Text


class _Everything(frozenset[str]):
    def __contains__(self, kind: object) -> bool:
        return True


def _replayed(script: str) -> Catalog:
    replay = Replay()
    for item in read(Text("history.sql", script.encode()), _Everything()):
        if isinstance(item, ParsedStatement):
            replay.run(item)
    return replay.catalog


PERHAPS = "DO $$ BEGIN IF current_setting('app.full', true) = 'on' THEN {} END IF; END $$;"


def test_privileges_of_later_objects_are_unknown_where_defaults_are() -> None:
    catalog = _replayed(
        "CREATE SCHEMA app;"
        + PERHAPS.format("ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO reader;")
        + "CREATE TABLE app.later (id int); CREATE TABLE elsewhere (id int);"
        "CREATE FUNCTION app.f() RETURNS int LANGUAGE sql AS 'SELECT 1';"
    )
    with pytest.raises(UnknownFact):
        assert ("reader", "select", "") not in catalog.names["app", "later"].grants
    assert ("reader", "select", "") not in catalog.names["public", "elsewhere"].grants
    assert [grant.grantee for grant in catalog.functions.known()[0].grants.values()] == ["public"]


def test_settings_of_a_role_are_unknown_where_they_are_perhaps_set() -> None:
    catalog = _replayed(
        "CREATE ROLE app;"
        + PERHAPS.format("ALTER ROLE app SET search_path = app;")
        + "ALTER ROLE app SET statement_timeout = '1s';"
    )
    assert not catalog.roles["app"].knows("settings")


def test_a_table_of_unknown_columns_takes_an_index_as_its_primary_key() -> None:
    catalog = _replayed(
        "CREATE TABLE docs (id int);"
        "DO $$ DECLARE x record; BEGIN FOR x IN SELECT * FROM pg_stat_activity LOOP"
        " EXECUTE 'ALTER TABLE docs ADD ' || x.usename || ' int'; END LOOP; END $$;"
        "CREATE UNIQUE INDEX by_id ON docs (id);"
        "ALTER TABLE docs ADD CONSTRAINT docs_key PRIMARY KEY USING INDEX by_id;"
    )
    docs = catalog.names["public", "docs"]
    assert not docs.knows("columns")
    assert docs.constraints["docs_key"].kind == "primary"


def test_a_typed_table_has_the_columns_of_its_type_which_are_not_known() -> None:
    catalog = _replayed("CREATE TYPE point AS (x int, y int); CREATE TABLE points OF point;")
    assert not catalog.names["public", "points"].knows("columns")


def test_a_rollback_counts_in_a_script_with_commands_of_psql() -> None:
    catalog = _replayed(
        "\\set ON_ERROR_STOP on\nCREATE TABLE docs (id int);\nBEGIN;\n"
        "ALTER TABLE docs ENABLE ROW LEVEL SECURITY;\n\\echo done\nROLLBACK;\n"
    )
    assert catalog.names["public", "docs"].rls_enabled is False


def test_what_perhaps_found_no_table_is_unknown_of_the_one_that_is_perhaps_made() -> None:
    catalog = _replayed(
        "ALTER TABLE IF EXISTS docs FORCE ROW LEVEL SECURITY, ADD CONSTRAINT c CHECK (id > 0);"
        "CREATE TABLE IF NOT EXISTS docs (id int);"
        "ALTER TABLE IF EXISTS notes FORCE ROW LEVEL SECURITY;"
        "ALTER TABLE notes ENABLE ROW LEVEL SECURITY;"
        "CREATE TABLE IF NOT EXISTS notes (id int);"
    )
    docs, notes = catalog.names["public", "docs"], catalog.names["public", "notes"]
    assert docs.rls_enabled is False
    assert not docs.knows("rls_forced")
    with pytest.raises(UnknownFact):
        assert "c" not in docs.constraints
    assert (notes.rls_enabled, notes.rls_forced) == (True, True)


def test_not_null_with_only_is_unknown_of_later_children_and_theirs() -> None:
    catalog = _replayed(
        "CREATE TABLE base (id int); ALTER TABLE ONLY base ALTER id DROP NOT NULL;"
        "CREATE TABLE child () INHERITS (base); ALTER TABLE ONLY base ALTER id SET NOT NULL;"
        "CREATE TABLE later () INHERITS (base); CREATE TABLE below () INHERITS (later);"
        "CREATE TABLE two (id int NOT NULL); CREATE TABLE heir () INHERITS (later, two);"
    )
    columns = {name: catalog.names["public", name].columns["id"] for name in ("child", "heir")}
    assert {name: column.not_null for name, column in columns.items()} == {
        "child": False,
        "heir": True,
    }
    for name in ("later", "below"):
        assert not catalog.names["public", name].columns["id"].knows("not_null")


@pytest.mark.parametrize(
    ("made", "dropped", "made_again"),
    [
        ("CREATE TABLE docs (id int);", "DROP TABLE docs;", "CREATE TABLE docs (n int);"),
        ("CREATE SCHEMA s;", "DROP SCHEMA s;", "CREATE SCHEMA s;"),
        ("CREATE ROLE app;", "DROP ROLE app;", "CREATE ROLE app;"),
        ("CREATE TYPE t AS ENUM ('a');", "DROP TYPE t;", "CREATE TYPE t AS ENUM ('b');"),
        (
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';",
            "DROP FUNCTION f();",
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 2';",
        ),
    ],
)
def test_what_is_perhaps_refused_undoes_no_transaction(
    made: str, dropped: str, made_again: str
) -> None:
    catalog = _replayed(
        f"{made} {PERHAPS.format(dropped)} BEGIN;"
        f"CREATE TABLE notes (id int); GRANT SELECT ON notes TO PUBLIC; {made_again} COMMIT;"
    )
    assert catalog.refusals == []
    assert any("perhaps refused" in dynamic.reason for dynamic in catalog.dynamic.values())
    assert catalog.relations.is_open


def test_a_prepared_transaction_stays_unknown() -> None:
    catalog = _replayed(
        "CREATE TABLE docs (id int); BEGIN; ALTER TABLE docs ENABLE ROW LEVEL SECURITY;"
        "PREPARE TRANSACTION 'one'; CREATE TABLE after_it (id int);"
    )
    assert not catalog.names["public", "docs"].knows("rls_enabled")
    assert ("public", "after_it") in catalog.names


def test_of_two_branches_of_psql_none_undoes_the_transaction() -> None:
    catalog = _replayed(
        "BEGIN;\nCREATE TABLE notes (id int);\n\\if :full\nCREATE TABLE docs (id int);\n\\else\n"
        "CREATE TABLE docs (id int, extra int);\n\\endif\nCOMMIT;\n"
    )
    assert catalog.refusals == []
    assert catalog.relations.is_open


def test_a_role_that_connects_may_be_the_one_that_migrates() -> None:
    catalog = _replayed(
        "CREATE ROLE app LOGIN; CREATE TABLE docs (id int); BEGIN; SET ROLE app;"
        "ALTER TABLE docs ENABLE ROW LEVEL SECURITY; COMMIT;"
    )
    assert catalog.names["public", "docs"].rls_enabled


def test_a_dump_may_make_the_schema_public() -> None:
    catalog = _replayed("BEGIN; CREATE SCHEMA public; CREATE TABLE docs (id int); COMMIT;")
    assert ("public", "docs") in catalog.names
