"""What a connection string says: where to connect, and how messages name the place.

Needs psycopg, which `rlslint.live` looks for first.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from rlslint.config import did_you_mean, with_hint
from rlslint.text.secrets import masked

_USUAL_PORT = "5432"
_USUAL_SOCKETS = ("/var/run/postgresql", "/run/postgresql", "/tmp")
_FORMS = (
    "It is a URL (postgresql://role@host/database) or keywords and values (host=db1 dbname=shop)."
)
_CAUSES = {
    'missing "="': 'a word in it has no "="',
    "invalid percent-encoded token": "a % in it is followed by no code (% itself is %25)",
    "unexpected spaces found": "a URL has no spaces (they are %20)",
    "unterminated quoted string": "a quote in it is not closed",
    "invalid connection option": "libpq has no such option as it names",
    "invalid URI query parameter": "libpq has no such option as it names",
}
"""What libpq's messages begin with, and the same without the part of the string that it quotes:
that may be a part of the password."""


Parameters = Mapping[str, object]
"""libpq's keywords with their values."""


class BadConnectionString(Exception):
    """A connection string cannot be read; the message is a sentence that quotes nothing of it."""


def parameters_of(conninfo: str) -> Parameters:
    """Return libpq's keywords with their values, its environment included.

    Raises BadConnectionString where libpq refuses the string.
    """
    import psycopg
    from psycopg.conninfo import conninfo_to_dict
    from psycopg.pq import Conninfo

    environment = {
        option.keyword.decode(): option.val.decode("utf-8", "replace") if option.val else ""
        for option in Conninfo.get_defaults()
    }
    if _has_bare_sign(conninfo):
        raise BadConnectionString(
            "The connection string cannot be read: user, password, host and database of a URL have "
            "their special characters as codes (@ is %40, / is %2F, : is %3A, % is %25)."
        )
    try:
        given = conninfo_to_dict(conninfo)
    except psycopg.Error as error:
        cause = _cause(first_line(error), environment)
        raise BadConnectionString(
            f"The connection string cannot be read: {cause}. {_FORMS}"
        ) from None
    if not os.environ.get("PGDATABASE"):
        environment.pop("dbname", None)
    found = {**environment, **given}
    return {key: value for key, value in found.items() if value not in ("", None)}


def _has_bare_sign(conninfo: str) -> bool:
    """Tell whether a URL has an @ or / in its password: libpq would take the rest for the host."""
    _, is_url, behind = conninfo.partition("://")
    before, _, after = behind.partition("?")[0].partition("@")
    return bool(is_url) and ("@" in after or (bool(after) and "/" in before))


def _cause(message: str, options: Iterable[str]) -> str:
    start = next((start for start in _CAUSES if message.startswith(start)), "")
    if not start:
        return "libpq does not understand it"
    if not start.startswith("invalid connection"):
        return _CAUSES[start]
    return with_hint(_CAUSES[start], did_you_mean(message.split('"')[1], tuple(options)))


def database_name(parameters: Parameters) -> str:
    """Return how messages name a database: `shop on db1:5433`; a usual place goes without saying.

    Two databases of the same name on two servers have different names, and a URL that stands where
    a name belongs shows no password.
    """
    return masked(_name(parameters))


def _name(parameters: Parameters) -> str:
    name = str(parameters.get("dbname") or "")
    if not name and "service" in parameters:
        return f"the database of service {parameters['service']}"
    if not name:
        # libpq takes that of the role (manual: Parameter Key Words).
        name = f"the database {parameters.get('user') or ''}".strip()
    hosts = str(parameters.get("host") or parameters.get("hostaddr") or "").split(",")
    ports = str(parameters.get("port") or "").split(",")
    if len(ports) < len(hosts):
        ports = [ports[0]] * len(hosts)
    places = [_place(host, port) for host, port in zip(hosts, ports, strict=False)]
    server = ",".join(place for place in places if place)
    return f"{name} on {server}" if server else name


def _place(host: str, port: str) -> str:
    shown = "" if host in _USUAL_SOCKETS else host
    return shown if port in ("", _USUAL_PORT) else f"{shown}:{port}"


def first_line(error: Exception) -> str:
    """Return the first line of an error's message, without the full stop at its end."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[0] if lines else type(error).__name__).rstrip(".")
