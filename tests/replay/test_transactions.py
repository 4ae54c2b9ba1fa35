"""Transactions, savepoints and what fails in them: the replay and PostgreSQL agree."""

import random

import pytest

from rlslint.replay.state import Replay
from rlslint.replay.transactions import Ending, end_script
from rlslint.sql.parser import ParsedStatement
from rlslint.sql.statements import read
from rlslint.text import Text
from tests.histories import compare
from tests.postgres import Database

SETUP = """
CREATE ROLE reader; CREATE ROLE boss SUPERUSER; CREATE SCHEMA app;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int); CREATE VIEW shown AS SELECT * FROM docs;
CREATE POLICY own ON docs USING (tenant_id = 1);
"""

HISTORIES = {
    "what is committed": "BEGIN; ALTER TABLE docs ENABLE ROW LEVEL SECURITY; COMMIT;",
    "what is rolled back": "BEGIN; DROP TABLE docs CASCADE; CREATE TABLE docs (id int); ROLLBACK;",
    "a savepoint": """BEGIN; ALTER TABLE docs ENABLE ROW LEVEL SECURITY; SAVEPOINT s;
        ALTER TABLE docs FORCE ROW LEVEL SECURITY; DROP POLICY own ON docs; ROLLBACK TO s;
        GRANT SELECT ON docs TO reader; COMMIT;""",
    "savepoints of one name": """BEGIN; SAVEPOINT s; CREATE TABLE one (id int); SAVEPOINT s;
        CREATE TABLE two (id int); RELEASE s; ROLLBACK TO s;
        CREATE TABLE three (id int); COMMIT;""",
    "a chain": """BEGIN; CREATE TABLE one (id int); COMMIT AND CHAIN; CREATE TABLE two (id int);
        ROLLBACK AND CHAIN; CREATE TABLE three (id int); COMMIT;""",
    "a statement that fails": """BEGIN; ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
        CREATE TABLE docs (id int); ALTER TABLE docs FORCE ROW LEVEL SECURITY; COMMIT;
        GRANT SELECT ON docs TO reader;""",
    "a savepoint that is not there": """BEGIN; SAVEPOINT s; CREATE TABLE one (id int);
        RELEASE other; CREATE TABLE two (id int); ROLLBACK TO s; ROLLBACK TO s;
        CREATE TABLE three (id int); COMMIT;""",
    "a failure behind a savepoint": """BEGIN; ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
        SAVEPOINT s; CREATE POLICY own ON docs; CREATE POLICY other ON docs; ROLLBACK TO s;
        CREATE POLICY third ON docs; COMMIT;""",
    "failures outside of a transaction": """CREATE POLICY own ON docs; CREATE ROLE reader;
        ALTER TABLE docs ADD tenant_id int, ENABLE ROW LEVEL SECURITY;
        ALTER TABLE docs FORCE ROW LEVEL SECURITY, DROP COLUMN missing;
        ALTER TABLE docs DROP CONSTRAINT missing; DROP POLICY missing ON docs;
        ALTER TABLE shown ENABLE ROW LEVEL SECURITY; ALTER POLICY missing ON docs USING (true);""",
    "settings": """BEGIN; SET LOCAL search_path = app; CREATE TABLE one (id int); COMMIT;
        CREATE TABLE two (id int); BEGIN; SET search_path = app; ROLLBACK;
        CREATE TABLE three (id int); BEGIN; SET ROLE boss; COMMIT; CREATE SCHEMA mine;
        RESET ROLE; CREATE TABLE four (id int);""",
    "a table that ends with the transaction": """BEGIN;
        CREATE TEMP TABLE docs (id int) ON COMMIT DROP; COMMIT;
        ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
        CREATE TEMP TABLE docs ON COMMIT DROP AS SELECT 1 AS id;
        ALTER TABLE docs FORCE ROW LEVEL SECURITY;""",
    "DISCARD": """SET search_path = app; SET ROLE boss; CREATE TEMP TABLE docs (id int);
        DISCARD ALL; CREATE TABLE one (id int); ALTER TABLE docs ENABLE ROW LEVEL SECURITY;""",
    "a procedure that commits": """CREATE PROCEDURE work() LANGUAGE plpgsql AS $$ BEGIN
        ALTER TABLE docs ENABLE ROW LEVEL SECURITY; COMMIT;
        ALTER TABLE docs FORCE ROW LEVEL SECURITY; ROLLBACK;
        CREATE TABLE one (id int); COMMIT; CREATE TABLE two (id int);
        RAISE EXCEPTION 'no'; END $$; CALL work();""",
    "a block that fails undoes itself": """DO $$ BEGIN
        ALTER TABLE docs ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON docs; END $$;
        DO $$ BEGIN CREATE TABLE one (id int);
        BEGIN CREATE TABLE two (id int); CREATE POLICY own ON docs;
        EXCEPTION WHEN duplicate_object THEN GRANT SELECT ON docs TO reader; END; END $$;""",
}


@pytest.mark.parametrize("name", HISTORIES)
def test_a_transaction_leaves_what_the_server_has(name: str, database: Database) -> None:
    assert compare(database, SETUP + HISTORIES[name], with_refused=True).differences == []


_STEPS = (
    "BEGIN",
    "BEGIN",
    "COMMIT",
    "COMMIT",
    "ROLLBACK",
    "SAVEPOINT a",
    "SAVEPOINT b",
    "ROLLBACK TO a",
    "ROLLBACK TO b",
    "RELEASE a",
    "RELEASE b",
    "COMMIT AND CHAIN",
    "CREATE TABLE {t} (id int, c int)",
    "DROP TABLE IF EXISTS {t} CASCADE",
    "CREATE TABLE IF NOT EXISTS {t} (id int)",
    "ALTER TABLE public.docs ADD {c} int",
    "ALTER TABLE public.docs DROP COLUMN IF EXISTS {c}",
    "CREATE POLICY {p} ON public.docs USING (id = 1)",
    "DROP POLICY {p} ON public.docs",
    "ALTER POLICY {p} ON public.docs USING (id = 2)",
    "ALTER TABLE public.docs ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE public.docs DISABLE ROW LEVEL SECURITY",
    "GRANT SELECT, DELETE ON public.docs TO reader",
    "REVOKE SELECT ON public.docs FROM reader",
    "CREATE INDEX ON public.docs (id)",
    "SET search_path = app, public",
    "SET search_path = public",
    "CREATE OR REPLACE VIEW v AS SELECT id FROM public.docs",
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "DO $$ BEGIN CREATE POLICY {p} ON public.docs; CREATE POLICY {p} ON public.docs;"
    " EXCEPTION WHEN duplicate_object THEN GRANT INSERT ON public.docs TO reader; END $$",
)


def _history(seed: int) -> str:
    chosen = random.Random(seed)
    names = {"t": ("one", "two"), "c": ("c", "d"), "p": ("own", "other")}
    steps = (
        chosen.choice(_STEPS).format(**{key: chosen.choice(of) for key, of in names.items()})
        for _ in range(40)
    )
    return SETUP + "".join(f"{step};\n" for step in steps) + "ROLLBACK;\n"


@pytest.mark.parametrize("seed", range(60))
def test_random_transactions_leave_what_the_server_has(seed: int, database: Database) -> None:
    comparison = compare(database, _history(seed), with_refused=True)
    assert comparison.differences == [], _history(seed)


class _Everything(frozenset[str]):
    def __contains__(self, kind: object) -> bool:
        return True


@pytest.mark.parametrize(
    ("ending", "enabled"),
    [(Ending.commit, True), (Ending.roll_back, False), (Ending.unknown, None)],
)
def test_what_no_commit_ends_depends_on_what_runs_the_script(
    ending: Ending, enabled: bool | None
) -> None:
    replay = Replay()
    script = b"CREATE TABLE docs (id int); BEGIN; ALTER TABLE docs ENABLE ROW LEVEL SECURITY;"
    last = None
    for item in read(Text("history.sql", script), _Everything()):
        assert isinstance(item, ParsedStatement)
        replay.run(item)
        last = item.statement
    end_script(replay, ending, last)
    docs = replay.catalog.names["public", "docs"]
    assert (docs.rls_enabled if docs.knows("rls_enabled") else None) is enabled
    assert bool(replay.catalog.dynamic) is (enabled is None)


def test_what_is_refused_is_kept_to_be_said() -> None:
    replay = Replay()
    script = b"""CREATE TABLE docs (id int); BEGIN; ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
        ALTER TABLE docs ADD id int; ALTER TABLE docs FORCE ROW LEVEL SECURITY; COMMIT;
        BEGIN; CREATE TABLE docs (id int); ROLLBACK;"""
    for item in read(Text("history.sql", script), _Everything()):
        assert isinstance(item, ParsedStatement)
        replay.run(item)
    assert [(r.reason, r.statement.sql) for r in replay.catalog.refusals] == [
        ("duplicate_column", "ALTER TABLE docs ADD id int")
    ]
