"""A live database is read in one snapshot and changed in nothing; what stops that is a sentence."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from rlslint.server.introspection import introspect
from rlslint.server.snapshot import LiveProblem, Snapshot, snapshot
from tests.postgres import Database

DOCS = """CREATE TABLE docs (id int PRIMARY KEY, tenant_id int);
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON docs USING (tenant_id = current_setting('app.tenant_id')::int);
CREATE VIEW listed AS SELECT * FROM docs;
CREATE INDEX ON docs ((tenant_id + 1)) WHERE tenant_id > 0;
INSERT INTO docs VALUES (1, 1);
"""
PASSWORD = "p@ss/w'rd:%"
ENCODED = "p%40ss%2Fw%27rd%3A%25"


def problem(conninfo: str) -> str:
    """Return why a database cannot be read."""
    with pytest.raises(LiveProblem) as raised, snapshot(conninfo) as live:
        introspect(live.ask, live.database, live.version)
    assert PASSWORD not in str(raised.value)
    assert ENCODED not in str(raised.value)
    return str(raised.value)


def setting(live: Snapshot, name: str) -> str:
    return live.ask(f"SELECT current_setting('{name}')")


@contextmanager
def connection(database: Database) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database.conninfo()) as other:
        yield other
        other.rollback()


class Line:
    """What carries a server's answers: `sent` bytes of them so far, and at most `longest`.

    Behind these it breaks off, or says nothing more until the client goes.
    """

    def __init__(self, longest: int | None = None, *, breaks_off: bool = True) -> None:
        self.sent = 0
        self._longest = longest
        self._breaks_off = breaks_off

    def carry(self, server: socket.socket, client: socket.socket) -> None:
        while data := server.recv(1 << 16):
            if self._longest is not None:
                data = data[: self._longest - self.sent]
            client.sendall(data)
            self.sent += len(data)
            if self.sent == self._longest:
                if self._breaks_off:
                    client.shutdown(socket.SHUT_RDWR)
                return
        client.shutdown(socket.SHUT_WR)


@contextmanager
def on_tcp(database: Database, answers: Line | None = None) -> Iterator[int]:
    """A port of this machine behind which the server listens that has a socket only."""
    to = next(database.socket_directory.glob(".s.PGSQL.*[0-9]"))
    listener = socket.create_server(("127.0.0.1", 0))
    carried_by = answers or Line()

    def ask(client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while data := client.recv(1 << 16):
                server.sendall(data)
        for end in (client, server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def answer(client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            carried_by.carry(server, client)

    def accept() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(str(to))
            for carry in (ask, answer):
                threading.Thread(target=carry, args=(client, server), daemon=True).start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    with listener:
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        accepting.join()


def test_the_transaction_reads_one_snapshot_and_can_change_nothing(database: Database) -> None:
    database.run(DOCS)
    with snapshot(database.conninfo()) as live:
        assert setting(live, "transaction_read_only") == "on"
        assert setting(live, "transaction_isolation") == "repeatable read"
        assert setting(live, "application_name") == "rlslint"
        assert setting(live, "search_path") in ("", '""')
        assert setting(live, "lock_timeout") == "5s"
        assert setting(live, "statement_timeout") == "2min"
        before = live.ask("SELECT count(*)::text FROM pg_catalog.pg_policy")
        database.run("CREATE POLICY other ON docs USING (true)")
        assert live.ask("SELECT count(*)::text FROM pg_catalog.pg_policy") == before
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            live.ask("CREATE TABLE public.made ()")


def test_a_role_cannot_set_what_would_change_the_answers(database: Database) -> None:
    database.run(
        DOCS
        + r"""CREATE POLICY spelled ON docs
        USING (current_user <> 'a\b' AND DATE '2020-02-01' < current_date);
        CREATE ROLE reader LOGIN;
        ALTER ROLE reader SET search_path = public;
        ALTER ROLE reader SET statement_timeout = '30ms';
        ALTER ROLE reader SET lock_timeout = '1ms';
        ALTER ROLE reader SET row_security = off;
        ALTER ROLE reader SET standard_conforming_strings = off;
        ALTER ROLE reader SET quote_all_identifiers = on;
        ALTER ROLE reader SET datestyle = 'German';
        ALTER ROLE reader SET client_encoding = 'LATIN1';
        ALTER ROLE reader SET default_transaction_isolation = 'serializable';
        ALTER ROLE reader SET default_transaction_read_only = on;"""
    )
    query = """SELECT string_agg(pg_catalog.pg_get_expr(polqual, polrelid), '; ' ORDER BY polname)
        FROM pg_catalog.pg_policy"""
    with snapshot(database.conninfo("reader")) as live:
        answer = live.ask(query)
        assert setting(live, "statement_timeout") == "2min"
    with snapshot(database.conninfo()) as live:
        assert live.ask(query) == answer
    assert "'a\\b'" in answer
    assert "'2020-02-01'" in answer


def test_an_audit_scans_no_table_and_leaves_nothing_behind(database: Database) -> None:
    database.run(DOCS)
    counts = """SELECT relname, seq_scan, idx_scan FROM pg_stat_user_tables;
        SELECT count(*) FROM pg_class; SELECT xact_commit FROM pg_stat_database WHERE false;"""
    database.run("SELECT pg_stat_force_next_flush()")
    before = database.run(counts).output
    with snapshot(database.conninfo()) as live:
        introspect(live.ask, live.database, live.version)
    assert database.run(counts).output == before
    assert sessions(database) == "0"


def sessions(database: Database) -> str:
    """Count the sessions of audits, once those that are ending have ended."""
    return database.run(
        """DO $$BEGIN FOR i IN 1..100 LOOP
            PERFORM pg_stat_clear_snapshot();
            EXIT WHEN NOT EXISTS (
                SELECT FROM pg_stat_activity WHERE application_name = 'rlslint');
            PERFORM pg_sleep(0.05); END LOOP; END$$;
        SELECT count(*) FROM pg_stat_activity WHERE application_name = 'rlslint';"""
    ).output


def test_what_is_not_there_is_named(database: Database, tmp_path: Path) -> None:
    server = f"host={database.socket_directory}"
    on = f"on {database.socket_directory} cannot be read"
    assert problem(f"{server} dbname=nope user=postgres").startswith(
        f'nope {on}: database "nope" does not exist. Name the database with '
    )
    assert problem(f"{server} dbname={database.name} user=nobody").startswith(
        f'{database.name} {on}: role "nobody" does not exist. Name the role with '
    )
    assert problem(f"host={tmp_path} dbname=shop user=me").startswith(
        f"shop on {tmp_path} cannot be read: no server has the socket {tmp_path}/.s.PGSQL.5432. "
    )
    assert "the host name nowhere.invalid is not known" in problem(
        "host=nowhere.invalid dbname=shop user=me"
    )
    assert problem("service=no_such_service").startswith(
        "The database of service no_such_service cannot be read: "
        'definition of service "no_such_service" not found. '
    )


def test_a_port_without_a_server_refuses(database: Database) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert problem(f"postgresql://me:{ENCODED}@127.0.0.1:{port}/shop") == (
        f"shop on 127.0.0.1:{port} cannot be read: no server listens there. "
        "Check the host and the port, and that the server runs."
    )


def test_a_server_that_does_not_answer_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        found = problem(f"host=127.0.0.1 port={port} dbname=shop user=me connect_timeout=2")
    assert "did not answer within 2 seconds" in found


def test_a_connection_that_breaks_off_anywhere_is_one_sentence(database: Database) -> None:
    database.run(DOCS)
    whole = Line()

    def target(port: int) -> str:
        return f"host=127.0.0.1 port={port} dbname={database.name} user=postgres sslmode=disable"

    with on_tcp(database, whole) as port, snapshot(target(port)) as live:
        introspect(live.ask, live.database, live.version)
    for longest in range(0, whole.sent, whole.sent // 40):
        with on_tcp(database, Line(longest + 1)) as port:
            assert problem(target(port)) == (
                f"{database.name} on 127.0.0.1:{port} cannot be read: the connection broke off. "
                "Nothing was changed; try again later."
            )


def test_a_server_that_falls_silent_is_given_up(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rlslint.server.snapshot._ANSWER_SECONDS", 1)
    line = Line(4000, breaks_off=False)
    with on_tcp(database, line) as port:
        found = problem(f"host=127.0.0.1 port={port} dbname={database.name} user=postgres")
    assert line.sent == 4000
    assert found.endswith(
        "cannot be read: no answer came for 1 seconds. Nothing was changed; try again later."
    )
    assert sessions(database) == "0"


def test_a_server_without_tls_cannot_be_made_to_have_it(database: Database) -> None:
    with on_tcp(database) as port:
        target = f"postgresql://postgres@127.0.0.1:{port}/{database.name}"
        with snapshot(target) as live:
            assert live.database == f"{database.name} on 127.0.0.1:{port}"
        assert problem(f"{target}?sslmode=require").startswith(
            f"{database.name} on 127.0.0.1:{port} cannot be read: the server offers no TLS"
        )


def test_two_servers_with_databases_of_one_name_are_told_apart(database: Database) -> None:
    with on_tcp(database) as one, on_tcp(database) as other:
        names = set()
        for target in (f"host=127.0.0.1 port={one}", f"host=127.0.0.1 port={other}"):
            with snapshot(f"{target} dbname={database.name} user=postgres") as live:
                names.add(live.database)
    with snapshot(database.conninfo()) as live:
        names.add(live.database)
    assert len(names) == 3


@pytest.fixture
def scram(database: Database) -> Iterator[Database]:
    """A database whose server asks the role `app` for a password."""
    rules = database.socket_directory / "data" / "pg_hba.conf"
    trusting = rules.read_text()
    # Before PostgreSQL 14 passwords were kept as md5 (release notes of 14).
    database.run(
        "SET password_encryption = 'scram-sha-256';"
        f"CREATE ROLE app LOGIN PASSWORD '{PASSWORD.replace(chr(39), chr(39) * 2)}'"
    )
    rules.write_text(f"local all app scram-sha-256\nlocal all stranger reject\n{trusting}")
    database.run("SELECT pg_reload_conf(); CREATE ROLE stranger LOGIN;")
    wait_until(lambda: "rejects" in refused(database, "stranger"))
    yield database
    rules.write_text(trusting)
    database.run("SELECT pg_reload_conf()")
    wait_until(lambda: not refused(database, "stranger"))


def refused(database: Database, role: str) -> str:
    try:
        psycopg.connect(database.conninfo(role)).close()
    except psycopg.OperationalError as error:
        return str(error)
    return ""


def wait_until(holds: Callable[[], bool]) -> None:
    for _ in range(1000):
        if holds():
            return
    pytest.fail("the server did not read its pg_hba.conf")


def test_a_password_opens_and_a_wrong_one_is_refused(
    scram: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    socket_directory = str(scram.socket_directory).replace("/", "%2F")
    url = "postgresql://app:{}@" + f"{socket_directory}/{scram.name}"
    with snapshot(url.format(ENCODED)) as live:
        assert live.user == "app"
    keywords = f"host={scram.socket_directory} dbname={scram.name} user=app"
    quoted = PASSWORD.replace("'", "\\'")
    with snapshot(f"{keywords} password='{quoted}'"):
        pass
    assert "password authentication failed" in problem(url.format("wrong" + ENCODED))
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "none"))
    found = problem(keywords)
    assert "the server asks for a password. Check the role, and its password in PGPASSWORD" in found
    password_file = tmp_path / "passwords"
    password_file.write_text(f"*:*:*:*:{PASSWORD.replace(':', chr(92) + ':')}\n")
    password_file.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(password_file))
    with snapshot(keywords):
        pass
    monkeypatch.setenv("PGPASSWORD", "wrong")
    assert "password authentication failed" in problem(keywords)
    assert "pg_hba.conf rejects connection" in problem(scram.conninfo("stranger"))


@pytest.mark.parametrize(
    ("conninfo", "cause"),
    [
        ("shop", 'a word in it has no "="'),
        ('mysql://me:"hunter2@db1/shop', 'a word in it has no "="'),
        ("password=hunter2 hunter2", 'a word in it has no "="'),
        ("password='hunter2", "a quote in it is not closed"),
        ("host=db1 passwrd=hunter2", 'libpq has no such option as it names (did you mean "pass'),
        ("password=a hunter2=b", "libpq has no such option as it names. "),
        ("postgresql://me:hunter2%zz@db1/shop", "a % in it is followed by no code"),
        ("postgresql://me:hunter2 x@db1/shop", "a URL has no spaces"),
        ("postgresql://me:a@hunter2@db1/shop", "(@ is %40"),
        ("postgresql://me:a/hunter2@db1/shop", "(@ is %40, / is %2F"),
        ("postgresql://me:hunter2@db1/shop?hunter2=x", "libpq has no such option"),
        ("postgresql://me:hunter2@[::1/shop", "libpq does not understand it"),
    ],
)
def test_a_string_that_libpq_refuses_is_explained_and_not_quoted(conninfo: str, cause: str) -> None:
    found = problem(conninfo)
    assert found.startswith("The connection string cannot be read: ")
    assert cause in found
    assert "hunter2" not in found


@pytest.mark.parametrize("key", ["service", "dbname", "host"])
def test_a_url_in_a_wrong_place_shows_no_password(key: str, database: Database) -> None:
    found = problem(f"{database.conninfo()} {key}=postgresql://me:hunter2@db1/shop")
    assert "cannot be read" in found
    assert "hunter2" not in found


def test_rights_that_a_role_lacks_are_named_with_the_grant(database: Database) -> None:
    database.run(
        DOCS
        + f"""CREATE ROLE "odd role" LOGIN; CREATE ROLE nologin;
        REVOKE CONNECT ON DATABASE {database.name} FROM PUBLIC"""
    )
    reader = database.conninfo("odd role")
    assert problem(reader).endswith(
        f'cannot be read: permission denied for database "{database.name}". '
        f'GRANT CONNECT ON DATABASE {database.name} TO "odd role"; lets it.'
    )
    assert "Connect as a role that has LOGIN." in problem(database.conninfo("nologin"))
    database.run(
        f"GRANT CONNECT ON DATABASE {database.name} TO PUBLIC; REVOKE ALL ON SCHEMA public"
        " FROM PUBLIC; REVOKE SELECT ON pg_catalog.pg_policy FROM PUBLIC"
    )
    assert problem(reader).endswith(
        "permission denied for table pg_policy, which every role may read by default. "
        'GRANT SELECT ON pg_catalog.pg_policy TO "odd role"; lets it.'
    )
    database.run("GRANT SELECT ON pg_catalog.pg_policy TO PUBLIC")
    with snapshot(reader) as live:
        catalog = introspect(live.ask, live.database, live.version)
    assert len(list(catalog.policies())) == 1


def test_a_lock_of_another_session_is_told_with_its_table(database: Database) -> None:
    database.run(DOCS)
    with connection(database) as other:
        other.execute("LOCK TABLE docs IN ACCESS EXCLUSIVE MODE")
        with snapshot(database.conninfo()) as live:
            catalog = introspect(live.ask, live.database, live.version)
        assert live.locked == {"public.docs": other.info.backend_pid}
        assert not catalog.names["public", "docs"].policies["tenant"].knows("using")
        assert not catalog.names["public", "listed"].knows("query")
        # What only a lock on a system catalog keeps back, nothing can be said without.
        other.execute("LOCK TABLE pg_catalog.pg_policy IN ACCESS EXCLUSIVE MODE")
        assert problem(database.conninfo()).endswith(
            f"by session {other.info.backend_pid}. Nothing was changed; try again later."
        )
    assert sessions(database) == "0"


def test_a_connection_that_is_cut_off_is_one_sentence(database: Database) -> None:
    with pytest.raises(LiveProblem) as raised, snapshot(database.conninfo()) as live:
        pid = live.ask("SELECT pg_catalog.pg_backend_pid()::text")
        database.run(f"SELECT pg_terminate_backend({pid})")
        assert sessions(database) == "0"
        live.ask("SELECT 1")
    assert str(raised.value).endswith(
        "cannot be read: the connection broke off. Nothing was changed; try again later."
    )


def test_names_that_are_no_utf8_stay_apart(database: Database) -> None:
    """In a database without an encoding a name is any bytes (manual: SQL_ASCII)."""
    database.run(
        "CREATE DATABASE no_encoding TEMPLATE template0 ENCODING 'SQL_ASCII';"
        "CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1'"
    )
    in_no_encoding = database.conninfo().replace(database.name, "no_encoding")
    with psycopg.connect(in_no_encoding, autocommit=True) as other:
        other.execute("SET client_encoding = 'SQL_ASCII'")
        other.execute(b'CREATE TABLE "t\xe4" (); CREATE TABLE "t\xf6" ()')
    with snapshot(in_no_encoding) as live:
        names = {relation.name for relation in introspect(live.ask, "d", live.version).tables()}
    assert names == {"t\\xe4", "t\\xf6"}
    in_latin = database.conninfo().replace(database.name, "latin")
    with psycopg.connect(in_latin, autocommit=True) as other:
        other.execute('CREATE TABLE "tä" ()')
    with snapshot(in_latin) as live:
        assert [table.name for table in introspect(live.ask, "d", live.version).tables()] == ["tä"]


def test_without_psycopg_the_message_says_how_to_install_it(tmp_path: Path) -> None:
    program = (
        "import sys; sys.modules['psycopg'] = None; sys.argv = ['rlslint', 'audit', 'a=b']\n"
        "from rlslint.cli.main import main; main()"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr == (
        "An audit needs psycopg, which is not installed: pip install 'rlslint[live]'.\n"
    )


def test_the_version_of_a_server_is_told(database: Database) -> None:
    with snapshot(database.conninfo()) as live:
        assert live.version // 10000 == int(re.findall(r"\d+", live.version_text)[0])
