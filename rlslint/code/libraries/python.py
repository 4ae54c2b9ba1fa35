"""Python: psycopg, asyncpg, SQLAlchemy, Django and others."""

from __future__ import annotations

from rlslint.code.libraries import Facts, Library, Role, Step
from rlslint.code.sites import Hook

LIBRARIES = (
    Library(
        "psycopg",
        "https://www.psycopg.org/psycopg3/docs/",
        imports=("psycopg", "psycopg_pool"),
        facts=Facts(begins_itself=True),
        types={
            "ConnectionPool": Role.pool,
            "AsyncConnectionPool": Role.pool,
            "Connection": Role.connection,
            "AsyncConnection": Role.connection,
            "Cursor": Role.connection,
            "AsyncCursor": Role.connection,
        },
        opens={
            "psycopg.connect": Role.direct,
            "Connection.connect": Role.direct,
            "AsyncConnection.connect": Role.direct,
        },
        steps={
            "connection": Step.connection,
            "getconn": Step.connection,
            "cursor": Step.same,
            "transaction": Step.transaction,
            "commit": Step.commit,
            "rollback": Step.rollback,
            "putconn": Step.release,
            "close": Step.release,
        },
        executes=frozenset(("execute", "executemany", "stream", "copy")),
        words={"ClientCursor": Facts(binds_on_server=False, begins_itself=True)},
        hooks={"configure": Hook.connect, "check": Hook.acquire, "reset": Hook.release},
        parameter="%s",
    ),
)
