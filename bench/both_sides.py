"""One history, carried out by a server and by the replay at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psycopg
from psycopg.pq import TransactionStatus

from bench.comparing import Given, both_facts, given_between
from rlslint.catalog.roles import DEFAULT_SEARCH_PATH
from rlslint.replay.doubt import carry_out_broken
from rlslint.replay.session import Session
from rlslint.replay.state import Replay
from rlslint.replay.transactions import roll_back
from rlslint.sql import CONNECT, INCLUDE
from rlslint.sql.parser import BrokenStatement, ParsedStatement, parsed_statements
from rlslint.text import Statement, Text
from tests.postgres import SUPERUSER, Database

STUBS = Path(__file__).with_name("stubs")
_MISSING_ROLE = re.compile(r'role "([^"]+)" does not exist')
_MISSING_SCHEMA = re.compile(r'schema "([^"]+)" does not exist')
_MISSING_OBJECT = re.compile(r'(?:relation|type|function) "?(?:public\.)?(\w+)[^ ]* does not exist')
_MADE_BY = {
    "auth_user": "django.sql",
    "auth_group": "django.sql",
    "citext": "citext",
    "crypt": "pgcrypto",
    "fipshash": "postgresql_regress.sql",
    "gen_random_bytes": "pgcrypto",
    "gen_salt": "pgcrypto",
    "geography": "postgis",
    "geometry": "postgis",
    "hstore": "hstore",
    "uuid_generate_v1mc": "uuid-ossp",
    "uuid_generate_v4": "uuid-ossp",
    "vector": "vector",
}
"""What makes an object that a history lacks: a stub, or an extension."""

_ALL_CREATED_HERE = """
    INSERT INTO pg_depend
    SELECT created.classid, created.oid, 0, 'pg_extension'::regclass, e.oid, 0, 'e'
    FROM pg_extension e, (
        SELECT 'pg_proc'::regclass::oid, oid FROM pg_proc WHERE xmin = pg_current_xact_id()::xid
        UNION ALL SELECT 'pg_type'::regclass, oid FROM pg_type
            WHERE xmin = pg_current_xact_id()::xid AND typelem = 0 AND typrelid = 0
        UNION ALL SELECT 'pg_class'::regclass, oid FROM pg_class
            WHERE xmin = pg_current_xact_id()::xid AND relkind IN ('r', 'v')
        UNION ALL SELECT 'pg_operator'::regclass, oid FROM pg_operator
            WHERE xmin = pg_current_xact_id()::xid
        UNION ALL SELECT 'pg_namespace'::regclass, oid FROM pg_namespace
            WHERE xmin = pg_current_xact_id()::xid
        UNION ALL SELECT 'pg_am'::regclass, oid FROM pg_am WHERE xmin = pg_current_xact_id()::xid
        UNION ALL SELECT 'pg_opclass'::regclass, oid FROM pg_opclass
            WHERE xmin = pg_current_xact_id()::xid
    ) created (classid, oid)
    WHERE e.extname = %s
"""


class Everything(frozenset[str]):
    """The kinds of all statements."""

    def __contains__(self, kind: object) -> bool:
        return True


class Refused(NamedTuple):
    """A statement that the server refused, and its reason."""

    statement: Statement
    message: str


class BothSides:
    """A database and a replay that carry out the same statements.

    What the server refuses is in neither. Inside a transaction of the history a savepoint before
    each statement sees to it that a refusal costs that statement alone. Roles and schemas that
    nothing creates and extensions that are not installed are stubbed when they are asked for.
    `schemas_made` are those that some statement of the history creates.
    """

    def __init__(self, database: Database, replay: Replay) -> None:
        self.replay = replay
        self.refused: list[Refused] = []
        self.doubted: list[Refused] = []
        self.schemas_made: frozenset[str] = frozenset()
        self.accepted = 0
        self.given: Given = {}
        self._database = database
        self._stubbed: set[str] = set()
        self._administrator = self._connect(SUPERUSER)
        self._connection = self._connect(SUPERUSER)
        replay.session.connect(SUPERUSER, DEFAULT_SEARCH_PATH)
        self._replay(f"CREATE ROLE {SUPERUSER} SUPERUSER CREATEROLE REPLICATION BYPASSRLS LOGIN")

    @property
    def is_between_transactions(self) -> bool:
        return self._connection.info.transaction_status == TransactionStatus.IDLE

    def close(self) -> None:
        self._connection.close()
        self._administrator.close()

    def _connect(self, user: str) -> psycopg.Connection:
        return psycopg.connect(
            self._database.conninfo(user), autocommit=True, prepare_threshold=None
        )

    def stub(self, script: str) -> None:
        """Run a script on both sides; what it brings about is not compared."""
        with self._facts_given():
            self._administrator.execute(script.encode())
            self._replay(script)

    def take_as_given(self, role: str) -> None:
        """Let the replay know of a role no more than that the history names it."""
        with self._facts_given():
            self.replay.catalog.role(role).declared = False

    def _replay(self, script: str) -> None:
        session, self.replay.session = self.replay.session, Session()
        self.replay.session.connect(SUPERUSER, DEFAULT_SEARCH_PATH)
        for parsed in parsed_statements(Text("stub.sql", script.encode()), Everything()):
            if parsed is not None:
                self.replay.run(parsed)
        self.replay.session = session

    @contextmanager
    def _facts_given(self) -> Iterator[None]:
        before = both_facts(self._database, self.replay.catalog)
        yield
        after = both_facts(self._database, self.replay.catalog)
        self.given.update(given_between(before, after))

    def on_server(self, script: str) -> None:
        """Run a script as the superuser where the replay knows already what it brings about."""
        self._administrator.execute(script.encode())

    def set_search_path(self, schemas: tuple[str, ...]) -> None:
        """Set what a platform has set for the role that migrates."""
        listed = ", ".join(f'"{schema}"' for schema in schemas)
        with self._facts_given():
            self.on_server(f"ALTER DATABASE {self._database.name} SET search_path = {listed}")
        self._connection.execute(f"SET search_path = {listed}".encode())
        self.replay.session.set_search_path(schemas, False)

    def run(self, item: ParsedStatement | BrokenStatement) -> bool:
        """Carry out a statement on the server and, where it is accepted, in the replay."""
        statement = item.statement
        refusal = self._refusal(item)
        while refusal is not None and self._stub_missing(refusal):
            refusal = self._refusal(item)
        if refusal is not None:
            self.refused.append(Refused(statement, refusal))
            if self.is_between_transactions:
                roll_back(self.replay)  # COMMIT and PREPARE TRANSACTION end it all the same.
            return False
        self.accepted += 1
        before = len(self.replay.catalog.refusals)
        was_failed = self.replay.transaction is not None and self.replay.transaction.failed
        try:
            if isinstance(item, BrokenStatement):
                carry_out_broken(self.replay, item)
            else:
                self.replay.run(item)
        except Exception as error:
            error.add_note(f"The replay failed at {statement!r}: {statement.sql}")
            raise
        if was_failed and statement.kind != "TransactionStmt":
            self.doubted.append(Refused(statement, "the transaction has failed"))
        self.doubted += (
            Refused(one.statement, one.reason) for one in self.replay.catalog.refusals[before:]
        )
        return True

    def knows_role(self, name: str) -> bool:
        return name in self.replay.catalog.roles and self.replay.catalog.roles[name].declared

    def _stub_missing(self, refusal: str) -> bool:
        """Make what a statement lacked, where it is known how, and no more than once."""
        role = _MISSING_ROLE.search(refusal)
        if role is not None and not self.knows_role(role[1]):
            self.stub(f'CREATE ROLE "{role[1]}"')
            return True
        schema = _MISSING_SCHEMA.search(refusal)
        if schema is not None and not {schema[1]} & {*self.schemas_made, *self._stubbed}:
            self._stubbed.add(schema[1])
            self.stub(f'CREATE SCHEMA "{schema[1]}"')
            return True
        missing = _MISSING_OBJECT.search(refusal)
        script = _MADE_BY.get(missing[1]) if missing is not None else None
        if script is None or script in self._stubbed:
            return False
        self._stubbed.add(script)
        if script.endswith(".sql"):
            self.stub((STUBS / script).read_text())
        else:
            self.install(script, "public")
        return True

    def _refusal(self, item: ParsedStatement | BrokenStatement) -> str | None:
        """Execute on the server; return why it refused."""
        kind = item.statement.kind
        if isinstance(item, ParsedStatement):
            if kind == CONNECT:
                return self._reconnect(item.node.get("user"))
            if kind == INCLUDE:
                return "includes another file"
            if kind == "CopyStmt" and "filename" not in item.node:
                return None  # Its rows are no part of a catalog.
            if kind == "CreateExtensionStmt":
                self._make_extension_available(item)
        try:
            self._execute(item.statement.sql, kind)
        except psycopg.Error as refusal:
            if self._connection.closed:
                self._connection = self._connect(SUPERUSER)
            return str(refusal.diag.message_primary or refusal)
        return None

    def _reconnect(self, user: str | None) -> str | None:
        if user is None:
            return "the user is a variable"
        user = user or self.replay.session.session_user
        try:
            connection = self._connect(user)
        except psycopg.OperationalError:
            return f'role "{user}" does not exist or may not log in'
        self._connection.close()
        self._connection = connection
        return None

    def _execute(self, sql: str, kind: str) -> None:
        connection = self._connection
        if self.is_between_transactions or (
            kind == "TransactionStmt" and _ENDS_TRANSACTION.match(sql)
        ):
            connection.execute(sql.encode())
            return
        connection.execute("SAVEPOINT one_statement")
        try:
            connection.execute(sql.encode())
        except psycopg.Error:
            connection.execute("ROLLBACK TO one_statement; RELEASE one_statement")
            raise
        if kind != "TransactionStmt":
            connection.execute("RELEASE one_statement")

    def _make_extension_available(self, item: ParsedStatement) -> None:
        if self._is_available(item.node["extname"]):
            return
        options = {o["DefElem"]["defname"]: o["DefElem"] for o in item.node.get("options", ())}
        schema = options["schema"]["arg"]["String"]["sval"] if "schema" in options else "public"
        self._stub_extension(item.node["extname"], schema)

    def _is_available(self, extension: str) -> bool:
        found = self._administrator.execute(
            "SELECT FROM pg_available_extensions WHERE name = %s"
            " UNION ALL SELECT FROM pg_extension WHERE extname = %s",
            (extension, extension),
        )
        return found.rowcount > 0

    def install(self, extension: str, schema: str) -> None:
        """Have an extension on the server, a stub if need be."""
        if self._is_available(extension):
            self.on_server(f'CREATE EXTENSION IF NOT EXISTS "{extension}" SCHEMA "{schema}"')
        else:
            self._stub_extension(extension, schema)

    def _stub_extension(self, name: str, schema: str) -> None:
        """Let the server believe that an extension is installed.

        Its objects are members of it, as they would be, so that no comparison looks at them.
        """
        script = STUBS / "extensions" / f"{name}.sql"
        with self._administrator.transaction():
            self._administrator.execute("SET LOCAL allow_system_table_mods = on")
            self._administrator.execute(
                "INSERT INTO pg_extension SELECT %s, %s, 10, oid, true, '1.0', NULL, NULL"
                " FROM pg_namespace WHERE nspname = %s",
                (self._free_oid(), name, schema),
            )
            self._administrator.execute(f'SET LOCAL search_path = "{schema}"'.encode())
            if script.exists():
                self._administrator.execute(script.read_bytes())
            self._administrator.execute(_ALL_CREATED_HERE, (name,))

    def _free_oid(self) -> int:
        row = self._administrator.execute(
            "SELECT pg_nextoid('pg_extension', 'oid', 'pg_extension_oid_index')::int"
        ).fetchone()
        assert row is not None
        return int(row[0])


_ENDS_TRANSACTION = re.compile(r"\s*(?:commit|end|rollback(?!.*\bto\b)|abort)\b", re.I | re.S)
