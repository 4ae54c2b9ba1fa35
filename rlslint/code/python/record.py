"""The SQL that a file runs and the steps that it takes, noted while its functions are followed."""

from __future__ import annotations

import re

from rlslint import NamedTuple
from rlslint.code.python.placeholders import Placeholders, with_placeholders
from rlslint.code.python.strings import Written, as_text
from rlslint.code.python.values import Handle
from rlslint.code.sites import (
    Runs,
    SqlSite,
)
from rlslint.files.python_source import PythonSource
from rlslint.text import Span
from rlslint.text.patterns import Pattern

_STARTS_LIKE_SQL = Pattern(
    r"(?:\s|--[^\n]*\n|/\*.*?\*/|\()*(?:SELECT\s+(?:.*\sFROM\s|[\w.\"]+\s*\(|['\d(*$%:])|WITH\s+\w+\s+AS\b|INSERT\s+INTO\b|UPDATE\s.+\sSET\s"
    r"|DELETE\s+FROM\b|MERGE\s+INTO\b|SET\s+(?:LOCAL\s|SESSION\s|ROLE\s|[\w.\"]+\s*(?:=|TO\s))"
    r"|RESET\s+[\w.]+|DISCARD\s+\w+|BEGIN\b|START\s+TRANSACTION|COMMIT\b|ROLLBACK\b"
    r"|(?:CREATE|ALTER|DROP)\s+(?:OR\s|\w+\s)*(?:TABLE|POLICY|VIEW|FUNCTION|PROCEDURE|ROLE|USER"
    r"|SCHEMA|INDEX|TRIGGER|TYPE|EXTENSION|SEQUENCE|DATABASE|DEFAULT|DOMAIN)\b"
    r"|GRANT\s|REVOKE\s|TRUNCATE\s|COPY\s+[\w.\"]+\s*(?:\(|FROM|TO)|CALL\s+[\w.]+\s*\(|DO\s+\$)",
    re.IGNORECASE | re.DOTALL,
)


def looks_like_sql(text: str) -> bool:
    """Tell whether a string that nothing is known of is likely to be SQL."""
    return _STARTS_LIKE_SQL().match(text) is not None


class Position(NamedTuple):
    """Where the program is while a function is followed."""

    function: str = ""
    emits: bool = True
    """The SQL found here belongs to the function that is followed, not to one that it calls."""


class Recorder:
    """Collects the SQL that is run; `silent` while a first pass only learns what variables hold."""

    def __init__(self, source: PythonSource) -> None:
        self.source = source
        self.silent = False
        self.sites: list[SqlSite] = []

    def executed(self, sql: Written, handle: Handle, at: Position) -> None:
        """Note that a string, its placeholders replaced, runs on a connection."""
        if self.silent or not at.emits:
            return
        text = as_text(sql, self.source.path, self.source.text)
        self.sites.append(
            SqlSite(
                text,
                Span(text, 0, len(text.data)),
                Runs.yes,
                handle.driver,
                handle.name,
                handle.scope,
                at.function,
                True,
                handle.lifetime,
            )
        )


def bound(sql: Written, style: Placeholders, passed: bool, sources: list[str]) -> Written:
    """Return the SQL with a gap per placeholder, named after the expressions that are passed."""

    def source_of(name: str, ordinal: int) -> str:
        return sources[ordinal] if (not name or name.isdigit()) and ordinal < len(sources) else name

    return with_placeholders(sql, style, passed, source_of)
