"""What a connection is for, and on whose server."""

from __future__ import annotations

import pytest

from rlslint.files.connections import Connection
from rlslint.text import Span, Text


def connection(user: str = "web", source: str = "DATABASE_URL", host: str = "db") -> Connection:
    return Connection(
        Span(Text(".env", user.encode()), 0, len(user)), user, host, "a", False, source
    )


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("MIGRATION_DATABASE_URL", True),
        ("services.migrate.environment.DATABASE_URL", True),
        ("spring.flyway.user", True),
        ("ADMIN_DATABASE_URL", True),
        ("DATABASE_OWNER_URL", True),
        ("DIRECT_URL", True),
        ("ALEMBIC_DATABASE_URL", True),
        ("GOOSE_DBSTRING", True),
        ("MONGOOSE_DATABASE_URL", False),
        ("services.goose.environment.DATABASE_URL", True),
        ("services.goose-api.environment.DATABASE_URL", False),
        ("services.api-migrate.environment.DATABASE_URL", True),
        ("services.migration-web.environment.DATABASE_URL", False),
        ("services.immigration.environment.DATABASE_URL", False),
        ("PREMIGRATE_DATABASE_URL", True),
        ("SHADOW_DATABASE_URL", True),
        ("DATABASE_URL", False),
        ("services.admin.environment.DATABASE_URL", False),
        ("DIRECTORY_DATABASE_URL", False),
    ],
)
def test_a_name_tells_what_a_connection_is_for(source: str, expected: bool) -> None:
    assert connection(source=source).runs_migrations is expected


def test_the_pooler_of_a_platform_is_no_part_of_the_role() -> None:
    assert connection("postgres.abcd", host="aws-0.pooler.supabase.com").role == "postgres"
    assert connection("first.last", host="db.shop.example").role == "first.last"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("shop.abc.eu-west-1.rds.amazonaws.com", "rds"),
        ("shop.postgres.database.azure.com", "azure"),
        ("/cloudsql/project:region:shop", "cloud-sql"),
        ("db.abcd.supabase.co", "supabase"),
        ("ep-calm-hill-1-pooler.eu-central-1.aws.neon.tech", "neon"),
        ("Shop-DB.flycast", "fly"),
        ("db.notneon.tech", ""),
        ("db.shop.example", ""),
        ("", ""),
    ],
)
def test_a_host_tells_the_platform(host: str, expected: str) -> None:
    platform = connection(host=host).platform
    assert (platform.name if platform is not None else "") == expected
