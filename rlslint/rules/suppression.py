"""Findings that somebody has looked at and lets stand: ignore comments and accept entries."""

from __future__ import annotations

from collections.abc import Iterable

from rlslint import NamedTuple
from rlslint.config.options import Accept
from rlslint.files.ignores import Ignore
from rlslint.project.findings import Finding
from rlslint.rules.selection import UnknownRuleError, resolve
from rlslint.sql.parser import without_trailing_space
from rlslint.sql.statement_ends import stretches
from rlslint.text import Span, Statement


class IgnoreUse(NamedTuple):
    """An ignore comment or an accept entry, and what came of it.

    `unknown` are the names on it that no rule has. `unused` are the rules on it that are on and
    found nothing there. `names` are all rules that it names.
    """

    ignore: Ignore | Accept
    names: frozenset[str]
    unknown: tuple[str, ...]
    unused: frozenset[str]

    @property
    def span(self) -> Span | None:
        return self.ignore.span if isinstance(self.ignore, Ignore) else None

    @property
    def noun(self) -> str:
        return "comment" if isinstance(self.ignore, Ignore) else "accept entry"

    @property
    def where(self) -> str:
        """Where the rule was to find something, as the end of a clause."""
        if isinstance(self.ignore, Accept):
            return f"on {self.ignore.object}"
        return "in this file" if self.ignore.file_wide else "on this statement"

    @property
    def target(self) -> str:
        if isinstance(self.ignore, Accept):
            return self.ignore.object
        return f"{self.ignore.span.text.path}:{self.ignore.row}"


class Suppressed(NamedTuple):
    """The findings that stay, and how the ignore comments and accept entries fared."""

    findings: tuple[Finding, ...]
    uses: tuple[IgnoreUse, ...]


def suppress(
    findings: Iterable[Finding],
    ignores: Iterable[Ignore],
    accepted: Iterable[Accept],
    enabled: frozenset[str],
) -> Suppressed:
    """Take out the findings that a comment or an accept entry covers.

    A rule that is not `enabled` found nothing because it was not asked: its ignores are not
    called unused.
    """
    entries: list[Ignore | Accept] = [*ignores, *accepted]
    rules = [_rules(entry) for entry in entries]
    used: list[set[str]] = [set() for _ in entries]
    kept = []
    for finding in findings:
        covering = [
            number
            for number, entry in enumerate(entries)
            if finding.rule in rules[number][0] and _covers(entry, finding)
        ]
        for number in covering:
            used[number].add(finding.rule)
        if not covering:
            kept.append(finding)
    uses = (
        IgnoreUse(entry, known, unknown, (known & enabled) - used[number])
        for number, (entry, (known, unknown)) in enumerate(zip(entries, rules, strict=True))
    )
    return Suppressed(tuple(kept), tuple(uses))


def _rules(entry: Ignore | Accept) -> tuple[frozenset[str], tuple[str, ...]]:
    names = entry.names if isinstance(entry, Ignore) else (entry.rule,)
    known: set[str] = set()
    unknown: list[str] = []
    for name in names:
        try:
            known |= resolve((name,))
        except UnknownRuleError:
            unknown.append(name)
    return frozenset(known), tuple(unknown)


def _covers(entry: Ignore | Accept, finding: Finding) -> bool:
    if isinstance(entry, Accept):
        return entry.object == finding.object
    if finding.span is None:
        return False
    from rlslint.files.ignores import covers

    return covers(entry, finding.statement or _statement_around(finding.span))


def _statement_around(span: Span) -> Statement:
    """Return the statement of the file that a span is a part of, as a DO block is of its body."""
    data = span.text.data
    for stretch in stretches(data, 0, len(data)):
        if stretch.start <= span.start < stretch.following:
            end = without_trailing_space(data, stretch.start, stretch.end)
            return Statement(span.text, stretch.start, max(end, span.end), "")
    return Statement(span.text, span.start, span.end, "")
