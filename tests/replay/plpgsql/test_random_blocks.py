"""Blocks put together at random: what the replay knows after them is what PostgreSQL has.

The seed is that of the random histories, and printed where a block fails.
"""

import os
import random

import pytest

from tests.conftest import HISTORIES_SEED
from tests.postgres import Database
from tests.replay.plpgsql.blocks import SETUP
from tests.replay.plpgsql.test_parity import replayed
from tests.replay.plpgsql.test_wordings import disagreements

_SEED = int(os.environ[HISTORIES_SEED])
_TABLES = ("orders", "accounts", "countries", "nope")
_CONDITIONS = (
    "true",
    "false",
    "n > 1",
    "t = 'orders'",
    "t IS NULL",
    "EXISTS (SELECT 1 FROM accounts)",
    "EXISTS (SELECT 1 FROM pg_policies WHERE tablename = t)",
    "to_regclass(t) IS NOT NULL",
    "NOT (SELECT relrowsecurity FROM pg_class WHERE relname = 'orders')",
    "n % 2 = 0 OR t ~ '^acc'",
)
_ERRORS = (
    "OTHERS", "duplicate_object", "undefined_table", "raise_exception", "unique_violation",
    "no_data_found OR case_not_found", "SQLSTATE '42710'", "division_by_zero",
)  # fmt: skip
_ENDS = ("RETURN;", "RAISE EXCEPTION 'x';", "RAISE unique_violation;")


class _Writer:
    """Writes the statements of a block; what they do depends on the random numbers alone."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.names = 0

    def block(self) -> str:
        body = self.body(3)
        return f"DO $do$ DECLARE t text := 'orders'; n int := 0; r record; BEGIN\n{body}\nEND $do$;"

    def body(self, depth: int) -> str:
        return "\n".join(self.statement(depth) for _ in range(self.chance.randint(1, 3)))

    def statement(self, depth: int) -> str:
        simple = [self.ddl, self.ddl, self.executed, self.assigned, self.data]
        compound = [self.branch, self.loop, self.rows, self.caught, self.caught, self.case]
        if self.chance.random() < 0.06:
            return self.chance.choice(_ENDS)
        if depth == 0 or self.chance.random() < 0.45:
            return self.chance.choice(simple)()
        return self.chance.choice(compound)(depth - 1)

    def table(self) -> str:
        return self.chance.choice(_TABLES[:3])

    def ddl(self) -> str:
        self.names += 1
        name = self.chance.choice(("existing", f"p{self.names}"))
        return self.chance.choice(
            (
                f"ALTER TABLE {self.table()} ENABLE ROW LEVEL SECURITY;",
                f"ALTER TABLE {self.table()} DISABLE ROW LEVEL SECURITY;",
                f"CREATE POLICY {name} ON {self.table()} USING (true);",
                f"DROP POLICY IF EXISTS existing ON {self.table()};",
                f"GRANT SELECT ON {self.table()} TO auditor;",
                f"REVOKE SELECT ON {self.table()} FROM auditor;",
            )
        )

    def executed(self) -> str:
        self.names += 1
        return self.chance.choice(
            (
                "EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);",
                f"EXECUTE format('CREATE POLICY p{self.names}_%s ON %I USING (true)', n, t);",
                "EXECUTE 'GRANT INSERT ON ' || quote_ident(t) || ' TO auditor';",
            )
        )

    def assigned(self) -> str:
        return self.chance.choice(
            (
                f"t := '{self.table()}';",
                "n := n + 1;",
                "SELECT count(*) INTO n FROM pg_policies WHERE schemaname = 'public';",
                "SELECT tablename INTO STRICT t FROM pg_policies LIMIT 1;",
                "n := (SELECT max(id) FROM accounts);",
            )
        )

    def data(self) -> str:
        return self.chance.choice(
            ("INSERT INTO countries VALUES ('x');", "DELETE FROM countries;", "PERFORM 1;")
        )

    def branch(self, depth: int) -> str:
        otherwise = f"ELSE\n{self.body(depth)}\n" if self.chance.random() < 0.5 else ""
        condition = self.chance.choice(_CONDITIONS)
        return f"IF {condition} THEN\n{self.body(depth)}\n{otherwise}END IF;"

    def case(self, depth: int) -> str:
        otherwise = f"ELSE\n{self.body(depth)}\n" if self.chance.random() < 0.7 else ""
        return f"CASE t WHEN 'orders' THEN\n{self.body(depth)}\n{otherwise}END CASE;"

    def loop(self, depth: int) -> str:
        condition = self.chance.choice(_CONDITIONS)
        jump = self.chance.choice((f"EXIT WHEN {condition};", f"CONTINUE WHEN {condition};", ""))
        return f"FOR i IN 1..2 LOOP\n{self.body(depth)}\n{jump}\n{self.body(depth)}\nEND LOOP;"

    def rows(self, depth: int) -> str:
        query = self.chance.choice(
            (
                "SELECT unnest(ARRAY['orders', 'countries'])",
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
                " AND tablename IN ('accounts', 'orders') ORDER BY 1",
                "SELECT code FROM countries",
                "SELECT relname FROM pg_class LEFT JOIN pg_policy ON polrelid = pg_class.oid"
                " WHERE relname IN ('orders', 'accounts') AND polname IS NULL ORDER BY 1",
            )
        )
        return f"FOR t IN {query} LOOP\n{self.body(depth)}\nEND LOOP;"

    def caught(self, depth: int) -> str:
        handlers = "\n".join(
            f"WHEN {condition} THEN\n{self.body(depth)}"
            for condition in self.chance.sample(_ERRORS, self.chance.randint(1, 2))
        )
        return f"BEGIN\n{self.body(depth)}\nEXCEPTION\n{handlers}\nEND;"


@pytest.mark.times(20, 200)
def test_random_block_leaves_what_the_server_has(database: Database, number: int) -> None:
    seed = _SEED + number
    print(f"{HISTORIES_SEED}={_SEED}, block {number}")
    sql = _Writer(random.Random(seed)).block()
    if database.run(SETUP + sql).errors:
        # A history that was carried out did not end in an error.
        return
    assert disagreements(database, replayed(SETUP + sql)) == [], sql
