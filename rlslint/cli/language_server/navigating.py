"""What stands at a place of a file: what to say of it, what makes it, what uses it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from lsprotocol import types as lsp

from rlslint import NamedTuple
from rlslint.cli.language_server.diagnostics import Shown
from rlslint.cli.language_server.positions import Positions, range_of
from rlslint.cli.language_server.projects import Analysis
from rlslint.files.walk import kind, shown_path
from rlslint.project.mentions import (
    SettingName,
    Subject,
    Word,
    declared_in,
    definitions,
    references,
    subject_at,
    word_at,
)
from rlslint.project.project import Project
from rlslint.text import Span, Text
from rlslint.text.secrets import masked

_KINDS = {
    "table": lsp.SymbolKind.Struct,
    "view": lsp.SymbolKind.Interface,
    "policy": lsp.SymbolKind.Key,
    "function": lsp.SymbolKind.Function,
    "role": lsp.SymbolKind.Class,
}


class Asked(NamedTuple):
    """A place that a client asks about: a file of a project, what it holds, a position in it."""

    path: str
    source: str
    position: lsp.Position
    folder: str
    shown: Shown

    @property
    def positions(self) -> Positions:
        return Positions(self.source, self.shown.encoding)

    @property
    def word(self) -> Word | None:
        return word_at(self.source, self.positions.character(self.position), self.is_sql)

    @property
    def is_sql(self) -> bool:
        return kind(os.path.basename(self.path)) == "sql"

    @property
    def at(self) -> Span:
        """The place as findings and statements have it, in the file as it is shown."""
        data = self.source.encode("utf-8", "replace")
        before = self.source[: self.positions.character(self.position)]
        offset = len(before.encode("utf-8", "replace"))
        return Span(Text(shown_path(self.path, self.folder), data), offset, offset)

    def locations(self, spans: Iterable[Span]) -> list[lsp.Location]:
        found = {
            (span.text.path, *span.locations()): lsp.Location(
                self.shown.address_of(os.path.normpath(os.path.join(self.folder, span.text.path))),
                range_of(span, self.shown.encoding),
            )
            for span in spans
        }
        return list(found.values())


def hover_at(asked: Asked, analysis: Analysis) -> lsp.Hover | None:
    """Return what is to be said of what stands at a place."""
    from rlslint.reports.hovers import hover

    word = asked.word
    for project, subject in _met(asked, analysis):
        words = lsp.MarkupContent(lsp.MarkupKind.Markdown, masked(hover(project, subject)))
        where = asked.positions.range(word.start, word.end) if word is not None else None
        return lsp.Hover(words, where)
    return None


def definitions_at(asked: Asked, analysis: Analysis) -> list[lsp.Location]:
    """Return where is made what stands at a place."""
    met = _met(asked, analysis)
    return asked.locations(one for pair in met for one in definitions(*pair, asked.at))


def references_at(asked: Asked, analysis: Analysis) -> list[lsp.Location]:
    """Return where is used what stands at a place."""
    return asked.locations(one for pair in _met(asked, analysis) for one in references(*pair))


def _met(asked: Asked, analysis: Analysis) -> Iterator[tuple[Project, Subject]]:
    """Yield what stands at a place, for each project that knows it."""
    word = asked.word
    if word is None:
        return
    is_sql, at = asked.is_sql, asked.at
    for project in analysis.projects:
        subject = subject_at(project, asked.source, word, is_sql)
        if subject is None:
            continue
        if is_sql or isinstance(subject, SettingName) or _is_in_query(project, at):
            yield project, subject


def _is_in_query(project: Project, at: Span) -> bool:
    """Tell whether a place of a program lies in SQL that it sends."""
    row = at.locations()[0].row
    for query in project.queries:
        span = Span(*query.site.span)
        first, last = (location.row for location in span.locations())
        if span.text.path == at.text.path and first <= row <= last:
            return True
    return False


def symbols_in(path: str, source: str, shown: Shown) -> list[lsp.DocumentSymbol]:
    """Return what the statements of a SQL file make."""
    if kind(os.path.basename(path)) != "sql":
        return []
    text = Text(path, source.encode("utf-8", "replace"))
    found = []
    for one in declared_in(text):
        where = range_of(one.span, shown.encoding)
        name = one.name or one.kind
        found.append(lsp.DocumentSymbol(name, _KINDS[one.kind], where, where, one.detail or None))
    return found
