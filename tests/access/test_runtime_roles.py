"""Who serves requests is taken from the strongest evidence that a project gives."""

import pytest

from rlslint.access import ASSUMED_ROLE
from rlslint.access.ownership import Answer, owns
from rlslint.access.runtime_roles import Evidence, find_runtime_roles, platform_spoken_of
from rlslint.config.platforms import SUPABASE
from rlslint.files.connections import Connection
from rlslint.text import Span, Text
from tests.access.scenarios import relation, replayed


def connection(
    user: str, path: str = ".env", development: bool = False, source: str = ""
) -> Connection:
    span = Span(Text(path, f"DSN={user}".encode()), 4, 4 + len(user))
    return Connection(span, user, "db", "app", development, source)


TABLE = "CREATE TABLE docs (id int);"
NAMED_IN_POLICY = f"{TABLE} CREATE POLICY p ON docs TO app USING (id > 0);"
GRANTED = """
CREATE ROLE app LOGIN;
CREATE TABLE docs (id int);
GRANT SELECT, INSERT ON docs TO app;
"""


@pytest.mark.parametrize(
    ("history", "names"),
    [
        (GRANTED, {"app"}),
        (TABLE + "GRANT SELECT ON docs TO elsewhere;", {"elsewhere"}),
        (
            "CREATE ROLE clerks; CREATE ROLE app LOGIN IN ROLE clerks;"
            + TABLE
            + "GRANT ALL ON docs TO clerks;",
            {"app"},
        ),
        (
            "CREATE ROLE clerks; CREATE ROLE app LOGIN NOINHERIT IN ROLE clerks;"
            + TABLE
            + "GRANT ALL ON docs TO clerks;",
            {"app", "clerks"},
        ),
        ("CREATE ROLE clerks;" + TABLE + "GRANT ALL ON docs TO clerks;", {"clerks"}),
        (GRANTED + "CREATE ROLE job LOGIN BYPASSRLS; GRANT ALL ON docs TO job;", {"app"}),
        (GRANTED + "ALTER ROLE app BYPASSRLS;", {"app"}),
        (GRANTED + "ALTER ROLE app SUPERUSER;", {"app"}),
        (GRANTED + "ALTER TABLE docs OWNER TO app;", {"app"}),
        (
            GRANTED
            + "ALTER ROLE app BYPASSRLS; CREATE ROLE report LOGIN; GRANT SELECT ON docs TO report;",
            {"app", "report"},
        ),
        (
            GRANTED
            + "CREATE ROLE keeper LOGIN; ALTER TABLE docs OWNER TO keeper;"
            + "GRANT ALL ON docs TO keeper;",
            {"app"},
        ),
        ("ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO app;", {"app"}),
        (TABLE + "CREATE POLICY p ON docs TO app USING (true);", {"app"}),
        (
            "CREATE ROLE app LOGIN;"
            + TABLE
            + "ALTER TABLE docs OWNER TO app; CREATE POLICY p ON docs TO app USING (true);",
            {"app"},
        ),
        (
            "CREATE ROLE keeper LOGIN;"
            + TABLE
            + "ALTER TABLE docs OWNER TO keeper;"
            + "CREATE POLICY p ON docs TO keeper, app USING (true);",
            {"app"},
        ),
        (TABLE + "GRANT SELECT ON docs TO PUBLIC;", {ASSUMED_ROLE}),
        (TABLE, {ASSUMED_ROLE}),
    ],
)
def test_grants_tell(history: str, names: set[str]) -> None:
    runtime = find_runtime_roles(replayed(history))
    assert set(runtime.names) == names
    assert runtime.assumed == (names == {ASSUMED_ROLE})


def test_configuration_comes_first() -> None:
    runtime = find_runtime_roles(
        replayed(GRANTED), [connection("web")], configured=("api",), platform="supabase"
    )
    assert runtime.names == ("api",)
    assert runtime.evidence is Evidence.configuration


def test_excluded_roles_serve_nobody() -> None:
    catalog = replayed(GRANTED + "GRANT ALL ON docs TO api, jobs;")
    nightly = connection("jobs", source="NIGHTLY_DATABASE_URL")
    runtime = find_runtime_roles(catalog, [nightly], owner_roles=("app",), bypass_roles=("jobs",))
    assert runtime.names == ("api",)


def test_a_connection_of_the_application_counts_against_what_is_declared() -> None:
    catalog = replayed(GRANTED)
    pool = connection("keeper", source="DATABASE_URL")
    as_owner = find_runtime_roles(catalog, [pool], owner_roles=("keeper",))
    assert as_owner.names == ("keeper", "app")
    as_exempt = find_runtime_roles(catalog, [pool], bypass_roles=("keeper",))
    assert as_exempt.names == ("keeper", "app")
    assert not as_exempt.bypassing
    both = [pool, connection("app", source="APP_DATABASE_URL")]
    assert find_runtime_roles(catalog, both, owner_roles=("keeper",)).names == ("app",)


@pytest.mark.parametrize("roles", ["CREATE ROLE web LOGIN; CREATE ROLE batch LOGIN;", ""])
def test_an_owner_that_is_granted_what_others_own_serves_requests_perhaps(roles: str) -> None:
    shop = (
        f"CREATE ROLE keeper; {roles}"
        "CREATE TABLE carts (id int); ALTER TABLE carts OWNER TO keeper;"
        "GRANT SELECT, INSERT ON carts TO web, batch;"
        "CREATE TABLE drafts (id int); ALTER TABLE drafts OWNER TO web;"
    )
    runtime = find_runtime_roles(replayed(shop))
    assert set(runtime.names) == {"web", "batch"}
    assert {role for role in runtime.names if runtime.reason(role).doubtful} == {"web"}


def test_connection_strings_come_before_grants() -> None:
    runtime = find_runtime_roles(replayed(GRANTED), [connection("web", "prod.env")])
    assert runtime.names == ("web",)
    assert "prod.env" in runtime.because
    assert [span.sql for span in runtime.spans] == ["web"]


def test_a_superuser_in_a_connection_string_hides_no_granted_role() -> None:
    runtime = find_runtime_roles(replayed(GRANTED), [connection("postgres")])
    assert runtime.names == ("postgres", "app")


@pytest.mark.parametrize("made", ["", "CREATE ROLE web LOGIN;"])
def test_a_role_that_is_perhaps_a_superuser_serves_where_a_connection_names_it(made: str) -> None:
    perhaps = "DO $$ BEGIN IF random() > 0.5 THEN ALTER ROLE web SUPERUSER; END IF; END $$;"
    runtime = find_runtime_roles(replayed(TABLE + made + perhaps), [connection("web")])
    assert runtime.names == ("web",)


def test_development_counts_only_where_nothing_is_granted() -> None:
    local = connection("me", development=True)
    assert find_runtime_roles(replayed(GRANTED), [local]).names == ("app",)
    assert find_runtime_roles(replayed(TABLE), [local]).names == ("me",)
    deployed = connection("web")
    assert find_runtime_roles(replayed(TABLE), [local, deployed]).names == ("web",)


def test_migration_settings_name_no_runtime_role() -> None:
    migrator = connection("keeper", "alembic.ini")
    runtime = find_runtime_roles(replayed(TABLE), [migrator])
    assert runtime.assumed
    assert runtime.migrating == {"keeper"}


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        ("CREATE TABLE d (id uuid); CREATE POLICY p ON d USING (id = auth.uid());", True),
        ("CREATE TABLE d (id uuid); CREATE POLICY p ON d TO authenticated USING (true);", True),
        ("CREATE TABLE d (id uuid); GRANT ALL ON d TO service_role;", True),
        (
            "CREATE ROLE authenticated; CREATE TABLE d (id uuid);"
            "CREATE POLICY p ON d TO authenticated USING (true);",
            False,
        ),
        (GRANTED, False),
    ],
)
def test_supabase_is_recognised(history: str, expected: bool) -> None:
    catalog = replayed(history)
    assert (platform_spoken_of(catalog) is SUPABASE) is expected
    runtime = find_runtime_roles(catalog)
    assert (runtime.names == ("anon", "authenticated")) is expected
    assert ("service_role" in runtime.bypassing) is expected
    assert find_runtime_roles(catalog, platform="postgres").evidence is not Evidence.platform


@pytest.mark.parametrize(
    ("history", "connections", "answer"),
    [
        (TABLE, [], Answer.maybe),
        (GRANTED, [], Answer.no),
        (GRANTED + "ALTER TABLE docs OWNER TO app;", [], Answer.yes),
        (
            GRANTED + "CREATE ROLE k; ALTER TABLE docs OWNER TO k; GRANT k TO app;",
            [],
            Answer.yes,
        ),
        (GRANTED + "CREATE ROLE k; ALTER TABLE docs OWNER TO k;", [], Answer.no),
        (TABLE, [connection("web")], Answer.maybe),
        (TABLE, [connection("web"), connection("keeper", "alembic.ini")], Answer.no),
        (TABLE, [connection("web"), connection("web", "alembic.ini")], Answer.maybe),
        (TABLE + "GRANT SELECT ON docs TO web;", [connection("web")], Answer.no),
        (TABLE + "CREATE ROLE web LOGIN;", [connection("web")], Answer.no),
    ],
)
def test_ownership(history: str, connections: list[Connection], answer: Answer) -> None:
    catalog = replayed(history)
    runtime = find_runtime_roles(catalog, connections)
    ownership = owns(catalog, runtime, runtime.names[0], relation(catalog, "docs"))
    assert ownership.answer is answer
    assert ownership.because or answer is not Answer.maybe


def test_a_member_of_the_migrating_role_owns_its_tables() -> None:
    catalog = replayed(GRANTED + "GRANT keeper TO app;")
    runtime = find_runtime_roles(catalog, owner_roles=("keeper",))
    assert owns(catalog, runtime, "app", relation(catalog, "docs")).answer is Answer.yes


def test_who_is_only_created_connects_not() -> None:
    created = connection("postgres")._replace(connects=False)
    assert find_runtime_roles(replayed(NAMED_IN_POLICY), [created]).names == ("app",)
    assert find_runtime_roles(replayed(TABLE), [created]).assumed


def test_a_superuser_hides_no_role_that_policies_name() -> None:
    local = connection("me")._replace(development=True, superuser_evidence="the image makes it one")
    assert find_runtime_roles(replayed(NAMED_IN_POLICY), [local]).names == ("me", "app")
    ordinary = connection("me")._replace(development=True)
    assert find_runtime_roles(replayed(NAMED_IN_POLICY), [ordinary]).names == ("me",)


API = (
    "CREATE ROLE visitor; CREATE TABLE docs (id int); GRANT SELECT ON docs TO visitor;"
    "CREATE ROLE jobs LOGIN; GRANT ALL ON docs TO jobs;"
)


@pytest.mark.parametrize(
    ("history", "names"),
    [
        (API + "GRANT visitor TO authenticator;", {"authenticator", "visitor"}),
        (
            API + "CREATE ROLE service BYPASSRLS; GRANT visitor, service TO authenticator;",
            {"authenticator", "visitor"},
        ),
        (API, {"authenticator", "visitor", "jobs"}),
    ],
)
def test_what_an_api_switches_to_serves_requests(history: str, names: set[str]) -> None:
    runtime = find_runtime_roles(replayed(history), [connection("authenticator")])
    assert set(runtime.names) == names
