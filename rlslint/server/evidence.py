"""What only a server tells: its version, and the settings of its sessions."""

from __future__ import annotations

from typing import NamedTuple

from rlslint.text import Span


class Server(NamedTuple):
    """A server as it tells of itself; `version` is server_version_num.

    `version_text` may have a distributor's name behind the number.
    """

    database: str
    version: int
    version_text: str


class SessionSetting(NamedTuple):
    """That sessions of a role set a setting until their end and none is known to take it back.

    A server's statistics tell so, of `calls` times at least. `is_masked` is True where the values
    are not shown: then some may be empty, which takes a setting back as well.
    """

    span: Span
    name: str
    role: str
    calls: int
    is_masked: bool

    def __str__(self) -> str:
        return self.name
