from __future__ import annotations

import warnings
from pathlib import Path

import pytest

from rlslint.code.connecting import connections_in, may_connect
from rlslint.code.forms import Forms
from rlslint.files.connections import Connection
from rlslint.text import Searched
from tests.linting import findings_of, lint


def connections(path: str, source: str) -> list[Connection]:
    """Return what a program tells; nothing where a search of its bytes passes it over."""
    data = source.encode()
    if not may_connect(Searched(data)):
        return []
    return list(connections_in(Forms().file(path, data)))


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("db.ts", "const p = new Pool({ user: 'shop', database: 'd', host: 'db' }); // pg"),
        ("db.ts", "const sql = postgres({ username: 'shop', password: process.env.PW });"),
        ("db.ts", "const url = 'postgresql://shop:x@db/d';"),
        ("db.ts", "const url = `postgres://shop:${process.env.PW}@db/d`;"),
        ("db.ts", "new DataSource({ type: 'postgres', username: process.env.U ?? 'shop', host });"),
        ("db.ts", "new Sequelize('d', 'shop', pw, { dialect: 'postgres' });"),
        ("db.js", "module.exports = { client: 'pg', connection: { user: 'shop', host: h } };"),
        ("db.js", "const USER = 'shop'; new pg.Client({ user: USER, host: 'db' });"),
        ("db.go", 'package p\nvar dsn = "host=db user=shop dbname=d" // pgx'),
        ("db.go", 'package p\nfunc f(c *pgx.ConnConfig) { c.Host = "db"; c.User = "shop" }'),
        ("db.go", 'package p\nvar d = fmt.Sprintf("postgres://shop:%s@%s/d", pw, host)'),
        (
            "Db.java",
            'class Db { void f() { c.setJdbcUrl("jdbc:postgresql://db/d");'
            ' c.setUsername("shop"); } }',
        ),
        (
            "Db.java",
            'class Db { static final String URL = "jdbc:postgresql://db/d";'
            ' void f() { DriverManager.getConnection(URL, "shop", pw); } }',
        ),
        (
            "Db.kt",
            'val c = HikariConfig().apply { jdbcUrl = "jdbc:postgresql://db/d";'
            ' username = "shop" }',
        ),
        ("Db.kt", 'val d = Database.connect("jdbc:postgresql://db/d", user = "shop")'),
        ("Db.cs", 'class D { string s = "Host=db;Username=shop;Database=d"; } // Npgsql'),
        (
            "Db.cs",
            "class D { object b = new NpgsqlConnectionStringBuilder"
            ' { Host = "db", Username = "shop" }; }',
        ),
        ("db.rb", 'PG.connect(host: "db", user: "shop", dbname: "d")'),
        ("db.rb", 'Sequel.connect(adapter: "postgres", user: ENV.fetch("U", "shop"), host: "db")'),
        ("db.php", "<?php $p = new PDO('pgsql:host=db;dbname=d', 'shop', $pw);"),
        (
            "db.php",
            "<?php return ['driver' => 'pgsql', 'username' => env('U', 'shop'), 'host' => 1];",
        ),
        ("db.rs", 'fn f() { PgConnectOptions::new().host("db").username("shop"); }'),
        (
            "db.rs",
            "use deadpool_postgres::Config;\n"
            'fn f() { c.host = Some("db".to_string()); c.user = Some("shop".to_string()); }',
        ),
        ("prod.exs", 'config :a, A.Repo, username: "shop", hostname: "db", database: "d"'),
        ("db.ex", 'def f, do: Postgrex.start_link(hostname: "db", username: "shop")'),
    ],
)
def test_a_user_is_known_where_a_program_writes_it(path: str, source: str) -> None:
    (found,) = connections(path, source)
    assert (found.user, found.span.sql) == ("shop", "shop")


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("db.ts", "new Pool({ user: process.env.PGUSER, host: 'db', database: 'd' });"),
        ("db.ts", "new Pool({ user: `${prefix}_app`, host: 'db', database: 'd' }); // pg"),
        (
            "db.ts",
            "import 'pg';\ncreateConnection({ type: 'mysql', username: 'shop', host: 'db' });",
        ),
        (
            "db.ts",
            "import 'pg';\ncreateTransport({ host: 'smtp', auth: { user: 'shop', pass: 'x' } });",
        ),
        ("db.ts", "import 'pg';\nconst row = { user: 'shop', name: 'x' };"),
        ("db.ts", "// postgres://shop:x@db/d\nconst p = new Pool();"),
        ("db.go", 'package p // pgx\nvar d = fmt.Sprintf("postgres://%s:%s@db/d", user, pw)'),
        ("db.rs", '#[cfg(test)]\nmod tests { fn f() { g("postgres://shop@db/d"); } }'),
        ("db.rs", '#[test]\nfn f() { g("postgres://shop@db/d"); }'),
        ("Db.java", 'class D { @Test void f() { g("postgres://shop@db/d"); } }'),
        ("Db.java", 'class D { /* postgres */ void f() { mail.setUsername("shop"); } }'),
        (
            "Db.java",
            'class D { void f() { DriverManager.getConnection("jdbc:mysql://db", "shop", "x"); } }',
        ),
    ],
)
def test_a_user_is_unknown_where_it_is_another_servers_or_a_variables(
    path: str, source: str
) -> None:
    assert connections(path, source) == []


DJANGO = '''"""Use postgres://doc:x@h/d."""
import os
import dj_database_url
größe = "ä"; DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "USER": "clinic",
    "NAME": "clinic", "HOST": "h.example", "PASSWORD": "x"},
  "replica": {"ENGINE": "django.db.backends.postgresql", "USER": os.environ["U"]},
  "jobs": {"ENGINE": "django.db.backends.postgresql", "USER": os.environ.get("U", "jobs")},
  "old": {"ENGINE": "django.db.backends.mysql", "USER": "root"},
  "url": dj_database_url.parse("postgres://worker:x@h/d")}
engine = create_engine(f"postgresql://api:{password}@{host}/d")
other = f"postgresql://{user}:{password}@h/d"
'''


def test_django_settings_and_literals() -> None:
    connections_ = {each.user: each for each in connections("clinic/settings.py", DJANGO)}
    assert set(connections_) == {"clinic", "jobs", "worker", "api"}
    clinic = connections_["clinic"]
    assert (clinic.host, clinic.database) == ("h.example", "clinic")
    assert clinic.span.locations()[0] == (4, DJANGO.splitlines()[3].index('clinic",') + 1)


ARGUMENTS = """import os
import asyncpg, psycopg2.pool
import mysql.connector as connector
from psycopg import connect
from sqlalchemy import URL
from sqlalchemy.engine import url
connect("dbname=shop", user="reader", host="h.example")
psycopg2.pool.ThreadedConnectionPool(1, 9, database="shop", user=os.getenv("DB_USER", "pooled"))
asyncpg.create_pool(user=os.environ["DB_USER"], host="h.example")
URL.create("postgresql+psycopg", username="api", host="h.example", database="shop")
url.URL.create(drivername="mysql", username="other")
connector.connect(user="other", host="h.example")
register(user="other", host="h.example")
"""


def test_arguments_of_drivers_and_of_sqlalchemy() -> None:
    reader, pooled, api = connections("shop/database.py", ARGUMENTS)
    assert [reader.user, pooled.user, api.user] == ["reader", "pooled", "api"]
    assert (reader.host, pooled.database, api.database) == ("h.example", "shop", "shop")


WAYS_IN_PYTHON = """
import dj_database_url, environ, os, asyncpg, peewee, databases
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic import Field, PostgresDsn
from sqlalchemy import create_engine
from decouple import config
from . import secrets

USER = config("DB_USER", default="constant")
HOST = "h.example"
engine = create_engine(f"postgresql+psycopg://{USER}:{secrets.password}@{HOST}/shop")
engine = create_engine("postgresql://%s:%s@%s/shop" % ("percent", secrets.password, HOST))
engine = create_engine("postgresql://{}:{password}@{host}/shop".format("brace", **secrets.all))
engine = create_engine("postgresql://" + os.getenv("U", "chained") + ":x@" + HOST + "/shop")
DATABASES = {"default": dj_database_url.config(default="postgres://parsed:x@h.example/shop")}
DATABASES["other"] = environ.Env().db("OTHER_URL", default="psql://environ:x@h.example/shop")
DATABASES["geo"] = {"ENGINE": "django.contrib.gis.db.backends.postgis", "NAME": "shop",
                    "HOST": HOST, "USER": os.environ.get("GEO_USER") or "postgis"}
pool = asyncpg.create_pool(user="alone")
dsn = PostgresDsn.build(scheme="postgresql+asyncpg", username="built", host=HOST, path="shop")
peewee.PostgresqlDatabase("shop", user="peewee", host=HOST)
databases.Database("postgresql+asyncpg://databases:x@h.example/shop")
TORTOISE = {"connections": {"default": {"engine": "tortoise.backends.asyncpg",
    "credentials": {"host": HOST, "user": "tortoise", "database": "shop"}}}}
Tortoise.init(db_url="asyncpg://url:x@h.example/shop")

class Settings(BaseSettings):
    POSTGRES_USER: str = "field"
    POSTGRES_SERVER: str = Field(default="h.example")
    POSTGRES_DB: str = "shop"

class Prefixed(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="DB_")
    user: str = "prefixed"
    host: str = "h.example"
"""


def test_the_ways_of_python_to_say_who_connects() -> None:
    found = connections("shop/config.py", WAYS_IN_PYTHON)
    assert {each.user for each in found} == {
        "constant", "percent", "brace", "chained", "parsed", "environ", "postgis", "alone", "built",
        "peewee", "databases", "tortoise", "url", "field", "prefixed",
    }  # fmt: skip
    unknown = {"brace", "alone"}
    assert {each.user for each in found if each.host != "h.example"} == unknown
    assert all(each.span.sql == each.user for each in found)


@pytest.mark.parametrize(
    "source",
    [
        "import mysql.connector\nmysql.connector.connect(user='o', host='h', database='d')",
        "from clickhouse_driver import Client\nClient('h', user='o', host='h', database='d')",
        "'postgres'; URL.create('mysql+pymysql', username='o', host='h', database='d')",
        "DATABASES = {'default': {'ENGINE': 'x.mysql', 'USER': 'o', 'NAME': 'd'}}  # postgres",
        "ENV = os.environ.get('DB_USER')\nasyncpg.connect(user=ENV, host='h', database='d')",
        "asyncpg.connect(user=os.environ.get('DB_USER'), database='d')",
        "asyncpg.connect(user=f'{tenant}_app', database='d')",
        "asyncpg.connect(user='{²}'.format(1), database='d')",
        "asyncpg.connect(user='%0$s' % (), database='d')",
        '"""postgres://doc:x@h/d"""\nasyncpg.connect(user=given)',
    ],
)
def test_python_says_nothing_of_other_servers_and_of_what_is_set_elsewhere(source: str) -> None:
    assert connections("db.py", f"import asyncpg  # postgres\n{source}\n") == []


def test_python_warns_nobody_of_what_is_only_read() -> None:
    source = 'URL = "postgres://shop@db/d"\nPATTERN = "\\."\n'
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert [each.user for each in connections("settings.py", source)] == ["shop"]


def test_a_file_that_python_refuses_is_read_without_the_line_and_named(tmp_path: Path) -> None:
    source = "URL = 'postgres://shop@db/d'\nx = = 1\n"
    result = lint(tmp_path, {"migrations/1.sql": MIGRATION, "src/db.py": source})
    assert [each.user for each in connections("src/db.py", source)] == ["shop"]
    assert any(
        "src/db.py: Python cannot parse this file at line 2" in note for note in result.notes
    )


def test_places_are_right_behind_other_characters_than_ascii() -> None:
    (found,) = connections("db.ts", "// é ü\nconst u = 'postgres://shöp@db.example/d';")
    assert (found.user, found.host, found.span.locations()[0]) == ("shöp", "db.example", (2, 23))


def test_what_is_for_development_or_for_migrations_is_told_apart() -> None:
    source = "new Pool({ user: 'shop', host: '%s', database: 'd' }); // pg"
    (local,) = connections("src/db.ts", source % "localhost")
    (migrating,) = connections("src/migrate.ts", source % "db")
    (serving,) = connections("src/db.ts", source % "db")
    assert (local.development, serving.development) == (True, False)
    assert (migrating.runs_migrations, serving.runs_migrations) == (True, False)
    (script,) = connections("docker/scripts/yarn-setup.js", source % "db")
    (own,) = connections("src/setup.ts", source % "db")
    assert (script.runs_migrations, own.runs_migrations) == (True, False)


MIGRATION = """
CREATE ROLE app LOGIN;
CREATE TABLE notes (id int PRIMARY KEY, tenant_id int NOT NULL);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
ALTER TABLE notes FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON notes USING (tenant_id = nullif(current_setting('app.t', true), '')::int);
GRANT SELECT ON notes TO app;
"""


@pytest.mark.parametrize(("user", "rows"), [("postgres", [1]), ("app", [])])
def test_a_pool_that_is_opened_as_a_superuser_is_reported_where_it_is_opened(
    tmp_path: Path, user: str, rows: list[int]
) -> None:
    program = f"export const pool = new pg.Pool({{ host: 'db', user: '{user}', database: 'd' }});\n"
    result = lint(tmp_path, {"migrations/1.sql": MIGRATION, "src/db.ts": program})
    found = findings_of(result, "app-role-superuser")
    assert [each.place.start.row for each in found if each.place is not None] == rows


def test_an_address_of_which_the_history_knows_no_role_hides_none_of_those_it_knows(
    tmp_path: Path,
) -> None:
    open_table = (
        "CREATE TABLE more (id int, tenant_id int NOT NULL);\nGRANT SELECT ON more TO app;\n"
    )
    program = "export const example = 'postgres://somebody:x@db/d';\n"
    files = {"migrations/1.sql": MIGRATION, "migrations/2.sql": open_table, "src/x.ts": program}
    (found,) = findings_of(lint(tmp_path, files), "rls-not-enabled")
    assert found.finding.message.startswith("app can read")


def test_a_connection_beside_two_histories_is_reported_once(tmp_path: Path) -> None:
    files = {
        "one/migrations/1.sql": MIGRATION,
        "two/migrations/1.sql": MIGRATION,
        "src/db.ts": "new pg.Pool({ host: 'db', user: 'postgres', database: 'd' });\n",
    }
    assert len(findings_of(lint(tmp_path, files), "app-role-superuser")) == 1
