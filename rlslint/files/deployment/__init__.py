"""What the files around a program tell beside connections: keys, poolers, options, dumps."""

from __future__ import annotations

import sys
from enum import Enum
from typing import TYPE_CHECKING

from rlslint import NamedTuple
from rlslint.text import Span

if TYPE_CHECKING:
    from rlslint.files.connections import Connection


class PublicKey(NamedTuple):
    """A credential that is in a place which a browser gets.

    `name` is the variable that holds it, or the path of a file that browsers get. `user` is the
    role of a connection string, "" for a key of the platform's own role.
    """

    span: Span
    name: str
    user: str = ""


class Pooler(NamedTuple):
    """How a pooler hands on server connections; `span` marks what says so.

    `mode` is session, transaction or statement. `reset_query` is what it sends when a client
    leaves, None where nothing is said of it; `always` is True where it does so after each
    transaction, too. `product` is its name.
    """

    span: Span
    mode: str
    reset_query: str | None
    always: bool
    product: str = "PgBouncer"


class StartupOption(NamedTuple):
    """A setting that a connection is opened with; `how` names what says so (`options`)."""

    span: Span
    setting: str
    how: str


class Dump(NamedTuple):
    """A call of pg_dump; `user` is the role that it connects as, "" where that is not known.

    `is_partial` is True with --enable-row-security, `has_rows` is False where it leaves out data.
    """

    span: Span
    user: str
    is_partial: bool
    has_rows: bool


class SchemaPush(NamedTuple):
    """A command that makes a database what an ORM's schema says, which declares no policies."""

    span: Span


class ServerVersion(NamedTuple):
    """The major version of PostgreSQL that a file asks for: by an image, or of a provider."""

    span: Span
    major: int


class HeaderFate(Enum):
    """What a proxy does with a header: takes it away, puts one of its own there, or nothing.

    `left`: it says what callers send, where other ways to the same workload put in its place what
    a check of the caller answers. `unasked`: a check of the caller leaves this way out. `unset`:
    nothing on any way sets it.
    """

    dropped = "dropped"
    replaced = "replaced"
    left = "left"
    unasked = "unasked"
    unset = "unset"


class LostIdentity(NamedTuple):
    """What a proxy does with a header that says who asks.

    `around` are the parts of the file that the change stands in, the innermost first. `other` is a
    way on which the caller is checked. `read` is where a program reads the header.
    """

    span: Span
    header: str
    fate: HeaderFate
    around: tuple[Span, ...] = ()
    other: Span | None = None
    read: Span | None = None


class Place(NamedTuple):
    """A part of a file by its bytes, all of it as a rule."""

    path: str
    start: int = 0
    end: int = sys.maxsize

    def holds(self, span: Span) -> bool:
        return span.text.path == self.path and self.start <= span.start < self.end


class Placed(NamedTuple):
    """A workload: what the sources of its connections begin with, and what else it is given.

    The prefix counts in `file` alone where that is not "".
    """

    prefix: str
    file: str = ""
    given: tuple[Place, ...] = ()

    def has(self, connection: Connection) -> bool:
        """Tell whether a connection is the workload's."""
        if any(place.holds(connection.span) for place in self.given):
            return True
        if not self.prefix or self.file not in ("", connection.span.text.path):
            return False
        return connection.source.startswith(self.prefix)


class Route(NamedTuple):
    """That traffic from outside is let in, and the workload that it gets to.

    `how` names what lets it in, `where` the host and the path that it is for, "" for any.
    `service` is the Service on the way. `workload` is what the sources of the workload's
    connections begin with (`services.web.`, `web.`), of `file` alone where that is not "". `others`
    are the manifests of workloads of the same name that it does not get to. With
    `because` the way was lost, for that reason, and it `leads_anywhere` where nothing tells even a
    name. `given` are files, or parts of them, that the workload has its variables from.
    `development` tells of files that set up a machine for development, or a stage before
    production.
    """

    span: Span
    how: str
    where: str = ""
    service: Span | None = None
    workload: str = ""
    file: str = ""
    because: str = ""
    development: bool = False
    others: tuple[Span, ...] = ()
    leads_anywhere: bool = False
    given: tuple[Place, ...] = ()

    def leads_to(self, connection: Connection) -> bool:
        """Tell whether a connection is of the workload that the route gets to."""
        if self.because or connection.is_open or connection.is_literal:
            return False
        if not connection.connects or connection.runs_migrations:
            return False
        if any(place.holds(connection.span) for place in self.given):
            return True
        if not (self.workload or self.file):
            return False
        if self.file not in ("", connection.span.text.path):
            return False
        if any(_is_within(connection.span, other) for other in self.others):
            return False
        return connection.source.startswith(self.workload)

    @property
    def workload_name(self) -> str:
        """What the workload is called."""
        return self.workload.rstrip(".").rpartition(".")[2] or "the workload"


def _is_within(span: Span, other: Span) -> bool:
    return span.text.path == other.text.path and other.start <= span.start < other.end


class Deployment(NamedTuple):
    """All of that, and the workloads that it runs."""

    keys: tuple[PublicKey, ...] = ()
    poolers: tuple[Pooler, ...] = ()
    options: tuple[StartupOption, ...] = ()
    dumps: tuple[Dump, ...] = ()
    pushes: tuple[SchemaPush, ...] = ()
    versions: tuple[ServerVersion, ...] = ()
    identities: tuple[LostIdentity, ...] = ()
    routes: tuple[Route, ...] = ()
    workloads: tuple[Placed, ...] = ()


NO_DEPLOYMENT = Deployment()
