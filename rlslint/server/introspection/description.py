"""SQL that shows what a server holds, so that a finding has something to point at."""

from __future__ import annotations

from rlslint.text import CatalogText, Statement


class Description:
    """The statements that would make what a database holds, one after the other.

    Nobody wrote them: a report shows them, and names no file.
    """

    def __init__(self, database: str) -> None:
        self._text = CatalogText(database, b"")
        self._parts: list[bytes] = []
        self._length = 0

    def write(self, kind: str, sql: str) -> Statement:
        """Add a statement; `kind` is its node in PostgreSQL's grammar."""
        data = sql.encode("utf-8", "replace")
        start = self._length
        self._parts.append(data)
        self._length += len(data) + len(_BETWEEN)
        return Statement(self._text, start, start + len(data), kind)

    def finish(self) -> None:
        """Give the statements that were written their text; nothing can be added any more."""
        self._text.data = _BETWEEN.join(self._parts)


_BETWEEN = b";\n"
