"""What a platform has set up beforehand decides what its API reaches."""

from __future__ import annotations

from pathlib import Path

import pytest

from rlslint.config import Confidence, Severity
from rlslint.config.options import Config
from tests.linting import findings_of, lint

PROTECTED = """
CREATE TABLE public.trips (id uuid PRIMARY KEY, rider uuid NOT NULL);
CREATE INDEX ON public.trips (rider);
ALTER TABLE public.trips ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON public.trips TO authenticated USING (rider = (SELECT auth.uid()));
"""
FORGOTTEN = "CREATE TABLE public.receipts (id uuid PRIMARY KEY, rider uuid NOT NULL);"


@pytest.mark.parametrize(
    ("day", "option", "confidence"),
    [
        ("20260101", "auto", Confidence.high),
        ("20260615", "auto", Confidence.low),
        ("20261101", "auto", None),
        ("20261101", "granted", Confidence.high),
        ("20260101", "ended", None),
    ],
)
def test_default_grants_of_supabase_end_with_a_day(
    day: str, option: str, confidence: Confidence | None, tmp_path: Path
) -> None:
    files = {
        "supabase/migrations/20250101000000_trips.sql": PROTECTED,
        f"supabase/migrations/{day}000000_receipts.sql": FORGOTTEN,
    }
    config = Config(min_severity=Severity.info, platform_default_grants=option)
    found = findings_of(lint(tmp_path, files, config), "rls-not-enabled")
    assert [one.confidence for one in found] == ([] if confidence is None else [confidence])


def test_grants_of_a_migration_outlive_those_of_the_platform(tmp_path: Path) -> None:
    files = {
        "supabase/migrations/20250101000000_trips.sql": PROTECTED
        + "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO authenticated;",
        "supabase/migrations/20261101000000_receipts.sql": FORGOTTEN,
    }
    found = findings_of(lint(tmp_path, files), "rls-not-enabled")
    assert [one.confidence for one in found] == [Confidence.high]


def test_a_loose_file_in_the_folder_of_a_platform_belongs_to_it(tmp_path: Path) -> None:
    files = {
        "supabase/migrations/20250101000000_trips.sql": PROTECTED,
        "supabase/migrations/by_hand.sql": PROTECTED.replace("trips", "stops").replace(
            "auth.uid()", "nullif(current_setting('app.rider', true), '')::uuid"
        ),
    }
    # Elsewhere policy-without-grant is found too: no platform grants authenticated anything there.
    hidden = {"guc-identity-forgeable", "tenant-default-missing"}
    assert {one.name for one in lint(tmp_path, files).findings} == hidden


OPEN = "CREATE TABLE public.leads (id uuid PRIMARY KEY, phone text);"
IN_API = OPEN.replace("public.", "api.").replace("CREATE", "CREATE SCHEMA api; CREATE", 1)
GRANTED_IN_API = IN_API + (
    "GRANT USAGE ON SCHEMA api TO anon; GRANT SELECT, INSERT ON api.leads TO anon, authenticated;"
)
MIGRATION = "supabase/migrations/20250101000000_leads.sql"


@pytest.mark.parametrize(
    ("files", "severities"),
    [
        ({MIGRATION: OPEN}, ["error"]),
        ({MIGRATION: OPEN + "REVOKE ALL ON public.leads FROM anon, authenticated;"}, []),
        (
            {
                MIGRATION: OPEN + "REVOKE INSERT, UPDATE, DELETE ON public.leads"
                " FROM anon, authenticated;"
            },
            ["warning"],
        ),
        ({MIGRATION: IN_API}, []),
        ({MIGRATION: GRANTED_IN_API}, ["error"]),
        (
            {MIGRATION: GRANTED_IN_API, "supabase/config.toml": '[api]\nschemas = ["public"]'},
            [],
        ),
        (
            {MIGRATION: GRANTED_IN_API, "supabase/config.toml": '[api]\nschemas = ["api"]'},
            ["error"],
        ),
        ({MIGRATION: OPEN, "supabase/config.toml": "[api]\nenabled = false"}, []),
        ({"migrations/0001.sql": OPEN + "GRANT ALL ON leads TO visitor;"}, []),
        (
            {
                "migrations/0001.sql": OPEN + "GRANT ALL ON leads TO visitor;",
                "postgrest.conf": 'db-uri = "postgres://authenticator@db/x"\n'
                'db-anon-role = "visitor"\n',
            },
            ["error"],
        ),
        (
            {
                "migrations/0001.sql": GRANTED_IN_API.replace("authenticated", "visitor"),
                "compose.yaml": "services:\n  rest:\n    environment:\n"
                "      PGRST_DB_SCHEMAS: public\n      PGRST_DB_ANON_ROLE: anon\n",
            },
            [],
        ),
    ],
)
def test_an_open_table_is_reported_where_an_api_shows_it(
    files: dict[str, str], severities: list[str], tmp_path: Path
) -> None:
    found = findings_of(lint(tmp_path, files), "table-open-to-api")
    assert [one.severity.name for one in found] == severities


def test_a_privilege_of_public_is_said_to_be_that_of_every_role(tmp_path: Path) -> None:
    files = {"migrations/0001.sql": f"{OPEN}\nGRANT SELECT ON leads TO PUBLIC;"}
    (found,) = findings_of(lint(tmp_path, files), "table-open-to-api")
    assert found.finding.message.startswith("every role of the database can read every row of")
    (related,) = found.finding.related
    assert related.message == "every role of the database may read rows by this privilege"


def test_a_reference_table_is_open_to_read_and_not_to_write(tmp_path: Path) -> None:
    config = Config(min_severity=Severity.info, reference_tables=("public.leads",))
    reading = OPEN + "REVOKE ALL ON leads FROM anon; GRANT SELECT ON leads TO anon;"
    reading = reading.replace("FROM anon", "FROM anon, authenticated")
    assert not findings_of(lint(tmp_path / "a", {MIGRATION: reading}, config), "table-open-to-api")
    assert findings_of(lint(tmp_path / "b", {MIGRATION: OPEN}, config), "table-open-to-api")


OWN_FOLDER = "(storage.foldername(name))[1] = (SELECT auth.uid())::text"


@pytest.mark.parametrize(
    ("bucket", "policy", "severities"),
    [
        ("'papers', 'papers', false", "FOR SELECT USING (bucket_id = 'papers')", ["error"]),
        ("'papers', 'papers', true", "FOR SELECT USING (bucket_id = 'papers')", []),
        ("'other', 'other', false", "FOR SELECT USING (bucket_id = 'papers')", ["info"]),
        ("'papers', 'papers', true", "FOR DELETE USING (bucket_id = 'papers')", ["error"]),
        ("'papers', 'papers', false", "FOR INSERT WITH CHECK (bucket_id = 'papers')", []),
        (
            "'papers', 'papers', false",
            "FOR SELECT TO authenticated USING (bucket_id IN ('papers', 'x') AND"
            " (SELECT auth.role()) = 'authenticated')",
            ["error"],
        ),
        (
            "'papers', 'papers', false",
            f"FOR SELECT TO authenticated USING (bucket_id = 'papers' AND {OWN_FOLDER})",
            [],
        ),
        (
            "'papers', 'papers', false",
            "FOR SELECT TO authenticated USING (owner_id = (SELECT auth.uid()::text))",
            [],
        ),
        (
            "'papers', 'papers', false",
            "FOR SELECT TO authenticated USING ((SELECT auth.uid()) IS NOT NULL)",
            ["error"],
        ),
    ],
)
def test_policies_on_the_files_of_supabase_are_judged(
    bucket: str, policy: str, severities: list[str], tmp_path: Path
) -> None:
    history = (
        f"INSERT INTO storage.buckets (id, name, public) VALUES ({bucket});\n"
        'DROP POLICY "of the dashboard" ON storage.objects;\n'
        f'CREATE POLICY "files" ON storage.objects {policy};'
    )
    found = lint(tmp_path, {"supabase/migrations/20250101000000_files.sql": history}).findings
    assert [one.severity.name for one in found] == severities
    assert {one.name for one in found} <= {"policy-no-row-reference"}


def test_what_a_platform_made_is_not_reported(tmp_path: Path) -> None:
    history = PROTECTED + (
        "ALTER TABLE public.trips ADD COLUMN file uuid REFERENCES storage.objects (id);"
        "ALTER TABLE public.trips ADD FOREIGN KEY (rider) REFERENCES auth.users (id);"
    )
    assert not lint(tmp_path, {"supabase/migrations/20250101000000_a.sql": history}).findings


LOOKUP = (
    "CREATE TABLE public.ranks (id int PRIMARY KEY, label text);"
    "ALTER TABLE public.ranks ENABLE ROW LEVEL SECURITY;"
    "CREATE POLICY all_read ON public.ranks FOR SELECT TO authenticated USING (true);"
)


@pytest.mark.parametrize(
    ("policy", "rules"),
    [
        ("FOR UPDATE USING (true)", {"policy-using-true"}),
        ("FOR DELETE TO anon USING (true)", {"policy-using-true"}),
        ("FOR INSERT WITH CHECK (true)", {"insert-check-true"}),
        ("FOR INSERT TO authenticated WITH CHECK (true)", set()),
        ("FOR UPDATE TO authenticated USING (true)", set()),
    ],
)
def test_callers_without_an_account_change_nothing_that_all_share(
    policy: str, rules: set[str], tmp_path: Path
) -> None:
    history = f"{PROTECTED}{LOOKUP}CREATE POLICY more ON public.ranks {policy};"
    result = lint(tmp_path, {"supabase/migrations/20250101000000_a.sql": history})
    assert {one.name for one in result.findings} == rules


def test_who_may_only_fill_in_a_form_spoils_nothing(tmp_path: Path) -> None:
    history = PROTECTED + (
        "CREATE TABLE public.messages (id int PRIMARY KEY, body text);"
        "ALTER TABLE public.messages ENABLE ROW LEVEL SECURITY;"
        "CREATE POLICY send ON public.messages FOR INSERT TO anon WITH CHECK (true);"
    )
    assert not lint(tmp_path, {"supabase/migrations/20250101000000_a.sql": history}).findings


def test_a_grant_opens_a_table_whose_own_file_is_ignored(tmp_path: Path) -> None:
    made = (
        "CREATE ROLE staff LOGIN;"
        "CREATE TABLE orders (id int PRIMARY KEY, shop_id int NOT NULL);"
        "CREATE INDEX ON orders (shop_id);"
        "ALTER TABLE orders ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;"
        "CREATE POLICY shop ON orders"
        " USING (shop_id = (SELECT nullif(current_setting('app.shop', true), '')::int));"
        "GRANT SELECT ON orders TO staff;"
        "CREATE TABLE bills (id int PRIMARY KEY, shop_id int NOT NULL);"
    )
    config = Config(per_file_ignores={"*/1_made.sql": ("ALL",)})
    before = lint(tmp_path, {"migrations/1_made.sql": made}, config)
    assert not before.findings
    after = lint(tmp_path, {"migrations/2_grant.sql": "GRANT SELECT ON bills TO staff;"}, config)
    (found,) = after.findings
    assert found.name == "rls-not-enabled"
    assert found.finding.span is not None and found.finding.span.sql.startswith("GRANT")
    assert [one.span.sql.split("(")[0] for one in found.finding.related] == ["CREATE TABLE bills "]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, []),
        ({".env": "DATABASE_URL=postgres://postgres.ref:x@aws-0.pooler.supabase.com/x"}, ["low"]),
        ({".env": "DATABASE_URL=postgres://neondb_owner:x@ep-a.aws.neon.tech/x"}, []),
        ({".env.local": "NEXT_PUBLIC_SUPABASE_URL=https://ref.supabase.co"}, ["low"]),
        (
            {
                ".env": "SUPABASE_URL=https://ref.supabase.co\n"
                "DATABASE_URL=postgres://app:x@db.shop.example/x"
            },
            [],
        ),
        (
            {
                ".env": "DATABASE_URL=postgres://postgres:x@db.ref.supabase.co/x",
                "rlslint.toml": 'platform = "postgres"',
            },
            [],
        ),
    ],
)
def test_a_connection_tells_the_platform_of_migrations_elsewhere(
    files: dict[str, str], expected: list[str], tmp_path: Path
) -> None:
    config = Config(min_severity=Severity.info)
    if "rlslint.toml" in files:
        config = config._replace(platform="postgres")
    history = {"prisma/migrations/20250101000000_init/migration.sql": OPEN}
    found = findings_of(lint(tmp_path, {**history, **files}, config), "table-open-to-api")
    assert [one.confidence.name for one in found] == expected
    assert {one.severity.name for one in found} <= {"warning"}


def test_the_configuration_of_a_platform_tells_it_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files = {"drizzle/0000_init.sql": OPEN, "supabase/config.toml": 'project_id = "p"'}
    found = findings_of(lint(tmp_path, files), "table-open-to-api")
    assert [one.confidence.name for one in found] == ["low"]


MADE_HERE = """
CREATE SCHEMA auth;
CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql AS 'SELECT NULL::uuid';
"""


@pytest.mark.parametrize(
    ("schema", "reported"),
    [
        (PROTECTED + FORGOTTEN, ["low"]),
        (MADE_HERE + PROTECTED + FORGOTTEN, []),
        (PROTECTED + FORGOTTEN + "GRANT SELECT ON public.trips TO authenticated;", []),
    ],
    ids=["called", "made", "granted"],
)
def test_functions_of_a_platform_tell_it_of_migrations_elsewhere(
    schema: str, reported: list[str], tmp_path: Path
) -> None:
    found = findings_of(lint(tmp_path, {"sql/schema.sql": schema}), "rls-not-enabled")
    assert [each.confidence.name for each in found] == reported


@pytest.mark.parametrize(
    ("permissive", "grant", "expected"),
    [
        (
            "CREATE POLICY reads ON public.runs FOR SELECT USING (rider = (SELECT auth.uid()));",
            "",
            0,
        ),
        ("", "", 1),
        (
            "CREATE POLICY reads ON public.runs FOR SELECT USING (rider = (SELECT auth.uid()));",
            "REVOKE ALL ON public.runs FROM authenticated;"
            "GRANT UPDATE ON public.runs TO authenticated;",
            1,
        ),
    ],
)
def test_a_floor_under_commands_that_only_the_platform_grants(
    permissive: str, grant: str, expected: int, tmp_path: Path
) -> None:
    sweep = f"""
    CREATE TABLE public.runs (id uuid PRIMARY KEY, rider uuid NOT NULL, paused boolean);
    ALTER TABLE public.runs ENABLE ROW LEVEL SECURITY;
    {permissive}
    {grant}
    CREATE POLICY writable ON public.runs AS RESTRICTIVE FOR UPDATE
      USING (rider = (SELECT auth.uid()));
    """
    files = {"supabase/migrations/20250101000000_trips.sql": PROTECTED + sweep}
    found = findings_of(lint(tmp_path, files), "only-restrictive-policies")
    assert len(found) == expected


def test_a_search_path_that_only_clients_of_an_api_could_choose(tmp_path: Path) -> None:
    helper = """
    CREATE TABLE public.riders (id uuid PRIMARY KEY, uid uuid);
    ALTER TABLE public.riders ENABLE ROW LEVEL SECURITY;
    CREATE FUNCTION public.is_rider(wanted uuid) RETURNS bool STABLE SECURITY DEFINER LANGUAGE sql
      AS 'SELECT EXISTS (SELECT FROM riders WHERE id = wanted AND uid = auth.uid())';
    CREATE POLICY riding ON public.trips FOR SELECT USING (public.is_rider(rider));
    """
    files = {"supabase/migrations/20250101000000_trips.sql": PROTECTED + helper}
    (found,) = findings_of(lint(tmp_path, files), "security-definer-no-search-path")
    assert found.severity is Severity.warning
    login = "CREATE ROLE reporter LOGIN; GRANT SELECT ON public.trips TO reporter;"
    files = {"supabase/migrations/20250101000000_trips.sql": PROTECTED + helper + login}
    reporting = Config(runtime_roles=("authenticated", "reporter"))
    (found,) = findings_of(lint(tmp_path, files, reporting), "security-definer-no-search-path")
    assert found.severity is Severity.error


@pytest.mark.parametrize(("role", "severity"), [("authenticated", "error"), ("web", "warning")])
def test_clients_of_an_api_write_rows_and_set_nothing(
    role: str, severity: str, tmp_path: Path
) -> None:
    me = "(SELECT nullif(current_setting('app.me', true), '')::int)"
    script = f"""CREATE ROLE authenticated; CREATE ROLE anon; CREATE ROLE web LOGIN;
    CREATE ROLE authenticator LOGIN NOINHERIT IN ROLE anon, authenticated;
    CREATE TABLE members (tenant_id int, member int, PRIMARY KEY (tenant_id, member));
    CREATE TABLE docs (id int PRIMARY KEY, tenant_id int NOT NULL);
    GRANT SELECT, INSERT ON docs, members TO {role};
    ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
    ALTER TABLE members ENABLE ROW LEVEL SECURITY;
    CREATE POLICY mine ON members USING (member = {me});
    CREATE POLICY own ON docs
      USING (tenant_id IN (SELECT m.tenant_id FROM members AS m WHERE m.member = {me}));
    """
    files = {"migrations/1.sql": script}
    if role == "authenticated":
        files["postgrest.conf"] = (
            'db-uri = "postgres://authenticator@db/x"\ndb-anon-role = "anon"\n'
        )
    (found,) = findings_of(lint(tmp_path, files), "policy-writable-authority-table")
    assert found.severity.name == severity
