"""Who connects to which database, as settings files and code tell."""

from __future__ import annotations

from typing import NamedTuple

from rlslint.text import Span


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
    role and nothing in it says that the application connects as it. `clients` are those that a
    server sees connected right now, none where a file tells of the connection.
    """

    span: Span
    user: str
    host: str
    database: str
    development: bool
    source: str
    superuser_evidence: str = ""
    connects: bool = True
    clients: tuple[Client, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether a server has the connection right now."""
        return bool(self.clients)
