"""Who connects to which database, and what that says of the role behind it."""

from __future__ import annotations

import re

from rlslint import NamedTuple, Pattern
from rlslint.config.platforms import Platform, platform_of_host
from rlslint.text import Span

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

JOBS = ("Job", "CronJob")
"""The kinds of what Kubernetes runs to its end."""
_TO_THE_END = Pattern(rf"(?:{'|'.join(JOBS)})\.|(?:.*\.)?initContainers\.")
_TOOLS = Pattern(
    r"(?:(?<![a-z])(?:auto|db|post|pre|sql)?migrat|(?-i:Migrat|(?<=[A-Z])MIGRAT)|flyway|liquibase"
    r"|alembic|sqitch|dbmate|(?<![a-z])goose(?![a-z]))"
    # What serves requests may be called after a goose, or move things itself.
    r"(?![a-z]*[-_](?:api|app|backend|frontend|gateway|ui|web|worker)(?![a-z]))",
    re.IGNORECASE,
)
_ASIDE = frozenset(
    (
        "admin", "direct", "owner", "root", "seed", "seeds", "shadow", "superuser",
    )
)  # fmt: skip
_SETS_UP = Pattern(
    r"(?:.*/)?scripts?/(?:.*[^a-z])?(?:bench\w*|bootstrap|init|install|setup)(?:[^a-z/].*)?"
)
"""Scripts that set up or measure a server; a program's own set-up may open what serves requests."""
LITERAL = "literal"
"""The source of a connection that a program opens with what stands in its code."""
_MOST_CLIENTS = 3


class Client(NamedTuple):
    """A program that has sessions open: what it calls itself and where it is, "" where unknown.

    `is_shown` is False where the server does not let the one who asks see more than the name: then
    it may be a process of the server itself, such as one that replicates.
    """

    name: str
    address: str
    sessions: int
    is_shown: bool = True


class Connection(NamedTuple):
    """Who connects to a database, as a settings file or a literal in code says.

    `password` is never kept. `development` is True where the file or its name says that the
    connection is for development, tests or CI only. `span` marks the DSN or the user name.

    `superuser_evidence` says why the user must be a superuser ("" where nothing says so): the
    official image makes POSTGRES_USER one. `connects` is False where the file only creates that
    role and nothing in it says that the application connects as it; `made_as` is then the attribute
    that it gives the role, superuser or bypassrls ("" for neither). `clients` are those that a
    server sees connected right now, none where a file tells of the connection. `product` is the
    image of a product that connects, and keeps what it knows in a database of its own as a rule.
    """

    span: Span
    user: str
    host: str
    database: str
    development: bool
    source: str
    superuser_evidence: str = ""
    connects: bool = True
    made_as: str = ""
    clients: tuple[Client, ...] = ()
    product: str = ""

    def __str__(self) -> str:
        return f"{self.user} in {self.span.text.path}"

    @property
    def is_open(self) -> bool:
        """Whether a server has the connection right now."""
        return bool(self.clients)

    @property
    def is_literal(self) -> bool:
        """Whether a text in a program tells of the connection, which need not be opened."""
        return self.source == LITERAL

    @property
    def role(self) -> str:
        """The role that a connection has in the database, "" where nobody knows.

        Some poolers take the project behind a dot: `postgres.abcdefgh`.
        """
        platform = self.platform
        if platform is not None and f".{self.host}".lower().endswith(platform.pooler_hosts):
            return self.user.partition(".")[0]
        return self.user

    @property
    def platform(self) -> Platform | None:
        """The platform that runs the server, as far as the host's name tells."""
        return platform_of_host(self.host)

    @property
    def runs_migrations(self) -> bool:
        """Whether a connection is for migrations or administration, not for requests.

        Its file says so (`alembic.ini`), or its name: `MIGRATION_DATABASE_URL`,
        `ADMIN_DATABASE_URL`, Prisma's `DIRECT_URL`, a compose service that is called `migrate`, a
        Job or an init container of Kubernetes; of a literal in a program the name of the program.
        Of one that is open its clients say so.
        """
        if self.is_open:
            return all(is_migration_tool(client.name) for client in self.clients)
        path = self.span.text.path
        file = path.rpartition("/")[2].lower()
        if file in MIGRATION_SETTINGS or _TOOLS().search(self.source):
            return True
        if _TO_THE_END().match(self.source):
            return True
        if self.is_literal and (_TOOLS().search(path) or _SETS_UP().fullmatch(path.lower())):
            return True
        named = file.partition(".")[0] if self.is_literal else self.source
        variable = named.rpartition(".")[2]
        return not _ASIDE.isdisjoint(re.split(r"[^a-z0-9]+", variable.lower()))

    @property
    def told_by(self) -> str:
        """What tells of a connection, as a clause about its role."""
        if self.is_open:
            return _seen(self)
        return f"named by the connection string in {self.span.text.path}"

    @property
    def is_doubtful(self) -> bool:
        """Whether a connection is open and may be an administrator's or the server's own.

        Programs for administration and monitoring give their name; an administrator's script need
        not.
        """
        certain = [client for client in self.clients if client.name and client.is_shown]
        return self.is_open and not certain


class ConnectionDefaults(NamedTuple):
    """What a settings file says of all connections that a framework makes.

    `framework` equals the name of the driver that it speaks of. Each other field is None
    where the file leaves it open.
    """

    framework: str
    span: Span
    pooled: bool | None = None
    transaction_per_request: bool | None = None
    binds_on_server: bool | None = None


def is_migration_tool(name: str) -> bool:
    """Tell whether a program or a service is called after migrations."""
    return _TOOLS().search(name) is not None


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
    return f"{noun} of {connection.role} {verb} open right now: {', '.join(shown)}{doubt}"


def _described(client: Client) -> str:
    place = f" from {client.address}" if client.address else ""
    return f"{client.name or 'a client without a name'}{place}"
