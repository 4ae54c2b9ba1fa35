"""The runner answers as psql does, and no test sees another's roles."""

import os
from pathlib import Path

import pytest

from tests.postgres import (
    BINARIES_VARIABLE,
    Database,
    ScriptReader,
    Server,
    ServerUnavailableError,
    run_server,
    server_directories,
)


def read(script: str) -> list[str]:
    reader = ScriptReader(script)
    return list(iter(reader.next, None))


@pytest.mark.parametrize(
    ("script", "statements"),
    [
        ("SELECT 1; SELECT 2", ["SELECT 1", "SELECT 2"]),
        ("-- a;b\n/* ; /* ; */ ; */ SELECT 1;;", ["SELECT 1"]),
        ("SELECT ';', 'it''s;', E'\\';', \"a;b\"; SELECT 2;", None),
        ("DO $$ BEGIN NULL; END $$; SELECT $a$ $$;$a$;", None),
        ("SELECT a$b$c; SELECT a$b$c;", ["SELECT a$b$c", "SELECT a$b$c"]),
        ("CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2); SELECT 3", None),
        (
            "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; END;"
            " SELECT 2",
            None,
        ),
        ("BEGIN; SELECT 1; END;", ["BEGIN", "SELECT 1", "END"]),
        ("\\echo a;b\nSELECT 1;\n\\c - app_user\n", ["\\echo a;b", "SELECT 1", "\\c - app_user"]),
        ("SELECT 'open; SELECT 2;", ["SELECT 'open; SELECT 2;"]),
        ("  -- nothing", []),
    ],
)
def test_a_statement_ends_where_psql_ends_it(script: str, statements: list[str] | None) -> None:
    parts = read(script)
    if statements is not None:
        assert parts == statements
    else:
        assert len(parts) == 2
        assert "; ".join(parts) == script.rstrip(";")


def test_psql_commands_that_are_not_understood_are_refused() -> None:
    with pytest.raises(ValueError, match="gset"):
        read("SELECT 1 AS one \\gset")


def test_rows_tags_notices_and_errors(database: Database) -> None:
    transcript = database.run(
        """
        CREATE TABLE docs (id int PRIMARY KEY, body text, shared bool);
        INSERT INTO docs VALUES (1, 'a', true), (2, NULL, NULL);
        \\echo what follows
        SELECT * FROM docs ORDER BY id;
        UPDATE docs SET body = 'b' WHERE id = 2 RETURNING body;
        DO $$ BEGIN RAISE NOTICE 'seen'; END $$;
        INSERT INTO docs VALUES (1);
        SELECT nothing;
        """
    )
    assert transcript.output.splitlines() == [
        "INSERT 0 2",
        "what follows",
        "1|a|t",
        "2||",
        "b",
        "UPDATE 1",
        "NOTICE:  seen",
        'ERROR:  duplicate key value violates unique constraint "docs_pkey"',
        'ERROR:  column "nothing" does not exist at character 8',
    ]
    assert [error.sqlstate for error in transcript.errors] == ["23505", "42703"]


def test_a_transaction_and_its_settings_last_until_commit(database: Database) -> None:
    transcript = database.run(
        """
        BEGIN; SET LOCAL app.tenant_id = '1'; SHOW app.tenant_id; COMMIT;
        SELECT current_setting('app.tenant_id', true) = '';
        """
    )
    assert transcript.rows == ("1", "t")


def test_connect_opens_a_new_session_as_another_role(database: Database) -> None:
    transcript = database.run(
        """
        CREATE ROLE app_user LOGIN;
        CREATE ROLE nobody_logs_in;
        SET app.tenant_id = '1';
        \\c - app_user
        SELECT current_user, current_setting('app.tenant_id', true);
        \\connect - nobody_logs_in
        SELECT 1;
        \\c - postgres
        SELECT session_user;
        """
    )
    assert transcript.rows == ("app_user|", "postgres")
    assert [error.message for error in transcript.errors] == [
        'role "nobody_logs_in" is not permitted to log in',
        "no connection to the server",
    ]
    assert database.run("SELECT session_user", user="app_user").rows == ("app_user",)


def test_copy_in_both_directions(database: Database) -> None:
    transcript = database.run(
        "CREATE TABLE docs (id int, body text);\n"
        "COPY docs FROM STDIN;\n1\tone; two\n2\t\\N\n\\.\nCOPY docs TO STDOUT;\n"
    )
    assert transcript.rows == ("1\tone; two", "2\t\\N")
    assert transcript.errors == ()


def test_every_database_starts_without_traces_of_others(server: Server) -> None:
    traces = """
        SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_' AND rolname <> 'postgres'
        UNION ALL SELECT relname FROM pg_class WHERE relname = 'docs'
        UNION ALL SELECT array_to_string(setconfig, ',') FROM pg_db_role_setting
        UNION ALL SELECT slot_name FROM pg_replication_slots
        UNION ALL SELECT datname FROM pg_database WHERE datname = 'other';
    """
    leave_traces = """
        CREATE ROLE owner NOLOGIN;
        CREATE ROLE app_user LOGIN IN ROLE owner;
        ALTER ROLE app_user SET app.tenant_id = '1';
        ALTER ROLE ALL SET row_security = off;
        DO $$ BEGIN
          EXECUTE format('ALTER DATABASE %I SET app.tenant_id = 2', current_database());
          EXECUTE format('GRANT CREATE ON DATABASE %I TO owner', current_database());
        END $$;
        ALTER DEFAULT PRIVILEGES FOR ROLE owner GRANT SELECT ON TABLES TO app_user;
        GRANT pg_read_all_data TO owner WITH ADMIN OPTION;
        CREATE DATABASE other OWNER owner;
        CREATE TABLE docs (id int);
        ALTER TABLE docs OWNER TO owner;
        SELECT pg_create_logical_replication_slot('slot', 'test_decoding') IS NOT NULL;
    """
    if server.version >= 15:
        leave_traces += "GRANT SET ON PARAMETER log_statement TO owner;"
    with server.database() as first:
        assert first.run(leave_traces).errors == ()
        assert len(first.run(traces).rows) == 8
    with server.database() as second:
        assert second.run(traces).output == ""


def test_the_environment_names_the_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(BINARIES_VARIABLE, os.pathsep.join(["/one/bin", "/two/bin"]))
    assert server_directories() == (Path("/one/bin"), Path("/two/bin"))


def test_a_directory_without_a_server_is_named(tmp_path: Path) -> None:
    with pytest.raises(ServerUnavailableError, match=f"{tmp_path} holds no initdb"):
        run_server(tmp_path).__enter__()


def test_databases_open_at_once_keep_their_roles(server: Server) -> None:
    with server.database() as first:
        first.run("CREATE ROLE app_user LOGIN")
        with server.database() as second:
            assert second.run("SELECT 1", user="app_user").output == "1"
        assert first.run("SELECT 1", user="app_user").output == "1"
