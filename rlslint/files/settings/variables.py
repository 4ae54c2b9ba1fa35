"""Environment variables that say who connects, wherever they are set."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from rlslint import NamedTuple, Pattern
from rlslint.files.connections import Connection
from rlslint.files.settings.addresses import addresses, expanded, known
from rlslint.files.settings.document import NO_VARIABLES, Document

_USER = Pattern(
    r"(?:PGUSER|(?P<prefix>(?:\w+_)?(?:DB|DATABASE|POSTGRES|POSTGRESDB|POSTGRESQL|PG|DATASOURCE|JDBC|RDS))"
    r"_USER(?:NAME)?)"
)
_SERVERS = ("HOST", "SERVER", "HOSTNAME")
_DATABASES = ("DATABASE", "DB", "NAME", "DBNAME")
_KIND = Pattern(r"(?:\w+_)?(?:DB|DATABASE)_(?:CONNECTION|ENGINE|CLIENT|DIALECT|DRIVER|TYPE)")
OTHER_SERVERS = Pattern(
    r"mysql|maria|mongo|sqlite|sqlserver|mssql|odbc|oracle|redis|clickhouse|snowflake|trino|presto"
    r"|hive|impala|vertica|teradata|firebird|neo4j|cassandra|influx|duckdb|redshift|smtp|imap|ldap"
    r"|ftp|amqp|rabbit|kafka|paramiko",
    re.IGNORECASE,
)
"""In the names of what is no PostgreSQL, and takes a user as well."""


class Variable(NamedTuple):
    """A variable and its value, which stands between two offsets of the file."""

    name: str
    value: str
    start: int
    end: int


def connections_of_variables(
    document: Document,
    variables: Sequence[Variable],
    where: str = "",
    beside: Mapping[str, str] = NO_VARIABLES,
) -> Iterator[Connection]:
    """Yield the Connections that one environment describes.

    `POSTGRES_USER` alone creates the first role of a container; it is a connection of the
    application only where the same environment also names a server. `where` goes before the
    variable's name in `source`. `beside` are values of the same environment that are written
    elsewhere.
    """
    values = {name: expanded(value) or "" for name, value in beside.items()}
    values |= {variable.name: expanded(variable.value) or "" for variable in variables}
    kinds = "".join(value for name, value in values.items() if _KIND().fullmatch(name))
    if OTHER_SERVERS().search(kinds):
        return
    for variable in variables:
        yield from document.connections(variable.start, variable.end, where + variable.name)
        match = _USER().fullmatch(variable.name)
        user = known(variable.value) if match else None
        if match is None or user is None:
            continue
        url = values.get(f"{match['prefix']}_URL", "")
        if OTHER_SERVERS().search(url):
            continue
        named = next(addresses(url), None)
        host = _server(match["prefix"], values) or (named.host if named else "")
        database = _database(match["prefix"], values) or (named.database if named else "")
        found = document.connection(
            user,
            variable.start,
            variable.end,
            host=host,
            database=database,
            source=where + variable.name,
        )
        creates = variable.name == "POSTGRES_USER" and not host
        yield found._replace(connects=not creates)


def connections_of_resolved(
    document: Document,
    variables: Sequence[Variable],
    where: str = "",
    beside: Mapping[str, str] = NO_VARIABLES,
) -> Iterator[Connection]:
    """Yield the same of variables whose values do not stand in the file as they are."""
    others: list[Variable] = []
    for variable in variables:
        if variable.value == document.source[variable.start : variable.end]:
            others.append(variable)
            continue
        found = [address for address in addresses(variable.value) if address.user]
        if not found:
            others.append(variable)
        for address in found:
            yield document.connection(
                address.user or "",
                variable.start,
                variable.end,
                host=address.host,
                database=address.database,
                source=where + variable.name,
            )
    yield from connections_of_variables(document, others, where, beside)


def _server(prefix: str | None, values: dict[str, str]) -> str:
    names = ["PGHOST"] if prefix is None else [f"{prefix}_{name}" for name in _SERVERS]
    return next((values[name] for name in names if values.get(name)), "")


def _database(prefix: str | None, values: dict[str, str]) -> str:
    names = ["PGDATABASE"] if prefix is None else [f"{prefix}_{name}" for name in _DATABASES]
    return next((values[name] for name in names if values.get(name)), "")
