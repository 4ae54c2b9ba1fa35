"""Through which sessions a program sends its statements, told by the settings that they name."""

from __future__ import annotations

from rlslint import NamedTuple
from rlslint.code.sites import CodeEvent, CodeEventKind
from tests.code.libraries.following import followed


class Sent(NamedTuple):
    """A statement: the library that sends it, the transaction around it, if others see it."""

    library: str
    scope: str
    pooled: bool | None


def events(suffix: str, source: str) -> tuple[CodeEvent, ...]:
    """Return what a program of one file does with its connections."""
    return followed(suffix, source).events


def sent(suffix: str, source: str) -> dict[str, Sent]:
    """Return each statement that a program sends, by the setting that it names."""
    found = {}
    for event in events(suffix, source):
        if event.kind is CodeEventKind.execute and event.site is not None:
            site = event.site
            assert site.driver is not None
            setting = site.text.data.decode().partition("app.")[2][:1]
            found[setting] = Sent(site.driver.name, site.scope.value, site.lifetime.pooled)
    return found


def bare(library: str) -> Sent:
    """What a pool sends outside of any transaction."""
    return Sent(library, "autocommit", True)


def inside(library: str) -> Sent:
    """What is sent in a transaction on a connection of a pool."""
    return Sent(library, "transaction", True)
