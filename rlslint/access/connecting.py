"""What a connection string says of the role behind it: for what it is, and on whose server."""

from __future__ import annotations

import re
from pathlib import PurePath

from rlslint.evidence import Connection

MIGRATION_SETTINGS = frozenset(
    (
        "alembic.ini",
        "atlas.hcl",
        "dbconfig.yml",
        "flyway.conf",
        "flyway.toml",
        "liquibase.properties",
        "sqitch.conf",
    )
)
"""Files that say who runs the migrations, not who serves requests."""

_TOOLS = re.compile(r"migrat|flyway|liquibase", re.IGNORECASE)
_ASIDE = frozenset(("admin", "direct", "owner", "root", "shadow", "superuser"))
_MANAGED = re.compile(
    r"""(?:^|\.)(?:rds\.amazonaws\.com(?:\.cn)?|azure\.com|neon\.tech|supabase\.(?:co|com)
        |aivencloud\.com)$|^/cloudsql/""",
    re.VERBOSE | re.IGNORECASE,
)
_SUPABASE_POOLER = re.compile(r"(?:^|\.)pooler\.supabase\.com$", re.IGNORECASE)


def runs_migrations(connection: Connection) -> bool:
    """Tell whether a connection is for migrations or administration, not for requests.

    Its file says so (`alembic.ini`), or its name: `MIGRATION_DATABASE_URL`,
    `ADMIN_DATABASE_URL`, Prisma's `DIRECT_URL`, a compose service that is called `migrate`.
    """
    file = PurePath(connection.span.text.path).name.lower()
    if file in MIGRATION_SETTINGS or _TOOLS.search(connection.source):
        return True
    variable = connection.source.rpartition(".")[2]
    return not _ASIDE.isdisjoint(re.split(r"[^a-z0-9]+", variable.lower()))


def role_of(connection: Connection) -> str:
    """Return the role that a connection has in the database, "" where nobody knows.

    Supabase's pooler takes the project behind a dot: `postgres.abcdefgh`.
    """
    if _SUPABASE_POOLER.search(connection.host):
        return connection.user.partition(".")[0]
    return connection.user


def is_managed(connection: Connection) -> bool:
    """Tell whether the server belongs to a service that keeps the superuser to itself.

    There `postgres` is an ordinary role with many rights (Amazon RDS, Azure, Cloud SQL, Neon,
    Supabase, Aiven).
    """
    return _MANAGED.search(connection.host) is not None
