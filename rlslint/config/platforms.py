"""What is known of the platforms that run PostgreSQL: one entry for each, facts and no code.

Each fact is documented by the provider; the cards that use one name the page.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

from rlslint import NamedTuple


class ConsoleRole(NamedTuple):
    """A role that a platform gives out for connections, and why policies do not bind it.

    `names` are its names, none where any role that no migration makes is one of these. `escape` is
    SUPERUSER or BYPASSRLS; `certain` is False where the documentation leaves open whether it
    escapes. `because` and `remedy` continue a sentence.
    """

    names: frozenset[str]
    escape: str
    certain: bool
    because: str
    remedy: str


class DefaultGrantsEnd(NamedTuple):
    """When a platform stopped granting what is made: in new projects first, then in all.

    The days are written as migrations write them (`20261030`). `kinds` are those of objects.
    """

    new_projects: str
    all_projects: str
    kinds: frozenset[str]


class Platform(NamedTuple):
    """A platform: how it is recognised, whom it lets in, and what it has made beforehand.

    `hosts` are ends of host names in connection strings, `resources` beginnings of the types that
    Terraform's resources have there, `folders` the folders of its tools and `configuration` their
    file, `server_roles` roles that together tell a server of it. `owner` is the role of the
    migrations under its own name. `request_roles` serve the requests of its API, `telling_roles`
    are named on no other platform, `anonymous` is that of callers without an account;
    `api_functions` hand a request's claims to policies, schema first.

    `provided_roles` and `provided_prefix` name what every database of it has, of which `bypassing`
    are meant to see all rows. `default_grantees` get `default_grants` on what is made in
    `default_schema`, until `default_grants_end`. `pooler_hosts` take the project behind a dot of
    the user's name. `exposed_schemas` are those that its API shows unless its configuration says
    otherwise; None where it has no API.
    """

    name: str
    title: str
    hosts: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    configuration: str = ""
    server_roles: frozenset[str] = frozenset()
    console_roles: tuple[ConsoleRole, ...] = ()
    owner: str = ""
    request_roles: tuple[str, ...] = ()
    telling_roles: tuple[str, ...] = ()
    anonymous: str = ""
    api_functions: frozenset[tuple[str, str]] = frozenset()
    provided_roles: frozenset[str] = frozenset()
    provided_prefix: str = ""
    bypassing: frozenset[str] = frozenset()
    default_schema: str = ""
    default_grantees: tuple[str, ...] = ()
    default_grants: tuple[tuple[str, tuple[str, ...]], ...] = ()
    default_grants_end: DefaultGrantsEnd | None = None
    pooler_hosts: tuple[str, ...] = ()
    exposed_schemas: tuple[str, ...] | None = None


SUPERUSER, BYPASSRLS = "superuser", "bypassrls"
"""The attributes by which a role escapes policies."""

_POSTGRES = frozenset(("postgres",))

POSTGRES = Platform("postgres", "PostgreSQL")
"""No platform: nothing is there beforehand."""

SUPABASE = Platform(
    "supabase",
    "Supabase",
    hosts=(".supabase.co", ".supabase.com"),
    resources=("supabase_",),
    folders=("supabase",),
    configuration="supabase/config.toml",
    server_roles=frozenset(("supabase_admin", "authenticator", "anon")),
    console_roles=(
        ConsoleRole(
            _POSTGRES,
            BYPASSRLS,
            True,
            "Supabase gives postgres BYPASSRLS",
            "make a role with SQL and connect as it; it has no BYPASSRLS",
        ),
    ),
    owner="postgres",
    request_roles=("anon", "authenticated"),
    telling_roles=("anon", "authenticated", "service_role", "supabase_auth_admin"),
    anonymous="anon",
    api_functions=frozenset(
        (("auth", "uid"), ("auth", "jwt"), ("auth", "role"), ("auth", "email"))
    ),
    provided_roles=frozenset(
        ("anon", "authenticated", "authenticator", "dashboard_user", "pgbouncer", "service_role")
    ),
    provided_prefix="supabase_",
    bypassing=frozenset(
        (
            "postgres",
            "service_role",
            "supabase_admin",
            "supabase_auth_admin",
            "supabase_storage_admin",
        )
    ),
    default_schema="public",
    default_grantees=("anon", "authenticated", "service_role"),
    default_grants=(
        ("tables", ("select", "insert", "update", "delete", "truncate", "references", "trigger")),
        ("functions", ("execute",)),
        ("sequences", ("usage", "select", "update")),
    ),
    default_grants_end=DefaultGrantsEnd("20260530", "20261030", frozenset(("tables", "sequences"))),
    pooler_hosts=(".pooler.supabase.com",),
    exposed_schemas=("public", "graphql_public"),
)

NEON = Platform(
    "neon",
    "Neon",
    hosts=(".neon.tech",),
    resources=("neon_",),
    console_roles=(
        ConsoleRole(
            frozenset(("neondb_owner",)),
            BYPASSRLS,
            True,
            "Neon makes it a member of neon_superuser, with BYPASSRLS",
            "make a role with SQL, not in the console, the API or the CLI, and connect as it",
        ),
        ConsoleRole(
            frozenset(),
            BYPASSRLS,
            False,
            "Neon gives BYPASSRLS to each role that its console, API or CLI makes",
            "make the role with SQL, not in the console, the API or the CLI",
        ),
    ),
    request_roles=("anonymous", "authenticated"),
    telling_roles=("anonymous",),
    anonymous="anonymous",
    api_functions=frozenset((("auth", "user_id"), ("auth", "session"))),
    provided_roles=frozenset(("anonymous", "authenticated", "authenticator", "neon_superuser")),
)

PLATFORMS = (
    SUPABASE,
    NEON,
    Platform(
        "rds",
        "Amazon RDS",
        hosts=(".rds.amazonaws.com", ".rds.amazonaws.com.cn"),
        resources=("aws_db_", "aws_rds_"),
        console_roles=(
            ConsoleRole(
                _POSTGRES,
                BYPASSRLS,
                False,
                "it is the master user, a member of rds_superuser, which owns what it makes and "
                "may have BYPASSRLS",
                "connect as a role that the master user makes for the application",
            ),
        ),
    ),
    Platform(
        "cloud-sql",
        "Google Cloud SQL",
        hosts=("/cloudsql/",),
        resources=("google_sql_",),
        console_roles=(
            ConsoleRole(
                _POSTGRES,
                BYPASSRLS,
                False,
                "it has cloudsqlsuperuser, owns what it makes and may have BYPASSRLS",
                "connect as a role that is made with SQL, which has no cloudsqlsuperuser",
            ),
        ),
    ),
    Platform(
        "azure",
        "Azure Database for PostgreSQL",
        hosts=(".postgres.database.azure.com", ".azure.com"),
        resources=("azurerm_postgresql_",),
        console_roles=(
            ConsoleRole(
                _POSTGRES,
                BYPASSRLS,
                False,
                "the administrator is a member of azure_pg_admin, owns what it makes and may have "
                "BYPASSRLS",
                "connect as a role that the administrator makes for the application",
            ),
        ),
    ),
    Platform(
        "aiven",
        "Aiven",
        hosts=(".aivencloud.com",),
        resources=("aiven_",),
        console_roles=(
            ConsoleRole(
                frozenset(("avnadmin", "postgres")),
                BYPASSRLS,
                False,
                "it owns what it makes and may have BYPASSRLS",
                "connect as a role that avnadmin makes for the application",
            ),
        ),
    ),
    Platform(
        "digitalocean",
        "DigitalOcean",
        hosts=(".db.ondigitalocean.com",),
        resources=("digitalocean_database_",),
        console_roles=(
            ConsoleRole(
                frozenset(("doadmin", "postgres")),
                BYPASSRLS,
                False,
                "it owns what it makes and may have BYPASSRLS",
                "connect as a role that doadmin makes for the application",
            ),
        ),
    ),
    Platform(
        "fly",
        "Fly Postgres",
        hosts=(".flycast",),
        console_roles=(
            ConsoleRole(
                _POSTGRES,
                SUPERUSER,
                True,
                "Fly Postgres makes postgres a superuser",
                "connect as a role that is made with SQL",
            ),
            ConsoleRole(
                frozenset(),
                SUPERUSER,
                False,
                "`fly postgres attach` makes the role of an application a superuser",
                "attach with --superuser=false, or connect as a role that is made with SQL",
            ),
        ),
    ),
    Platform(
        "crunchy-bridge",
        "Crunchy Bridge",
        hosts=(".db.postgresbridge.com",),
        resources=("crunchybridge_",),
        console_roles=(
            ConsoleRole(
                frozenset(("postgres", "default")),
                SUPERUSER,
                True,
                "Crunchy Bridge makes it a superuser",
                "connect as the role application, which is none, or as one that is made with SQL",
            ),
        ),
    ),
    Platform(
        "yugabyte",
        "YugabyteDB Aeon",
        hosts=(".yugabyte.cloud", ".ybdb.io"),
        resources=("ybm_",),
        console_roles=(
            ConsoleRole(
                frozenset(("admin",)),
                BYPASSRLS,
                True,
                "YugabyteDB Aeon gives admin, the default user of a cluster, BYPASSRLS",
                "connect as a role that admin makes for the application",
            ),
            ConsoleRole(
                frozenset(("postgres", "yugabyte")),
                SUPERUSER,
                True,
                "YugabyteDB makes it a superuser",
                "connect as a role that is made with SQL",
            ),
        ),
    ),
    Platform(
        "cockroachdb",
        "CockroachDB",
        hosts=(".cockroachlabs.cloud",),
        resources=("cockroach_",),
        console_roles=(
            ConsoleRole(
                frozenset(("root",)),
                BYPASSRLS,
                True,
                "root is a member of admin, which CockroachDB exempts from all policies",
                "connect as a user without the role admin",
            ),
        ),
    ),
    Platform(
        "railway",
        "Railway",
        hosts=(".railway.internal", ".rlwy.net", ".railway.app"),
        console_roles=(
            ConsoleRole(
                _POSTGRES,
                SUPERUSER,
                True,
                "the image makes POSTGRES_USER a superuser",
                "connect as a role that is made with SQL",
            ),
        ),
    ),
)
"""The platforms that a host name, a folder or a server gives away.

Heroku and Render are none of these: what they document of the role that they give out is that it
owns the database (Heroku's Credentials), which holds everywhere, and Heroku's hosts have no names
of their own. Citus and the self-hosted YugabyteDB give no host away either.
"""

ENGINE_SETTINGS = ("request.", "pgrst.", "supautils.", "hasura.", "jwt.claims.")
"""How the names begin of settings that engines fill for each request.

Those of PostgREST and Supabase, of Hasura (its documentation, Postgres: `hasura.user`) and of
PostGraphile (its documentation, Security: `jwt.claims.…`).
"""

CONTAINERS = "storage", "buckets"
"""The table whose rows say whether anybody may read what lies in a container (Supabase)."""

PLATFORM_SCHEMAS = frozenset(("auth", "storage", "realtime"))
"""The schemas in which platforms make tables that policies are written on."""

HIDDEN_SCHEMAS = PLATFORM_SCHEMAS | {
    "_analytics", "_realtime", "cron", "extensions", "graphql", "net", "neon_auth", "pgsodium",
    "supabase_functions", "supabase_migrations", "vault",
}  # fmt: skip
"""The schemas of platforms and of their extensions, which their APIs do not show by themselves."""

EXTENSION_SCHEMAS = frozenset(
    ("_timescaledb_cache", "_timescaledb_catalog", "_timescaledb_config", "_timescaledb_functions",
     "_timescaledb_internal", "citus", "citus_internal", "columnar", "columnar_internal",
     "information_schema", "pg_catalog", "pg_toast", "pgtle", "repack", "timescaledb_experimental",
     "timescaledb_information", "topology")
)  # fmt: skip
"""The schemas whose objects belong to PostgreSQL or to an extension, whoever made them."""

ANONYMOUS = frozenset(platform.anonymous for platform in PLATFORMS if platform.anonymous)
"""The roles of callers without an account."""


@cache
def platform_of_host(host: str) -> Platform | None:
    """Return the platform that runs the server of this host name, None for one of no platform."""
    name = f".{host.lower().rstrip('.')}" if not host.startswith("/") else host
    for platform in PLATFORMS:
        if any(
            name.startswith(end) if end.startswith("/") else name.endswith(end)
            for end in platform.hosts
        ):
            return platform
    return None


def console_role(platform: Platform, role: str) -> ConsoleRole | None:
    """Return what a platform says of a role that no migration makes, None where it says nothing."""
    named = (console for console in platform.console_roles if role in console.names)
    of_any = (console for console in platform.console_roles if not console.names)
    return next(named, None) or next(of_any, None)


def is_provided(platform: Platform, role: str) -> bool:
    """Tell whether a role is one that a platform makes in every database."""
    prefix = platform.provided_prefix
    return role in platform.provided_roles or bool(prefix and role.startswith(prefix))


def platform_of_roles(roles: Collection[str]) -> Platform | None:
    """Return the platform whose roles a server has, None where it has those of none."""
    for platform in PLATFORMS:
        if platform.server_roles and platform.server_roles.issubset(roles):
            return platform
    return None


def platform_of_folder(folder: str) -> Platform | None:
    """Return the platform whose tools keep what lies in a folder, None where none does."""
    names = frozenset(folder.replace("\\", "/").split("/"))
    return next((one for one in PLATFORMS if not names.isdisjoint(one.folders)), None)


def platform_of_resource(kind: str) -> Platform | None:
    """Return the platform that Terraform's resources of a type belong to, None for no platform."""
    return next(
        (one for one in PLATFORMS if one.resources and kind.startswith(one.resources)), None
    )


def platform_named(name: str) -> Platform | None:
    """Return the platform that the option `platform` calls so, None where it calls none so."""
    return next((platform for platform in PLATFORMS if platform.name == name), None)
