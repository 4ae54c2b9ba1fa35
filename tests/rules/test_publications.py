"""Publications: the replay agrees with the server, and the rule with what a subscriber gets."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from rlslint.config import Confidence, Severity
from rlslint.config.options import Accept, Config
from rlslint.engine import audit
from rlslint.project.database import Request
from rlslint.reports import ReportedFinding
from tests.histories import compare
from tests.linting import findings_of, lint, rows_of
from tests.postgres import Database

TABLES = """
CREATE ROLE keeper SUPERUSER;
CREATE SCHEMA shop;
CREATE TABLE docs (id int, tenant_id int, body text, PRIMARY KEY (tenant_id, id));
CREATE TABLE notes (id int PRIMARY KEY, tenant_id int NOT NULL);
CREATE TABLE drafts () INHERITS (notes);
CREATE TABLE shop.orders (id int PRIMARY KEY, tenant_id int NOT NULL);
CREATE TABLE events (id int, tenant_id int) PARTITION BY LIST (tenant_id);
CREATE TABLE events_1 PARTITION OF events FOR VALUES IN (1);
"""

HISTORIES = {
    "all tables": "CREATE PUBLICATION p FOR ALL TABLES WITH (publish = 'insert, update');",
    "filters and lists": """
        CREATE PUBLICATION p FOR TABLE docs (tenant_id, id) WHERE (tenant_id = 1 AND body <> ''),
          ONLY notes WITH (publish = insert);
        CREATE PUBLICATION q FOR TABLE docs WHERE (body = 'x'), TABLES IN SCHEMA shop;
        ALTER PUBLICATION q DROP TABLES IN SCHEMA shop;
        ALTER PUBLICATION q SET (publish = 'delete, truncate', publish_via_partition_root = 1);
        CREATE PUBLICATION nothing WITH (publish = '');
    """,
    "inheritance": """
        CREATE PUBLICATION p FOR TABLE notes WHERE (tenant_id = 2);
        CREATE TABLE later () INHERITS (notes);
        CREATE PUBLICATION q FOR TABLE notes;
        ALTER PUBLICATION q DROP TABLE ONLY drafts;
        CREATE PUBLICATION r FOR TABLE notes;
        ALTER PUBLICATION r DROP TABLE notes;
    """,
    "partitions": """
        CREATE PUBLICATION p FOR TABLE events;
        CREATE PUBLICATION q FOR TABLE events WHERE (tenant_id = 1)
          WITH (publish_via_partition_root);
        CREATE PUBLICATION r FOR TABLE events, events_1 WHERE (id > 5)
          WITH (publish_via_partition_root = off);
        ALTER PUBLICATION p SET (publish_via_partition_root = true);
    """,
    "tables go": """
        CREATE PUBLICATION p FOR TABLE docs, notes;
        CREATE PUBLICATION q FOR TABLES IN SCHEMA shop, CURRENT_SCHEMA;
        CREATE PUBLICATION r FOR TABLE docs (id, tenant_id) WHERE (tenant_id = 1), shop.orders;
        DROP TABLE notes CASCADE;
        CREATE TABLE notes (id int PRIMARY KEY);
        ALTER TABLE docs RENAME TO papers;
        ALTER TABLE papers RENAME COLUMN tenant_id TO org_id;
        ALTER SCHEMA shop RENAME TO store;
        ALTER TABLE papers SET SCHEMA store;
    """,
    "columns go": """
        CREATE PUBLICATION p FOR TABLE docs WHERE (body = 'x');
        CREATE PUBLICATION q FOR TABLE docs (tenant_id, id, body);
        CREATE PUBLICATION r FOR TABLE docs WHERE (id = 1);
        ALTER TABLE docs DROP COLUMN body CASCADE;
    """,
    "schemas go": """
        CREATE PUBLICATION p FOR TABLES IN SCHEMA shop, TABLE docs;
        DROP SCHEMA shop CASCADE;
        CREATE SCHEMA shop;
    """,
    "names and owners": """
        CREATE PUBLICATION p FOR TABLE docs;
        CREATE PUBLICATION "Odd Name";
        CREATE PUBLICATION s;
        ALTER PUBLICATION p RENAME TO q;
        ALTER PUBLICATION "Odd Name" OWNER TO keeper;
        ALTER ROLE keeper RENAME TO holder;
        DROP PUBLICATION IF EXISTS p, s;
        SET ROLE holder;
        CREATE PUBLICATION t;
        RESET ROLE;
    """,
    "owned": """
        CREATE PUBLICATION p FOR TABLE docs;
        CREATE PUBLICATION q FOR TABLES IN SCHEMA shop;
        CREATE PUBLICATION r FOR TABLES IN SCHEMA shop;
        ALTER PUBLICATION p OWNER TO keeper;
        REASSIGN OWNED BY keeper TO postgres;
        ALTER PUBLICATION q OWNER TO keeper;
        ALTER SCHEMA shop OWNER TO keeper;
        DROP OWNED BY keeper CASCADE;
    """,
    "undone": """
        CREATE PUBLICATION p FOR TABLE docs;
        BEGIN;
        ALTER PUBLICATION p SET TABLE notes;
        ROLLBACK;
        DO $$ BEGIN
          ALTER PUBLICATION p SET TABLE notes;
          RAISE EXCEPTION 'no';
        EXCEPTION WHEN OTHERS THEN NULL;
        END $$;
        DO $$ DECLARE t text; BEGIN
          FOREACH t IN ARRAY ARRAY['notes', 'events'] LOOP
            EXECUTE format('ALTER PUBLICATION p ADD TABLE %I', t);
          END LOOP;
        END $$;
    """,
}


@pytest.mark.parametrize("history", HISTORIES.values(), ids=HISTORIES)
def test_the_replay_agrees_with_the_server(history: str, database: Database) -> None:
    if _before_15(database):
        pytest.skip("row filters, column lists and schemas came with PostgreSQL 15")
    found = compare(database, TABLES + history)
    assert not found.refused
    assert not found.differences
    assert not found.unknown


@pytest.mark.parametrize("seed", range(12))
def test_the_replay_agrees_whatever_the_order(seed: int, database: Database) -> None:
    if _before_15(database):
        pytest.skip("row filters, column lists and schemas came with PostgreSQL 15")
    found = compare(database, TABLES + _random_history(random.Random(seed)))
    assert not found.differences
    assert not found.unknown


def _random_history(choices: random.Random) -> str:
    """Return statements of which PostgreSQL refuses some; those are in neither catalog."""
    tables = ("docs", "notes", "ONLY notes", "drafts", "shop.orders", "events", "events_1")
    filters = ("", "", " WHERE (tenant_id = 1)", " WHERE (id > 2 OR tenant_id IN (3, 4))")
    lists = ("", "", "", " (id, tenant_id)")

    def objects(verb: str) -> str:
        if choices.random() < 0.25:
            return f"TABLES IN SCHEMA {choices.choice(('shop', 'public', 'CURRENT_SCHEMA'))}"
        table = choices.choice(tables)
        if verb == "DROP":
            return f"TABLE {table}"
        return f"TABLE {table}{choices.choice(lists)}{choices.choice(filters)}"

    def statement() -> str:
        name = choices.choice(("p", "p", "q"))
        match choices.randrange(14):
            case 0 | 1:
                return f"CREATE PUBLICATION {name} FOR {objects('CREATE')}"
            case 2:
                return f"CREATE PUBLICATION {name} FOR ALL TABLES"
            case 3:
                return f"DROP PUBLICATION IF EXISTS {name}"
            case 4:
                return f"ALTER PUBLICATION {name} RENAME TO {choices.choice('pq')}"
            case 5:
                operations = choices.choice(("insert", "update, truncate", ""))
                return f"ALTER PUBLICATION {name} SET (publish = '{operations}')"
            case 6:
                root = choices.choice(("true", "off"))
                return f"ALTER PUBLICATION {name} SET (publish_via_partition_root = {root})"
            case 7:
                table = choices.choice(("drafts", "shop.orders", "events_1"))
                return f"DROP TABLE {table}; CREATE TABLE {table} (id int, tenant_id int)"
            case 8:
                column = choices.choice(("id", "tenant_id"))
                return f"ALTER TABLE docs DROP COLUMN {column} CASCADE"
            case _:
                verb = choices.choice(("ADD", "ADD", "SET", "DROP"))
                return f"ALTER PUBLICATION {name} {verb} {objects(verb)}"

    return ";\n".join(statement() for _ in range(40)) + ";"


PROTECTED = """
CREATE SCHEMA shop;
CREATE TABLE docs (id int, tenant_id int, body text, PRIMARY KEY (tenant_id, id));
CREATE TABLE shop.orders (id int, tenant_id int, body text, PRIMARY KEY (tenant_id, id));
CREATE TABLE events (id int, tenant_id int, body text) PARTITION BY RANGE (id);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (10);
CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM (10) TO (20);
CREATE TABLE open_docs (id int PRIMARY KEY, tenant_id int, body text);
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
ALTER TABLE shop.orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE events ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON docs
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
CREATE POLICY tenant ON shop.orders
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
CREATE POLICY tenant ON events
  USING (tenant_id = (SELECT nullif(current_setting('app.tenant_id', true), '')::int));
"""

WRITES = """
SET synchronous_commit = on;
INSERT INTO docs VALUES (1, 1, 'row of 1'), (2, 2, 'row of 2');
INSERT INTO shop.orders VALUES (1, 1, 'row of 1'), (2, 2, 'row of 2');
INSERT INTO events VALUES (1, 1, 'row of 1'), (2, 2, 'row of 2'), (11, 1, 'row of 1'),
  (12, 2, 'row of 2');
DELETE FROM docs;
"""

DECODED = """
SELECT count(*) FROM pg_logical_slot_get_binary_changes('reader', NULL, NULL,
  'proto_version', '1', 'publication_names', 'p')
WHERE position('row of 2'::bytea IN data) > 0;
"""

SENT = {
    "a table": ("FOR TABLE docs", 1),
    "nothing yet": ("", 0),
    "a table without row security": ("FOR TABLE open_docs", 0),
    "a row filter": ("FOR TABLE docs WHERE (tenant_id = 1)", 0),
    "a row filter that is always true": ("FOR TABLE docs WHERE (tenant_id = tenant_id)", 1),
    "a column list": ("FOR TABLE docs (tenant_id, id, body)", 1),
    "all tables": ("FOR ALL TABLES", 4),
    "a schema": ("FOR TABLES IN SCHEMA shop", 1),
    "a schema, and a filter in it": (
        "FOR TABLE shop.orders WHERE (tenant_id = 1), TABLES IN SCHEMA shop",
        1,
    ),
    "a partitioned table": ("FOR TABLE events", 2),
    "one partition": ("FOR TABLE events_1", 1),
    "filters on all partitions": (
        "FOR TABLE events, events_1 WHERE (tenant_id = 1), events_2 WHERE (tenant_id = 1)",
        0,
    ),
    "a filter on one partition": ("FOR TABLE events, events_1 WHERE (tenant_id = 1)", 1),
    "a filter of the root": (
        "FOR TABLE events WHERE (tenant_id = 1), events_1 WITH (publish_via_partition_root)",
        0,
    ),
    "filters that the root makes idle": (
        "FOR TABLE events, events_1 WHERE (tenant_id = 1), events_2 WHERE (tenant_id = 1) "
        "WITH (publish_via_partition_root)",
        2,
    ),
    "no rows": ("FOR TABLE docs WITH (publish = 'delete, truncate')", 0),
}


@pytest.mark.parametrize(("objects", "rows"), SENT.values(), ids=SENT)
def test_a_finding_is_what_a_subscriber_gets(
    objects: str, rows: int, database: Database, tmp_path: Path
) -> None:
    if _before_15(database):
        pytest.skip("row filters, column lists and schemas came with PostgreSQL 15")
    script = f"{PROTECTED}CREATE PUBLICATION p {objects};"
    assert not database.run(script).errors
    database.run("SELECT FROM pg_create_logical_replication_slot('reader', 'pgoutput')")
    assert not database.run(WRITES).errors
    decoded = database.run(DECODED)
    assert decoded.rows == (str(rows),), decoded.errors
    found = findings_of(lint(tmp_path, {"migrations/1.sql": script}), RULE)
    assert len(found) == (1 if rows else 0)


RULE = "publication-unfiltered"
GRANTED = """
CREATE ROLE web LOGIN;
GRANT SELECT, INSERT, UPDATE, DELETE ON docs TO web;
GRANT SELECT ON docs TO warehouse;
"""
FEED = "CREATE ROLE warehouse LOGIN; CREATE PUBLICATION feed FOR TABLE docs;"
SEVERITIES = {
    "nobody known": ("", Severity.warning, Confidence.medium, "whoever subscribes, because"),
    "the application": (
        "ALTER ROLE web REPLICATION;",
        Severity.error,
        Confidence.high,
        "to web, which serves requests (granted privileges in the migrations) and has REPLICATION",
    ),
    "a role of its own": (
        "ALTER ROLE warehouse REPLICATION;",
        Severity.info,
        Confidence.medium,
        "whoever subscribes, as warehouse may",
    ),
    "a role that may not log in": (
        "CREATE ROLE nobody REPLICATION;",
        Severity.warning,
        Confidence.medium,
        "whoever subscribes, because",
    ),
    "a role of its own that policies do not bind": (
        "ALTER ROLE warehouse REPLICATION BYPASSRLS;",
        Severity.info,
        Confidence.medium,
        "whoever subscribes, as warehouse may",
    ),
    "one that copies the whole server": (
        "CREATE ROLE standby LOGIN REPLICATION;",
        Severity.warning,
        Confidence.medium,
        "whoever subscribes, because",
    ),
    "a superuser": (
        "CREATE ROLE chief LOGIN SUPERUSER REPLICATION;",
        Severity.warning,
        Confidence.medium,
        "whoever subscribes, because",
    ),
}


@pytest.mark.parametrize(
    ("roles", "severity", "confidence", "words"), SEVERITIES.values(), ids=SEVERITIES
)
def test_who_may_subscribe_decides_how_grave_it_is(
    roles: str, severity: Severity, confidence: Confidence, words: str, tmp_path: Path
) -> None:
    (found,) = findings_of(
        lint(tmp_path, {"migrations/1.sql": PROTECTED + FEED + GRANTED + roles}), RULE
    )
    assert (found.severity, found.confidence) == (severity, confidence)
    assert words in found.finding.message
    assert found.finding.object == "feed"


@pytest.mark.parametrize(
    "publication",
    [
        "CREATE PUBLICATION feed FOR TABLE docs, open_docs, shop.orders;",
        "CREATE PUBLICATION feed; ALTER PUBLICATION feed ADD TABLE open_docs, events_1;",
        "CREATE PUBLICATION feed FOR ALL TABLES; CREATE PUBLICATION lists FOR TABLE open_docs;",
        "CREATE PUBLICATION feed FOR TABLES IN SCHEMA public; ALTER ROLE web REPLICATION;",
        "CREATE PUBLICATION feed FOR TABLE docs WHERE (tenant_id = 1) WITH (publish = insert);",
    ],
)
def test_an_audit_finds_what_a_check_finds(
    publication: str, database: Database, tmp_path: Path
) -> None:
    if _before_15(database):
        pytest.skip("row filters, column lists and schemas came with PostgreSQL 15")
    script = PROTECTED + "CREATE ROLE warehouse LOGIN;\n" + GRANTED + publication
    assert not database.run(script).errors
    config = Config(min_severity=Severity.info)
    checked = findings_of(lint(tmp_path, {"migrations/1.sql": script}), RULE)
    request = Request((database.conninfo(),), (), str(tmp_path / "migrations"), True)
    placed = findings_of(audit(request, config, lambda _: None), RULE)
    alone = findings_of(
        audit(Request((database.conninfo(),), (), "", True), config, lambda _: None), RULE
    )
    assert _told(placed) == _told(alone) == _told(checked)
    assert [found.place for found in placed] == [found.place for found in checked]
    assert all("ALTER PUBLICATION" in _sql(f) or "ALL TABLES" in _sql(f) for f in alone)


def _told(found: list[ReportedFinding]) -> list[tuple[str, str, Severity, Confidence, str]]:
    return [
        (
            one.finding.object,
            one.finding.message.replace(" in the migrations", ""),
            one.severity,
            one.confidence,
            one.finding.help,
        )
        for one in found
    ]


def _sql(found: ReportedFinding) -> str:
    assert found.finding.span is not None
    return found.finding.span.sql


def test_a_publication_beyond_the_history_is_known_by_what_is_added(tmp_path: Path) -> None:
    migrations = (
        PROTECTED
        + """
        ALTER PUBLICATION made_by_hand ADD TABLE docs;
        ALTER PUBLICATION other ADD TABLE open_docs;
        ALTER PUBLICATION filtered ADD TABLE docs WHERE (tenant_id = 1);
        ALTER PUBLICATION supabase_realtime ADD TABLE docs;
    """
    )
    result = lint(tmp_path, {"migrations/1.sql": migrations})
    assert [found.finding.object for found in findings_of(result, RULE)] == ["made_by_hand"]
    unknown = [item.object for item in result.not_checked if RULE in item.rules]
    assert sorted(unknown) == ["filtered", "other"]


def test_a_file_that_puts_a_table_in_is_a_file_of_the_finding(tmp_path: Path) -> None:
    files = {
        "migrations/1.sql": PROTECTED + "CREATE PUBLICATION feed;",
        "migrations/2.sql": "ALTER PUBLICATION feed ADD TABLE docs;",
        "migrations/3.sql": "CREATE TABLE more (id int);",
    }
    (found,) = findings_of(lint(tmp_path, files), RULE)
    assert {Path(path).name for path in found.finding.files} == {"1.sql", "2.sql"}
    assert rows_of(lint(tmp_path, files), RULE) == [1]


def test_an_entry_accepts_a_publication_by_its_name(tmp_path: Path) -> None:
    config = Config(accept=(Accept(RULE, "feed", "the warehouse holds all rows"),))
    migrations = {"migrations/1.sql": PROTECTED + FEED}
    assert findings_of(lint(tmp_path, migrations), RULE)
    assert not findings_of(lint(tmp_path, migrations, config), RULE)


def test_what_the_help_says_ends_the_finding(tmp_path: Path) -> None:
    (found,) = findings_of(lint(tmp_path / "before", {"migrations/1.sql": PROTECTED + FEED}), RULE)
    assert found.finding.help == "ALTER PUBLICATION feed DROP TABLE public.docs;"
    mended = PROTECTED + FEED + found.finding.help
    assert not findings_of(lint(tmp_path / "after", {"migrations/1.sql": mended}), RULE)


def _before_15(database: Database) -> bool:
    return int(database.run("SHOW server_version_num").rows[0]) < 150000
