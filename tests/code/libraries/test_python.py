"""What the libraries of Python are known to do."""

# ruff: noqa: E501

from __future__ import annotations

import pytest

from rlslint.code.sites import CodeEventKind, Hook
from rlslint.text import HoleValue
from tests.code.libraries.following import followed, sent


@pytest.mark.parametrize(
    ("body", "scope"),
    [
        ("with psycopg.connect() as c:\n  c.execute('SET LOCAL a.b = 1')", "transaction"),
        (
            "with psycopg.connect(autocommit=True) as c:\n  c.execute('SET LOCAL a.b = 1')",
            "autocommit",
        ),
        (
            "options = {'autocommit': True}\nwith psycopg.connect(**options) as c:\n  c.execute('SET LOCAL a.b = 1')",
            "autocommit",
        ),
        (
            "c = psycopg.connect(autocommit=True)\nwith c.transaction():\n  c.execute('SET LOCAL a.b = 1')",
            "transaction",
        ),
        (
            "c = psycopg2.connect()\nc.autocommit = True\nc.cursor().execute('SET LOCAL a.b = 1')",
            "autocommit",
        ),
        (
            "c = psycopg2.connect()\nc.set_session(autocommit=True)\nc.cursor().execute('SET LOCAL a.b = 1')",
            "autocommit",
        ),
        (
            "c = psycopg2.connect()\nc.set_isolation_level(0)\nx = c.cursor()\nx.execute('SET LOCAL a.b = 1')",
            "autocommit",
        ),
        (
            "c = psycopg2.connect()\nwith c:\n with c.cursor() as x:\n  x.execute('SET LOCAL a.b = 1')",
            "transaction",
        ),
        (
            "c = psycopg.connect(autocommit=True)\nc.execute('BEGIN')\nc.execute('SET LOCAL a.b = 1')\nc.execute('COMMIT')",
            "transaction",
        ),
        (
            "e = sqlalchemy.create_engine(u)\nwith e.begin() as c:\n  c.execute(sqlalchemy.text('SET LOCAL a.b = 1'))",
            "transaction",
        ),
        (
            "e = sqlalchemy.create_engine(u, isolation_level='AUTOCOMMIT')\nwith e.connect() as c:\n"
            "  c.execute(sqlalchemy.text('SET LOCAL a.b = 1'))",
            "autocommit",
        ),
        (
            "e = sqlalchemy.create_engine(u).execution_options(isolation_level='AUTOCOMMIT')\n"
            "with e.connect() as c:\n  c.execute(sqlalchemy.text('SET LOCAL a.b = 1'))",
            "autocommit",
        ),
        (
            "S = sqlalchemy.orm.sessionmaker(sqlalchemy.create_engine(u))\nwith S() as s, s.begin():\n"
            "  s.execute(sqlalchemy.text('SET LOCAL a.b = 1'))",
            "transaction",
        ),
        (
            "async def f():\n p = await asyncpg.create_pool(u)\n async with p.acquire() as c:\n"
            "  await c.execute('SET LOCAL a.b = 1')",
            "autocommit",
        ),
        (
            "async def f():\n c = await asyncpg.connect(u)\n async with c.transaction():\n"
            "  await c.execute('SET LOCAL a.b = 1')",
            "transaction",
        ),
        (
            "async def f():\n c = await asyncpg.connect(u)\n t = c.transaction()\n await t.start()\n"
            "  \n await c.execute('SET LOCAL a.b = 1')\n await t.commit()",
            "transaction",
        ),
        ("def f(c: asyncpg.Connection):\n c.execute('SET LOCAL a.b = 1')", "unknown"),
        (
            "def f(r):\n with connection.cursor() as c:\n  c.execute('SET LOCAL a.b = 1')",
            "unknown",
        ),
        (
            "def f(r):\n with transaction.atomic(), connection.cursor() as c:\n  c.execute('SET LOCAL a.b = 1')",
            "transaction",
        ),
        (
            "@transaction.atomic\ndef f(r):\n connection.cursor().execute('SET LOCAL a.b = 1')",
            "transaction",
        ),
        (
            "def f(get_response):\n def g(request):\n  connection.cursor().execute('SET LOCAL a.b = 1')\n return g",
            "autocommit",
        ),
        (
            "class M:\n def __init__(self, get_response): self.get_response = get_response\n"
            " def __call__(self, request):\n  connection.cursor().execute('SET LOCAL a.b = 1')",
            "autocommit",
        ),
        (
            "class C(BaseCommand):\n def handle(self):\n  connection.cursor().execute('SET LOCAL a.b = 1')",
            "autocommit",
        ),
    ],
)
def test_which_transaction_surrounds_a_statement(body: str, scope: str) -> None:
    head = "import psycopg, psycopg2, asyncpg, sqlalchemy, sqlalchemy.orm\n"
    head += "from django.db import connection, transaction\n"
    scopes = [line.split(" (")[0].split()[1] for line in sent(".py", f"{head}{body}\n")]
    assert [each for each in scopes if scopes] and scopes[-1 if "BEGIN" not in body else 1] == scope


@pytest.mark.parametrize(
    ("making", "kept"),
    [
        ("psycopg.connect()", "unknown"),
        ("psycopg.connect(prepare_threshold=None)", "shared"),
        ("psycopg.connect('postgres://db:6432/shop')", "shared"),
        ("psycopg.connect(host='pgbouncer')", "shared"),
        ("psycopg_pool.ConnectionPool().getconn()", "shared"),
        ("asyncpg.create_pool().acquire()", "shared, reset"),
        ("asyncpg.create_pool(reset=None).acquire()", "shared"),
        ("aiopg.create_pool().acquire()", "shared"),
        ("sqlalchemy.create_engine('postgresql://h/d').connect()", "shared"),
        ("sqlalchemy.create_engine('x', poolclass=sqlalchemy.pool.NullPool).connect()", "own"),
        ("databases.Database('postgresql://h/d').connection()", "shared"),
        ("pg8000.connect()", "unknown"),
    ],
)
def test_who_gets_a_connection_afterwards(making: str, kept: str) -> None:
    (line,) = sent(
        ".py",
        "import aiopg, asyncpg, databases, pg8000, psycopg, psycopg_pool, sqlalchemy\n"
        f"c = {making}\nc.execute('SET app.t = 1')",
    )
    assert line.partition("(")[2].partition(")")[0] == kept


def test_a_script_ends_with_its_connections() -> None:
    source = """
        import psycopg
        def main():
            psycopg.connect().execute("SET app.t = 1")
        if __name__ == "__main__":
            main()"""
    (line, *_) = sent(".py", source)
    assert line == "psycopg transaction (own): SET app.t = 1"


@pytest.mark.parametrize(
    ("source", "name", "binds"),
    [
        ("import psycopg\npsycopg.connect().execute('SET a.b = 1')", "psycopg", True),
        (
            "import psycopg\npsycopg.connect(cursor_factory=psycopg.ClientCursor).execute('SET a.b = 1')",
            "psycopg",
            False,
        ),
        (
            "import psycopg2 as p\np.connect().cursor().execute('SET a.b = 1')",
            "psycopg2",
            False,
        ),
        (
            "from django.db import connection as c\nc.cursor().execute('SET a.b = 1')",
            "django",
            False,
        ),
        (
            "import sqlalchemy as s\ns.create_engine('postgresql+asyncpg://h').connect()"
            ".exec_driver_sql('SET a.b = 1')",
            "sqlalchemy",
            True,
        ),
        ("def f(c):\n c.execute('SET a.b = 1')", "dbapi", None),
        (
            "import psycopg, psycopg2\ndef f(c):\n c.cursor().execute('SET a.b = 1')",
            "dbapi",
            None,
        ),
    ],
)
def test_who_puts_values_into_a_statement(source: str, name: str, binds: bool | None) -> None:
    assert [each.driver for each in followed(".py", source).sites] == [(name, binds)]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("f'SET LOCAL app.t = {tenant}'", HoleValue.anything),
        ('"SET LOCAL app.t = \'" + tenant + "\'"', HoleValue.anything),
        ("'SET LOCAL app.t = %s' % tenant", HoleValue.anything),
        ("'SET LOCAL app.t = %(t)s' % {'t': tenant}", HoleValue.anything),
        ("'SET LOCAL app.t = {}'.format(tenant)", HoleValue.anything),
        ("'SET LOCAL app.t = {t}'.format(t=tenant)", HoleValue.anything),
        ("' '.join(['SET LOCAL app.t =', tenant])", HoleValue.anything),
        ("textwrap.dedent(f'''\n  SET LOCAL app.t = {tenant}''')", HoleValue.anything),
        ("f'SET LOCAL app.t = {str(tenant)}'", HoleValue.anything),
        ("f'SET LOCAL app.t = {int(tenant)}'", HoleValue.typed),
        ("f'SET LOCAL app.t = {str(uuid.UUID(tenant))}'", HoleValue.typed),
        ("'SET LOCAL app.t = %d' % tenant", HoleValue.typed),
        ("f'SET LOCAL app.t = {number}'", HoleValue.declared),
        ("sql.SQL('SET LOCAL app.t = {}').format(sql.Literal(tenant))", HoleValue.quoted),
        ("sql.SQL('SET LOCAL ROLE {}').format(sql.Identifier(tenant))", HoleValue.quoted),
    ],
)
def test_what_a_value_can_do_to_a_statement(expression: str, value: HoleValue) -> None:
    (site,) = followed(
        ".py",
        f"""
import textwrap
import uuid
import psycopg
from psycopg import sql
def enter(conn: psycopg.Connection, tenant, number: int):
    conn.execute({expression})
""",
    ).sites
    (hole,) = site.text.holes
    assert (hole.binding, hole.value) == (False, value)


@pytest.mark.parametrize(
    ("head", "call", "data"),
    [
        ("import psycopg", "c.execute('SET a.b = %s', (a,))", "SET a.b = __"),
        ("import psycopg", "c.execute('SET a.b = %s')", "SET a.b = %s"),
        ("import psycopg2", "c.execute('SET a.b = %(n)s', {'n': a})", "SET a.b = _____"),
        ("import psycopg2", "c.cursor().callproc('set_config', ['a.b', a, True])",
         "SELECT set_config('a.b', __, true)"),
        ("import asyncpg", "c.fetch('SET a.b = $1', a)", "SET a.b = __"),
        ("import asyncpg", "c.execute(\"SET a.b = '$1'\")", "SET a.b = '$1'"),
        (
            "from sqlalchemy import text",
            "c.execute(text('SELECT set_config(:n, b::text, true)'), {'n': a})",
            "SELECT set_config(__, b::text, true)",
        ),
        ("import sqlalchemy", "c.exec_driver_sql('SET a.b = %s', (a,))", "SET a.b = __"),
        (
            "from psycopg2.extras import execute_values",
            "execute_values(c, 'SET a.b = %s', [a])",
            "SET a.b = __",
        ),
    ],
)  # fmt: skip
def test_how_a_statement_marks_its_values(head: str, call: str, data: str) -> None:
    (site,) = followed(".py", f"{head}\ndef run(c, a):\n    {call}\n").sites
    assert site.text.slice(0, len(site.text.data)) == data


def test_a_body_is_followed_where_its_context_manager_yields() -> None:
    source = """
        from contextlib import contextmanager
        from psycopg_pool import ConnectionPool
        pool = ConnectionPool()
        @contextmanager
        def tenant(t):
            with pool.connection() as connection, connection.transaction():
                connection.execute("SELECT set_config('app.t', %s, true)", (t,))
                try:
                    yield connection
                finally:
                    connection.execute("RESET app.u")
        def inside(t):
            with tenant(t) as connection:
                connection.execute("SET LOCAL app.v = 1")
                return 1
        """
    steps = [
        (event.kind.value, event.cleanup)
        for event in followed(".py", source).events
        if event.function == "inside"
    ]
    assert steps == [
        ("acquire", False),
        ("begin", False),
        ("execute", False),
        ("execute", False),
        ("execute", True),
        ("commit", False),
        ("release", False),
    ]


def test_what_is_taken_back_in_the_end_and_by_the_pool() -> None:
    source = """
        from psycopg_pool import ConnectionPool
        def clean(connection):
            connection.execute("RESET app.t")
        pool = ConnectionPool(reset=clean)
        def work():
            conn = pool.getconn()
            try:
                conn.execute("SET app.t = '1'")
            finally:
                conn.execute("RESET app.t")
                pool.putconn(conn)
        """
    events = followed(".py", source).events
    assert [event.kind for event in events if event.hook is Hook.release] == [CodeEventKind.execute]
    assert [(event.kind.value, event.cleanup) for event in events if event.function == "work"] == [
        ("acquire", False),
        ("execute", False),
        ("execute", True),
        ("release", True),
    ]


@pytest.mark.parametrize(
    "hooking",
    ['@event.listens_for(engine, "connect")\n', 'event.listen(engine, "connect", tune)\n'],
)
def test_events_of_an_engine(hooking: str) -> None:
    function = "def tune(dbapi, record):\n    dbapi.cursor().execute(\"SET app.t = 'none'\")\n"
    is_above = hooking.startswith("@")
    source = hooking + function if is_above else function + hooking
    (site,) = followed(".py", f"from sqlalchemy import event\n{source}").sites
    assert site.lifetime.pooled is True
    told = followed(".py", f"from sqlalchemy import event\n{source}").events
    assert {event.hook for event in told if event.function == "tune"} == {Hook.connect}


def test_a_method_that_is_called_like_an_event_is_none() -> None:
    source = """
        import asyncpg
        class Store(Base):
            async def reset(self, connection):
                await connection.execute("SET app.t = '1'")
        """
    assert {event.hook for event in followed(".py", source).events} == {None}


def test_a_wrapper_of_the_file() -> None:
    source = """
        import psycopg
        class Database:
            def __init__(self):
                self.conn = psycopg.connect(autocommit=True)
            def run(self, query, parameters=None):
                with self.conn.cursor() as cursor:
                    cursor.execute(query, parameters)
            def enter(self, t):
                self.run("SELECT set_config('app.t', %s, true)", (t,))
        """
    (site,) = followed(".py", source).sites
    assert (site.scope.value, site.connection, site.function) == (
        "autocommit",
        "conn",
        "Database.enter",
    )


def test_tortoise_and_peewee() -> None:
    source = """
        from tortoise.transactions import in_transaction
        from playhouse.pool import PooledPostgresqlDatabase
        async def enter(t):
            async with in_transaction() as c:
                await c.execute_query("SELECT set_config('app.t', $1, true)", [t])
        db = PooledPostgresqlDatabase("shop")
        def enter_in_transaction(t):
            with db.atomic():
                db.execute_sql("SELECT set_config('app.t', %s, true)", (t,))
        def enter_alone(t):
            db.execute_sql("SET app.t = '1'")
        """
    assert sent(".py", source) == [
        "tortoise transaction (shared): SELECT set_config('app.t', ?, true)",
        "peewee transaction (shared): SELECT set_config('app.t', ?, true)",
        "peewee autocommit (shared): SET app.t = '1'",
    ]


@pytest.mark.parametrize(
    ("over", "names"),
    [
        ("{'a': 1, 'b': 2}", "k"),
        ("{'a': 1, 'b': 2}.items()", "k, v"),
        ("enumerate(('a', 'b'))", "i, k"),
        ("enumerate({'a': ('x', 'y'), 'b': ('x', 'y')}.items())", "i, (k, (v, w))"),
        ("zip(['a', 'b'], range(2))", "k, n"),
        ("sorted({'b', 'a'})", "k"),
        ("'a b'.split()", "k"),
        ("[w for line in (['a'], ['b']) for w in line]", "k"),
        ("{w.lower(): w for w in ('A', 'B')}.keys()", "k"),
    ],
)
def test_a_loop_over_what_is_known_takes_a_step_for_each(over: str, names: str) -> None:
    source = f"import psycopg\nc = psycopg.connect()\nfor {names} in {over}:\n    c.execute(f'SET LOCAL app.{{k}} = 1')\n"
    lines = sent(".py", source)
    assert [line.rpartition(": ")[2] for line in lines] == [
        "SET LOCAL app.a = 1",
        "SET LOCAL app.b = 1",
    ]
