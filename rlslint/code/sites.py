"""What application code tells, as data: the SQL that it sends, and what it does with sessions."""

from __future__ import annotations

from enum import Enum

from rlslint import NamedTuple
from rlslint.text import Span, Text

POOL = "pool"
"""How the connection is called that a pool lends for one statement."""


class Runs(Enum):
    """Whether the SQL at a site is executed, as far as its file tells."""

    yes = "yes"
    unknown = "unknown"


class TransactionScope(Enum):
    """Which transaction surrounds the execution of a statement."""

    transaction = "transaction"
    autocommit = "autocommit"
    unknown = "unknown"


_PARAMETERS = {
    "aiopg": "%s",
    "alembic": ":value",
    "databases": ":value",
    "dbapi": "%s",
    "django": "%s",
    "peewee": "%s",
    "pg8000": "%s",
    "psycopg": "%s",
    "psycopg2": "%s",
    "sqlalchemy": ":value",
}
"""How libraries mark the place of a value; others write it as PostgreSQL does."""

_BEGIN_BY_THEMSELVES = frozenset(("pg8000", "psycopg", "psycopg2", "sqlalchemy", "sqlmodel"))
"""Libraries that begin a transaction with the first statement unless a program turns that off."""

_POSTGRESQL_ONLY = frozenset(
    ("aiopg", "asyncpg", "pg8000", "psycopg", "psycopg2", "go-pg", "pgx", "npgsql", "postgrex",
     "@databases/pg", "deno-postgres", "neon", "node-pg-migrate", "pg", "pg-promise", "pglite",
     "postgraphile", "postgres.js", "slonik", "vercel", "zapatos", "pgsql", "tokio-postgres")
)  # fmt: skip
"""Libraries that speak to no other kind of database."""

_LENDS_NEW_UNHOOKED = frozenset(("sqlx",))
"""Libraries that call the hook for lending only where a connection was used before."""

_TRANSACTIONS_FOR_POOLS = frozenset(
    ("bun", "drizzle", "gorm", "knex", "kysely", "mikro-orm", "postgres.js", "prisma", "typeorm")
)
"""Libraries whose transactions are of the type of their pools, or may be given instead of them."""

_RESETS_KEEP_ROLES = frozenset(("asyncpg",))
"""Libraries whose pools send RESET ALL, which undoes neither SET ROLE nor its kin."""


class Driver(NamedTuple):
    """The library that sends the SQL, and how it treats values.

    `binds_on_server` is True where values travel apart from the SQL (psycopg 3, asyncpg), so that
    PostgreSQL's grammar sees `$1`; False where the library writes quoted literals into the SQL
    (psycopg2); None where the file does not tell.
    """

    name: str
    binds_on_server: bool | None

    @property
    def parameter(self) -> str:
        """The mark that stands for one value in SQL for this library."""
        return _PARAMETERS.get(self._library, "$1")

    @property
    def begins_by_itself(self) -> bool:
        """Whether the library begins transactions, so that only a program's word keeps it off."""
        return self._library in _BEGIN_BY_THEMSELVES

    @property
    def reset_keeps_role(self) -> bool:
        """Whether a connection whose settings the library's pool resets keeps its role."""
        return self._library in _RESETS_KEEP_ROLES

    @property
    def hands_on_pools(self) -> bool:
        """Whether what is declared to be a pool may be a transaction that a caller began."""
        return self._library in _TRANSACTIONS_FOR_POOLS

    @property
    def lends_new_unhooked(self) -> bool:
        """Whether a connection that was just opened is lent without the hook for lending."""
        return self._library in _LENDS_NEW_UNHOOKED

    @property
    def serves_postgresql_only(self) -> bool:
        """Whether what the library sends is for PostgreSQL, whatever the rest of the program is."""
        return not _POSTGRESQL_ONLY.isdisjoint(self.name.split("+"))

    @property
    def _library(self) -> str:
        return self.name.partition("+")[0]


class Lifetime(NamedTuple):
    """How long a database session outlives the code that borrowed it.

    `pooled` is True where the session serves others afterwards (a pool of the program, or a
    pooler that the connection's options give away), False where it ends with the borrower, None
    where the file does not tell. `reset_by_library` is True where the pool itself undoes what the
    session set when it comes back (asyncpg sends RESET ALL), False where it is known not to.
    """

    pooled: bool | None = None
    reset_by_library: bool | None = None


class SqlSite(NamedTuple):
    """SQL that stands as a string in application code.

    `text` maps the SQL back to the file, with its holes. `connection` names the variable or
    attribute that runs it, as written (`conn`, `self.db`, `session`), "" where unknown. `scope` is
    the transaction around it. `function` is the qualified name of the surrounding function.
    `migration` is True where the string belongs to a migration (Alembic, Django) and is replayed
    instead of being judged as a query. `is_surrounding` tells that the library finds the connection
    by itself, so that code elsewhere may have begun a transaction on it.
    """

    text: Text
    span: Span
    runs: Runs
    driver: Driver | None
    connection: str
    scope: TransactionScope
    function: str
    migration: bool = False
    lifetime: Lifetime = Lifetime()
    is_surrounding: bool = False


class CodeEventKind(Enum):
    """What code does with a connection that matters for the session's state.

    `acquire` opens or borrows a connection, `release` closes it or gives it back, `give` hands it
    to who called the function.
    """

    acquire = "acquire"
    release = "release"
    begin = "begin"
    commit = "commit"
    rollback = "rollback"
    execute = "execute"
    handler = "handler"
    give = "give"


class Hook(Enum):
    """When a pool or an engine calls a function of the program.

    `connect`: once for each new connection. `acquire`: each time that one is borrowed. `release`:
    each time that one comes back. `begin`: at the start of each transaction.
    """

    connect = "connect"
    acquire = "acquire"
    release = "release"
    begin = "begin"


class Caught(NamedTuple):
    """A handler that takes the error of a step and goes on as if there were none.

    `until` is the number of the first step behind what it guards.
    """

    span: Span
    until: int


class CodeEvent(NamedTuple):
    """One step of a function, in the order in which the function takes it.

    `connection` is the variable that the step acts on. `site` is the SQL for `execute`. `hook`
    says when a pool or an engine calls the function, None for other functions; the first event of
    such a function is a `handler`. `cleanup` is True where the step is taken however the steps
    before it end (`finally`). `own` is False where the SQL belongs to a function that this one
    calls. `number` is its place among all steps, -1 where that is not told, nor are `caught`, who
    takes its error, and `instead_of`, the number of the first of the steps that a handler runs in
    place of. `is_chosen` is True where a test decides whether the step is taken.
    """

    kind: CodeEventKind
    function: str
    connection: str
    span: Span
    site: SqlSite | None = None
    hook: Hook | None = None
    cleanup: bool = False
    own: bool = True
    number: int = -1
    caught: Caught | None = None
    instead_of: int = -1
    is_chosen: bool = False


class CodeFile(NamedTuple):
    """What one file of application code tells. `problem` is a sentence where it can't be read."""

    path: str
    sites: tuple[SqlSite, ...] = ()
    events: tuple[CodeEvent, ...] = ()
    problem: str = ""
