"""INI and properties files: `alembic.ini`, `application.properties`, and their like."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rlslint.files.connections import Connection
from rlslint.files.settings.addresses import addresses, known
from rlslint.files.settings.document import Document

_ASSIGNMENT = re.compile(
    r"^[ \t]*(?P<key>[\w.-]+)[ \t]*[=:][ \t]*(?P<value>[^\r\n]*?)[ \t]*\r?$", re.MULTILINE
)
_USER_KEYS = {
    "spring.datasource.username": "spring.datasource.url",
    "spring.r2dbc.username": "spring.r2dbc.url",
    "quarkus.datasource.username": "quarkus.datasource.jdbc.url",
    "flyway.user": "flyway.url",
}


def read(document: Document) -> Iterator[Connection]:
    """Yield the Connections of `key = value` lines; lines with `#` or `;` are comments."""
    values = {match["key"]: match for match in _ASSIGNMENT.finditer(document.source)}
    for match in _ASSIGNMENT.finditer(document.source):
        for address in addresses(document.source, *match.span("value")):
            if address.user:
                yield document.connection(
                    address.user,
                    address.start,
                    address.end,
                    host=address.host,
                    database=address.database,
                    source=match["key"],
                )
    for key, url in _USER_KEYS.items():
        user = known(values[key]["value"]) if key in values else None
        if user is None:
            continue
        written = values[url]["value"] if url in values else ""
        target = next(addresses(written), None)
        if written and target is None and "$" not in written:
            continue
        yield document.connection(
            user,
            *values[key].span("value"),
            host=target.host if target else "",
            database=target.database if target else "",
            source=key,
        )
