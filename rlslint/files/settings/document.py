"""A settings file while it is read, and the way from its characters to Connections."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from types import MappingProxyType

from rlslint.files.connections import Connection
from rlslint.files.settings.addresses import addresses
from rlslint.files.settings.development import is_local_host
from rlslint.text import Span, Text

NO_VARIABLES: Mapping[str, str] = MappingProxyType({})

VariablesAt = Callable[[str], Mapping[str, str]]
"""Returns what another file of variables sets, by its path from the file that names it."""


def nothing_at(path: str) -> Mapping[str, str]:
    """Return no variables, for a file that is read alone."""
    return NO_VARIABLES


class InvalidSettings(Exception):
    """The file is not what its name says; the message continues "it is …"."""


class Document:
    """The characters of a settings file, and whether its name says that it is for development.

    `searched` are the characters without what a template fills in. `environment` are the variables
    that its program reads from the `.env` beside it, `variables_at` reads those of another file
    that it names.
    """

    def __init__(
        self,
        shown: str,
        data: bytes,
        development: bool,
        environment: Mapping[str, str] = NO_VARIABLES,
        variables_at: VariablesAt = nothing_at,
    ) -> None:
        self.environment = environment
        self.variables_at = variables_at
        self._data = data
        self._encoding = "utf-8-sig"
        try:
            self.source = data.decode(self._encoding)
        except UnicodeDecodeError:
            self._encoding = "latin-1"
            self.source = data.decode(self._encoding)
        self.searched = self.source
        self.development = development
        self.text = Text(shown, self.source.encode())

    @cached_property
    def _ascii(self) -> bool:
        return self.source.isascii()

    def character(self, offset: int) -> int:
        """Return how many characters stand before a byte of the file."""
        if self._ascii:
            return offset
        return len(self._data[:offset].decode(self._encoding, "replace"))

    def span(self, start: int, end: int) -> Span:
        """Return the span between two offsets that count characters."""
        if self._ascii:
            return Span(self.text, start, end)
        first = len(self.source[:start].encode())
        return Span(self.text, first, first + len(self.source[start:end].encode()))

    def connection(
        self,
        user: str,
        start: int,
        end: int,
        *,
        host: str = "",
        database: str = "",
        source: str = "",
        development: bool = False,
    ) -> Connection:
        """Return the Connection of `user`, whose name stands between two offsets."""
        development = development or self.development or is_local_host(host)
        return Connection(self.span(start, end), user, host, database, development, source)

    def connections(
        self, start: int, end: int, source: str, development: bool = False
    ) -> Iterator[Connection]:
        """Yield the Connections of the addresses with a user between two offsets.

        A part that a program fills in is not known.
        """
        for address in addresses(self.searched, start, end):
            if address.user:
                yield self.connection(
                    address.user,
                    address.start,
                    address.end,
                    host=_unless_filled_in(address.host),
                    database=_unless_filled_in(address.database),
                    source=source,
                    development=development,
                )


def _unless_filled_in(part: str) -> str:
    return "" if "{" in part else part
