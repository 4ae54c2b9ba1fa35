"""The SQL that a file runs and the steps that it takes, noted while its functions are followed."""

from __future__ import annotations

import re

from rlslint import NamedTuple
from rlslint.code.python.placeholders import Placeholders, with_placeholders
from rlslint.code.python.strings import Fragment, Written, as_text
from rlslint.code.python.values import Handle
from rlslint.code.sites import (
    CodeEvent,
    CodeEventKind,
    Driver,
    Hook,
    Lifetime,
    Runs,
    SqlSite,
    TransactionScope,
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
_OPENS = Pattern(r"\s*(?:BEGIN|START\s+TRANSACTION)\b", re.IGNORECASE)
_CLOSES = Pattern(r"\s*(COMMIT|END|ROLLBACK(?!\s+TO))\b", re.IGNORECASE)


def looks_like_sql(text: str) -> bool:
    """Tell whether a string that nothing is known of is likely to be SQL."""
    return _STARTS_LIKE_SQL().match(text) is not None


class Position(NamedTuple):
    """Where the program is while a function is followed."""

    function: str = ""
    hook: Hook | None = None
    cleanup: bool = False
    emits: bool = True
    """The SQL found here belongs to the function that is followed, not to one that it calls."""


class Recorder:
    """Collects sites and events; `silent` while a first pass only learns what variables hold."""

    def __init__(self, source: PythonSource, migration: bool = False) -> None:
        self.source = source
        self.migration = migration
        self.silent = False
        self.sites: list[SqlSite] = []
        self._events: list[tuple[CodeEvent, Handle | None]] = []
        self.used: set[tuple[int, int]] = set()
        self._seen: set[tuple[bytes, int, int, TransactionScope]] = set()

    @property
    def events(self) -> tuple[CodeEvent, ...]:
        """The steps so far; a connection gets its name only after it was opened."""
        return tuple(
            event if handle is None else event._replace(connection=handle.name)
            for event, handle in self._events
        )

    def step(
        self, kind: CodeEventKind, handle: Handle | None, place: tuple[int, int], at: Position
    ) -> None:
        """Note a step that is no SQL."""
        if not self.silent and not self.migration:
            event = CodeEvent(kind, at.function, "", self._span(*place), None, at.hook, at.cleanup)
            self._events.append((event, handle))

    def executed(self, sql: Written, handle: Handle, at: Position) -> None:
        """Note that a string, its placeholders replaced, runs on a connection."""
        self.used.update((fragment.start, fragment.end) for fragment in sql.fragments)
        kind = _transaction_command(sql.text) if not self.migration else None
        if kind is CodeEventKind.begin:
            handle.depth += 1
        if self.silent:
            _close(handle, kind)
            return
        site = self._site(
            sql, Runs.yes, handle.driver, handle.name, handle.scope, at.function, handle.lifetime
        )
        _close(handle, kind)
        key = (site.text.data, site.span.start, sql.place(0), site.scope)
        if at.emits and (self.migration or key not in self._seen):
            self._seen.add(key)
            self.sites.append(site)
        if not self.migration:
            event = CodeEvent(
                kind or CodeEventKind.execute,
                at.function,
                handle.name,
                site.span,
                site,
                at.hook,
                at.cleanup,
            )
            self._events.append((event, handle))

    def assigned(self, sql: Written, function: str) -> None:
        """Note SQL of which the file does not tell whether it runs."""
        self.sites.append(
            self._site(sql, Runs.unknown, None, "", TransactionScope.unknown, function, None)
        )

    def _site(
        self,
        sql: Written,
        runs: Runs,
        driver: Driver | None,
        name: str,
        scope: TransactionScope,
        function: str,
        lifetime: Lifetime | None,
    ) -> SqlSite:
        text = as_text(sql, self.source.path, self.source.text)
        return SqlSite(
            text,
            Span(text, 0, len(text.data)),
            runs,
            driver,
            name,
            scope,
            function,
            self.migration,
            lifetime or Lifetime(),
        )

    def _span(self, start: int, end: int) -> Span:
        written = Written((Fragment(self.source.text[start:end], start, end),))
        text = as_text(written, self.source.path, self.source.text)
        return Span(text, 0, len(text.data))


def bound(sql: Written, style: Placeholders, passed: bool, sources: list[str]) -> Written:
    """Return the SQL with a gap per placeholder, named after the expressions that are passed."""

    def source_of(name: str, ordinal: int) -> str:
        return sources[ordinal] if (not name or name.isdigit()) and ordinal < len(sources) else name

    return with_placeholders(sql, style, passed, source_of)


def _transaction_command(text: str) -> CodeEventKind | None:
    if _OPENS().match(text):
        return CodeEventKind.begin
    closes = _CLOSES().match(text)
    if closes is None:
        return None
    rolls_back = closes[1].upper().startswith("ROLLBACK")
    return CodeEventKind.rollback if rolls_back else CodeEventKind.commit


def _close(handle: Handle, kind: CodeEventKind | None) -> None:
    if kind in (CodeEventKind.commit, CodeEventKind.rollback):
        handle.depth = max(0, handle.depth - 1)
