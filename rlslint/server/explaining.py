"""Why a server could not be read, in a sentence: the cause, and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from rlslint import NamedTuple, Pattern
from rlslint.server.connection_strings import Parameters, database_name, first_line
from rlslint.sql import quoted_identifier
from rlslint.text.secrets import masked

_AGAIN = "Nothing was changed; try again later."
_CREDENTIALS = "Check the role, and its password in PGPASSWORD or in the file .pgpass."
_INTRODUCTION = Pattern(
    r"""^(?:connection\ (?:failed|is\ bad|error):\s*)?
    (?:connection\ to\ server\ (?:at|on)\ .*?\ failed:\s*)?(?:FATAL|ERROR|PANIC)?:?\s*""",
    re.VERBOSE,
)


class _Known(NamedTuple):
    """What to say where libpq's or the server's message matches.

    `cause` stands for the message, which stays where it is "". Both are formatted with the groups
    of the match, with `role` and with `seconds`, after which an attempt to connect is given up.
    """

    pattern: str
    cause: str
    remedy: str


# A connection that is refused carries no SQLSTATE in libpq: its words have to do, and where the
# server speaks another language than English, they are shown as they are.
_KNOWN = (
    _Known(
        r'on socket "(?P<socket>[^"]+)" failed: (?:No such file|Connection refused)',
        "no server has the socket {socket}",
        "Check that the server runs, or name another with host (PGHOST) and port (PGPORT).",
    ),
    _Known(
        r"Connection refused",
        "no server listens there",
        "Check the host and the port, and that the server runs.",
    ),
    _Known(
        r"(?:resolve host|translate host name) ['\"](?P<host>[^'\"]*)['\"]",
        "the host name {host} is not known",
        "Check its spelling, and the port.",
    ),
    _Known(r"'idna' codec", "its host has a name that no host can have", "Check its spelling."),
    _Known(
        r"timeout expired|timed out",
        "the server did not answer within {seconds} seconds",
        "Check the host, the port and the firewalls between; connect_timeout allows more.",
    ),
    _Known(r"no answer within (?P<limit>\d+) s", "no answer came for {limit} seconds", _AGAIN),
    _Known(r"password authentication failed", "", _CREDENTIALS),
    _Known(r"no password supplied", "the server asks for a password", _CREDENTIALS),
    _Known(
        r"(?:Peer|Ident) authentication failed",
        "",
        "The server wants the operating system's user to have that name: run rlslint as that user, "
        "or connect with host=localhost and a password.",
    ),
    _Known(
        r"no pg_hba\.conf entry",
        "",
        "A line of the server's pg_hba.conf has to admit this connection.",
    ),
    _Known(
        r"does not support SSL",
        "the server offers no TLS, and sslmode asks for it",
        "Turn on ssl on the server; sslmode=prefer goes without.",
    ),
    _Known(
        r"certificate verify failed|root certificate file",
        "",
        "sslrootcert names the certificate of the authority that signed the server's.",
    ),
    _Known(
        r'database ".*" does not exist',
        "",
        "Name the database with dbname, at the end of the URL or in PGDATABASE.",
    ),
    _Known(
        r'role ".*" does not exist',
        "",
        "Name the role with user, in the URL or in PGUSER.",
    ),
    _Known(r"not permitted to log in", "", "Connect as a role that has LOGIN."),
    _Known(
        r'permission denied for database "(?P<name>.*)"',
        "",
        "GRANT CONNECT ON DATABASE {name} TO {role}; lets it.",
    ),
    _Known(
        r'definition of service "(?P<service>.*)" not found',
        "",
        "It is a section of ~/.pg_service.conf or of the file that PGSERVICEFILE names.",
    ),
    _Known(
        r"unsupported startup parameter",
        "",
        "A connection pooler refuses it: leave options and PGOPTIONS away, or connect to the "
        "server itself.",
    ),
    _Known(
        r"statement pooling mode",
        "a connection pooler lets no transaction through",
        "Connect to the server itself, or pool by transactions.",
    ),
    _Known(r"too many (?:clients|connections)|remaining connection slots", "", _AGAIN),
    _Known(r"starting up|shutting down|not accepting connections|recovery mode", "", _AGAIN),
    # What shows expressions reads the catalogs as they are now, not as of the snapshot.
    _Known(
        r"could not open relation with OID|cache lookup failed for",
        "something in it was dropped while it was read",
        _AGAIN,
    ),
    _Known(
        r"terminating connection|server closed the connection|connection .*(?:lost|closed)|"
        r"reset by peer|consuming input failed|SSL SYSCALL",
        "the connection broke off",
        _AGAIN,
    ),
)


def explained(error: Exception, parameters: Parameters, role: str, locks: Callable[[], str]) -> str:
    """Return a sentence or two about an error of psycopg, without a password.

    `role` is who asked; `locks` tells which locks others hold.
    """
    cause, remedy = _cause_and_remedy(error, parameters, role, locks)
    name = database_name(parameters)
    name = name[:1].upper() + name[1:] if name.startswith("the ") else name
    return masked(" ".join(filter(None, (f"{name} cannot be read: {cause}.", remedy))))


def _cause_and_remedy(
    error: Exception, parameters: Parameters, role: str, locks: Callable[[], str]
) -> tuple[str, str]:
    reason = _without_password(_INTRODUCTION().sub("", first_line(error)), parameters)
    match getattr(error, "sqlstate", None):
        case "55P03":
            return (locks() or "another session holds a lock on one of its tables"), _AGAIN
        case "57014" if "statement timeout" in reason:
            return "a query took too long and was given up", _AGAIN
        case "42501":
            denied = re.search(r"permission denied for (?:table|view|relation) (\w+)", reason)
            return f"{reason}, which every role may read by default", (
                f"GRANT SELECT ON pg_catalog.{denied[1]} TO {quoted_identifier(role)}; lets it."
                if denied
                else ""
            )
        case _:
            return next(_known(str(error), reason, parameters, role), (reason, ""))


def _known(
    message: str, reason: str, parameters: Parameters, role: str
) -> Iterator[tuple[str, str]]:
    for known in _KNOWN:
        if found := re.search(known.pattern, message):
            words = {key: value or "" for key, value in found.groupdict().items()}
            if "name" in words:
                words["name"] = quoted_identifier(words["name"])
            words |= {
                "role": quoted_identifier(role),
                "seconds": str(parameters.get("connect_timeout", "")),
            }
            yield known.cause.format_map(words) or reason, known.remedy.format_map(words)


def _without_password(message: str, parameters: Parameters) -> str:
    for key in ("password", "sslpassword"):
        if secret := str(parameters.get(key) or ""):
            message = message.replace(secret, "***")
    return message
