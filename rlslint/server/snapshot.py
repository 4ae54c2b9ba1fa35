"""A live database, read in one snapshot and changed in nothing."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from rlslint import NamedTuple, Pattern
from rlslint.server.connection_strings import BadConnectionString, database_name, parameters_of
from rlslint.server.explaining import explained
from rlslint.server.introspection.queries import LOCKED

if TYPE_CHECKING:
    import psycopg

OLDEST, NEWEST = 13, 18
"""The major versions whose catalogs are known."""

LOCK_SECONDS = 5
_STATEMENT_SECONDS = 120
_ANSWER_SECONDS = _STATEMENT_SECONDS + 10
"""The server gives a statement up before; longer waits only who waits for nobody."""

_CONNECT_SECONDS = 10
_CANCEL_SECONDS = 5
# The settings below lock_timeout change how the server spells expressions (pg_dump sets them too).
_BEGIN = f"""
    BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY;
    SET LOCAL search_path = '';
    SET LOCAL work_mem = '64MB';
    SET LOCAL jit = off;
    SET LOCAL statement_timeout = '{_STATEMENT_SECONDS}s';
    SET LOCAL idle_in_transaction_session_timeout = '{_STATEMENT_SECONDS}s';
    SET LOCAL lock_timeout = '{LOCK_SECONDS}s';
    SET LOCAL standard_conforming_strings = on;
    SET LOCAL quote_all_identifiers = off;
    SET LOCAL datestyle = 'ISO';
    SET LOCAL intervalstyle = 'postgres'
"""
_LOCKS = """
    SELECT string_agg(DISTINCT n.nspname || '.' || c.relname || ' by session ' || l.pid, ', ')
    FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_class c ON c.oid = l.relation
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_database d ON d.oid = l.database AND d.datname = current_database()
    WHERE l.granted AND l.mode = 'AccessExclusiveLock' AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
"""
_LOCKED_RELATIONS = """
    SELECT coalesce(json_agg(json_build_array(l.relation::int8,
        CASE WHEN c.relkind IN ('r', 'p', 'v', 'm', 'f') THEN n.nspname || '.' || c.relname END,
        l.pid)), '[]')
    FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_class c ON c.oid = l.relation
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_database d ON d.oid = l.database AND d.datname = current_database()
    WHERE l.mode = 'AccessExclusiveLock' AND l.pid <> pg_catalog.pg_backend_pid()
"""
_NO_UTF8 = Pattern("[\udc80-\udcff]")


class LiveProblem(Exception):
    """A database cannot be read; the message is a sentence that names it and shows no password."""


class Snapshot(NamedTuple):
    """A database as it was at one moment.

    `database` is how messages name it. `version` is server_version_num, `version_text` what the
    server calls itself, a distributor's addition included. `ask` sends a query and returns the one
    value of its answer. `locked` are the relations that other sessions kept from being read, each
    with the session.
    """

    database: str
    version: int
    version_text: str
    user: str
    ask: Callable[[str], str]
    locked: Mapping[str, int]


@contextmanager
def snapshot(conninfo: str) -> Iterator[Snapshot]:
    """Open a database for reading: a URL, keywords and values, or "" for libpq's environment.

    The transaction is READ ONLY and REPEATABLE READ, and is given up at the end (manual: SET
    TRANSACTION). Raises LiveProblem where there is no such database, where it cannot be read, or
    where its version is not known.
    """
    driver = _driver()
    try:
        parameters = {"connect_timeout": _CONNECT_SECONDS, **parameters_of(conninfo)}
    except BadConnectionString as problem:
        raise LiveProblem(str(problem)) from None
    role = str(parameters.get("user") or "")
    connection: psycopg.Connection[Any] | None = None
    try:
        connection = driver.connect(
            conninfo,
            connect_timeout=parameters["connect_timeout"],
            application_name="rlslint",
            client_encoding="UTF8",
            autocommit=True,
            prepare_threshold=None,
        )
        role = connection.info.user
        yield _begin(connection)
        with _answered(connection):
            connection.rollback()
    except driver.Error as error:
        refusal = explained(error, parameters, role, lambda: _locks(connection))
        raise LiveProblem(refusal) from None
    except (OSError, OverflowError, UnicodeError) as error:
        # psycopg resolves host names by itself; a port or a name of no sense ends here.
        if connection is not None:
            raise
        raise LiveProblem(explained(error, parameters, role, str)) from None
    finally:
        if connection is not None:
            _close(connection)


def _driver() -> Any:
    try:
        import psycopg
    except ImportError:
        raise LiveProblem(
            "An audit needs psycopg, which is not installed: pip install 'rlslint[live]'."
        ) from None
    return psycopg


def _begin(connection: psycopg.Connection[Any]) -> Snapshot:
    info = connection.info
    database = database_name({"dbname": info.dbname, "host": info.host, "port": str(info.port)})
    major = info.server_version // 10000
    text = info.parameter_status("server_version") or str(major)
    if not OLDEST <= major <= NEWEST:
        age = "older" if major < OLDEST else "newer"
        known = f"rlslint knows PostgreSQL {OLDEST} to {NEWEST}"
        raise LiveProblem(f"{database} is on PostgreSQL {text}, which is {age}: {known}.")
    with _answered(connection):
        connection.execute(_BEGIN.encode())
    if info.parameter_status("server_encoding") == "SQL_ASCII":
        # Names may be any bytes there, and the server refuses to send those that are no UTF-8.
        connection.execute(b"SET LOCAL client_encoding = 'SQL_ASCII'")
    connection.execute(b"SAVEPOINT rlslint")
    ask = _Questions(connection)
    return Snapshot(database, info.server_version, text, info.user, ask, ask.locked)


class _Questions:
    """Asks until the first failure, which is the answer to all that is asked after it.

    What another session locks is no failure where a query can leave it out: `locked` are these
    relations, with the sessions.
    """

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.locked: dict[str, int] = {}
        self._connection = connection
        self._failure: Exception | None = None
        self._left_out: frozenset[int] = frozenset()

    def __call__(self, query: str) -> str:
        if self._failure is not None:
            raise self._failure
        try:
            return self._answer(query)
        except Exception as failure:
            self._failure = failure
            raise

    def _answer(self, query: str) -> str:
        from psycopg.errors import LockNotAvailable

        while True:
            left_out = self._left_out
            listed = ",".join(map(str, sorted(left_out)))
            try:
                return _ask(self._connection, query.replace(LOCKED, f"'{{{listed}}}'::oid[]"))
            except LockNotAvailable:
                if LOCKED not in query:
                    raise
                self._connection.execute(b"ROLLBACK TO SAVEPOINT rlslint")
                self._look_for_locks()
                if self._left_out == left_out:
                    raise

    def _look_for_locks(self) -> None:
        """Leave out from now on what others lock, and wait to lock before this session could."""
        for oid, name, session in json.loads(_ask(self._connection, _LOCKED_RELATIONS)):
            self._left_out |= {oid}
            if name is not None:
                self.locked[name] = session


def _close(connection: psycopg.Connection[Any]) -> None:
    """Close a connection; a query that another thread still waits for is given up first."""
    import psycopg

    if connection.lock.locked():
        with suppress(psycopg.Error):
            connection.cancel_safe(timeout=_CANCEL_SECONDS)
    with connection.lock:
        connection.close()


@contextmanager
def _answered(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """Cut a connection on which no answer comes: a server or a pooler that is stuck sends none.

    Raises OperationalError then, which names the seconds.
    """
    is_late = threading.Event()

    def cut() -> None:
        is_late.set()
        with suppress(OSError), socket.socket(fileno=os.dup(connection.fileno())) as same:
            same.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(_ANSWER_SECONDS, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    except connection.OperationalError:
        if is_late.is_set():
            lateness = f"no answer within {_ANSWER_SECONDS} seconds"
            raise connection.OperationalError(lateness) from None
        raise
    finally:
        timer.cancel()
        timer.join()


def _ask(connection: psycopg.Connection[Any], query: str) -> str:
    with _answered(connection):
        result = connection.execute(query.encode()).pgresult
    value = result.get_value(0, 0) if result is not None else None
    text = (value or b"").decode("utf-8", "surrogateescape")
    # A byte that is no UTF-8 is shown as \\xe4, the backslash escaped for the JSON around it, so
    # that no two names become one.
    return _NO_UTF8().sub(lambda byte: rf"\\x{ord(byte[0]) - 0xDC00:02x}", text)


def _locks(connection: psycopg.Connection[Any] | None) -> str:
    """Say which tables other sessions keep from being read."""
    import psycopg

    held = ""
    if connection is not None:
        with suppress(psycopg.Error):
            connection.rollback()
            connection.execute(b"BEGIN READ ONLY")
            held = _ask(connection, _LOCKS)
    return f"for more than {LOCK_SECONDS} seconds a lock has been held on {held}" if held else ""
