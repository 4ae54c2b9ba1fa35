"""Who is connected to a database while it is audited (manual: pg_stat_activity)."""

from __future__ import annotations

import json
import re

from rlslint import NamedTuple, Pattern
from rlslint.files.connections import Client, Connection, is_migration_tool
from rlslint.server.snapshot import Snapshot
from rlslint.sql import quoted_literal
from rlslint.text import CatalogText, Span

# Those who lack pg_read_all_stats see of others' sessions the role, the database and the name that
# the client gives itself, not where it is nor what kind of process it is (tried on 15 and 18).
_QUERY = """SELECT coalesce(json_agg(json_build_array(s.usename, s.is_first, s.name, s.client,
        s.is_shown, s.sessions) ORDER BY s.usename, s.name, s.client), '[]')::text
    FROM (SELECT a.usename, a.usesysid = 10 AS is_first, coalesce(a.application_name, '') AS name,
            coalesce(host(a.client_addr), '') AS client, a.backend_type IS NOT NULL AS is_shown,
            count(*) AS sessions
        FROM pg_catalog.pg_stat_activity a
        WHERE a.datname = current_database() AND a.pid <> pg_catalog.pg_backend_pid()
        AND a.usename IS NOT NULL AND coalesce(a.backend_type, 'client backend') = 'client backend'
        AND coalesce(a.application_name, '') <> 'rlslint' GROUP BY 1, 2, 3, 4, 5) s"""
"""10 is the role that initdb makes (BOOTSTRAP_SUPERUSERID in src/include/catalog/pg_authid.dat)."""

_ADMINISTRATION = Pattern(
    r"""(?<![a-z])(?:psql|pg_?admin|dbeaver|datagrip|intellij|azure\ data\ studio|tableplus
    |beekeeper|navicat|postico|heidisql|omnidb|pgcli|usql|pg_?hero
    |pg_(?:dump|dumpall|restore|basebackup|amcheck|cron|isready|receivewal|recvlogical|rewind
    |activity|top)|vacuumdb|reindexdb|clusterdb|pgbackrest|barman|wal-?[eg]|patroni|repmgrd?
    |cnpg|cloudnative-?pg|stolon|exporter|datadog|pganalyze|pgwatch|pgmetrics|temboard|powa|zabbix
    |zbx|nagios|icinga|check_postgres|telegraf|prometheus|newrelic|nri|rlslint|pgrls|squawk
    |supavisor_meta|postgres-?meta)(?![a-z])""",
    re.IGNORECASE | re.VERBOSE,
)
"""What administrators', monitors' and backups' programs call themselves, or the roles they use."""

_PLATFORM = frozenset(
    """alloydbadmin alloydbagent azure_superuser azuresu cloud_admin cloudsqladmin cloudsqlagent
    cloudsqlimportexport cloudsqlreplica rdsadmin rdsrepladmin rdstopmgr""".split()  # noqa: SIM905
)
"""Roles with which managed services look after their servers."""

_FIRST = "it is the superuser that initdb made"


class Connected(NamedTuple):
    """The connections that an application has open, one for each role.

    Those of migration tools are apart. `hidden` are the roles with sessions of which nothing tells
    whether a client or the server itself opened them.
    """

    connections: tuple[Connection, ...]
    hidden: tuple[str, ...]


def connected(live: Snapshot) -> Connected:
    """Return who is connected, but for administrators, monitors and backups."""
    clients: dict[tuple[str, bool, bool], list[Client]] = {}
    hidden: dict[str, None] = {}
    for role, is_first, name, address, is_shown, sessions in json.loads(live.ask(_QUERY)):
        if role in _PLATFORM or any(map(_ADMINISTRATION().search, (role, name))):
            continue
        if not is_shown and not name:
            hidden[role] = None
            continue
        key = (role, is_first, is_migration_tool(name))
        clients.setdefault(key, []).append(Client(name, address, sessions, is_shown))
    connections = (
        _connection(live.database, role, is_first, tuple(found))
        for (role, is_first, _), found in clients.items()
    )
    return Connected(tuple(connections), tuple(hidden))


def _connection(
    database: str, role: str, is_first: bool, clients: tuple[Client, ...]
) -> Connection:
    names = ", ".join(dict.fromkeys(client.name for client in clients if client.name))
    shown = f"SELECT * FROM pg_stat_activity WHERE usename = {quoted_literal(role)}"
    text = CatalogText(database, shown.encode("utf-8", "replace"))
    span = Span(text, 0, len(text.data))
    evidence = _FIRST if is_first else ""
    return Connection(span, role, "", database, False, names, evidence, clients=clients)
