"""Rows behind views reach whom the server lets them reach."""

import pytest

from rlslint.access.exposure import reachable_by
from rlslint.access.reach import (
    protected_reads,
    protected_sources,
    reads_behind,
    unfiltered_reads,
)
from rlslint.access.runtime_roles import find_runtime_roles
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.roles import MIGRATION_ROLE
from tests.access.scenarios import relation, replayed
from tests.postgres import Database

SET_UP = """
CREATE ROLE app LOGIN;
CREATE ROLE keeper;
CREATE ROLE filtered;
GRANT CREATE ON SCHEMA public TO keeper, filtered;
CREATE TABLE docs (id int, tenant text);
CREATE TABLE forced (id int, tenant text);
CREATE TABLE open (id int, tenant text);
INSERT INTO docs VALUES (1, 'app'), (2, 'filtered'), (3, 'nobody');
INSERT INTO forced SELECT * FROM docs;
INSERT INTO open SELECT * FROM docs;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
ALTER TABLE forced ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY for_app ON docs TO app USING (tenant = 'app');
CREATE POLICY for_filtered ON docs TO filtered USING (tenant = 'filtered');
CREATE POLICY for_app ON forced TO app USING (tenant = 'app');
ALTER TABLE docs OWNER TO keeper;
ALTER TABLE forced OWNER TO keeper;
ALTER TABLE open OWNER TO keeper;
GRANT SELECT ON docs, forced, open TO app, filtered, keeper;
SET ROLE keeper;
CREATE VIEW by_owner AS SELECT * FROM docs;
CREATE VIEW by_invoker WITH (security_invoker) AS SELECT * FROM docs;
CREATE VIEW owner_in_invoker WITH (security_invoker = on) AS SELECT * FROM by_owner;
CREATE VIEW invoker_in_owner AS SELECT * FROM by_invoker;
CREATE VIEW on_forced AS SELECT * FROM forced;
CREATE VIEW on_open AS SELECT * FROM open;
CREATE VIEW nested AS
    WITH RECURSIVE walk AS (SELECT id FROM open UNION SELECT walk.id FROM walk WHERE false)
    SELECT id, 'x' FROM walk WHERE id IN (SELECT id FROM docs);
CREATE VIEW either AS SELECT * FROM open WHERE false UNION ALL SELECT * FROM by_owner;
CREATE MATERIALIZED VIEW copied AS SELECT * FROM docs;
GRANT SELECT ON by_owner, by_invoker TO filtered;
SET ROLE filtered;
CREATE VIEW by_filtered AS SELECT * FROM docs;
CREATE VIEW filtered_on_invoker AS SELECT * FROM by_invoker;
CREATE VIEW filtered_on_owner AS SELECT * FROM by_owner;
CREATE MATERIALIZED VIEW copied_by_filtered AS SELECT * FROM by_invoker;
RESET ROLE;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO app;
"""

LETS_PAST = {
    "docs": False,
    "forced": False,
    "open": False,
    "by_owner": True,
    "by_invoker": False,
    "owner_in_invoker": True,
    "invoker_in_owner": False,
    "on_forced": False,
    "on_open": False,
    "nested": True,
    "either": True,
    "copied": True,
    "by_filtered": False,
    "filtered_on_invoker": False,
    "filtered_on_owner": True,
}


@pytest.mark.parametrize("name", LETS_PAST)
def test_what_lets_a_role_past_policies(database: Database, name: str) -> None:
    if database.run("SHOW server_version_num").rows[0] < "150000":
        pytest.skip("security_invoker came with PostgreSQL 15")
    assert database.run(SET_UP).errors == ()
    rows = database.run(f"SELECT id FROM {name} ORDER BY id", "app").rows
    catalog = replayed(SET_UP)
    view = relation(catalog, name)
    (reader,) = {read.role for read in protected_reads(view, "app")} or {""}

    assert bool(unfiltered_reads(catalog, view, "app")) is LETS_PAST[name]
    if LETS_PAST[name] or name in ("open", "on_open"):
        assert rows == ("1", "2", "3")
    else:
        assert rows == {"app": ("1",), "filtered": ("2",), "keeper": ()}[reader]


def test_the_way_to_the_table_is_told() -> None:
    catalog = replayed(SET_UP)
    (found,) = unfiltered_reads(catalog, relation(catalog, "filtered_on_owner"), "app")
    assert [view.name for view in found.read.through] == ["filtered_on_owner", "by_owner"]
    assert found.read.table.name == "docs"
    assert found.bypass is not None
    assert "owns public.docs" in found.bypass.reason


def test_a_copy_shows_what_its_owner_saw(database: Database) -> None:
    assert database.run(SET_UP).errors == ()
    assert database.run("SELECT id FROM copied_by_filtered", "app").rows == ("2",)
    assert database.run("SELECT id FROM docs", "app").rows == ("1",)
    catalog = replayed(SET_UP)
    (copy,) = unfiltered_reads(catalog, relation(catalog, "copied_by_filtered"), "app")
    assert copy.read.role == "filtered"
    assert copy.bypass is None


def test_sources_are_listed_once() -> None:
    catalog = replayed(
        """
        CREATE TABLE a (id int); ALTER TABLE a ENABLE ROW LEVEL SECURITY;
        CREATE VIEW v AS SELECT * FROM a;
        CREATE VIEW w AS SELECT x.id FROM v x JOIN a USING (id) JOIN v y USING (id);
        """
    )
    assert [table.name for table in protected_sources(relation(catalog, "w"))] == ["a"]


def test_what_stands_beyond_the_history_is_unknown() -> None:
    catalog = replayed(
        """
        CREATE TABLE a (id int);
        CREATE TABLE b (id int); ALTER TABLE b ENABLE ROW LEVEL SECURITY;
        CREATE VIEW v AS SELECT a.id FROM elsewhere.t JOIN a USING (id);
        CREATE VIEW w AS SELECT b.id FROM elsewhere.t JOIN b USING (id);
        """
    )
    with pytest.raises(UnknownFact):
        protected_sources(relation(catalog, "v"))
    assert [table.name for table in protected_sources(relation(catalog, "w"))] == ["b"]
    reads = reads_behind(relation(catalog, "v"), "app")
    assert next(reads).role == MIGRATION_ROLE
    with pytest.raises(UnknownFact):
        next(reads)


def test_runtime_roles_reach_what_they_may_read(database: Database) -> None:
    history = """
        CREATE ROLE app LOGIN;
        CREATE SCHEMA shut;
        CREATE SCHEMA ajar;
        GRANT USAGE ON SCHEMA ajar TO app;
        CREATE TABLE shut.t (id int);
        CREATE TABLE ajar.t (id int);
        CREATE TABLE ajar.columns (id int, secret text);
        CREATE TABLE ajar.ungranted (id int);
        GRANT SELECT ON shut.t, ajar.t TO app;
        GRANT SELECT (id) ON ajar.columns TO app;
    """
    assert database.run(history).errors == ()
    catalog = replayed(history)
    runtime = find_runtime_roles(catalog)
    for name in ("shut.t", "ajar.t", "ajar.columns", "ajar.ungranted"):
        refused = database.run(f"SELECT id FROM {name}", "app").errors != ()
        reached = reachable_by(catalog, runtime, relation(catalog, name), ["select"])
        assert (name, reached) == (name, () if refused else ("app",))


def test_ungranted_tables_are_within_reach_of_an_assumed_role() -> None:
    catalog = replayed("CREATE TABLE a (id int); CREATE VIEW v AS SELECT * FROM a;")
    runtime = find_runtime_roles(catalog)
    assert runtime.assumed
    assert reachable_by(catalog, runtime, relation(catalog, "v"), ["select"]) == runtime.names
    assert reachable_by(catalog, runtime, relation(catalog, "v"), ["truncate"]) == ()
