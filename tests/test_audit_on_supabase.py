"""An audit of a database of Supabase says what `check` says of its project, and no more."""

from __future__ import annotations

from pathlib import Path

from bench.both_sides import STUBS
from rlslint.config import Severity
from rlslint.config.options import Config
from rlslint.engine import audit, check
from rlslint.project.database import Request
from rlslint.reports import Result
from tests.postgres import Database

CONFIG = Config(min_severity=Severity.info)

OWNED = """
ALTER SCHEMA auth OWNER TO supabase_admin;
ALTER SCHEMA storage OWNER TO supabase_admin;
ALTER SCHEMA realtime OWNER TO supabase_admin;
ALTER TABLE auth.users OWNER TO supabase_auth_admin;
ALTER TABLE auth.identities OWNER TO supabase_auth_admin;
ALTER TABLE auth.sessions OWNER TO supabase_auth_admin;
ALTER TABLE auth.mfa_factors OWNER TO supabase_auth_admin;
ALTER TABLE auth.audit_log_entries OWNER TO supabase_auth_admin;
ALTER TABLE auth.users ENABLE ROW LEVEL SECURITY;
ALTER TABLE storage.objects OWNER TO supabase_storage_admin;
ALTER TABLE storage.buckets OWNER TO supabase_storage_admin;
ALTER TABLE realtime.messages OWNER TO supabase_realtime_admin;
ALTER FUNCTION auth.uid() OWNER TO supabase_auth_admin;
ALTER FUNCTION auth.jwt() OWNER TO supabase_auth_admin;
ALTER FUNCTION auth.role() OWNER TO supabase_auth_admin;
ALTER FUNCTION auth.email() OWNER TO supabase_auth_admin;
ALTER FUNCTION storage.foldername(text) OWNER TO supabase_storage_admin;
ALTER FUNCTION storage.filename(text) OWNER TO supabase_storage_admin;
ALTER FUNCTION storage.extension(text) OWNER TO supabase_storage_admin;
ALTER FUNCTION realtime.topic() OWNER TO supabase_realtime_admin;
GRANT ALL ON ALL TABLES IN SCHEMA storage, realtime TO anon, authenticated, service_role;
GRANT ALL ON ALL TABLES IN SCHEMA auth TO postgres, dashboard_user;
"""

DEFAULTS = "\n".join(
    f"ALTER DEFAULT PRIVILEGES FOR ROLE {creator} IN SCHEMA {schema} GRANT ALL ON {kind} TO "
    "postgres, anon, authenticated, service_role;"
    for creator, schema in (
        ("postgres", "public"),
        ("supabase_admin", "public"),
        ("postgres", "storage"),
        ("supabase_admin", "graphql"),
        ("supabase_realtime_admin", "realtime"),
    )
    for kind in ("TABLES", "SEQUENCES", "FUNCTIONS")
)

PARTS = ("platform_roles", "api_roles", "schemas", "auth", "storage", "realtime")

PROJECT = """
CREATE TABLE public.profiles (id uuid PRIMARY KEY REFERENCES auth.users, name text);
ALTER TABLE public.profiles ENABLE ROW LEVEL SECURITY;
CREATE POLICY everybody ON public.profiles FOR SELECT USING (true);
CREATE POLICY own ON public.profiles FOR UPDATE USING ((SELECT auth.uid()) = id);

CREATE TABLE public.entries (id bigint PRIMARY KEY, writer uuid NOT NULL, body text);
ALTER TABLE public.entries ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON public.entries TO authenticated USING (writer = auth.uid());

CREATE TABLE public.visitors (id bigint PRIMARY KEY, phone text);

CREATE VIEW public.accounts AS SELECT id, email FROM auth.users;

CREATE POLICY files ON storage.objects FOR SELECT TO authenticated
    USING ((SELECT auth.role()) = 'authenticated');
CREATE POLICY own_folder ON storage.objects FOR INSERT TO authenticated
    WITH CHECK ((storage.foldername(name))[1] = (SELECT auth.uid()::text));
CREATE POLICY rooms ON realtime.messages FOR SELECT TO authenticated
    USING (topic = (SELECT realtime.topic()) AND topic = (SELECT auth.uid()::text));
"""


def platform(database: Database) -> Database:
    """Make a database what a new project on Supabase finds, as of before October 2026."""
    stubs = [(STUBS / "supabase" / f"{part}.sql").read_text(encoding="utf-8") for part in PARTS]
    for script in (*stubs, OWNED, DEFAULTS):
        assert database.run(script).errors == ()
    return database


def audited(database: Database) -> Result:
    return audit(Request((database.conninfo(),), (), "", False), CONFIG, lambda _: None)


def found(result: Result) -> set[tuple[str, str]]:
    return {(one.name, one.finding.object) for one in result.findings}


def test_nothing_is_said_of_what_the_platform_made(database: Database) -> None:
    result = audited(platform(database))
    assert found(result) == set()
    assert result.not_checked == ()


def test_check_and_audit_say_the_same_of_a_project(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "supabase" / "migrations" / "20250101000000_all.sql"
    path.parent.mkdir(parents=True)
    path.write_text(PROJECT, encoding="utf-8")
    checked = check([tmp_path], CONFIG)
    assert platform(database).run(PROJECT).errors == ()
    live = audited(database)
    assert found(checked) == found(live)
    severities = {(one.name, one.finding.object): one.severity for one in live.findings}
    assert {
        key: one.severity for one in checked.findings for key in [(one.name, one.finding.object)]
    } == severities
    assert {rule for rule, _ in found(live)} >= {
        "policy-function-not-wrapped",
        "policy-no-row-reference",
        "table-open-to-api",
        "view-owner-rights",
    }
