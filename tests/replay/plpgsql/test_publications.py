"""Publications that a block makes if they are not there, and what a block perhaps does to them."""

from __future__ import annotations

import pytest

from rlslint.catalog.publications import Publication
from rlslint.replay.state import Replay
from tests.histories import compare, run
from tests.postgres import Database

TABLES = """
CREATE TABLE docs (id int PRIMARY KEY);
CREATE TABLE notes (id int PRIMARY KEY);
CREATE TABLE lists (id int PRIMARY KEY);
CREATE PUBLICATION p FOR TABLE docs;
"""


def test_a_table_added_twice_is_there_once(database: Database) -> None:
    found = compare(
        database,
        f"""{TABLES}DO $$ BEGIN
          ALTER PUBLICATION p ADD TABLE docs;
        EXCEPTION WHEN duplicate_object THEN NULL;
        END $$;""",
    )
    assert not found.refused
    assert not found.differences
    assert not found.unknown


def test_what_a_block_adds_if_it_is_missing_is_not_known() -> None:
    replay = Replay()
    run(
        replay,
        f"""{TABLES}DO $$ DECLARE name text; BEGIN
          FOREACH name IN ARRAY ARRAY['docs', 'notes'] LOOP
            IF NOT EXISTS (SELECT 1 FROM pg_publication_tables WHERE pubname = 'p'
                AND schemaname = 'public' AND tablename = name) THEN
              EXECUTE format('ALTER PUBLICATION p ADD TABLE public.%I', name);
            END IF;
          END LOOP;
        END $$;""",
    )
    publication: Publication = replay.catalog.publications["p"]
    assert [table.relation.name for table in publication.tables.known()] == ["docs"]
    assert publication.tables.is_open


def after(statement: str) -> Publication:
    replay = Replay()
    run(
        replay,
        f"{TABLES}DO $$ BEGIN IF (SELECT count(*) FROM docs) > 3 THEN {statement}; END IF; END $$;",
    )
    publication: Publication = replay.catalog.publications["p"]
    return publication


@pytest.mark.parametrize(
    ("statement", "tables", "is_open", "known"),
    [
        ("ALTER PUBLICATION p ADD TABLE notes", ["docs"], True, True),
        ("ALTER PUBLICATION p DROP TABLE docs", [], True, True),
        ("ALTER PUBLICATION p SET (publish = 'insert')", ["docs"], False, False),
        ("DROP PUBLICATION p", [], True, False),
        ("ALTER PUBLICATION other SET TABLE docs", ["docs"], False, True),
    ],
)
def test_what_is_perhaps_run_makes_unknown_what_it_may_change(
    statement: str, tables: list[str], is_open: bool, known: bool
) -> None:
    publication = after(statement)
    assert [table.relation.name for table in publication.tables.known()] == tables
    assert publication.tables.is_open is is_open
    assert publication.knows("operations") is known
