"""What only a server knows: who is connected, how large tables are, what it has run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from rlslint.config import Confidence, Severity
from rlslint.config.options import Config
from rlslint.engine import audit
from rlslint.project.database import Request
from rlslint.reports import ReportedFinding, Result
from tests.linting import findings_of
from tests.postgres import Database, Server, ServerUnavailableError, run_server, server_directories

OWN = "(SELECT nullif(current_setting('app.tenant_id', true), '')::int)"
TENANTS = f"""
CREATE ROLE app_owner LOGIN;
CREATE ROLE app_user LOGIN;
CREATE ROLE root_app LOGIN SUPERUSER;
CREATE ROLE jobs LOGIN BYPASSRLS;
CREATE ROLE clerk LOGIN IN ROLE app_owner;
CREATE ROLE pgbouncer LOGIN;
CREATE ROLE back_office LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, body text);
CREATE TABLE notes (id int PRIMARY KEY, tenant_id int NOT NULL, body text);
CREATE INDEX ON docs (tenant_id);
CREATE INDEX ON notes (tenant_id);
ALTER TABLE docs OWNER TO app_owner;
ALTER TABLE notes OWNER TO app_owner;
GRANT SELECT, INSERT, UPDATE, DELETE ON docs, notes TO app_user, back_office;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
ALTER TABLE notes ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON docs TO app_user USING (tenant_id = {OWN});
CREATE POLICY tenant ON notes TO app_user USING (tenant_id = {OWN});
CREATE POLICY office ON docs TO back_office USING (true);
CREATE POLICY office ON notes TO back_office USING (true);
"""


TRUE_OF_ALL = (
    "column-grant-tenant-update",
    "current-setting-no-missing-ok",
    "guc-identity-forgeable",
    "tenant-default-missing",
)
"""What is said, as an info, of the databases here: settings tell tenants, and rows may change."""


def audited(database: Database, user: str = "postgres", **options: Any) -> Result:
    config = Config(min_severity=Severity.info, ignore=TRUE_OF_ALL, **options)
    result = audit(Request((database.conninfo(user),)), config, lambda sentence: None)
    assert not result.errors
    return result


def loaded(database: Database, script: str) -> Database:
    assert database.run(script).errors == ()
    return database


@pytest.fixture
def sessions(database: Database) -> Iterator[Sessions]:
    with ExitStack() as stack:
        yield Sessions(database, stack)


class Sessions:
    """Sessions that stay open until the test ends."""

    def __init__(self, database: Database, stack: ExitStack) -> None:
        self.database = database
        self._stack = stack

    def open(self, role: str, name: str, **options: str) -> None:
        conninfo = make_conninfo(self.database.conninfo(role), application_name=name, **options)
        self._stack.enter_context(psycopg.connect(conninfo, autocommit=True))


def found(result: Result) -> dict[tuple[str, str], ReportedFinding]:
    """Return what was found by rule and object, of which each may be there once."""
    keys = [(one.name, one.finding.object) for one in result.findings]
    assert len(keys) == len(set(keys))
    return dict(zip(keys, result.findings, strict=True))


def test_nobody_connected_and_normal_roles_say_nothing_of_roles(sessions: Sessions) -> None:
    database = loaded(sessions.database, TENANTS)
    assert found(audited(database)) == {}
    for role, name in (
        ("app_user", "puma: cluster worker 1"),
        ("app_user", ""),
        ("pgbouncer", ""),
        ("back_office", "PostgreSQL JDBC Driver"),
    ):
        sessions.open(role, name)
    assert found(audited(database)) == {}


@pytest.mark.parametrize(
    ("role", "rules"),
    [
        ("root_app", {("app-role-superuser", "root_app")}),
        ("postgres", {("app-role-superuser", "postgres")}),
        ("jobs", {("app-role-bypassrls", "jobs")}),
        (
            "app_owner",
            {("rls-not-forced", "public.docs"), ("app-role-owns-table", "public.notes")},
        ),
        ("clerk", {("app-role-member-of-owner", "clerk")}),
    ],
)
def test_sessions_of_an_application_are_evidence(
    sessions: Sessions, role: str, rules: set[tuple[str, str]]
) -> None:
    database = loaded(sessions.database, TENANTS)
    for _ in range(2):
        sessions.open(role, "sidekiq 7.2")
    sessions.open("app_user", "puma")
    findings = found(audited(database))
    assert set(findings) == rules
    for finding in findings.values():
        assert f"2 sessions of {role} are open right now: sidekiq 7.2" in finding.finding.message
        assert "puma" not in finding.finding.message
        assert "migrations" not in finding.finding.message


@pytest.mark.parametrize(
    "name",
    [
        "psql",
        "pg_dump",
        "pgAdmin 4 - DB:app",
        "DBeaver 24.1.0 - Main <app>",
        "postgres_exporter",
        "datadog-agent",
        "pg_cron",
        "Patroni restapi",
        "barman_streaming_backup",
    ],
)
def test_administration_and_monitoring_serve_nobody(sessions: Sessions, name: str) -> None:
    database = loaded(sessions.database, TENANTS)
    for role in ("root_app", "postgres", "jobs", "app_owner", "clerk"):
        sessions.open(role, name)
    assert found(audited(database)) == {}


def test_replication_serves_nobody(sessions: Sessions) -> None:
    database = loaded(sessions.database, TENANTS)
    for role in ("root_app", "postgres"):
        sessions.open(role, "copy_of_docs", replication="database")
    assert found(audited(database)) == {}


def test_without_sessions_a_server_speaks_of_privileges_not_of_migrations(
    database: Database,
) -> None:
    loaded(
        database,
        TENANTS + "ALTER ROLE app_user BYPASSRLS; GRANT SELECT ON docs TO jobs;"
        "REVOKE ALL ON docs, notes FROM back_office;",
    )
    findings = found(audited(database))
    message = findings["app-role-bypassrls", "app_user"].finding.message
    assert message.endswith("(granted privileges)")


@pytest.mark.parametrize("name", ["walgreens-api", "admin-api", "musql-web", "spotify direct"])
def test_a_name_that_only_resembles_an_administrators_counts(sessions: Sessions, name: str) -> None:
    database = loaded(sessions.database, TENANTS)
    sessions.open("root_app", name)
    assert set(found(audited(database))) == {("app-role-superuser", "root_app")}


def test_roles_of_the_platform_and_of_monitors_serve_nobody(sessions: Sessions) -> None:
    database = loaded(
        sessions.database,
        TENANTS
        + "CREATE ROLE rdsadmin SUPERUSER LOGIN; CREATE ROLE cloudsqladmin SUPERUSER LOGIN;"
        + "CREATE ROLE datadog LOGIN SUPERUSER;",
    )
    for role in ("rdsadmin", "cloudsqladmin", "datadog"):
        sessions.open(role, "")
    assert found(audited(database)) == {}


@pytest.mark.parametrize("role", ["root_app", "postgres", "jobs"])
def test_a_client_without_a_name_may_be_an_administrators(sessions: Sessions, role: str) -> None:
    database = loaded(sessions.database, TENANTS)
    sessions.open(role, "")
    (finding,) = audited(database).findings
    assert (finding.severity, finding.confidence) == (Severity.warning, Confidence.medium)
    assert "maybe an administrator's" in finding.finding.message


def test_a_migration_tool_beside_the_application_hides_it_not(sessions: Sessions) -> None:
    database = loaded(sessions.database, TENANTS)
    sessions.open("app_owner", "flyway 10")
    assert found(audited(database)) == {}
    sessions.open("app_owner", "node")
    assert ("rls-not-forced", "public.docs") in found(audited(database))


def test_the_first_superuser_under_any_name_is_not_told_to_stop_being_one(
    sessions: Sessions,
) -> None:
    database = loaded(sessions.database, TENANTS)
    sessions.open("postgres", "puma")
    sessions.open("root_app", "puma")
    findings = found(audited(database))
    first = findings["app-role-superuser", "postgres"].finding
    assert "connect as app_user" in first.help
    other = findings["app-role-superuser", "root_app"].finding
    assert other.help.splitlines() == [
        "GRANT SELECT, INSERT, UPDATE, DELETE ON public.docs, public.notes TO root_app;",
        "ALTER ROLE root_app NOSUPERUSER;",
    ]
    assert database.run(other.help).errors == ()
    assert ("app-role-superuser", "root_app") not in found(audited(database))


def test_the_configuration_outweighs_who_is_connected(sessions: Sessions) -> None:
    database = loaded(sessions.database, TENANTS)
    for role in ("root_app", "postgres", "jobs", "app_owner"):
        sessions.open(role, "puma")
    meant = ("root_app", "postgres", "jobs")
    assert found(audited(database, bypass_roles=meant, owner_roles=("app_owner",))) == {}
    assert found(audited(database, runtime_roles=("app_user",))) == {}


def test_on_supabase_the_platform_decides(sessions: Sessions) -> None:
    database = loaded(
        sessions.database,
        "CREATE ROLE supabase_admin SUPERUSER LOGIN; CREATE ROLE anon; CREATE ROLE authenticated;"
        "CREATE ROLE service_role BYPASSRLS; CREATE ROLE authenticator LOGIN NOINHERIT;"
        "GRANT anon, authenticated, service_role TO authenticator;"
        "CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);"
        "CREATE INDEX ON docs (tenant_id);"
        "GRANT SELECT ON docs TO anon, authenticated, service_role;"
        "ALTER TABLE docs ENABLE ROW LEVEL SECURITY;"
        f"CREATE POLICY tenant ON docs TO authenticated USING (tenant_id = {OWN});",
    )
    quiet = set(found(audited(database)))
    for role in ("supabase_admin", "authenticator", "postgres"):
        sessions.open(role, "PostgREST 12.2")
    assert set(found(audited(database))) == quiet
    assert not any(rule.startswith("app-role") for rule, _ in quiet)


def test_who_may_not_look_into_sessions_is_told_so(sessions: Sessions) -> None:
    database = loaded(sessions.database, TENANTS + "CREATE ROLE auditor LOGIN;")
    sessions.open("root_app", "")
    sessions.open("jobs", "sidekiq")
    result = audited(database, "auditor")
    (finding,) = result.findings
    assert (finding.name, finding.severity) == ("app-role-bypassrls", Severity.warning)
    assert "without pg_read_all_stats" in finding.finding.message
    (unseen,) = result.not_checked
    assert unseen.object.startswith("root_app of ")
    assert "auditor" in unseen.reason
    loaded(database, "GRANT pg_read_all_stats TO auditor;")
    result = audited(database, "auditor")
    assert result.not_checked == ()
    severities = {one.finding.object: one.severity for one in result.findings}
    assert severities == {"root_app": Severity.warning, "jobs": Severity.error}


def test_an_ordinary_role_called_postgres_is_no_superuser(sessions: Sessions) -> None:
    """As on managed services, where the superuser has another name."""
    database = loaded(sessions.database, TENANTS)
    script = "ALTER ROLE postgres RENAME TO keeper; CREATE ROLE postgres LOGIN;"
    assert database.run("SET SESSION AUTHORIZATION root_app;" + script).errors == ()
    try:
        sessions.open("postgres", "puma")
        assert found(audited(database, "keeper")) == {}
        sessions.open("keeper", "puma")
        findings = found(audited(database, "keeper"))
        assert set(findings) == {("app-role-superuser", "keeper")}
    finally:
        database.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postgres'",
            user="keeper",
        )
        database.run(
            "SET SESSION AUTHORIZATION root_app; DROP ROLE postgres;"
            "ALTER ROLE keeper RENAME TO postgres;",
            user="root_app",
        )


UNINDEXED = f"""
CREATE ROLE app_user LOGIN;
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL, kind int);
GRANT SELECT ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON docs TO app_user USING (tenant_id = {OWN});
"""
BY_MEMBERSHIP = """
CREATE ROLE app_user LOGIN;
CREATE TABLE members (tenant_id int NOT NULL, user_id int NOT NULL);
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
GRANT SELECT ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY member ON docs TO app_user USING (tenant_id IN (SELECT m.tenant_id FROM members m
  WHERE m.user_id = (SELECT nullif(current_setting('app.user_id', true), '')::int)));
"""
BY_CORRELATION = """
CREATE ROLE app_user LOGIN;
CREATE TABLE members (tenant_id int NOT NULL, user_id int NOT NULL);
CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
GRANT SELECT ON docs TO app_user;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY member ON docs TO app_user USING (EXISTS (SELECT FROM members m
  WHERE m.tenant_id = docs.tenant_id
  AND m.user_id = (SELECT nullif(current_setting('app.user_id', true), '')::int)));
"""
PARTITIONED = UNINDEXED.replace("kind int)", "kind int) PARTITION BY HASH (id)").replace(
    "GRANT",
    "CREATE TABLE a PARTITION OF docs FOR VALUES WITH (MODULUS 2, REMAINDER 0);"
    "CREATE TABLE b PARTITION OF docs FOR VALUES WITH (MODULUS 2, REMAINDER 1); GRANT",
)
WITH_A_CAST = UNINDEXED.replace("tenant_id = (", "tenant_id::text = (").replace("::int", "")
IN_ANOTHER_PLACE = UNINDEXED + "CREATE INDEX docs_kind ON docs (kind, tenant_id);"
FUNCTION = UNINDEXED.replace(
    "CREATE POLICY",
    "CREATE FUNCTION tenant() RETURNS int STABLE LANGUAGE plpgsql AS"
    " 'BEGIN RETURN current_setting(''app.tenant_id'', true); END';"
    "CREATE INDEX ON docs (tenant_id); CREATE POLICY",
).replace(OWN, "tenant()")


@pytest.mark.parametrize(
    ("script", "rule", "rows", "severity", "words"),
    [
        (UNINDEXED, "policy-column-unindexed", {}, Severity.warning, ""),
        (UNINDEXED, "policy-column-unindexed", {"docs": 0}, Severity.warning, ""),
        (UNINDEXED, "policy-column-unindexed", {"docs": 50}, Severity.info, "about 50 rows"),
        (UNINDEXED, "policy-column-unindexed", {"docs": 20_000}, Severity.warning, ""),
        (UNINDEXED, "policy-column-unindexed", {"docs": 5e7}, Severity.error, "50 million rows"),
        (UNINDEXED, "policy-column-unindexed", {"docs": 2.34e9}, Severity.error, "2.3 billion"),
        (WITH_A_CAST, "policy-casts-column", {"docs": 50}, Severity.info, "about 50 rows"),
        (WITH_A_CAST, "policy-casts-column", {"docs": 5e7}, Severity.error, "50 million rows"),
        (
            IN_ANOTHER_PLACE,
            "policy-index-wrong-leading-column",
            {"docs": 1},
            Severity.info,
            "1 row",
        ),
        (
            IN_ANOTHER_PLACE,
            "policy-index-wrong-leading-column",
            {"docs": 1.5e6},
            Severity.error,
            "1.5 million rows",
        ),
        # Of the table that the policy is on nothing is read that an index of the other would spare.
        (BY_MEMBERSHIP, "policy-membership-unindexed", {"docs": 5e7}, Severity.warning, ""),
        (
            BY_MEMBERSHIP,
            "policy-membership-unindexed",
            {"docs": 5e7, "members": 120},
            Severity.info,
            "public.members has about 120 rows",
        ),
        (
            BY_CORRELATION,
            "policy-correlated-exists",
            {"docs": 5e7, "members": 120},
            Severity.error,
            "public.members has about 120 rows, and public.docs about 50 million rows",
        ),
        (BY_CORRELATION, "policy-correlated-exists", {"members": 120}, Severity.warning, ""),
        (PARTITIONED, "policy-column-unindexed", {"a": 30, "b": 20}, Severity.info, "50 rows"),
        (PARTITIONED, "policy-column-unindexed", {"a": 30}, Severity.warning, ""),
        (PARTITIONED, "policy-column-unindexed", {"a": 9e6}, Severity.error, "9 million rows"),
        (FUNCTION, "policy-function-not-wrapped", {"docs": 50}, Severity.info, "about 50 rows"),
        (FUNCTION, "policy-function-not-wrapped", {"docs": 5e7}, Severity.warning, ""),
    ],
)
def test_severity_follows_the_size_of_the_table(
    database: Database,
    script: str,
    rule: str,
    rows: dict[str, float],
    severity: Severity,
    words: str,
) -> None:
    loaded(database, script)
    for table, count in rows.items():
        loaded(database, f"UPDATE pg_class SET reltuples = {count} WHERE relname = '{table}'")
    finding = found(audited(database))[rule, f"public.docs.{policy_of(script)}"]
    assert finding.severity is severity
    assert words in finding.finding.message
    assert bool(words) == (" has about " in finding.finding.message)


def policy_of(script: str) -> str:
    return script.partition("CREATE POLICY ")[2].split()[0]


def test_the_estimate_is_that_of_analyze(database: Database) -> None:
    loaded(database, UNINDEXED)
    loaded(database, "INSERT INTO docs SELECT n, n FROM generate_series(1, 321) AS n; ANALYZE docs")
    (finding,) = audited(database).findings
    assert finding.severity is Severity.info
    assert "public.docs has about 320 rows" in finding.finding.message


def test_tables_of_one_shape_differ_in_severity(database: Database) -> None:
    """Policies alike on tables alike are judged one for all, where they have no fault."""
    again = UNINDEXED.replace("CREATE ROLE app_user LOGIN;", "")
    loaded(database, UNINDEXED)
    for name in ("large", "small", "unknown"):
        loaded(database, again.replace("docs", name))
    loaded(database, "UPDATE pg_class SET reltuples = 5e7 WHERE relname = 'large'")
    loaded(database, "UPDATE pg_class SET reltuples = 50 WHERE relname = 'small'")
    severities = {one.finding.object: one.severity.name for one in audited(database).findings}
    assert severities == {
        "public.docs.tenant": "warning",
        "public.large.tenant": "error",
        "public.small.tenant": "info",
        "public.unknown.tenant": "warning",
    }


INVALID = (
    "INSERT INTO docs VALUES (1, 1), (2, 1); CREATE UNIQUE INDEX CONCURRENTLY half ON docs ({})"
)


def test_an_invalid_index_serves_nothing_and_is_named(database: Database) -> None:
    loaded(database, UNINDEXED)
    assert "could not create unique index" in database.run(INVALID.format("tenant_id")).output
    (finding,) = audited(database).findings
    assert finding.name == "policy-column-unindexed"
    assert "index half is not valid" in finding.finding.message
    assert finding.finding.help.startswith("REINDEX INDEX CONCURRENTLY public.half;")
    loaded(database, "DELETE FROM docs WHERE id = 2")
    loaded(database, finding.finding.help)
    assert audited(database).findings == ()


def test_a_valid_index_beside_an_invalid_one_is_enough(database: Database) -> None:
    loaded(database, UNINDEXED)
    assert database.run(INVALID.format("tenant_id")).errors
    loaded(database, "CREATE INDEX ON docs (tenant_id, id)")
    assert audited(database).findings == ()


def test_an_invalid_index_of_an_expression_is_named(database: Database) -> None:
    loaded(database, WITH_A_CAST)
    assert database.run(INVALID.format("(tenant_id::text)")).errors
    (finding,) = audited(database).findings
    assert finding.name == "policy-column-unindexed"
    assert "index half is not valid" in finding.finding.message


def test_an_invalid_index_further_back_is_no_index(database: Database) -> None:
    loaded(database, UNINDEXED)
    assert database.run(INVALID.format("kind, tenant_id) NULLS NOT DISTINCT --")).errors
    (finding,) = audited(database).findings
    assert finding.name == "policy-column-unindexed"
    assert "no index begins with tenant_id" in finding.finding.message


def test_an_invalid_index_of_members_is_named(database: Database) -> None:
    loaded(database, BY_MEMBERSHIP)
    script = "INSERT INTO members VALUES (1, 1), (2, 1);"
    script += "CREATE UNIQUE INDEX CONCURRENTLY by_user ON members (user_id)"
    assert database.run(script).errors
    (finding,) = findings_of(audited(database), "policy-membership-unindexed")
    assert "index by_user, by which it could look them up, is not valid" in finding.finding.message
    assert "REINDEX INDEX CONCURRENTLY public.by_user;" in finding.finding.help


def test_of_tables_alike_only_one_has_an_invalid_index(database: Database) -> None:
    loaded(database, UNINDEXED.replace("docs", "apples") + "CREATE INDEX ON apples (tenant_id);")
    loaded(database, UNINDEXED.replace("CREATE ROLE app_user LOGIN;", ""))
    assert database.run(INVALID.format("tenant_id").replace("UNIQUE ", "")).errors == ()
    assert audited(database).findings == ()
    loaded(database, "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'half'::regclass")
    (finding,) = audited(database).findings
    assert finding.finding.object == "public.docs.tenant"


STATISTICS = TENANTS + "CREATE EXTENSION pg_stat_statements;"


@pytest.fixture(scope="module", params=server_directories(), ids=str)
def remembering(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server that keeps statistics of statements."""
    try:
        with run_server(request.param, shared_preload_libraries="pg_stat_statements") as server:
            yield server
    except ServerUnavailableError as failure:
        if "pg_stat_statements" in str(failure):
            pytest.skip("This installation of PostgreSQL comes without pg_stat_statements.")
        raise


@pytest.fixture
def recording(remembering: Server) -> Iterator[Database]:
    with remembering.database() as database:
        loaded(database, STATISTICS)
        loaded(database, "SELECT pg_stat_statements_reset()")
        yield database


def run_often(database: Database, role: str, *statements: str, times: int = 12) -> None:
    """Run statements in one session, prepared from the sixth time on as psycopg does by default.

    DISCARD ALL would take that which is prepared away from under it.
    """
    prepare = None if "DISCARD ALL" in statements else 5
    with psycopg.connect(
        database.conninfo(role), autocommit=True, prepare_threshold=prepare
    ) as session:
        for number in range(times):
            for statement in statements:
                session.execute(statement.format(number).encode())


def test_a_setting_for_the_session_is_seen_in_the_statistics(recording: Database) -> None:
    run_often(recording, "app_user", "/* app:web */ SET app.tenant_id = '77{}'")
    (finding,) = audited(recording).findings
    assert (finding.name, finding.finding.object) == ("session-set-tenant", "app.tenant_id")
    assert finding.severity is Severity.warning
    assert finding.confidence <= Confidence.medium
    assert "app_user has run SET app.tenant_id without LOCAL 12 times" in finding.finding.message
    assert "77" not in finding.finding.message
    assert finding.finding.span is not None
    assert "77" not in finding.finding.span.text.data.decode()


@pytest.mark.parametrize(
    "statements",
    [
        ("BEGIN", "SET LOCAL app.tenant_id = '{}'", "COMMIT"),
        ("SELECT set_config('app.tenant_id', '{}', true)",),
        ("SET app.tenant_id = '{}'", "RESET app.tenant_id"),
        ("SET app.tenant_id = '{}'", "DISCARD ALL"),
        ("SET app.tenant_id = '{}'", "RESET ALL"),
        ("SET app.tenant_id = '{}'", "SET app.tenant_id TO DEFAULT"),
        ("SET app.request_id = '{}'",),
        ("SET search_path = public",),
        ("SET TIME ZONE 'UTC'",),
        # The value of the third argument is not shown, so that nothing is known.
        ("SELECT set_config('app.tenant_id', '{}', false)",),
    ],
)
def test_what_ends_with_the_transaction_or_is_taken_back_is_nothing(
    recording: Database, statements: tuple[str, ...]
) -> None:
    run_often(recording, "app_user", *statements)
    assert audited(recording).findings == ()


def test_an_attempt_by_hand_is_nothing(recording: Database) -> None:
    run_often(recording, "app_user", "SET app.tenant_id = '{}'", times=3)
    assert audited(recording).findings == ()


def test_a_role_to_which_no_policy_applies_needs_no_setting(recording: Database) -> None:
    with ExitStack() as stack:
        for role in ("jobs", "root_app"):
            Sessions(recording, stack).open(role, "sidekiq")
            run_often(recording, role, "SET app.tenant_id = '{}'")
        assert {one.name for one in audited(recording).findings} == {
            "app-role-bypassrls",
            "app-role-superuser",
        }


def test_another_database_is_not_this_one(recording: Database, remembering: Server) -> None:
    with remembering.database() as other:
        run_often(other, "app_user", "SET app.tenant_id = '{}'")
        assert audited(recording).findings == ()


def test_what_a_function_runs_is_the_functions_business(
    remembering: Server, recording: Database
) -> None:
    if remembering.version < 14:
        pytest.skip("PostgreSQL 13 has no column toplevel in pg_stat_statements.")
    loaded(
        recording,
        "CREATE FUNCTION enter() RETURNS void LANGUAGE plpgsql AS"
        " $$ BEGIN EXECUTE 'SET app.tenant_id = 1'; END $$",
    )
    with psycopg.connect(recording.conninfo(), autocommit=True) as administrator:
        administrator.execute("ALTER SYSTEM SET pg_stat_statements.track = 'all'")
        administrator.execute("SELECT pg_reload_conf()")
        try:
            run_often(recording, "app_user", "SELECT enter()")
        finally:
            administrator.execute("ALTER SYSTEM RESET ALL")
            administrator.execute("SELECT pg_reload_conf()")
        tracked = administrator.execute(
            "SELECT count(*) FROM pg_stat_statements WHERE query LIKE 'SET app%'"
        ).fetchone()
    assert tracked == (1,)
    assert [one.finding.object for one in audited(recording).findings] == ["public.enter"]


def test_who_may_not_read_the_statistics_is_told_so(recording: Database) -> None:
    run_often(recording, "app_user", "SET app.tenant_id = '{}'")
    loaded(recording, "CREATE ROLE auditor LOGIN")
    result = audited(recording, "auditor")
    assert result.findings == ()
    unseen = [item for item in result.not_checked if item.object.startswith("app_user of ")]
    assert [item.reason.partition(" (")[0] for item in unseen] == [
        "whose statements auditor may not read"
    ]
    loaded(recording, "GRANT pg_read_all_stats TO auditor")
    assert [one.name for one in audited(recording, "auditor").findings] == ["session-set-tenant"]
    loaded(recording, "REVOKE SELECT ON pg_stat_statements FROM PUBLIC")
    result = audited(recording, "auditor")
    assert result.findings == ()
    assert [item.kind for item in result.not_checked] == ["view"]


def test_an_extension_without_its_library_is_passed_over(database: Database) -> None:
    loaded(database, TENANTS)
    if database.run("CREATE EXTENSION pg_stat_statements").errors:
        pytest.skip("This installation of PostgreSQL comes without pg_stat_statements.")
    result = audited(database)
    assert (result.findings, result.not_checked) == ((), ())
