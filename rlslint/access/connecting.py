"""What a connection says of the role behind it: for what it is, and on whose server."""

from __future__ import annotations

import re
from pathlib import PurePath

from rlslint.files.connections import Client, Connection

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
_MOST_CLIENTS = 3
_SUPABASE_POOLER = re.compile(r"(?:^|\.)pooler\.supabase\.com$", re.IGNORECASE)


def runs_migrations(connection: Connection) -> bool:
    """Tell whether a connection is for migrations or administration, not for requests.

    Its file says so (`alembic.ini`), or its name: `MIGRATION_DATABASE_URL`,
    `ADMIN_DATABASE_URL`, Prisma's `DIRECT_URL`, a compose service that is called `migrate`. Of one
    that is open its clients say so.
    """
    if connection.is_open:
        return all(is_migration_tool(client.name) for client in connection.clients)
    file = PurePath(connection.span.text.path).name.lower()
    if file in MIGRATION_SETTINGS or _TOOLS.search(connection.source):
        return True
    variable = connection.source.rpartition(".")[2]
    return not _ASIDE.isdisjoint(re.split(r"[^a-z0-9]+", variable.lower()))


def is_migration_tool(name: str) -> bool:
    """Tell whether a program or a service is called after migrations."""
    return _TOOLS.search(name) is not None


def told_by(connection: Connection) -> str:
    """Return what tells of a connection, as a clause about its role."""
    if connection.is_open:
        return _seen(connection)
    return f"named by the connection string in {connection.span.text.path}"


def is_doubtful(connection: Connection) -> bool:
    """Tell whether a connection is open and may be an administrator's or the server's own.

    Programs for administration and monitoring give their name; an administrator's script need not.
    """
    certain = [client for client in connection.clients if client.name and client.is_shown]
    return connection.is_open and not certain


def _seen(connection: Connection) -> str:
    clients = connection.clients
    sessions = sum(client.sessions for client in clients)
    noun, verb = ("1 session", "is") if sessions == 1 else (f"{sessions} sessions", "are")
    shown = list(dict.fromkeys(map(_described, clients)))
    others = len(shown) - _MOST_CLIENTS
    if others > 1:
        shown[_MOST_CLIENTS:] = [f"{others} other clients"]
    doubt = ""
    if not any(client.name for client in clients):
        doubt = ", maybe an administrator's"
    elif not any(client.is_shown for client in clients):
        doubt = ", of which no more is shown without pg_read_all_stats"
    return f"{noun} of {role_of(connection)} {verb} open right now: {', '.join(shown)}{doubt}"


def _described(client: Client) -> str:
    place = f" from {client.address}" if client.address else ""
    return f"{client.name or 'a client without a name'}{place}"


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
