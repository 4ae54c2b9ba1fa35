"""PgBouncer's configuration: its own file, and the variables of its images.

Documented by PgBouncer (pool_mode, server_reset_query, server_reset_query_always) and by the images
edoburu/pgbouncer and bitnami/pgbouncer. Sessions are pooled, and DISCARD ALL sent, unless told
otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rlslint.files.deployment import Pooler
from rlslint.text import Span, Text
from rlslint.text.patterns import Pattern, Searched

_WORDS = (b"pool_mode", b"server_reset_query")

_SECTION = Pattern(r"^[ \t]*\[pgbouncer\]", re.MULTILINE)
_LINE = Pattern(
    r"^[ \t]*(?P<key>pool_mode|server_reset_query_always|server_reset_query)[ \t]*=[ \t]*"
    r"(?P<value>[^\r\n]*?)(?=[ \t]*(?:[ \t][;#]|\r?$))",
    re.MULTILINE,
)
_OF_ONE = Pattern(
    r"^[ \t]*[^;#\s=][^\r\n=]*=[^\r\n;#]*\bpool_mode[ \t]*=[ \t]*(?P<value>\w+)", re.MULTILINE
)
_VARIABLE = Pattern(
    r"\b(?:PGBOUNCER_)?(?P<key>POOL_MODE|SERVER_RESET_QUERY_ALWAYS|SERVER_RESET_QUERY)\b['\"]?"
    r"[ \t]*[:=][ \t]*(?P<quote>['\"]?)(?P<value>[^\r\n'\"#]*)"
)
_ON = ("1", "true", "yes", "on")


def may_tell(text: Searched) -> bool:
    """Tell whether a file may be about a pooler, for what a few searches cost."""
    return text.has_any(_WORDS)


def poolers(text: Text, source: str) -> Iterator[Pooler]:
    """Yield what a file says of the pools: one for all, and one for each database with its own."""
    if _SECTION().search(source):
        yield from _of_lines(text, source, list(_LINE().finditer(source)))
        for found in _OF_ONE().finditer(source):
            settings = _settings(_LINE().finditer(source))
            yield _pooler(text, source, found, {**settings, "pool_mode": found["value"]})
    elif "pgbouncer" in source.lower():
        yield from _of_lines(text, source, list(_VARIABLE().finditer(source)))


def _of_lines(text: Text, source: str, found: list[re.Match[str]]) -> Iterator[Pooler]:
    """Yield one pooler where a file has a mode or a query for when a client leaves."""
    telling = [one for one in found if one["key"].lower() != "server_reset_query_always"]
    modes = [one for one in telling if one["key"].lower() == "pool_mode"]
    if telling:
        yield _pooler(text, source, (modes or telling)[0], _settings(found), telling)


def _settings(found: Iterator[re.Match[str]] | list[re.Match[str]]) -> dict[str, str]:
    return {one["key"].lower(): one["value"].strip() for one in found}


def _pooler(
    text: Text,
    source: str,
    place: re.Match[str],
    settings: dict[str, str],
    telling: list[re.Match[str]] | None = None,
) -> Pooler:
    mode = settings.get("pool_mode", "").lower()
    mode = mode if mode in ("transaction", "statement") else "session"
    query = settings.get("server_reset_query")
    if mode == "session" and query is not None:
        queries = (one for one in telling or () if one["key"].lower() == "server_reset_query")
        place = next(queries, place)
    start = place.start() + len(place[0]) - len(place[0].lstrip())
    first = len(source[:start].encode())
    return Pooler(
        Span(text, first, first + len(place[0].strip().encode())),
        mode,
        query,
        settings.get("server_reset_query_always", "").lower() in _ON,
    )
