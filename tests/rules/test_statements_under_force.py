"""Statements of migrations that find no row: a server runs them as an owner whom policies bind."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.linting import findings_of, lint, rows_of
from tests.postgres import Database

RULE = "migration-write-under-force"
MADE = """
CREATE ROLE keeper LOGIN;
CREATE ROLE web LOGIN;
CREATE TABLE orders (id int PRIMARY KEY, tenant_id int NOT NULL, state text);
CREATE TABLE kept (id int PRIMARY KEY, state text);
INSERT INTO orders VALUES (1, 1), (2, 2);
INSERT INTO kept VALUES (1), (2);
ALTER TABLE orders OWNER TO keeper;
ALTER TABLE kept OWNER TO keeper;
GRANT CREATE ON SCHEMA public TO keeper;
ALTER TABLE orders ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON orders
  USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::int);
CREATE FUNCTION mark() RETURNS void LANGUAGE plpgsql AS $$
BEGIN UPDATE orders SET state = 'done'; END $$;
CREATE FUNCTION mark_as_tenant() RETURNS void LANGUAGE plpgsql SET app.tenant_id = '1' AS $$
BEGIN UPDATE orders SET state = 'done'; END $$;
"""
DONE = """
SELECT (SELECT count(*) FROM orders WHERE state = 'done')
  + (SELECT count(*) FROM kept WHERE id > 2 OR state = 'done')
  + (2 - (SELECT count(*) FROM orders));
SELECT count(*) FROM copy;
"""

NOTHING = [
    "UPDATE orders SET state = 'done';",
    "DELETE FROM orders WHERE id > 0;",
    "INSERT INTO kept SELECT id + 10, 'done' FROM orders;",
    "CREATE TABLE copy AS SELECT * FROM orders;",
    "SELECT * INTO copy FROM orders;",
    "CREATE MATERIALIZED VIEW copy AS SELECT * FROM orders;",
    "WITH gone AS (DELETE FROM orders RETURNING id) SELECT count(*) FROM gone;",
    "UPDATE kept SET state = 'done' FROM orders WHERE orders.id = kept.id;",
    "UPDATE kept SET state = (SELECT 'done' FROM orders WHERE orders.id = kept.id);",
    "MERGE INTO orders USING kept ON kept.id = orders.id\n"
    "WHEN MATCHED THEN UPDATE SET state = 'done';",
    "SELECT mark();",
    "DO $$ BEGIN UPDATE orders SET state = 'done'; END $$;",
    "DO $$ BEGIN EXECUTE format('UPDATE %I SET state = %L', 'orders', 'done'); END $$;",
    "DO $$ DECLARE o int; BEGIN FOR o IN SELECT id FROM orders LOOP\n"
    "INSERT INTO kept VALUES (o + 10); END LOOP; END $$;",
    "DO $$ DECLARE n int; BEGIN WITH gone AS (DELETE FROM orders RETURNING id)\n"
    "SELECT count(*) INTO n FROM gone; END $$;",
    "DO $$ DECLARE o int; BEGIN FOR o IN WITH gone AS (DELETE FROM orders RETURNING id)\n"
    "SELECT id FROM gone LOOP NULL; END LOOP; END $$;",
    "BEGIN; SET LOCAL app.tenant_id = '1'; COMMIT; UPDATE orders SET state = 'done';",
    "SET app.tenant_id = '1'; RESET app.tenant_id; UPDATE orders SET state = 'done';",
    "SET app.tenant_id = ''; UPDATE orders SET state = 'done';",
    "SET app.user_id = '1'; UPDATE orders SET state = 'done';",
    "DROP POLICY own ON orders; DELETE FROM orders;",
    "ALTER POLICY own ON orders TO web; DELETE FROM orders;",
]
SOMETHING = [
    "ALTER TABLE orders NO FORCE ROW LEVEL SECURITY; UPDATE orders SET state = 'done';",
    "ALTER TABLE orders DISABLE ROW LEVEL SECURITY; UPDATE orders SET state = 'done';",
    "SET app.tenant_id = '1'; UPDATE orders SET state = 'done';",
    "BEGIN; SET LOCAL app.tenant_id = '1'; UPDATE orders SET state = 'done'; COMMIT;",
    "BEGIN; SELECT set_config('app.tenant_id', '1', true); DELETE FROM orders; COMMIT;",
    "DO $$ DECLARE t int; BEGIN FOR t IN SELECT id FROM kept LOOP\n"
    "PERFORM set_config('app.tenant_id', t::text, true); UPDATE orders SET state = 'done';\n"
    "END LOOP; END $$;",
    "SELECT mark_as_tenant();",
    "CREATE POLICY upkeep ON orders TO keeper USING (true); UPDATE orders SET state = 'done';",
    "CREATE POLICY upkeep ON orders TO CURRENT_USER USING (true); DELETE FROM orders;",
    "ALTER POLICY own ON orders USING (current_user = 'keeper'); DELETE FROM orders;",
    "TRUNCATE orders;",
    "UPDATE kept SET state = 'done';",
    "CREATE TABLE copy AS SELECT * FROM kept;",
]
REFUSED = [
    "SET row_security = off; UPDATE orders SET state = 'done';",
    "INSERT INTO orders VALUES (3, 3);",
    "ALTER POLICY own ON orders USING (tenant_id = current_setting('app.tenant')::int);"
    "UPDATE orders SET state = 'done';",
]


@pytest.mark.parametrize("statement", [*NOTHING, *SOMETHING, *REFUSED])
def test_what_finds_nothing_on_a_server_is_reported(
    statement: str, tmp_path: Path, database: Database
) -> None:
    files = {"migrations/1.sql": MADE, "migrations/2.sql": "SET ROLE keeper;\n" + statement}
    found = findings_of(lint(tmp_path, files), RULE)
    assert [reported.severity.name for reported in found] == ["error"] * (statement in NOTHING)
    assert database.run(MADE).errors == ()
    refused = database.run(statement, "keeper").errors
    assert bool(refused) is (statement in REFUSED)
    changed = set(database.run(DONE).rows) != {"0"}
    assert changed is (statement in SOMETHING)


FORCED = """
CREATE TABLE orders (id int PRIMARY KEY, tenant_id int NOT NULL, state text);
ALTER TABLE orders ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON orders
  USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::int);
"""


@pytest.mark.parametrize(
    ("before", "settings", "expected"),
    [
        ("", "", ["warning"]),
        (
            "CREATE ROLE migrator LOGIN;",
            "MIGRATION_DATABASE_URL=postgres://migrator:x@db/s",
            ["error"],
        ),
        ("", "MIGRATION_DATABASE_URL=postgres://migrator:x@db.shop.example/s", ["warning"]),
        ("", "MIGRATION_DATABASE_URL=postgres://postgres:x@db.shop.example/s", []),
        ("", "MIGRATION_DATABASE_URL=postgres://postgres:x@a.rds.amazonaws.com/s", ["warning"]),
        (
            "CREATE ROLE migrator BYPASSRLS;",
            "MIGRATION_DATABASE_URL=postgres://migrator:x@db.shop.example/s",
            [],
        ),
        ("", "DATABASE_URL=postgres://neondb_owner:x@ep-a-1.eu.aws.neon.tech/s", []),
        ("", "MIGRATION_DATABASE_URL=postgres://me:x@ep-a-1.eu.aws.neon.tech/s", ["info"]),
        ("CREATE ROLE watcher BYPASSRLS;", "", ["info"]),
        ("\\connect - postgres\n", "", []),
    ],
)
def test_who_runs_the_migrations_decides_how_grave_it_is(
    before: str, settings: str, expected: list[str], tmp_path: Path
) -> None:
    files = {
        "migrations/1.sql": FORCED,
        "migrations/2.sql": before + "UPDATE orders SET state = 'done';",
        ".env": settings + "\n",
    }
    found = findings_of(lint(tmp_path, files), RULE)
    assert [reported.severity.name for reported in found] == expected


def test_each_statement_is_told_once_and_where_it_stands(tmp_path: Path) -> None:
    later = """CREATE TABLE others (id int, state text);
DO $$ BEGIN
  FOR i IN 1..3 LOOP
    UPDATE orders SET state = (SELECT max(state) FROM orders) WHERE id = i;
  END LOOP;
END $$;
UPDATE others SET state = 'x';
"""
    result = lint(tmp_path, {"migrations/1.sql": FORCED, "migrations/2.sql": later})
    assert rows_of(result, RULE) == [4]
    (found,) = findings_of(result, RULE)
    assert found.finding.span is not None and found.finding.span.sql.startswith("UPDATE orders")


@pytest.mark.parametrize(
    "taken_back",
    [
        "BEGIN; UPDATE orders SET state = 'done'; ROLLBACK;",
        "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'DELETE FROM orders';",
        "DO $$ DECLARE t text; BEGIN SELECT relname INTO t FROM pg_class LIMIT 1;\n"
        "EXECUTE format('UPDATE %I SET state = 1', t); END $$;",
    ],
)
def test_what_is_not_done_or_not_known_is_not_reported(taken_back: str, tmp_path: Path) -> None:
    files = {"migrations/1.sql": FORCED, "migrations/2.sql": taken_back}
    assert findings_of(lint(tmp_path, files), RULE) == []


def test_migrations_in_python_are_judged_as_well(tmp_path: Path) -> None:
    lines = FORCED.replace("\n", " ").strip().split(";")
    first = "".join(f'    op.execute("{line.strip()}")\n' for line in lines if line.strip())
    head = 'revision = "{}"\ndown_revision = {}\nfrom alembic import op\ndef upgrade():\n'
    files = {
        "alembic.ini": "[alembic]\nscript_location = alembic\n",
        "alembic/versions/1_made.py": head.format("1", None) + first,
        "alembic/versions/2_done.py": head.format("2", '"1"')
        + "    op.execute(\"UPDATE orders SET state = 'done'\")\n",
    }
    assert rows_of(lint(tmp_path, files), RULE) == [5]
