"""Tables in which a migration tool remembers what it has run."""

from __future__ import annotations

from rlslint.catalog.model import Relation

_TABLES = frozenset(
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
_SCHEMAS = frozenset(("drizzle", "sqitch", "supabase_migrations"))


def is_bookkeeping(relation: Relation) -> bool:
    """Tell whether a migration tool keeps its own records in a relation, not the application."""
    return relation.name.lower() in _TABLES or relation.schema in _SCHEMAS
