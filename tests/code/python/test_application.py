"""SQL in Python files: its text, its place in the file, its holes, its transaction."""

# ruff: noqa: E501

from __future__ import annotations

import textwrap

import pytest

from rlslint.code.python import may_hold_sql
from rlslint.code.python.application import read_application
from rlslint.code.sites import CodeEventKind, CodeFile, Hook, Runs, SqlSite, TransactionScope
from rlslint.text import HoleValue


def read(source: str, modules: dict[str, str] | None = None) -> CodeFile:
    found = {name: textwrap.dedent(text) for name, text in (modules or {}).items()}
    result = read_application("app.py", textwrap.dedent(source), found.get)
    assert result.problem == ""
    return result


def only(source: str, modules: dict[str, str] | None = None) -> SqlSite:
    (site,) = read(source, modules).sites
    return site


def sql(site: SqlSite) -> str:
    return site.text.slice(0, len(site.text.data))


def written_at(site: SqlSite, piece: str) -> str:
    """The rest of the line of the file on which a piece of the SQL stands."""
    location = site.text.location(site.text.data.index(piece.encode()))
    return site.text.line(location.row)[location.column - 1 :]


PSYCOPG = "import psycopg\nconn = psycopg.connect()\n"


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        ("'SELECT 1'", "SELECT 1"),
        ("r'SELECT \\d'", "SELECT \\d"),
        ("'SELECT \\'a\\' \\x41 \\u00e9 \\N{BULLET} \\101'", "SELECT 'a' A é • A"),
        ("'SELECT ' 'x' \" FROM y\"", "SELECT x FROM y"),
        ("('SELECT x '  # why\n 'FROM y')", "SELECT x FROM y"),
        ("'SELECT ' + 'x'", "SELECT x"),
        ("f'SELECT {{1}}'", "SELECT {1}"),
        ("'SELECT {} {{}}'.format('x')", "SELECT x {}"),
        ("'SELECT {a} {0}'.format('x', a='y')", "SELECT y x"),
        ("'SELECT %s %%' % 'x'", "SELECT x %"),
        ("'SELECT %(a)s' % {'a': 'x'}", "SELECT x"),
        ("' '.join(['SELECT', 'x'])", "SELECT x"),
        ("'SELECT x'.replace('x', 'y')", "SELECT y"),
        ("'  SELECT x  '.strip()", "SELECT x"),
        ("f'SELECT {3:03d} {\"a\"!r}'", "SELECT 003 'a'"),
        ("'SELECT \\\nx'", "SELECT x"),
    ],
)
def test_strings(argument: str, expected: str) -> None:
    site = only(f"{PSYCOPG}conn.execute({argument})")
    assert sql(site) == expected
    assert site.text.holes == ()
    assert site.runs is Runs.yes


def test_place_behind_escapes_and_wide_characters() -> None:
    site = only(
        PSYCOPG + r"""é = conn.execute("SELECT 'é\n\x41\'' AS naïve" ' FROM docs')""" + "\n"
    )
    assert written_at(site, "naïve") == "naïve\" ' FROM docs')"
    assert written_at(site, "docs") == "docs')"


def test_place_in_triple_quotes_and_dedent() -> None:
    site = only(
        """
        import psycopg, textwrap
        conn = psycopg.connect()
        conn.execute(textwrap.dedent('''
            SELECT a
              FROM docs -- é
             WHERE b'''))
        """
    )
    assert sql(site) == "\nSELECT a\n  FROM docs -- é\n WHERE b"
    assert written_at(site, "WHERE") == "WHERE b'''))"
    assert site.text.location(len(site.text.data)).row == 7


def test_place_with_windows_line_ends_and_byte_order_mark() -> None:
    source = (
        '\ufeffimport psycopg\r\nc = psycopg.connect()\r\nc.execute("""SELECT\r\n  é,\r\n x""")\r\n'
    )
    (site,) = read_application("app.py", source).sites
    assert sql(site) == "SELECT\n  é,\n x"
    location = site.text.location(site.text.data.index(b"x"))
    assert (location.row, location.column) == (5, 2)


def test_interpolated_constant_stands_at_its_field() -> None:
    site = only(
        f"""{PSYCOPG}
TABLE = "docs"
conn.execute(f"SELECT a FROM {{TABLE}} WHERE b")
"""
    )
    assert sql(site) == "SELECT a FROM docs WHERE b"
    assert written_at(site, "docs") == '{TABLE} WHERE b")'
    assert written_at(site, "WHERE") == 'WHERE b")'


def test_a_named_constant_stands_where_it_is_written() -> None:
    site = only(f'QUERY = "SELECT a"\n{PSYCOPG}conn.execute(QUERY)\n')
    assert written_at(site, "a") == 'a"'
    assert site.text.location(0).row == 1


def test_string_grown_over_statements() -> None:
    site = only(
        f"""{PSYCOPG}
def find(wanted):
    query = "SELECT a FROM docs"
    if wanted:
        query += " WHERE b = %s"
    conn.execute(query, (wanted,))
"""
    )
    assert sql(site) == "SELECT a FROM docs WHERE b = __"
    assert site.text.location(0).row == 5


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("f'SET LOCAL app.t = {tenant}'", HoleValue.anything),
        ('"SET LOCAL app.t = \'" + tenant + "\'"', HoleValue.anything),
        ("'SET LOCAL app.t = %s' % tenant", HoleValue.anything),
        ("'SET LOCAL app.t = {}'.format(tenant)", HoleValue.anything),
        ("f'SET LOCAL app.t = {str(tenant)}'", HoleValue.anything),
        ("f'SET LOCAL app.t = {int(tenant)}'", HoleValue.typed),
        ("f'SET LOCAL app.t = {str(uuid.UUID(tenant))}'", HoleValue.typed),
        ("'SET LOCAL app.t = %d' % tenant", HoleValue.typed),
        ("f'SET LOCAL app.t = {number}'", HoleValue.declared),
        ("sql.SQL('SET LOCAL app.t = {}').format(sql.Literal(tenant))", HoleValue.quoted),
        ("sql.SQL('SET ROLE {}').format(sql.Identifier(tenant))", HoleValue.quoted),
    ],
)
def test_interpolation(expression: str, value: HoleValue) -> None:
    site = only(
        f"""
import uuid
import psycopg
from psycopg import sql
def enter(conn: psycopg.Connection, tenant, number: int):
    conn.execute({expression})
"""
    )
    (hole,) = site.text.holes
    assert (hole.binding, hole.value) == (False, value)
    assert "___" in site.text.slice(hole.start, hole.end)


def test_a_loop_over_constants_is_harmless() -> None:
    site = only(
        f"""{PSYCOPG}
for table in ("a", "b"):
    conn.execute(f"SELECT count(*) FROM {{table}}")
"""
    )
    assert [hole.value for hole in site.text.holes] == [HoleValue.constant]


@pytest.mark.parametrize(
    ("head", "call", "data", "holes"),
    [
        ("import psycopg", "c.execute('SELECT %s, %%', (a,))", "SELECT __, %", ["a"]),
        ("import psycopg", "c.execute('SELECT %s')", "SELECT %s", []),
        ("import psycopg2", "c.execute('SELECT %(n)s', {'n': a})", "SELECT _____", ["n"]),
        ("import asyncpg", "c.fetch('SELECT $1', a)", "SELECT __", ["a"]),
        ("import asyncpg", "c.execute(\"SELECT '$1'\")", "SELECT '$1'", []),
        (
            "from sqlalchemy import text",
            "c.execute(text('SELECT :n, b::int'), {'n': a})",
            "SELECT __, b::int",
            ["n"],
        ),
    ],
)
def test_placeholders(head: str, call: str, data: str, holes: list[str]) -> None:
    site = only(f"{head}\ndef run(c, a):\n    {call}\n")
    assert sql(site) == data
    assert [hole.source for hole in site.text.holes if hole.binding] == holes


@pytest.mark.parametrize(
    ("body", "scope"),
    [
        (
            "with psycopg.connect() as c:\n  c.execute('SET LOCAL a.b = 1')",
            TransactionScope.transaction,
        ),
        (
            "with psycopg.connect(autocommit=True) as c:\n  c.execute('SET LOCAL a.b = 1')",
            TransactionScope.autocommit,
        ),
        (
            "c = psycopg.connect(autocommit=True)\nwith c.transaction():\n  c.execute('SET LOCAL a.b = 1')",
            TransactionScope.transaction,
        ),
        (
            "c = psycopg2.connect()\nc.autocommit = True\nc.cursor().execute('SET LOCAL a.b = 1')",
            TransactionScope.autocommit,
        ),
        (
            "c = psycopg2.connect()\nc.set_isolation_level(0)\nx = c.cursor()\nx.execute('SET LOCAL a.b = 1')",
            TransactionScope.autocommit,
        ),
        (
            "c = psycopg.connect(autocommit=True)\nc.execute('BEGIN')\nc.execute('SET LOCAL a.b = 1')\nc.execute('COMMIT')",
            TransactionScope.transaction,
        ),
        (
            "e = sqlalchemy.create_engine(u)\nwith e.begin() as c:\n  c.execute(sqlalchemy.text('SET LOCAL a.b = 1'))",
            TransactionScope.transaction,
        ),
        (
            "e = sqlalchemy.create_engine(u, isolation_level='AUTOCOMMIT')\nwith e.connect() as c:\n"
            "  c.execute(sqlalchemy.text('SET LOCAL a.b = 1'))",
            TransactionScope.autocommit,
        ),
        (
            "async def f():\n p = await asyncpg.create_pool(u)\n async with p.acquire() as c:\n"
            "  await c.execute('SET LOCAL a.b = 1')",
            TransactionScope.autocommit,
        ),
        (
            "async def f():\n c = await asyncpg.connect(u)\n async with c.transaction():\n"
            "  await c.execute('SET LOCAL a.b = 1')",
            TransactionScope.transaction,
        ),
        (
            "def f(c: asyncpg.Connection):\n c.execute('SET LOCAL a.b = 1')",
            TransactionScope.unknown,
        ),
        (
            "def f(r):\n with connection.cursor() as c:\n  c.execute('SET LOCAL a.b = 1')",
            TransactionScope.unknown,
        ),
        (
            "def f(r):\n with transaction.atomic(), connection.cursor() as c:\n  c.execute('SET LOCAL a.b = 1')",
            TransactionScope.transaction,
        ),
        (
            "@transaction.atomic\ndef f(r):\n connection.cursor().execute('SET LOCAL a.b = 1')",
            TransactionScope.transaction,
        ),
        (
            "def f(get_response):\n def g(request):\n  connection.cursor().execute('SET LOCAL a.b = 1')\n return g",
            TransactionScope.autocommit,
        ),
    ],
)
def test_transactions(body: str, scope: TransactionScope) -> None:
    head = "import psycopg, psycopg2, asyncpg, sqlalchemy\nfrom django.db import connection, transaction\n"
    sites = [site for site in read(head + body + "\n").sites if "LOCAL" in sql(site)]
    assert [site.scope for site in sites] == [scope]


@pytest.mark.parametrize(
    ("making", "pooled", "reset"),
    [
        ("psycopg.connect()", None, False),
        ("psycopg.connect(prepare_threshold=None)", True, False),
        ("psycopg_pool.ConnectionPool().getconn()", True, False),
        ("asyncpg.create_pool()", True, True),
        ("sqlalchemy.create_engine('postgresql+asyncpg://h/d').connect()", True, False),
        (
            "sqlalchemy.create_engine('x', poolclass=sqlalchemy.pool.NullPool).connect()",
            False,
            False,
        ),
    ],
)
def test_lifetime(making: str, pooled: bool | None, reset: bool | None) -> None:
    site = only(
        f"import psycopg, psycopg_pool, asyncpg, sqlalchemy\nc = {making}\nc.execute('SELECT 1')"
    )
    assert site.lifetime == (pooled, reset)


@pytest.mark.parametrize(
    ("source", "name", "binds"),
    [
        ("import psycopg\npsycopg.connect().execute('SELECT 1')", "psycopg", True),
        (
            "import psycopg\npsycopg.connect(cursor_factory=psycopg.ClientCursor).execute('SELECT 1')",
            "psycopg",
            False,
        ),
        ("import psycopg2 as p\np.connect().cursor().execute('SELECT 1')", "psycopg2", False),
        ("from django.db import connection as c\nc.cursor().execute('SELECT 1')", "django", False),
        (
            "import sqlalchemy as s\ns.create_engine('postgresql+asyncpg://h').connect()"
            ".exec_driver_sql('SELECT 1')",
            "sqlalchemy+asyncpg",
            True,
        ),
    ],
)
def test_drivers(source: str, name: str, binds: bool) -> None:
    assert only(source).driver == (name, binds)


def test_pool_and_context_manager_of_another_module() -> None:
    modules = {
        "shop.database": """
            from contextlib import contextmanager
            from psycopg_pool import ConnectionPool
            pool = ConnectionPool()
            @contextmanager
            def tenant(t):
                with pool.connection() as connection, connection.transaction():
                    connection.execute("SELECT set_config('app.t', %s, true)", (t,))
                    yield connection
        """
    }
    result = read(
        """
        from shop.database import pool, tenant
        def inside(t):
            with tenant(t) as connection:
                connection.execute("SELECT a FROM docs")
        def bare():
            with pool.connection() as connection:
                connection.execute("SET app.t = '1'")
        """,
        modules,
    )
    assert [(sql(site), site.scope) for site in result.sites] == [
        ("SELECT a FROM docs", TransactionScope.transaction),
        ("SET app.t = '1'", TransactionScope.transaction),
    ]
    assert all(site.driver is not None and site.driver.name == "psycopg" for site in result.sites)
    steps = [event.kind.name for event in result.events if event.function == "inside"]
    assert steps == ["acquire", "begin", "execute", "execute", "commit", "release"]


def test_reset_in_finally_and_pool_hooks() -> None:
    result = read(
        """
        from psycopg_pool import ConnectionPool
        def clean(connection):
            connection.execute("RESET ALL")
        pool = ConnectionPool(reset=clean)
        def work():
            conn = pool.getconn()
            try:
                conn.execute("SET app.t = '1'")
            finally:
                conn.execute("RESET app.t")
                pool.putconn(conn)
        """
    )
    hooked = [event for event in result.events if event.hook is Hook.release]
    assert [event.kind for event in hooked] == [CodeEventKind.handler, CodeEventKind.execute]
    work = [
        (event.kind.name, event.connection, event.cleanup)
        for event in result.events
        if event.function == "work"
    ]
    assert work == [
        ("acquire", "conn", False),
        ("execute", "conn", False),
        ("execute", "conn", True),
        ("release", "conn", True),
    ]


def test_event_listener() -> None:
    result = read(
        """
        from sqlalchemy import event
        @event.listens_for(engine, "connect")
        def tune(dbapi_connection, record):
            cursor = dbapi_connection.cursor()
            cursor.execute("SET app.t = 'none'")
        """
    )
    assert {event.hook for event in result.events} == {Hook.connect}
    assert result.sites[0].lifetime.pooled is True


def test_wrapper_of_the_file() -> None:
    result = read(
        """
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
    )
    assert [(sql(site), site.scope, site.connection) for site in result.sites] == [
        ("SELECT set_config('app.t', __, true)", TransactionScope.autocommit, "self.conn")
    ]


def test_string_that_is_only_assigned() -> None:
    site = only('QUERY = "SELECT a FROM docs"\nOTHER = "select a colour"[:3] or "hello"\n')
    assert (sql(site), site.runs) == ("SELECT a FROM docs", Runs.unknown)


def test_sql_built_at_run_time_is_a_hole() -> None:
    site = only("import psycopg\npsycopg.connect().execute(build())\n")
    assert [hole.source for hole in site.text.holes] == ["build()"]


def test_no_false_sites() -> None:
    source = """
    import subprocess
    def f(command, session):
        command.execute("make all")
        session.execute(select(User))
        log("Update the docs")
        print("select one of the following")
    """
    assert all(site.runs is Runs.unknown for site in read(source).sites)


def test_django_settings() -> None:
    result = read(
        """
        DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "CONN_MAX_AGE": 60,
                                 "ATOMIC_REQUESTS": True}}
        """
    )
    (defaults,) = result.defaults
    assert (defaults.pooled, defaults.transaction_per_request, defaults.binds_on_server) == (
        True,
        True,
        False,
    )


@pytest.mark.parametrize(
    "source",
    [
        "def f(:\n",
        "print 'SELECT 1'\n",
        "x = 'a\0b'\n",
        "x = " + "(" * 500 + ")" * 500,
        "c.execute(" + "[" * 150 + "]" * 150 + ")",
        "x = " + "-" * 20_000 + "1\n",
        "x = " + " + ".join(["'SELECT 1'"] * 5_000) + "\n",
        "x = " + ".a" * 20_000,
        "x = a" + ".b()" * 3_000,
        "if 1:\n" + "".join(" " * n + "if 1:\n" for n in range(1, 99)) + " " * 99 + "x\n",
        "def f(): f()\nf()\n",
        "class A:\n  def f(self): return self.f()\n",
        "f'{x!r:>{w}} {x=}'\n'\\N{no such}'\n",
        "x = y = x\nx.execute(*x, **y)\n",
        "",
    ],
)
def test_bad_input_is_a_value(source: str) -> None:
    result = read_application("bad.py", source)
    assert result.problem == "" or result.problem.endswith(".")


def test_prefilter() -> None:
    assert may_hold_sql(b"cur.execute(q)")
    assert may_hold_sql(b"op.execute('''create policy x''')")
    assert may_hold_sql(b"X = \"SET LOCAL app.t = '1'\"")
    assert not may_hold_sql(b"import os\nprint(os.environ)\n")
