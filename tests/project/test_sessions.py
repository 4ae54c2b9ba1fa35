"""What application code leaves behind in a session, seen through the rules that report it."""

from __future__ import annotations

from pathlib import Path

import pytest

from rlslint.config import Confidence, Severity
from rlslint.config.options import Config
from rlslint.reports import Result
from tests.linting import findings_of, lint

HISTORY = """
CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, body text);
CREATE INDEX ON docs (tenant_id);
GRANT SELECT ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION tenant() RETURNS int LANGUAGE plpgsql STABLE AS $$
DECLARE found text;
BEGIN
  found := current_setting('app.tenant_id', true);
  IF found = '' THEN RETURN NULL; END IF;
  RETURN found::int;
END $$;
CREATE POLICY tenant ON docs USING (tenant_id = (SELECT tenant()));
"""
SETTER = """
CREATE FUNCTION enter_tenant(tenant int) RETURNS void LANGUAGE sql AS
  $$ SELECT set_config('app.tenant_id', tenant::text, false) $$;
"""
POOL = """
from psycopg_pool import ConnectionPool
pool = ConnectionPool("dbname=app")
"""
HOOKS = """
from sqlalchemy import create_engine, event
engine = create_engine("postgresql+psycopg2://app_user@localhost/app")
@event.listens_for(engine, "checkout")
def borrowed(connection, record, proxy):
    connection.cursor().execute("SET app.tenant_id = %s", (tenant_of_request(),))
"""
TAKES_BACK = """
@event.listens_for(engine, "checkin")
def returned(connection, record):
    connection.cursor().execute("RESET app.tenant_id")
"""
ENTER = (
    POOL
    + """
def enter(connection, tenant):
    connection.execute("SELECT set_config('app.tenant_id', %s, false)", (tenant,))
"""
)
DJANGO = """
from django.db import connection
def enter(tenant):
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.tenant_id', %s, LOCAL)", [tenant])
"""


def found(
    folder: Path,
    code: str,
    history: str = HISTORY,
    config: Config | None = None,
    settings: str = "",
) -> list[tuple[str, str, Severity]]:
    files = {"migrations/0001_docs.sql": history, "app.py": code}
    if settings:
        files["project/settings.py"] = settings
    result = lint(folder, files, config or Config(min_severity=Severity.info))
    session = ("session-set-tenant", "set-config-session", "set-local-outside-transaction")
    return [
        (reported.place.path.rpartition("/")[2], reported.name, reported.severity)
        for reported in result.findings
        if reported.name in session and reported.place is not None
    ]


def test_a_hook_that_sets_the_tenant_needs_one_that_takes_it_back(tmp_path: Path) -> None:
    """Whoever borrows one next sets a tenant as well: what is left matters to other borrowers."""
    assert found(tmp_path / "a", HOOKS) == [("app.py", "session-set-tenant", Severity.info)]
    assert found(tmp_path / "b", HOOKS + TAKES_BACK) == []


def test_a_constant_for_every_new_connection_concerns_no_tenant(tmp_path: Path) -> None:
    code = HOOKS.replace('"checkout"', '"connect"').replace("%s", "'1'")
    assert found(tmp_path, code) == []


def test_a_helper_is_judged_by_what_its_callers_do(tmp_path: Path) -> None:
    careless = (
        ENTER
        + """
def handle(tenant):
    with pool.connection() as connection:
        enter(connection, tenant)
        return connection.execute("SELECT body FROM docs").fetchall()
"""
    )
    careful = (
        ENTER
        + """
def leave(connection):
    connection.execute("RESET app.tenant_id")
def handle(tenant):
    with pool.connection() as connection:
        enter(connection, tenant)
        try:
            return connection.execute("SELECT body FROM docs").fetchall()
        finally:
            leave(connection)
"""
    )
    assert found(tmp_path / "a", careless) == [("app.py", "set-config-session", Severity.error)]
    assert found(tmp_path / "b", careful) == []


def test_what_only_success_takes_back_is_a_warning(tmp_path: Path) -> None:
    code = (
        POOL
        + """
def handle():
    with pool.connection() as connection:
        connection.execute("SET app.tenant_id = '1'")
        connection.execute("SELECT body FROM docs")
        connection.execute("SET app.tenant_id = ''")
"""
    )
    assert found(tmp_path, code) == [("app.py", "session-set-tenant", Severity.warning)]


def test_a_function_of_the_history_is_reported_where_it_stands(tmp_path: Path) -> None:
    code = (
        POOL
        + """
def handle(tenant):
    with pool.connection() as connection:
        connection.execute("SELECT enter_tenant(%s)", (tenant,))
"""
    )
    expected = [("0001_docs.sql", "set-config-session", Severity.error)]
    assert found(tmp_path / "a", code, HISTORY + SETTER) == expected
    meant = Config(min_severity=Severity.info, context_setters=("enter_tenant",))
    assert found(tmp_path / "b", code, HISTORY + SETTER, meant) == []


def test_a_connection_of_its_own_may_still_be_a_poolers(tmp_path: Path) -> None:
    code = """
import os
import psycopg2
def handle():
    connection = psycopg2.connect(os.environ["URL"])
    connection.cursor().execute("SET app.tenant_id = '1'")
    connection.commit()
"""
    assert found(tmp_path / "a", code) == [("app.py", "session-set-tenant", Severity.info)]
    pooled = code.replace("URL", "PGBOUNCER_URL")
    assert found(tmp_path / "b", pooled) == [("app.py", "session-set-tenant", Severity.error)]
    script = code + 'if __name__ == "__main__":\n    handle()\n'
    assert found(tmp_path / "c", script) == []


@pytest.mark.parametrize(
    ("options", "local", "expected"),
    [
        ("", "true", [("app.py", "set-local-outside-transaction", Severity.warning)]),
        ('"ATOMIC_REQUESTS": True,', "true", []),
        ('"CONN_MAX_AGE": 60,', "false", [("app.py", "set-config-session", Severity.error)]),
        ('"CONN_MAX_AGE": 0,', "false", []),
    ],
)
def test_the_settings_of_django_say_what_its_code_leaves_open(
    options: str, local: str, expected: list[tuple[str, str, Severity]], tmp_path: Path
) -> None:
    settings = f"""
DATABASES = {{"default": {{"ENGINE": "django.db.backends.postgresql", "NAME": "app", {options}}}}}
"""
    assert found(tmp_path, DJANGO.replace("LOCAL", local), settings=settings) == expected


def test_a_name_that_is_passed_as_a_parameter_is_read(tmp_path: Path) -> None:
    code = (
        POOL
        + """
def handle(tenant):
    with pool.connection() as connection:
        connection.execute("SELECT set_config(%s, %s, %s)", ("app.tenant_id", tenant, False))
"""
    )
    assert found(tmp_path, code) == [("app.py", "set-config-session", Severity.error)]


NO_POLICY = "CREATE TABLE docs (id int PRIMARY KEY, body text);\n"
BORROWED = (
    POOL
    + """
def handle(tenant):
    with pool.connection() as connection:
        connection.execute("SELECT set_config('SETTING', VALUE, false)", (tenant,))
        return connection.execute("SELECT body FROM docs").fetchall()
"""
)


def linted(folder: Path, code: str) -> Result:
    return lint(folder, {"migrations/0001_docs.sql": NO_POLICY, "app.py": code})


def test_without_policies_at_hand_what_the_program_sets_counts_as_context(tmp_path: Path) -> None:
    code = BORROWED.replace("SETTING", "crm.customer").replace("VALUE", "%s")
    result = linted(tmp_path, code)
    (reported,) = findings_of(result, "set-config-session")
    assert (reported.severity, reported.confidence) == (Severity.error, Confidence.medium)
    assert "that policies read it is assumed, for none is at hand" in reported.words
    assert result.uses_row_security is not False


@pytest.mark.parametrize(
    ("setting", "value"),
    [("pg_trgm.similarity_threshold", "%s"), ("hnsw.ef_search", "%s"), ("statement_timeout", "%s")],
)
def test_settings_of_extensions_are_nobodys_context(
    setting: str, value: str, tmp_path: Path
) -> None:
    result = linted(tmp_path, BORROWED.replace("SETTING", setting).replace("VALUE", value))
    assert findings_of(result, "set-config-session") == []
    assert result.uses_row_security is False


def test_a_constant_for_the_whole_session_is_assumed_to_concern_no_caller(tmp_path: Path) -> None:
    code = BORROWED.replace("SETTING", "app.source").replace("VALUE", "'importer'")
    assert findings_of(linted(tmp_path, code), "set-config-session") == []


def test_with_policies_only_what_they_read_counts(tmp_path: Path) -> None:
    code = BORROWED.replace("SETTING", "app.audit_user").replace("VALUE", "%s")
    assert found(tmp_path, code) == []


LEAVING = """
def leave(connection):
    connection.execute("RESET app.tenant_id")
"""


def test_a_reset_of_which_nothing_tells_that_it_runs_makes_a_finding_less_sure(
    tmp_path: Path,
) -> None:
    code = BORROWED.replace("SETTING", "app.tenant_id").replace("VALUE", "%s") + LEAVING
    result = lint(tmp_path, {"migrations/0001_docs.sql": HISTORY, "app.py": code})
    (reported,) = findings_of(result, "set-config-session")
    assert (reported.severity, reported.confidence) == (Severity.warning, Confidence.low)
    assert "app.py:11, which takes it back, runs before that" in reported.words
    (taken_back,) = reported.finding.related
    assert taken_back.span.text.location(taken_back.span.start).row == 11


def test_what_one_function_takes_back_of_its_own_says_nothing_of_another(tmp_path: Path) -> None:
    careful = (
        LEAVING
        + """
def other(tenant):
    with pool.connection() as connection:
        connection.execute("SET app.tenant_id = '1'")
        try:
            return connection.execute("SELECT body FROM docs").fetchall()
        finally:
            leave(connection)
"""
    )
    code = BORROWED.replace("SETTING", "app.tenant_id").replace("VALUE", "%s") + careful
    assert found(tmp_path, code) == [("app.py", "set-config-session", Severity.error)]


def test_a_value_that_stands_for_no_tenant_takes_back_another(tmp_path: Path) -> None:
    nobody = TAKES_BACK.replace("RESET app.tenant_id", "SET app.tenant_id = '-1'")
    assert found(tmp_path / "a", HOOKS + nobody) == []
    code = (
        POOL
        + """
def handle(tenant):
    with pool.connection() as connection:
        try:
            connection.execute("SELECT set_config('app.tenant_id', %s, false)", (tenant,))
        finally:
            connection.execute("SELECT set_config('app.tenant_id', '0', false)")
"""
    )
    assert found(tmp_path / "b", code) == []


@pytest.mark.parametrize(
    ("call", "severity"),
    [
        ("f\"SELECT body FROM docs WHERE body = '{word}'\"", Severity.warning),
        ('"SELECT body FROM docs WHERE body = %s", (word,)', Severity.info),
        ("f\"SET LOCAL app.tenant_id = '{word}'\"", Severity.info),
        ("f\"SELECT set_config('app.tenant_id', '{word}', true)\"", Severity.info),
        ("f\"SELECT set_config('app.tenant_id', '{word}', true), '{word}'\"", Severity.warning),
    ],
)
def test_sql_that_is_put_together_makes_settings_less_to_be_believed(
    call: str, severity: Severity, tmp_path: Path
) -> None:
    code = f"import psycopg\ndef find(c: psycopg.Connection, word):\n    c.execute({call})\n"
    result = lint(tmp_path, {"migrations/0001_docs.sql": HISTORY, "app.py": code})
    (reported,) = findings_of(result, "guc-identity-forgeable")
    assert reported.severity is severity


@pytest.mark.parametrize(
    ("path", "program", "severity"),
    [
        (
            "db.ts",
            "import { sql } from 'drizzle-orm';\nexport const f = (db: PgDatabase, w: string) =>"
            "\n  db.execute(sql`UPDATE docs SET body = ${sql.raw(w)}`);\n",
            Severity.warning,
        ),
        (
            "db.go",
            'package p\nimport "github.com/jackc/pgx/v5"\nfunc f(c *pgx.Conn, w string) {\n'
            '\tc.Exec(ctx, "UPDATE docs SET body = \'" + w + "\'")\n}\n',
            Severity.warning,
        ),
        (
            "db.go",
            'package p\nimport "github.com/jackc/pgx/v5"\nfunc f(c *pgx.Conn, w string) {\n'
            '\tc.Exec(ctx, "UPDATE docs SET body = $1", w)\n}\n',
            Severity.info,
        ),
    ],
)
def test_what_reads_and_writes_rows_is_followed_in_any_language(
    path: str, program: str, severity: Severity, tmp_path: Path
) -> None:
    result = lint(tmp_path, {"migrations/0001_docs.sql": HISTORY, path: program})
    (reported,) = findings_of(result, "guc-identity-forgeable")
    assert reported.severity is severity


LENDERS = {
    "db.ts": "import { Pool } from 'pg';\nexport const pool = new Pool();\n"
    "export const lent = () => pool.connect();\n",
    "db.py": "import psycopg_pool\npool = psycopg_pool.ConnectionPool()\n"
    "def lent():\n    return pool.getconn()\n",
}
BORROWERS = {
    "docs.ts": "import { pool } from './db';\nexport async function all() {\n"
    "  const c = await pool.connect();\n  return c.query('SELECT body FROM docs');\n}\n",
    "more.ts": "import { lent } from './db';\nexport async function all() {\n"
    "  const c = await lent();\n  return c.query('SELECT body FROM docs');\n}\n",
    "docs.py": "from db import pool\ndef every():\n    with pool.connection() as c:\n"
    "        c.execute('SELECT body FROM docs')\n",
}


@pytest.mark.parametrize("path", BORROWERS)
def test_a_connection_of_another_file_has_no_tenant_of_its_own(path: str, tmp_path: Path) -> None:
    files = {"migrations/0001_docs.sql": HISTORY, **LENDERS, path: BORROWERS[path]}
    (reported,) = findings_of(lint(tmp_path, files), "query-without-context")
    assert reported.place is not None
    assert reported.place.path.endswith(path)


@pytest.mark.parametrize(
    ("path", "program"),
    [
        ("docs.ts", "export const all = (c) => c.query('SELECT body FROM docs');\n"),
        ("docs.py", "def every(connection):\n    connection.execute('SELECT body FROM docs')\n"),
    ],
)
def test_what_is_handed_a_connection_need_not_set_its_tenant(
    path: str, program: str, tmp_path: Path
) -> None:
    result = lint(tmp_path, {"migrations/0001_docs.sql": HISTORY, **LENDERS, path: program})
    assert findings_of(result, "query-without-context") == []
    assert [each for each in result.not_checked if each.kind == "file"] == []


def test_files_that_are_too_many_to_follow_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rlslint.code.evaluation.program.FILES_OF_A_PROGRAM", 2)
    files = {f"{number}.ts": BORROWERS["docs.ts"].replace("./db", "pg") for number in range(5)}
    result = lint(tmp_path, {"migrations/0001_docs.sql": HISTORY, **files})
    counted = [each for each in result.not_checked if each.kind == "file"]
    assert len(counted) == 3
    assert counted[0].reason == "whose queries of protected tables were not followed"


@pytest.mark.parametrize(
    ("change", "is_refused"),
    [
        ("UPDATE docs SET gone = now() WHERE id = $1", True),
        ("UPDATE docs SET body = $2 WHERE id = $1", False),
    ],
)
def test_an_update_that_hides_its_row_is_seen_on_whatever_connection(
    change: str, is_refused: bool, tmp_path: Path
) -> None:
    history = (
        HISTORY.replace("body text", "body text, gone timestamptz")
        .replace("GRANT SELECT", "GRANT SELECT, UPDATE")
        .replace("(SELECT tenant()))", "(SELECT tenant()) AND gone IS NULL)")
    )
    program = f"export const change = (c, id) => c.query('{change}', [id]);\n"
    result = lint(tmp_path, {"migrations/0001_docs.sql": history, "docs.ts": program})
    assert bool(findings_of(result, "update-hides-own-row")) is is_refused


READERS = "import dj_database_url, environ, os  # postgres\nenv = environ.Env()\n"
URL = "'postgres://app@db/shop'"


@pytest.mark.parametrize(
    ("settings", "severity"),
    [
        (f"DATABASES = {{'default': dj_database_url.config(default={URL})}}", None),
        ("DATABASES = {'default': dj_database_url.config(conn_max_age=0)}", None),
        ("DATABASES = {'default': dj_database_url.config(conn_max_age=600)}", Severity.error),
        (f"DATABASES = {{'default': env.db('URL', default={URL})}}", None),
        (
            "DATABASES = {'default': env.db('URL')}\n"
            "DATABASES['default']['CONN_MAX_AGE'] = env.int('AGE', default=60)",
            Severity.error,
        ),
        (
            "DATABASES = {'default': env.db('URL')}\n"
            "DATABASES['default']['CONN_MAX_AGE'] = int(os.environ.get('AGE', '0'))",
            Severity.warning,
        ),
        (
            "DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3'}}\n"
            "found = dj_database_url.config(conn_max_age=None)\n"
            "DATABASES['default'].update(found)",
            Severity.error,
        ),
        (
            "from shared import *\nAGE = int(AGE)\nMADE = MADE\nDATABASES = {'default': MADE}\n"
            "DATABASES['default'] = {'ENGINE': 'django.db.backends.postgresql',"
            " 'CONN_MAX_AGE': AGE}",
            Severity.warning,
        ),
        (
            "DATABASES = {}\nDATABASES['default'] = {'ENGINE': 'django.db.backends.postgresql',"
            " 'OPTIONS': {'pool': True}}",
            Severity.error,
        ),
        (
            "DATABASES = {'default': dj_database_url.parse('mysql://app@db/shop')}",
            Severity.warning,
        ),
    ],
)
def test_settings_of_django_that_are_made_of_an_address_say_whether_connections_stay(
    settings: str, severity: Severity | None, tmp_path: Path
) -> None:
    code = DJANGO.replace("LOCAL", "false")
    result = lint(
        tmp_path,
        {"migrations/1.sql": HISTORY, "shop/db.py": code, "shop/settings.py": READERS + settings},
    )
    told = findings_of(result, "set-config-session")
    assert [each.severity for each in told] == ([] if severity is None else [severity])
