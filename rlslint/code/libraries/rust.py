"""Rust: sqlx, tokio-postgres with its pools, Diesel, SeaORM."""

from __future__ import annotations

from rlslint.code.libraries import ConnectionFacts, Library, LibraryRole, Step
from rlslint.code.sites import Hook

_QUERIES = (
    "query",
    "query_as",
    "query_scalar",
    "query_with",
    "query_as_with",
    "query_scalar_with",
    "raw_sql",
    "query!",
    "query_as!",
    "query_scalar!",
    "query_unchecked!",
    "query_as_unchecked!",
)
_SENDS = frozenset(
    ("execute", "execute_many", "fetch", "fetch_all", "fetch_one", "fetch_optional", "fetch_many")
)
_ENDS = {"commit": Step.commit, "rollback": Step.rollback}

LIBRARIES = (
    Library(
        "sqlx",
        "https://docs.rs/sqlx/latest/sqlx/pool/struct.PoolOptions.html",
        imports=("sqlx", "sqlx::"),
        types={
            "PgPool": LibraryRole.pool,
            "Pool": LibraryRole.pool,
            "Transaction": LibraryRole.transaction,
            "PgTransaction": LibraryRole.transaction,
            "PgConnection": LibraryRole.connection,
            "PoolConnection": LibraryRole.connection,
        },
        opens={
            **dict.fromkeys(_QUERIES, LibraryRole.statement),
            "PgPool.connect": LibraryRole.pool,
            "PgPool.connect_lazy": LibraryRole.pool,
            "PgPoolOptions.new": LibraryRole.pool,
            "PoolOptions.new": LibraryRole.pool,
            "PgConnection.connect": LibraryRole.direct,
        },
        steps={
            **_ENDS,
            "begin": Step.begin,
            "transaction": Step.transaction,
            "acquire": Step.connection,
            "connect": Step.pool,
            "connect_with": Step.pool,
            "connect_lazy": Step.pool,
            "connect_lazy_with": Step.pool,
            "detach": Step.same,
            "close": Step.release,
        },
        executes=_SENDS,
        sends=_SENDS,
        hooks={
            "after_connect": Hook.connect,
            "before_acquire": Hook.acquire,
            "after_release": Hook.release,
        },
    ),
    Library(
        "diesel",
        "https://docs.rs/diesel/latest/diesel/fn.sql_query.html",
        imports=("diesel", "diesel_async"),
        types={
            "PgConnection": LibraryRole.connection,
            "AsyncPgConnection": LibraryRole.connection,
            "PooledConnection": LibraryRole.connection,
            "Pool": LibraryRole.pool,
        },
        opens={
            "sql_query": LibraryRole.statement,
            "PgConnection.establish": LibraryRole.direct,
            "AsyncPgConnection.establish": LibraryRole.direct,
            "Pool.builder": LibraryRole.pool,
        },
        steps={
            "get": Step.connection,
            "transaction": Step.transaction,
            "build_transaction": Step.same,
            "run": Step.transaction,
            "begin_test_transaction": Step.begin,
        },
        executes=frozenset(("batch_execute",)),
        sends=frozenset(("execute", "load", "get_result", "get_results")),
        hooks={"on_acquire": Hook.connect},
    ),
    Library(
        "sea-orm",
        "https://www.sea-ql.org/SeaORM/docs/basic-crud/raw-sql/",
        imports=("sea_orm", "sea_orm_migration"),
        types={
            "DatabaseConnection": LibraryRole.pool,
            "DbConn": LibraryRole.pool,
            "DatabaseTransaction": LibraryRole.transaction,
            "SchemaManager": LibraryRole.transaction,
        },
        opens={
            "Database.connect": LibraryRole.pool,
            "Statement.from_string": LibraryRole.statement,
            "Statement.from_sql_and_values": LibraryRole.statement,
        },
        steps={
            **_ENDS,
            "begin": Step.begin,
            "transaction": Step.transaction,
            "get_connection": Step.same,
        },
        executes=frozenset(
            ("execute_unprepared", "execute", "query_one", "query_all", "execute_raw")
        ),
    ),
    Library(
        "tokio-postgres",
        "https://docs.rs/deadpool-postgres/latest/deadpool_postgres/enum.RecyclingMethod.html",
        imports=(
            "tokio_postgres",
            "deadpool_postgres",
            "bb8_postgres",
            "r2d2_postgres",
            "postgres::Client",
            "postgres::NoTls",
        ),
        types={
            "Pool": LibraryRole.pool,
            "Client": LibraryRole.connection,
            "Object": LibraryRole.connection,
            "PooledConnection": LibraryRole.connection,
            "Transaction": LibraryRole.transaction,
            "GenericClient": LibraryRole.maybe,
        },
        opens={
            "tokio_postgres.connect": LibraryRole.direct,
            "Client.connect": LibraryRole.direct,
            "create_pool": LibraryRole.pool,
            "Pool.builder": LibraryRole.pool,
            "Pool.new": LibraryRole.pool,
        },
        steps={
            **_ENDS,
            "get": Step.connection,
            "get_owned": Step.connection,
            "dedicated_connection": Step.connection,
            "transaction": Step.begin,
            "build_transaction": Step.same,
            "start": Step.begin,
            **dict.fromkeys(("prepare", "prepare_cached", "prepare_typed"), Step.statement),
        },
        executes=frozenset(
            (
                "execute",
                "execute_raw",
                "query",
                "query_one",
                "query_opt",
                "query_raw",
                "query_typed",
                "batch_execute",
                "simple_query",
            )
        ),
        words={"RecyclingMethod::Clean": ConnectionFacts(pool_resets=True)},
    ),
)
