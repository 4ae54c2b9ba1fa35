"""Random histories of DDL, the same for the same seed. Many statements are meant to be refused."""

# ruff: noqa: E501 (statements stay on one line)

from __future__ import annotations

import random
from collections.abc import Callable

SCHEMAS = ("public", "app", "other")
TABLES = ("docs", "members", "events", "notes", "files")
COLUMNS = ("id", "tenant_id", "owner_id", "kind", "extra")
ROLES = ("app_role", "reader", "boss")
FUNCTIONS = ("who", "allowed")
TYPES = ("int", "bigint", "int NOT NULL", "int DEFAULT 1", "int UNIQUE", "int CHECK ({0} > 0)")
PRIVILEGES = ("SELECT", "INSERT", "UPDATE", "ALL", "SELECT, DELETE", "TRUNCATE")


class _Writer:
    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def one(self, words: tuple[str, ...]) -> str:
        return self._random.choice(words)

    def chance(self, share: float) -> bool:
        return self._random.random() < share

    def table(self) -> str:
        name = self.one(TABLES) + self.one(("", "", "_2"))
        return name if self.chance(0.6) else f"{self.one(SCHEMAS)}.{name}"

    def column(self) -> str:
        return self.one(COLUMNS)

    def condition(self) -> str:
        table = self.one(TABLES)
        return self.one(
            (
                f"{self.column()} = 1",
                f"{self.column()} = {self.one(FUNCTIONS)}({self.column()})",
                f"EXISTS (SELECT 1 FROM {self.table()} x WHERE x.{self.column()} = {self.column()})",
                f"{self.column()} IN (SELECT {self.column()} FROM {self.table()})",
                f"{self.column()} IN (1, 2) OR NOT {self.column()} > 3",
                f"EXISTS (SELECT 1 FROM {table} JOIN {self.table()} y USING ({self.column()}))",
                f"EXISTS (WITH w AS (SELECT * FROM {self.table()}) SELECT {self.column()} FROM w)",
                "true",
            )
        )

    def create_table(self) -> str:
        columns = [c for c in COLUMNS if self.chance(0.7)] or ["id"]
        self._random.shuffle(columns)
        parts = [f"{name} {self.one(TYPES).format(name)}" for name in columns]
        if self.chance(0.5):
            parts.append(f"PRIMARY KEY ({self.column()})")
        if self.chance(0.3):
            parts.append(f"FOREIGN KEY ({self.column()}) REFERENCES {self.table()}")
        ending = self.one(
            ("", "", f" INHERITS ({self.table()})", f" PARTITION BY LIST ({self.column()})")
        )
        return f"CREATE TABLE {self.one(('', 'IF NOT EXISTS '))}{self.table()} ({', '.join(parts)}){ending}"

    def derive_table(self) -> str:
        table, model = self.table(), self.table()
        value = self._random.randrange(9)
        return self.one(
            (
                f"CREATE TABLE {table} PARTITION OF {model} FOR VALUES IN ({value})",
                f"CREATE TABLE {table} PARTITION OF {model} DEFAULT",
                f"ALTER TABLE {model} ATTACH PARTITION {table} FOR VALUES IN ({value})",
                f"ALTER TABLE {model} DETACH PARTITION {table}",
                f"ALTER TABLE {table} INHERIT {model}",
                f"ALTER TABLE {table} NO INHERIT {model}",
                f"CREATE TABLE {table} (LIKE {model} {self.one(('', 'INCLUDING ALL', 'INCLUDING INDEXES', 'INCLUDING DEFAULTS'))})",
                f"CREATE TABLE {table} AS SELECT * FROM {model}",
                f"SELECT x.{self.column()} INTO {table} FROM {model} x",
            )
        )

    def alter_table(self) -> str:
        name = self.column()
        actions = [
            f"ADD COLUMN {name} {self.one(TYPES).format(name)}",
            f"DROP COLUMN {name}{self.one(('', ' CASCADE'))}",
            f"ALTER {name} TYPE bigint",
            f"ALTER {name} SET NOT NULL",
            f"ALTER {name} DROP NOT NULL",
            f"ALTER {name} SET DEFAULT 2",
            f"ALTER {name} DROP DEFAULT",
            "ENABLE ROW LEVEL SECURITY",
            "DISABLE ROW LEVEL SECURITY",
            "FORCE ROW LEVEL SECURITY",
            f"ADD UNIQUE ({name})",
            f"ADD PRIMARY KEY ({name})",
            f"ADD CHECK ({name} > {self.column()})",
            f"ADD FOREIGN KEY ({name}) REFERENCES {self.table()} ON DELETE CASCADE",
            f"DROP CONSTRAINT {self.one(TABLES)}_{self.one(('pkey', name + '_key', name + '_check'))}"
            f"{self.one(('', ' CASCADE'))}",
            f"OWNER TO {self.one(ROLES)}",
        ]
        chosen = self._random.sample(actions, self.one(("1", "1", "2")).count("2") + 1)
        return f"ALTER TABLE {self.one(('', '', 'ONLY '))}{self.table()} {', '.join(chosen)}"

    def rename(self) -> str:
        table = self.table()
        return self.one(
            (
                f"ALTER TABLE {table} RENAME TO {self.one(TABLES)}",
                f"ALTER TABLE {table} RENAME {self.column()} TO {self.column()}",
                f"ALTER TABLE {table} SET SCHEMA {self.one(SCHEMAS)}",
                f"ALTER POLICY {self.one(('p', 'q'))} ON {table} RENAME TO {self.one(('p', 'q'))}",
                f"ALTER FUNCTION {self.one(FUNCTIONS)} SET SCHEMA {self.one(SCHEMAS)}",
                f"ALTER INDEX {self.one(TABLES)}_pkey RENAME TO {self.one(TABLES)}_key",
                f"ALTER ROLE {self.one(ROLES)} RENAME TO {self.one(ROLES)}",
                f"ALTER SCHEMA {self.one(SCHEMAS[1:])} RENAME TO {self.one(SCHEMAS[1:])}",
            )
        )

    def policy(self) -> str:
        name, table = self.one(("p", "q", "r")), self.table()
        return self.one(
            (
                f"CREATE POLICY {name} ON {table} USING ({self.condition()})",
                f"CREATE POLICY {name} ON {table} AS RESTRICTIVE FOR UPDATE TO {self.one(ROLES)}"
                f" USING ({self.condition()}) WITH CHECK ({self.condition()})",
                f"CREATE POLICY {name} ON {table} FOR INSERT WITH CHECK ({self.condition()})",
                f"ALTER POLICY {name} ON {table} USING ({self.condition()})",
                f"ALTER POLICY {name} ON {table} TO {self.one(ROLES)}",
                f"DROP POLICY {self.one(('', 'IF EXISTS '))}{name} ON {table}",
            )
        )

    def grant(self) -> str:
        role = self.one((*ROLES, "PUBLIC"))
        verb, to = ("GRANT", "TO") if self.chance(0.7) else ("REVOKE", "FROM")
        objects = self.one(
            (self.table(), f"ALL TABLES IN SCHEMA {self.one(SCHEMAS)}", self.table())
        )
        return self.one(
            (
                f"{verb} {self.one(PRIVILEGES)} ON {objects} {to} {role}",
                f"{verb} SELECT ({self.column()}), UPDATE ({self.column()}) ON {self.table()} {to} {role}",
                f"{verb} EXECUTE ON FUNCTION {self.one(FUNCTIONS)}(int) {to} {role}",
                f"{verb} USAGE ON SCHEMA {self.one(SCHEMAS)} {to} {role}",
                f"{verb} {self.one(ROLES)} {to} {self.one(ROLES)}",
                f"ALTER DEFAULT PRIVILEGES {self.one(('', f'IN SCHEMA {self.one(SCHEMAS)} '))}"
                f"{verb} {self.one(PRIVILEGES[:4])} ON TABLES {to} {role}",
            )
        )

    def view(self) -> str:
        name = self.one(("v", "w"))
        return self.one(
            (
                f"CREATE {self.one(('', 'OR REPLACE '))}VIEW {name} {self.one(('', 'WITH (security_invoker) '))}"
                f"AS SELECT * FROM {self.table()}",
                f"CREATE VIEW {name}_2 AS SELECT {self.column()} FROM {name}",
                f"CREATE MATERIALIZED VIEW m AS SELECT x.{self.column()} FROM {self.table()} x",
                f"ALTER VIEW {name} SET (security_barrier = true)",
                f"DROP VIEW {name}{self.one(('', ' CASCADE'))}",
            )
        )

    def function(self) -> str:
        name = self.one(FUNCTIONS)
        return self.one(
            (
                f"CREATE {self.one(('', 'OR REPLACE '))}FUNCTION {name}(int) RETURNS int LANGUAGE sql "
                f"{self.one(('', 'STABLE ', 'SECURITY DEFINER '))}AS 'SELECT 1'",
                f"ALTER FUNCTION {name}(int) SET search_path = ''",
                f"DROP FUNCTION {name}(int){self.one(('', ' CASCADE'))}",
            )
        )

    def index(self) -> str:
        return self.one(
            (
                f"CREATE INDEX ON {self.table()} ({self.column()})",
                f"CREATE INDEX ON {self.table()} ({self.column()}, {self.column()})",
                f"CREATE INDEX ON {self.table()} (abs({self.column()})) WHERE {self.column()} > 0",
                f"CREATE UNIQUE INDEX ON ONLY {self.table()} ({self.column()})",
                f"DROP INDEX {self.one(TABLES)}_{self.column()}_idx",
            )
        )

    def session(self) -> str:
        return self.one(
            (
                f"SET search_path = {self.one(SCHEMAS)}, public",
                "RESET search_path",
                "SELECT set_config('search_path', 'app, public', false)",
                "SET ROLE boss",
                "RESET ROLE",
                "BEGIN",
                "COMMIT",
                "ROLLBACK",
                "SAVEPOINT s",
                "ROLLBACK TO s",
            )
        )

    def remove(self) -> str:
        return self.one(
            (
                f"DROP TABLE {self.one(('', 'IF EXISTS '))}{self.table()}",
                f"DROP TABLE {self.table()} CASCADE",
                f"DROP SCHEMA {self.one(SCHEMAS[1:])}{self.one(('', ' CASCADE'))}",
                f"CREATE SCHEMA IF NOT EXISTS {self.one(SCHEMAS[1:])}",
                f"REASSIGN OWNED BY {self.one(ROLES)} TO {self.one(ROLES)}",
                f"DROP OWNED BY {self.one(ROLES[:2])} CASCADE",
            )
        )


def random_history(seed: int, length: int = 120) -> str:
    """Return a script of `length` statements behind a beginning that all share."""
    writer = _Writer(seed)
    kinds: tuple[tuple[int, Callable[[], str]], ...] = (
        (7, writer.create_table), (5, writer.derive_table), (9, writer.alter_table),
        (4, writer.rename), (8, writer.policy), (6, writer.grant), (3, writer.view),
        (3, writer.function), (4, writer.index), (3, writer.session), (1, writer.remove),
    )  # fmt: skip
    bag = [kind for weight, kind in kinds for _ in range(weight)]
    choice = random.Random(seed)
    statements = [
        "CREATE SCHEMA app", "CREATE SCHEMA other", "CREATE ROLE app_role", "CREATE ROLE reader",
        "CREATE ROLE boss SUPERUSER",
        "CREATE FUNCTION who(int) RETURNS int LANGUAGE sql AS 'SELECT 1'",
        *(writer.create_table() for _ in range(6)),
    ]  # fmt: skip
    statements += [choice.choice(bag)() for _ in range(length)]
    statements.append("COMMIT")
    return "".join(f"{statement};\n" for statement in statements)
