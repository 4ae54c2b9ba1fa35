"""What is there without the migrations: what a platform has set up, and the records of tools."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from rlslint import NamedTuple
from rlslint.catalog import Catalog
from rlslint.catalog.journal import set_attribute
from rlslint.catalog.model import Column, Kind, Relation
from rlslint.catalog.roles import MIGRATION_ROLE, PUBLIC, DefaultPrivilege, Grant
from rlslint.config.platforms import SUPABASE, Platform
from rlslint.text import Statement


def settle_on(catalog: Catalog, platform: Platform, doubt: str = "") -> None:
    """Give an empty catalog what a database of the platform starts with.

    `doubt` says why the platform's default privileges are perhaps not there.
    """
    catalog.platform = platform
    defaults = default_privileges(platform)
    catalog.defaults = tuple(default._replace(doubt=doubt) for default in defaults)


def default_privileges(platform: Platform) -> Iterator[DefaultPrivilege]:
    """Yield what the platform's ALTER DEFAULT PRIVILEGES grant to the roles of its API."""
    for creator in (MIGRATION_ROLE, platform.owner):
        for kind, privileges in platform.default_grants:
            for privilege in privileges:
                for grantee in platform.default_grantees:
                    yield DefaultPrivilege(
                        creator, platform.default_schema, kind, grantee, privilege, None
                    )


def end_default_grants(catalog: Catalog, day: str) -> None:
    """Take back what the platform grants no more to what is made on a day (`20261030`).

    Between its two days only the project can tell: what is granted then is doubtful.
    """
    platform = catalog.platform
    end = platform.default_grants_end if platform is not None else None
    if platform is None or end is None or day < end.new_projects:
        return
    doubt = "" if day >= end.all_projects else f"{platform.title} grants it in older projects only"
    kept = []
    for default in catalog.defaults:
        is_given = default.statement is None and default.grantee in platform.default_grantees
        if not is_given or default.kind not in end.kinds:
            kept.append(default)
        elif doubt:
            kept.append(default._replace(doubt=doubt))
    set_attribute(catalog, "defaults", tuple(kept))


def grant_elsewhere(catalog: Catalog) -> None:
    """Let the roles of policies have privileges on all tables, perhaps, where nothing grants any.

    What declares tables and policies can say nothing of privileges: others grant them.
    """
    tables = [table for table in catalog.tables() if not table.is_beyond_history]
    if any(grant.statement for table in tables for grant in table.grants.known()):
        return
    named = [role for table in tables for p in table.policies.known() for role in p.known_roles]
    for role in dict.fromkeys(named):
        if role not in (PUBLIC, MIGRATION_ROLE):
            for table in tables:
                for privilege in ("select", "insert", "update", "delete"):
                    key = (role, privilege, "")
                    grant = Grant(*key, MIGRATION_ROLE, False, None, _ELSEWHERE)
                    dict.setdefault(table.grants, key, grant)


_ELSEWHERE = "a schema declares no privileges, which others grant"


_ON_TABLES = ("select", "insert", "update", "delete")


class PlatformTable(NamedTuple):
    """A table that a platform makes, with row security and without policies.

    `columns` are names with their types. `owner_columns` tell whose a row is, and `own_rows` is the
    condition that they are the caller's. A row lies in what `container` names, which says nothing
    of whose it is. `grantees` may do anything with its rows that policies allow. `is_telling` is
    True where nobody else names a table so.
    """

    schema: str
    name: str
    owner: str
    columns: tuple[tuple[str, str], ...]
    grantees: tuple[str, ...] = ()
    owner_columns: frozenset[str] = frozenset()
    own_rows: str = ""
    container: str = ""
    is_telling: bool = True


def _columns(written: str) -> tuple[tuple[str, str], ...]:
    """Return names and types, of which `name type, name type` is written."""
    pairs = (pair.strip().partition(" ") for pair in written.split(","))
    return tuple((name, kind) for name, _, kind in pairs)


@cache
def _tables() -> dict[str, dict[tuple[str, str], PlatformTable]]:
    everybody = SUPABASE.default_grantees
    tables = (
        PlatformTable(
            "storage",
            "objects",
            "supabase_storage_admin",
            _columns(
                "id uuid, bucket_id text, name text, owner uuid, created_at timestamptz, "
                "updated_at timestamptz, last_accessed_at timestamptz, metadata jsonb, "
                "path_tokens text[], version text, owner_id text, user_metadata jsonb, level int4"
            ),
            everybody,
            frozenset(("owner", "owner_id")),
            "owner_id = (SELECT auth.uid()::text)",
            "bucket_id",
        ),
        PlatformTable(
            "storage",
            "buckets",
            "supabase_storage_admin",
            _columns(
                "id text, name text, owner uuid, created_at timestamptz, updated_at timestamptz, "
                "public bool, avif_autodetection bool, file_size_limit int8, "
                "allowed_mime_types text[], owner_id text, type text"
            ),
            everybody,
        ),
        PlatformTable(
            "realtime",
            "messages",
            "supabase_realtime_admin",
            _columns(
                "topic text, extension text, payload jsonb, event text, private bool, "
                "updated_at timestamp, inserted_at timestamp, id uuid"
            ),
            everybody,
        ),
        PlatformTable(
            "auth",
            "users",
            "supabase_auth_admin",
            _columns(
                "instance_id uuid, id uuid, aud varchar, role varchar, email varchar, "
                "encrypted_password varchar, email_confirmed_at timestamptz, "
                "invited_at timestamptz, confirmation_token varchar, "
                "confirmation_sent_at timestamptz, recovery_token varchar, "
                "recovery_sent_at timestamptz, email_change_token_new varchar, "
                "email_change varchar, email_change_sent_at timestamptz, "
                "last_sign_in_at timestamptz, raw_app_meta_data jsonb, "
                "raw_user_meta_data jsonb, is_super_admin bool, created_at timestamptz, "
                "updated_at timestamptz, phone text, phone_confirmed_at timestamptz, "
                "phone_change text, phone_change_token varchar, "
                "phone_change_sent_at timestamptz, confirmed_at timestamptz, "
                "email_change_token_current varchar, email_change_confirm_status int2, "
                "banned_until timestamptz, reauthentication_token varchar, "
                "reauthentication_sent_at timestamptz, is_sso_user bool, "
                "deleted_at timestamptz, is_anonymous bool"
            ),
            is_telling=False,
        ),
    )
    return {SUPABASE.name: {(table.schema, table.name): table for table in tables}}


def platform_table(relation: Relation) -> PlatformTable | None:
    """Return what a platform says of a relation that the history takes as given, if it is one."""
    if not relation.is_beyond_history:
        return None
    place = relation.schema, relation.name
    return next((of_one[place] for of_one in _tables().values() if place in of_one), None)


def settle_as_made(
    relation: Relation, platform: Platform | None, statement: Statement | None
) -> None:
    """Give a stand-in the facts of the platform's table, where it stands for one.

    Nothing but names tells the platform where it is None: then they must be telling. Indexes,
    constraints and triggers stay unknown.
    """
    table = platform_table(relation)
    if table is None or (platform is None and not table.is_telling):
        return
    if platform is not None and (table.schema, table.name) not in _tables().get(platform.name, ()):
        return
    relation.become("kind", Kind.table)
    relation.become("owner", table.owner)
    relation.become("options", {})
    relation.become("query", None)
    relation.become("rls_enabled", True)
    relation.become("rls_forced", False)
    columns = {
        name: Column(name, number, kind, False, statement)
        for number, (name, kind) in enumerate(table.columns, 1)
    }
    relation.become("columns", columns)
    relation.become("next_number", len(columns) + 1)
    for grantee in table.grantees:
        for privilege in _ON_TABLES:
            key = grantee, privilege, ""
            relation.grants[key] = Grant(*key, table.owner, False, None)
    relation.grants.close()
    relation.policies.close()


_TOOLS_TABLES = frozenset(
    """
    __diesel_schema_migrations __drizzle_migrations __efmigrationshistory __migrations
    _prisma_migrations _sqlx_migrations alembic_version ar_internal_metadata
    atlas_schema_revisions databasechangelog databasechangeloglock django_migrations
    flyway_schema_history goose_db_version gorp_migrations kysely_migration kysely_migration_lock
    knex_migrations knex_migrations_lock mikro_orm_migrations pgmigrations
    refinery_schema_history schema_migrations schema_version sequelizemeta typeorm_migrations
    yoyo_migration _yoyo_migration _yoyo_log _yoyo_version
    """.split()  # noqa: SIM905
)
_TOOLS_SCHEMAS = frozenset(("drizzle", "sqitch", "supabase_migrations"))


def is_bookkeeping(relation: Relation) -> bool:
    """Tell whether a migration tool keeps its own records in a relation, not the application."""
    return relation.name.lower() in _TOOLS_TABLES or relation.schema in _TOOLS_SCHEMAS
