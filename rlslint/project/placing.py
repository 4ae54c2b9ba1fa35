"""From what a server shows to the statements of the migrations that made it."""

from __future__ import annotations

from bisect import bisect_right

from rlslint.drift.comparison import Written
from rlslint.project.findings import Finding
from rlslint.text import CatalogText, Related, Span, Statement


class Places:
    """Finds the statement that a migration has for what a finding shows of a database."""

    def __init__(self, written: Written) -> None:
        self._written = written
        self._shown = sorted(written, key=lambda statement: statement.start)
        self._starts = [statement.start for statement in self._shown]

    def placed(self, finding: Finding) -> Finding:
        """Return a finding that points at migrations, the server's words beside them."""
        if finding.span is None:
            return finding
        statement = self._statement(finding.span)
        if statement is None:
            return finding
        shown = Related(finding.span, finding.label or "as the server has it")
        return finding._replace(
            span=statement.span,
            label="",
            statement=statement,
            related=(shown, *map(self._related, finding.related)),
        )

    def _related(self, related: Related) -> Related:
        statement = self._statement(related.span)
        return related if statement is None else Related(statement.span, related.message)

    def _statement(self, span: Span) -> Statement | None:
        if not isinstance(span.text, CatalogText):
            return None
        at = bisect_right(self._starts, span.start) - 1
        if at < 0:
            return None
        shown = self._shown[at]
        is_inside = shown.text is span.text and shown.start <= span.start < shown.end
        return self._written[shown] if is_inside else None
