"""What PostgreSQL libraries of Python do with connections, transactions and values.

Sources: the documentation of psycopg 2 and 3, psycopg_pool, asyncpg, SQLAlchemy, Django, aiopg and
pg8000. psycopg, pg8000 and SQLAlchemy begin a transaction with the first statement unless told
otherwise; asyncpg, aiopg and Django run each statement in its own. A pool of asyncpg sends
RESET ALL when a connection comes back; those of psycopg and SQLAlchemy roll back at most.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from rlslint.code.python.strings import Written
from rlslint.code.python.values import (
    External,
    Handle,
    Pairs,
    Plain,
    Pool,
    RunTimeValue,
    Value,
    constant,
    entry,
)
from rlslint.code.sites import Driver, Lifetime
from rlslint.text.patterns import Pattern

PSYCOPG = Driver("psycopg", True)
PSYCOPG2 = Driver("psycopg2", False)
ASYNCPG = Driver("asyncpg", True)
AIOPG = Driver("aiopg", False)
PG8000 = Driver("pg8000", True)
# Django writes quoted literals into the SQL with psycopg 3 too, unless `server_side_binding`.
DJANGO = Driver("django", False)
SQLALCHEMY = Driver("sqlalchemy", None)
# The asynchronous dialects for PostgreSQL, asyncpg and psycopg 3, both bind on the server.
SQLALCHEMY_ASYNC = Driver("sqlalchemy", True)

DRIVER_OF_MODULE: Mapping[str, Driver] = {
    "psycopg": PSYCOPG,
    "psycopg_pool": PSYCOPG,
    "psycopg2": PSYCOPG2,
    "asyncpg": ASYNCPG,
    "aiopg": AIOPG,
    "pg8000": PG8000,
    "django": DJANGO,
    "sqlalchemy": SQLALCHEMY,
    "sqlmodel": SQLALCHEMY,
    "flask_sqlalchemy": SQLALCHEMY,
}


_CONNECTS: Mapping[str, Driver] = {
    "psycopg.connect": PSYCOPG,
    "psycopg.Connection.connect": PSYCOPG,
    "psycopg.AsyncConnection.connect": PSYCOPG,
    "psycopg2.connect": PSYCOPG2,
    "asyncpg.connect": ASYNCPG,
    "aiopg.connect": AIOPG,
    "pg8000.connect": PG8000,
    "pg8000.dbapi.connect": PG8000,
}
_POOLS: Mapping[str, Driver] = {
    "psycopg_pool.ConnectionPool": PSYCOPG,
    "psycopg_pool.AsyncConnectionPool": PSYCOPG,
    "psycopg2.pool.SimpleConnectionPool": PSYCOPG2,
    "psycopg2.pool.ThreadedConnectionPool": PSYCOPG2,
    "asyncpg.create_pool": ASYNCPG,
    "aiopg.create_pool": AIOPG,
}
_UNPOOLED = {"psycopg_pool.NullConnectionPool", "psycopg_pool.AsyncNullConnectionPool"}
_SESSION_CLASSES = {"Session", "AsyncSession", "sessionmaker", "async_sessionmaker"}
_ENGINES = {"create_engine", "create_async_engine", "engine_from_config"}
_LENDING_CLASSES = {"ConnectionPool", "AsyncConnectionPool", "Pool", "Engine", "AsyncEngine"}
_POOLER_PORT = 6432
_NAMES_POOLER = Pattern(r"pgb(?![a-z])|bouncer|pooler|pgcat|odyssey", re.IGNORECASE)


def is_sqlalchemy(dotted: str) -> bool:
    return dotted.startswith(("sqlalchemy.", "sqlmodel."))


def is_text_function(dotted: str) -> bool:
    """Tell whether a function wraps SQL in which `:name` marks a parameter."""
    return is_sqlalchemy(dotted) and dotted.endswith((".text", ".TextClause"))


def opened_by(
    dotted: str, arguments: Mapping[str, Value], positional: tuple[Value, ...]
) -> Handle | Pool | None:
    """Return what a call of a library's function opens, None where it opens nothing."""
    last = dotted.rpartition(".")[2]
    if (driver := _CONNECTS.get(dotted)) is not None:
        return _connection(driver, arguments, positional)
    if dotted in _POOLS or dotted in _UNPOOLED:
        return _pool(_POOLS.get(dotted, PSYCOPG), dotted in _POOLS, arguments)
    if is_sqlalchemy(dotted) and last in _ENGINES:
        return _engine(last, arguments, positional)
    if is_sqlalchemy(dotted) and last in _SESSION_CLASSES:
        return _sessions(last, arguments, positional)
    return None


def lent(pool: Pool) -> Handle:
    """Return a connection or session that a pool, an engine or a factory makes."""
    return Handle("", pool.driver, pool.autocommit, pool.lifetime)


def of_annotation(dotted: str, name: str) -> Handle | Pool | None:
    """Return what a parameter of an annotated type is; its caller may have begun a transaction."""
    module, _, last = dotted.rpartition(".")
    root = module.lstrip(".").partition(".")[0]
    driver = DRIVER_OF_MODULE.get(root)
    if driver is None or driver is DJANGO:
        return None
    if driver is SQLALCHEMY and last.startswith("Async"):
        driver = SQLALCHEMY_ASYNC
    by_itself = False if driver.name == "sqlalchemy" else None
    if last in _LENDING_CLASSES:
        autocommit = by_itself if driver.name != "asyncpg" else True
        return Pool(driver, _pooled_by(driver), autocommit, name)
    if last in ("sessionmaker", "async_sessionmaker", "scoped_session"):
        return Pool(driver, Lifetime(True, False), False, name, sessions=True)
    return Handle(name, driver, by_itself, Lifetime(None, None))


def is_autocommit_level(value: Value | None) -> bool | None:
    """Tell whether an isolation level means autocommit, None where it is not known."""
    match value:
        case None:
            return False
        case External(dotted):
            return dotted.endswith("ISOLATION_LEVEL_AUTOCOMMIT")
        case Written() if value.is_constant:
            return value.text.upper() == "AUTOCOMMIT"
        case Plain(level):
            return level == 0 and level is not None
        case _:
            return None


def _truth(value: Value | None, default: bool | None) -> bool | None:
    if value is None:
        return default
    match constant(value):
        case bool() as truth:
            return truth
        case _:
            return None


def _connection(
    driver: Driver, arguments: Mapping[str, Value], positional: tuple[Value, ...]
) -> Handle:
    if driver is PSYCOPG and _is_client_cursor(arguments.get("cursor_factory")):
        driver = Driver(driver.name, False)
    if driver.name in ("asyncpg", "aiopg"):
        autocommit: bool | None = True
    else:
        autocommit = _truth(arguments.get("autocommit"), False)
    behind_pooler = _is_behind_pooler(arguments, positional)
    return Handle("", driver, autocommit, Lifetime(True if behind_pooler else None, False))


def _is_client_cursor(value: Value | None) -> bool:
    return isinstance(value, External) and value.dotted.endswith("ClientCursor")


def _is_behind_pooler(arguments: Mapping[str, Value], positional: tuple[Value, ...]) -> bool:
    """Tell whether the options say so: statements not prepared, PgBouncer's port or its name.

    PgBouncer in transaction mode could not prepare statements before 1.21, so psycopg's
    `prepare_threshold=None` and asyncpg's `statement_cache_size=0` are what one sets for it.
    """
    if arguments.get("prepare_threshold") == Plain(None):
        return True
    if constant(arguments.get("statement_cache_size")) == 0:
        return True
    if str(constant(arguments.get("port"))) == str(_POOLER_PORT):
        return True
    given = [
        *positional[:1],
        *(arguments.get(name) for name in ("host", "port", "dsn", "conninfo")),
    ]
    if any(
        isinstance(each, RunTimeValue) and _NAMES_POOLER().search(each.source) for each in given
    ):
        return True
    texts = [value.text for value in given if isinstance(value, Written)]
    if any(_NAMES_POOLER().search(text) for text in texts):
        return True
    return any(f":{_POOLER_PORT}" in text or f"port={_POOLER_PORT}" in text for text in texts)


def _pooled_by(driver: Driver) -> Lifetime:
    return Lifetime(True, driver.name == "asyncpg")


def _pool(driver: Driver, pooled: bool, arguments: Mapping[str, Value]) -> Pool:
    lifetime = _pooled_by(driver) if pooled else Lifetime(None, False)
    if driver is ASYNCPG and "reset" in arguments:
        lifetime = Lifetime(True, None)
    if driver.name in ("asyncpg", "aiopg"):
        return Pool(driver, lifetime, True)
    options = arguments.get("kwargs")
    autocommit = _truth(entry(options, "autocommit"), False)
    if options is not None and not isinstance(options, Pairs):
        autocommit = None
    return Pool(driver, lifetime, autocommit)


def _engine(last: str, arguments: Mapping[str, Value], positional: tuple[Value, ...]) -> Pool:
    driver = SQLALCHEMY_ASYNC if "async" in last else SQLALCHEMY
    url = positional[0] if positional else arguments.get("url")
    if isinstance(url, Written):
        driver = _driver_of_url(url.text) or driver
    level = arguments.get("isolation_level") or entry(
        arguments.get("execution_options"), "isolation_level"
    )
    pool_class = arguments.get("poolclass")
    unpooled = isinstance(pool_class, External) and pool_class.dotted.endswith("NullPool")
    return Pool(driver, Lifetime(not unpooled, False), is_autocommit_level(level))


_DIALECTS = {"asyncpg": True, "psycopg": True, "psycopg_async": True, "pg8000": True}


def _driver_of_url(url: str) -> Driver | None:
    scheme, separator, _ = url.partition("://")
    name = scheme.partition("+")[2]
    if not separator or not name.isidentifier():
        return None
    return Driver(f"sqlalchemy+{name}", _DIALECTS.get(name, False if "psycopg2" in name else None))


def _sessions(
    last: str, arguments: Mapping[str, Value], positional: tuple[Value, ...]
) -> Handle | Pool:
    engine = positional[0] if positional else arguments.get("bind")
    driver = SQLALCHEMY_ASYNC if last.lower().startswith("async") else SQLALCHEMY
    lifetime, autocommit = Lifetime(True, False), False
    if isinstance(engine, Pool):
        driver, lifetime = engine.driver, engine.lifetime
        made = Pool(driver, lifetime, engine.autocommit, sessions=True)
    elif isinstance(engine, Handle) and not last.endswith("maker"):
        return engine
    else:
        made = Pool(driver, lifetime, autocommit, sessions=True)
    return made if last.endswith("maker") else lent(made)
