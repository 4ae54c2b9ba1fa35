"""catalog-drift: what was changed by hand on a server is found, and nothing else is."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from rlslint.code.migrations import Reader
from rlslint.config import Severity
from rlslint.config.options import Config
from rlslint.engine import audit
from rlslint.files.discovery import discover
from rlslint.files.histories import histories
from rlslint.files.layouts.reversals import up_ranges
from rlslint.project.building import build
from rlslint.project.database import Request
from rlslint.replay.state import Replay
from rlslint.reports import ReportedFinding
from rlslint.sql.parser import ParsedStatement
from tests.postgres import Database, Server
from tests.test_fixtures import FIXTURES, PRELUDES, PROJECTS, skip_where_refused

WITH_INVOKER_VIEWS = pytest.mark.since(15, "views with security_invoker")

MIGRATIONS = """\
CREATE ROLE app_owner NOLOGIN;
CREATE ROLE web LOGIN;
CREATE ROLE reports LOGIN;
CREATE ROLE staff NOLOGIN;
GRANT staff TO web;
CREATE SCHEMA app;
GRANT USAGE ON SCHEMA app TO web;
CREATE FUNCTION app.tenant() RETURNS int LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = pg_catalog
  AS $$ SELECT nullif(current_setting('app.tenant_id', true), '')::int $$;
CREATE TABLE app.docs (id int PRIMARY KEY, tenant_id int NOT NULL, title text);
CREATE INDEX docs_tenant ON app.docs (tenant_id);
ALTER TABLE app.docs OWNER TO app_owner;
ALTER TABLE app.docs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON app.docs TO web USING (tenant_id = (SELECT app.tenant()));
CREATE POLICY titled ON app.docs AS RESTRICTIVE TO web USING (title <> '');
GRANT SELECT, INSERT ON app.docs TO web;
CREATE VIEW app.titles WITH (security_invoker = true) AS SELECT title FROM app.docs;
GRANT SELECT ON app.titles TO web;
CREATE TABLE app.events (id int, tenant_id int NOT NULL) PARTITION BY LIST (tenant_id);
ALTER TABLE app.events ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON app.events USING (tenant_id = (SELECT app.tenant()));
GRANT SELECT ON app.events TO web;
CREATE TABLE app.events_1 PARTITION OF app.events FOR VALUES IN (1);
CREATE PUBLICATION copies FOR TABLE app.events;
CREATE TABLE app.archive (id int PRIMARY KEY, tenant_id int NOT NULL, title text);
CREATE PUBLICATION archived FOR TABLE app.archive;
CREATE FUNCTION app.loud() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
ALTER FUNCTION app.loud() SET search_path = pg_catalog, app;
"""


def drifts(
    database: Database, folder: Path, migrations: str, schemas: tuple[str, ...] = ()
) -> list[ReportedFinding]:
    folder.joinpath("0001_all.sql").write_text(migrations, encoding="utf-8")
    request = Request((database.conninfo(),), schemas, str(folder), True)
    result = audit(request, Config(min_severity=Severity.info), lambda _: None)
    assert result.errors == ()
    assert not [item for item in result.not_checked if "catalog-drift" in item.rules]
    return [found for found in result.findings if found.name == "catalog-drift"]


class Change(NamedTuple):
    """What is done by hand, and what is said of it."""

    sql: str
    object: str
    severity: Severity
    message: str
    help: str = ""


ERROR, WARNING, INFO = Severity.error, Severity.warning, Severity.info
CHANGES = {
    "row security off": Change(
        "ALTER TABLE app.docs DISABLE ROW LEVEL SECURITY",
        "app.docs",
        ERROR,
        "app.docs shows all rows to whoever may read it: DISABLE ROW LEVEL SECURITY on the server, "
        "and ENABLE ROW LEVEL SECURITY after the migrations",
        "ALTER TABLE app.docs ENABLE ROW LEVEL SECURITY;",
    ),
    "row security on": Change(
        "ALTER TABLE app.events_1 ENABLE ROW LEVEL SECURITY",
        "app.events_1",
        WARNING,
        "ENABLE ROW LEVEL SECURITY on the server, and DISABLE ROW LEVEL SECURITY after",
        "ALTER TABLE app.events_1 DISABLE ROW LEVEL SECURITY;",
    ),
    "not forced": Change(
        "ALTER TABLE app.docs NO FORCE ROW LEVEL SECURITY",
        "app.docs",
        ERROR,
        "shows all rows to app_owner, its owner: NO FORCE ROW LEVEL SECURITY on the server, and "
        "FORCE ROW LEVEL SECURITY after the migrations",
        "ALTER TABLE app.docs FORCE ROW LEVEL SECURITY;",
    ),
    "restrictive policy dropped": Change(
        "DROP POLICY titled ON app.docs",
        "app.docs.titled",
        ERROR,
        "app.docs lets web read, add, change and delete more rows than the migrations say: CREATE "
        "POLICY titled ON app.docs AS RESTRICTIVE FOR ALL TO web USING (title <> '') after the "
        "migrations only",
        "CREATE POLICY titled ON app.docs AS RESTRICTIVE FOR ALL TO web\n  USING (title <> '');",
    ),
    "permissive policy dropped": Change(
        "DROP POLICY tenant ON app.docs",
        "app.docs.tenant",
        WARNING,
        "app.docs keeps from web rows that the migrations open",
    ),
    "policy made": Change(
        "CREATE POLICY support ON app.docs FOR SELECT TO reports USING (true)",
        "app.docs.support",
        ERROR,
        "app.docs lets reports read more rows than the migrations say: CREATE POLICY support ON "
        "app.docs FOR SELECT TO reports USING (true) on the server only",
        "DROP POLICY support ON app.docs;",
    ),
    "another condition": Change(
        "ALTER POLICY tenant ON app.docs USING (tenant_id = 1 OR title = 'x')",
        "app.docs.tenant",
        ERROR,
        "policy tenant of app.docs opens other rows than the migrations say: USING ((tenant_id = "
        "1) OR (title = 'x')) on the server, and USING (tenant_id = (SELECT app.tenant())) after "
        "the migrations",
        "ALTER POLICY tenant ON app.docs USING (tenant_id = (SELECT app.tenant()));",
    ),
    "a condition that lets all through": Change(
        "ALTER POLICY tenant ON app.docs USING (true)",
        "app.docs.tenant",
        ERROR,
        "policy tenant of app.docs opens more rows than the migrations say: USING (true) on",
    ),
    "a new condition": Change(
        "ALTER POLICY tenant ON app.docs WITH CHECK (tenant_id > 0)",
        "app.docs.tenant",
        ERROR,
        "opens other rows than the migrations say: WITH CHECK (tenant_id > 0) on the server only",
        "DROP POLICY tenant ON app.docs;\nCREATE POLICY tenant ON app.docs FOR ALL TO web\n"
        "  USING (tenant_id = (SELECT app.tenant()));",
    ),
    "another command": Change(
        "DROP POLICY titled ON app.docs; CREATE POLICY titled ON app.docs AS RESTRICTIVE"
        " FOR SELECT TO web USING (title <> '')",
        "app.docs.titled",
        ERROR,
        "policy titled of app.docs opens more rows than the migrations say: FOR SELECT on the "
        "server, and FOR ALL after the migrations",
    ),
    "permissive": Change(
        "DROP POLICY titled ON app.docs;"
        " CREATE POLICY titled ON app.docs TO web USING (title <> '')",
        "app.docs.titled",
        ERROR,
        "opens more rows than the migrations say: AS PERMISSIVE on the server, and AS RESTRICTIVE",
    ),
    "other roles": Change(
        "ALTER POLICY tenant ON app.docs TO web, reports",
        "app.docs.tenant",
        ERROR,
        "opens more rows than the migrations say: TO reports, web on the server, and TO web after",
        "ALTER POLICY tenant ON app.docs TO web;",
    ),
    "other roles and another condition": Change(
        "ALTER POLICY tenant ON app.docs TO reports USING (true)",
        "app.docs.tenant",
        ERROR,
        "TO reports on the server, and TO web after the migrations; USING (true) on the server",
        "ALTER POLICY tenant ON app.docs TO web;\n"
        "ALTER POLICY tenant ON app.docs USING (tenant_id = (SELECT app.tenant()));",
    ),
    "more granted": Change(
        "GRANT SELECT, DELETE ON app.docs TO web",
        "app.docs",
        ERROR,
        "web can do more with app.docs than the migrations say: GRANT DELETE ON app.docs TO web on "
        "the server only",
        "REVOKE DELETE ON app.docs FROM web;",
    ),
    "a column granted": Change(
        "GRANT UPDATE (title) ON app.docs TO reports WITH GRANT OPTION",
        "app.docs",
        ERROR,
        "GRANT UPDATE (title) ON app.docs TO reports WITH GRANT OPTION on the server only",
        "REVOKE UPDATE (title) ON app.docs FROM reports;",
    ),
    "the grant option alone": Change(
        "GRANT SELECT ON app.docs TO web WITH GRANT OPTION",
        "app.docs",
        ERROR,
        "GRANT SELECT ON app.docs TO web WITH GRANT OPTION on the server",
        "REVOKE GRANT OPTION FOR SELECT ON app.docs FROM web;",
    ),
    "less granted": Change(
        "REVOKE INSERT ON app.docs FROM web",
        "app.docs",
        WARNING,
        "web can do less with app.docs than the migrations say: GRANT INSERT ON app.docs TO web "
        "after the migrations only",
        "GRANT INSERT ON app.docs TO web;",
    ),
    "another owner": Change(
        "ALTER TABLE app.docs OWNER TO web",
        "app.docs",
        ERROR,
        "web may change the policies of app.docs: OWNER TO web on the server, and OWNER TO "
        "app_owner after the migrations",
        "ALTER TABLE app.docs OWNER TO app_owner;\nGRANT SELECT, INSERT ON app.docs TO web;",
    ),
    "another owner of a schema": Change(
        "ALTER SCHEMA app OWNER TO web",
        "app",
        ERROR,
        "web may change schema app: OWNER TO web on the server, and OWNER TO postgres after",
        "ALTER SCHEMA app OWNER TO postgres;\nGRANT USAGE ON SCHEMA app TO web;",
    ),
    "another owner of a function": Change(
        "ALTER FUNCTION app.tenant() OWNER TO reports",
        "app.tenant()",
        ERROR,
        "app.tenant() has the rights of reports: OWNER TO reports on the server",
        "ALTER FUNCTION app.tenant() OWNER TO postgres;",
    ),
    "BYPASSRLS": Change(
        "ALTER ROLE web BYPASSRLS CREATEROLE",
        "web",
        ERROR,
        "web gets past every policy and can make and change roles: BYPASSRLS on the server, and "
        "NOBYPASSRLS after the migrations; CREATEROLE on the server",
        "ALTER ROLE web NOBYPASSRLS;\nALTER ROLE web NOCREATEROLE;",
    ),
    "LOGIN": Change(
        "ALTER ROLE app_owner LOGIN",
        "app_owner",
        INFO,
        "app_owner can be connected as: LOGIN on the server, and NOLOGIN after the migrations",
        "ALTER ROLE app_owner NOLOGIN;",
    ),
    "a membership": Change(
        "GRANT app_owner TO web",
        "web",
        ERROR,
        "web has the rights of app_owner: GRANT app_owner TO web on the server only",
        "REVOKE app_owner FROM web;",
    ),
    "a membership's admin option": Change(
        "GRANT staff TO web WITH ADMIN OPTION",
        "web",
        ERROR,
        "web has the rights of staff: GRANT staff TO web WITH ADMIN OPTION on the server",
        "REVOKE ADMIN OPTION FOR staff FROM web;",
    ),
    "a membership less": Change(
        "REVOKE staff FROM web",
        "web",
        WARNING,
        "web lacks the rights of staff: GRANT staff TO web after the migrations only",
        "GRANT staff TO web;",
    ),
    "a function's settings": Change(
        "CREATE OR REPLACE FUNCTION app.tenant() RETURNS int LANGUAGE sql STABLE AS"
        " $$ SELECT nullif(current_setting('app.tenant_id', true), '')::int $$",
        "app.tenant()",
        ERROR,
        "policies of app.docs, app.events decide by another app.tenant() than the migrations say: "
        "SECURITY INVOKER on the server, and SECURITY DEFINER after the migrations; SET "
        "search_path = pg_catalog after the migrations only",
    ),
    "a function's volatility": Change(
        "ALTER FUNCTION app.tenant() IMMUTABLE LEAKPROOF",
        "app.tenant()",
        ERROR,
        "IMMUTABLE on the server, and STABLE after the migrations",
    ),
    "a function's body": Change(
        "CREATE OR REPLACE FUNCTION app.tenant() RETURNS int LANGUAGE sql STABLE SECURITY DEFINER"
        " SET search_path = pg_catalog AS $$ SELECT 1 $$",
        "app.tenant()",
        ERROR,
        "the body is another on the server than after the migrations",
    ),
    "a function dropped": Change(
        "DROP FUNCTION app.loud()",
        "app.loud()",
        WARNING,
        "what calls app.loud() does not do what the migrations say: CREATE FUNCTION app.loud() "
        "after the migrations only",
        "CREATE OR REPLACE FUNCTION app.loud() RETURNS int LANGUAGE sql SECURITY DEFINER AS "
        "'SELECT 1';\nALTER FUNCTION app.loud() SET search_path = pg_catalog, app;",
    ),
    "an index dropped": Change(
        "DROP INDEX app.docs_tenant",
        "app.docs",
        WARNING,
        "policies read all of app.docs to find rows by tenant_id: CREATE INDEX ON app.docs "
        "(tenant_id) after the migrations only",
        "CREATE INDEX CONCURRENTLY ON app.docs (tenant_id);",
    ),
    "an index made": Change(
        "CREATE INDEX ON app.docs (title, id)",
        "app.docs",
        INFO,
        "policies find rows of app.docs by an index that no migration makes: CREATE INDEX ON "
        "app.docs (title) on the server only",
    ),
    "a view's owner's rights": Change(
        "CREATE OR REPLACE VIEW app.titles AS SELECT title FROM app.docs",
        "app.titles",
        ERROR,
        "app.titles shows rows by the rights of its owner: SET (security_invoker = false) on the "
        "server, and SET (security_invoker = true) after the migrations",
        "ALTER VIEW app.titles SET (security_invoker = true);",
    ),
    "a view's check option": Change(
        "ALTER VIEW app.titles SET (check_option = local)",
        "app.titles",
        WARNING,
        "app.titles is read in another way than the migrations say: SET (check_option = local) on "
        "the server only",
        "ALTER VIEW app.titles RESET (check_option);",
    ),
    "a view's query": Change(
        "CREATE OR REPLACE VIEW app.titles WITH (security_invoker = true) AS"
        " SELECT title FROM app.docs, app.events",
        "app.titles",
        ERROR,
        "app.titles shows other rows than the migrations say: FROM app.events on the server only",
    ),
    "a parent": Change(
        "ALTER TABLE app.docs INHERIT app.archive",
        "app.docs",
        ERROR,
        "rows of app.docs are read through other tables than the migrations say: INHERIT "
        "app.archive on the server only",
        "ALTER TABLE app.docs NO INHERIT app.archive;",
    ),
    "a table made": Change(
        "CREATE TABLE app.copies AS SELECT * FROM app.docs; GRANT SELECT ON app.copies TO web",
        "app.copies",
        ERROR,
        "web can get at app.copies past all policies, and no migration speaks of it: CREATE TABLE "
        "app.copies on the server only",
    ),
    "a table dropped": Change(
        "DROP TABLE app.events",
        "app.events",
        WARNING,
        "rows of app.events are nowhere to be found: CREATE TABLE app.events after the migrations",
    ),
    "a schema made": Change(
        "CREATE SCHEMA other; CREATE TABLE other.one (id int); CREATE TABLE other.two (id int)",
        "other",
        WARNING,
        "no migration speaks of other.one, other.two: CREATE SCHEMA other on the server only",
    ),
    "a schema opened": Change(
        "GRANT USAGE ON SCHEMA app TO reports",
        "app",
        ERROR,
        "reports can do more with schema app than the migrations say: GRANT USAGE ON SCHEMA app TO "
        "reports on the server only",
        "REVOKE USAGE ON SCHEMA app FROM reports;",
    ),
    "default privileges": Change(
        "ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO web",
        "the database",
        ERROR,
        "objects to come will open more than the migrations say: ALTER DEFAULT PRIVILEGES FOR ROLE "
        "postgres IN SCHEMA app GRANT SELECT ON TABLES TO web on the server only",
        "ALTER DEFAULT PRIVILEGES FOR ROLE postgres IN SCHEMA app REVOKE SELECT ON TABLES FROM "
        "web;",
    ),
    "a definer function made": Change(
        "CREATE FUNCTION app.all_docs() RETURNS SETOF app.docs LANGUAGE sql SECURITY DEFINER"
        " AS 'SELECT * FROM app.docs'",
        "app.all_docs()",
        ERROR,
        "app.all_docs() runs with the rights of postgres",
    ),
    "a function granted": Change(
        "REVOKE EXECUTE ON FUNCTION app.tenant() FROM PUBLIC",
        "app.tenant()",
        WARNING,
        "everyone can do less with app.tenant() than the migrations say",
        "GRANT EXECUTE ON FUNCTION app.tenant() TO PUBLIC;",
    ),
    "a partition granted": Change(
        "CREATE TABLE app.events_2 PARTITION OF app.events FOR VALUES IN (2);"
        " GRANT SELECT ON app.events_2 TO web",
        "app.events_2",
        ERROR,
        "web can do more with app.events_2 than the migrations say: GRANT SELECT ON app.events_2",
        "REVOKE SELECT ON app.events_2 FROM web;",
    ),
    "a partition detached": Change(
        "ALTER TABLE app.events DETACH PARTITION app.events_1",
        "app.events_1",
        WARNING,
        "rows of app.events_1 are read through it alone, by its own policies: PARTITION OF "
        "app.events after the migrations only",
    ),
    "a publication made": Change(
        "CREATE PUBLICATION changes FOR TABLE app.docs",
        "changes",
        WARNING,
        "subscribers are sent rows past all policies: CREATE PUBLICATION changes on the server",
        "DROP PUBLICATION changes;",
    ),
    "a table published": Change(
        "ALTER PUBLICATION copies ADD TABLE app.docs",
        "copies",
        WARNING,
        "subscribers of copies are sent other rows past the policies than the migrations say: ADD "
        "TABLE app.docs on the server only",
        "ALTER PUBLICATION copies DROP TABLE app.docs;",
    ),
    "a table published no more": Change(
        "ALTER PUBLICATION copies SET TABLE app.docs",
        "copies",
        WARNING,
        "ADD TABLE app.docs on the server, and ADD TABLE app.events after the migrations",
        "ALTER PUBLICATION copies DROP TABLE app.docs;\n"
        "ALTER PUBLICATION copies ADD TABLE app.events;",
    ),
    "what is published": Change(
        "ALTER PUBLICATION copies SET (publish = 'insert', publish_via_partition_root = true)",
        "copies",
        WARNING,
        "SET (publish = 'insert') on the server, and SET (publish = 'delete, insert, truncate, "
        "update') after the migrations; SET (publish_via_partition_root = true) on the server",
    ),
    "a filter of rows": Change(
        "ALTER PUBLICATION archived SET TABLE app.archive WHERE (tenant_id = 1)",
        "archived",
        WARNING,
        "TABLE app.archive WHERE (…) on the server only",
    ),
    "a role's setting": Change(
        "ALTER ROLE web SET app.tenant_id = '1'",
        "web",
        WARNING,
        "sessions of web start with other settings than the migrations say: SET app.tenant_id = "
        "'1' on the server only",
        "ALTER ROLE web RESET app.tenant_id;",
    ),
}
"""What decides who sees which rows, changed by hand."""

SILENT = {
    "nothing": "SELECT 1",
    "a partition of the scheduler": "CREATE TABLE app.events_2 PARTITION OF app.events"
    " FOR VALUES IN (2); ALTER TABLE app.events_2 ENABLE ROW LEVEL SECURITY",
    "a partition dropped": "DROP TABLE app.events_1",
    "a tool's table": "CREATE TABLE public.schema_migrations (v text);"
    " GRANT SELECT ON public.schema_migrations TO web",
    "a role of the cluster": "CREATE ROLE dba LOGIN SUPERUSER; GRANT app_owner TO dba",
    "a column": "ALTER TABLE app.docs ADD COLUMN note text DEFAULT 'x'",
    "another name of an index": "ALTER INDEX app.docs_tenant RENAME TO docs_by_tenant",
    "an index that no policy needs": "CREATE INDEX ON app.docs (id, title)",
    "a function that no policy calls": "CREATE FUNCTION app.one() RETURNS int LANGUAGE sql"
    " AS 'SELECT 1'",
    "an extension": "CREATE EXTENSION IF NOT EXISTS plpgsql",
    "a view's spelling": "ALTER VIEW app.titles SET (security_invoker = on)",
    "a setting of the database": "DO $$ BEGIN EXECUTE format("
    "'ALTER DATABASE %I SET app.secret = 1', current_database()); END $$",
}
"""What decides nothing, or is no business of the migrations."""


@WITH_INVOKER_VIEWS
@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
def test_a_change_by_hand_is_found_once(change: Change, database: Database, tmp_path: Path) -> None:
    assert database.run(MIGRATIONS).errors == ()
    assert database.run(change.sql).errors == ()
    found = drifts(database, tmp_path, MIGRATIONS)
    (only,) = found
    assert change.message in only.finding.message
    assert (only.finding.object, only.severity) == (change.object, change.severity)
    if change.help:
        assert only.finding.help == change.help


@WITH_INVOKER_VIEWS
@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
def test_the_help_takes_the_change_back(change: Change, database: Database, tmp_path: Path) -> None:
    """The SQL of the help, where it is SQL, makes the server what the migrations say."""
    database.run(MIGRATIONS)
    database.run(change.sql)
    (only,) = drifts(database, tmp_path, MIGRATIONS)
    if not only.finding.help or only.finding.help.startswith("--"):
        pytest.skip("nothing that could be run")
    assert database.run(only.finding.help).errors == ()
    assert [found.finding.message for found in drifts(database, tmp_path, MIGRATIONS)] == []


@WITH_INVOKER_VIEWS
@pytest.mark.parametrize("change", SILENT.values(), ids=list(SILENT))
def test_what_decides_nothing_is_silent(change: str, database: Database, tmp_path: Path) -> None:
    assert database.run(MIGRATIONS).errors == ()
    assert database.run(change).errors == ()
    assert [found.finding.message for found in drifts(database, tmp_path, MIGRATIONS)] == []


@WITH_INVOKER_VIEWS
def test_what_is_granted_alike_is_one_finding(database: Database, tmp_path: Path) -> None:
    database.run(MIGRATIONS)
    database.run("GRANT DELETE ON app.docs, app.events, app.titles TO reports")
    (only,) = drifts(database, tmp_path, MIGRATIONS)
    assert "reports can do more with app.docs and 2 others than" in only.finding.message
    database.run(only.finding.help)
    assert drifts(database, tmp_path, MIGRATIONS) == []


def test_a_role_that_migrations_ask_for_may_be_missing(database: Database, tmp_path: Path) -> None:
    migration = """CREATE TABLE t (id int);
DO $$ BEGIN
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'authenticated') THEN
    EXECUTE 'GRANT SELECT ON t TO authenticated';
    EXECUTE 'ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO authenticated';
  END IF;
END $$;
"""
    assert database.run(migration).errors == ()
    assert [found.finding.message for found in drifts(database, tmp_path, migration)] == []


def test_what_the_history_does_not_tell_is_silent(database: Database, tmp_path: Path) -> None:
    migration = """CREATE TABLE names (n text);
CREATE FUNCTION f() RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE TABLE docs (id int, tenant_id int);
CREATE INDEX ON docs (tenant_id);
CREATE POLICY p0 ON docs USING (f() AND tenant_id = 1);
DO $$ DECLARE n text; BEGIN
  FOR n IN SELECT * FROM names LOOP EXECUTE n; END LOOP;
END $$;
"""
    assert database.run(migration).errors == ()
    database.run(
        "ALTER TABLE docs ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON docs USING (true);"
        "GRANT SELECT ON docs TO PUBLIC; CREATE TABLE more (id int); DROP INDEX docs_tenant_id_idx;"
        "ALTER POLICY p0 ON docs USING (true); CREATE SCHEMA s; CREATE TABLE s.t (id int)"
    )
    assert [found.finding.message for found in drifts(database, tmp_path, migration)] == []


def test_a_setting_of_the_database_that_migrations_make(database: Database, tmp_path: Path) -> None:
    migration = f"ALTER DATABASE {database.name} SET app.mode = 'a';"
    database.run(migration)
    assert drifts(database, tmp_path, migration) == []
    database.run(f"ALTER DATABASE {database.name} SET app.mode = 'b'")
    (only,) = drifts(database, tmp_path, migration)
    assert (
        "SET app.mode = 'b' on the server, and SET app.mode = 'a' after the migrations"
        in only.finding.message
    )


def test_the_help_sets_a_list_of_names_and_a_text(database: Database, tmp_path: Path) -> None:
    migration = """CREATE ROLE web LOGIN;
ALTER ROLE web SET search_path = app, "Other one", "$user";
ALTER ROLE web SET app.note = 'it''s \\ here';
CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = "$user", public
  AS 'SELECT 1';
"""
    assert database.run(migration).errors == ()
    assert database.run("ALTER ROLE web RESET ALL; ALTER FUNCTION f() RESET ALL").errors == ()
    found = drifts(database, tmp_path, migration)
    assert {one.finding.object for one in found} == {"web", "public.f()"}
    assert database.run("\n".join(one.finding.help for one in found)).errors == ()
    assert [one.finding.message for one in drifts(database, tmp_path, migration)] == []


def test_the_help_quotes_every_name(database: Database, tmp_path: Path) -> None:
    migration = """CREATE ROLE "Web";
CREATE SCHEMA "Our own";
CREATE TABLE "Our own"."All" (id int, "Select" int);
CREATE TABLE "Our own"."Docs" (id int, "Select" int);
CREATE POLICY "By day" ON "Our own"."Docs" TO "Web" USING (true);
CREATE FUNCTION "Our own"."Run"() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
CREATE PUBLICATION "Copies" FOR TABLE "Our own"."All";
"""
    assert database.run(migration).errors == ()
    by_hand = """ALTER TABLE "Our own"."Docs" INHERIT "Our own"."All";
ALTER TABLE "Our own"."Docs" ENABLE ROW LEVEL SECURITY, OWNER TO "Web";
GRANT SELECT ("Select") ON "Our own"."All" TO "Web";
ALTER POLICY "By day" ON "Our own"."Docs" TO PUBLIC USING (id > 0);
ALTER FUNCTION "Our own"."Run"() SECURITY INVOKER SET app.x = '1';
ALTER PUBLICATION "Copies" SET TABLE "Our own"."Docs";
ALTER ROLE "Web" BYPASSRLS;
ALTER ROLE "Web" SET app.x = 'it''s';
GRANT CREATE ON SCHEMA "Our own" TO "Web";
ALTER DEFAULT PRIVILEGES IN SCHEMA "Our own" GRANT SELECT ON TABLES TO "Web";
"""
    assert database.run(by_hand).errors == ()
    found = drifts(database, tmp_path, migration)
    assert len(found) == 11
    assert database.run("\n".join(one.finding.help for one in found)).errors == ()
    assert [one.finding.message for one in drifts(database, tmp_path, migration)] == []


@WITH_INVOKER_VIEWS
def test_a_partition_of_a_partition_that_was_made_by_hand(
    database: Database, tmp_path: Path
) -> None:
    database.run(MIGRATIONS)
    database.run(
        "CREATE TABLE app.events_2 PARTITION OF app.events FOR VALUES IN (2)"
        " PARTITION BY LIST (id);"
        "CREATE TABLE app.events_2_1 PARTITION OF app.events_2 FOR VALUES IN (1)"
    )
    assert drifts(database, tmp_path, MIGRATIONS) == []
    database.run("GRANT SELECT ON app.events_2_1 TO web")
    (only,) = drifts(database, tmp_path, MIGRATIONS)
    assert "web can do more with app.events_2_1" in only.finding.message


@WITH_INVOKER_VIEWS
def test_both_statements_are_shown(database: Database, tmp_path: Path) -> None:
    database.run(MIGRATIONS)
    database.run("ALTER POLICY tenant ON app.docs USING (true)")
    (only,) = drifts(database, tmp_path, MIGRATIONS)
    assert only.place is not None
    assert only.place.path.endswith("0001_all.sql")
    assert MIGRATIONS.splitlines()[only.place.start.row - 1].startswith("CREATE POLICY tenant")
    (related,) = only.finding.related
    assert related.span.sql.startswith("CREATE POLICY tenant ON app.docs FOR ALL TO web")
    assert "USING (true)" in related.span.sql


@WITH_INVOKER_VIEWS
def test_only_the_schemas_that_were_asked_for(database: Database, tmp_path: Path) -> None:
    database.run(MIGRATIONS)
    database.run("ALTER TABLE app.docs DISABLE ROW LEVEL SECURITY; ALTER ROLE web BYPASSRLS")
    objects = [f.finding.object for f in drifts(database, tmp_path, MIGRATIONS, ("public",))]
    assert objects == ["web"]


@WITH_INVOKER_VIEWS
def test_several_databases_are_compared_each(
    database: Database, server: Server, tmp_path: Path
) -> None:
    database.run(MIGRATIONS)
    database.run("ALTER TABLE app.docs DISABLE ROW LEVEL SECURITY")
    tmp_path.joinpath("0001_all.sql").write_text(MIGRATIONS, encoding="utf-8")
    with server.database() as other:
        request = Request((database.conninfo(), other.conninfo()), (), str(tmp_path), True)
        result = audit(request, Config(), lambda _: None)
    found = [f.finding for f in result.findings if f.name == "catalog-drift"]
    places = {(one.object, one.database.partition(" ")[0]) for one in found}
    assert places >= {("app.docs", database.name), ("app", other.name)}
    assert ("app", database.name) not in places


def scripts_of(project: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the SQL of a project's migrations, also where these are programs."""
    found = discover(["."], root=project)
    migrations = [one for history in histories(found).histories for one in history.migrations]
    if all(Path(migration.path).suffix == ".sql" for migration in migrations):
        read = [Path(migration.path).read_bytes() for migration in migrations]
        return [data[start:end].decode() for data in read for start, end in up_ranges(data)]
    replayed: list[str] = []
    run = Replay.run

    def recorded(replay: Replay, parsed: ParsedStatement) -> None:
        if parsed.statement.parent is None:
            replayed.append(parsed.statement.sql)
        run(replay, parsed)

    with monkeypatch.context() as patched:
        patched.setattr(Replay, "run", recorded)
        build(found, Config(), Reader())
    return replayed


@pytest.mark.parametrize("project", PROJECTS, ids=lambda project: project.name)
def test_a_server_made_by_its_migrations_has_not_drifted(
    project: Path, server: Server, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    prelude = PRELUDES.get(project.name)
    if prelude is not None:
        database.run((FIXTURES / prelude).read_text(encoding="utf-8"))
    scripts = scripts_of(project, monkeypatch)
    skip_where_refused(scripts, server)
    for script in scripts:
        assert database.run(script).errors == ()
    request = Request((database.conninfo(),), (), ".", True)
    result = audit(request, Config(min_severity=Severity.info), lambda _: None)
    assert result.errors == ()
    found = [one.finding.message for one in result.findings if one.name == "catalog-drift"]
    assert found == []


@pytest.mark.parametrize(
    ("written", "other"),
    [
        ("made > now() - interval '24 hours'", "made > now() - interval '48 hours'"),
        ("made > now() - '1 year 2 mons 3 days 90 minutes'::interval", None),
        ("made > '2024-1-05 00:00'::timestamp OR made < date '2024-01-05'", None),
        ("note @> '{\"a\": [1,2]}' OR note = '{\"b\":1}'::jsonb", "note @> '{\"a\": [1,3]}'"),
        ("id = 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", None),
        ("(note ->> 'on')::bool = 'yes' AND made < now() - interval '2 weeks'", None),
    ],
)
def test_a_constant_is_told_by_its_value(
    written: str, other: str | None, database: Database, tmp_path: Path
) -> None:
    migration = (
        "CREATE TABLE t (id uuid, made timestamptz, note jsonb);\n"
        f"CREATE POLICY p ON t USING ({written});\n"
    )
    assert database.run(migration).errors == ()
    assert [found.finding.message for found in drifts(database, tmp_path, migration)] == []
    if other is not None:
        assert database.run(f"ALTER POLICY p ON t USING ({other})").errors == ()
        assert len(drifts(database, tmp_path, migration)) == 1
