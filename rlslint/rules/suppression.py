"""Findings that somebody has looked at and lets stand: ignore comments and accept entries."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from fnmatch import fnmatchcase

from rlslint import NamedTuple
from rlslint.config.options import Accept
from rlslint.files.ignores import Ignore, covers, rows_around
from rlslint.project import Finding
from rlslint.rules import UnknownRuleError, is_pattern, matching, resolve
from rlslint.sql.parser import without_trailing_space
from rlslint.sql.statement_ends import Stretch, stretches
from rlslint.text import Span, Statement, Text
from rlslint.text.faults import Fault


class IgnoreUse(NamedTuple):
    """An ignore comment or an accept entry, and what came of it.

    `unknown` are the names on it that no rule has. `unused` are those of whose rules some are on
    and none found anything there. `names` are all rules that it names.
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
        if self.ignore.of_line and not self.ignore.file_wide:
            return "on this line"
        return "in this file" if self.ignore.file_wide else "on this statement"

    def __str__(self) -> str:
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
    faults: list[Fault],
) -> Suppressed:
    """Take out the findings that a comment or an accept entry covers.

    One stays of which finding that out goes wrong, which is added to `faults`.

    A rule that is not `enabled` found nothing because it was not asked: its ignores are not
    called unused.
    """
    entries: list[Ignore | Accept] = [*ignores, *accepted]
    rules = [_rules(entry) for entry in entries]
    used: list[set[str]] = [set() for _ in entries]
    accepting: dict[tuple[str, str], list[int]] = {}
    patterns: dict[str, list[tuple[str, int]]] = {}
    ignoring: dict[tuple[str, str], list[int]] = {}
    for number, entry in enumerate(entries):
        for rule in rules[number][0]:
            if isinstance(entry, Accept):
                accepting.setdefault((rule, entry.object), []).append(number)
                if is_pattern(entry.object):
                    patterns.setdefault(rule, []).append((entry.object, number))
            else:
                ignoring.setdefault((rule, entry.span.text.path), []).append(number)
    comments = {place: _Comments(entries, numbers) for place, numbers in ignoring.items()}
    statements = Statements()
    kept = []
    for finding in findings:
        covering = list(accepting.get((finding.rule, finding.object), ()))
        for pattern, number in patterns.get(finding.rule, ()):
            if number not in covering and fnmatchcase(finding.object, pattern):
                covering.append(number)
        span = finding.span
        if span is not None and (near := comments.get((finding.rule, span.text.path))):
            try:
                marked = _line_of(span) if near.are_of_lines else finding.statement
                covering += near.covering(marked or statements.around(span))
            except Exception as error:
                name = f"{finding.rule} on {finding.object}"
                faults.append(Fault("compared with ignore comments", "finding", name, error))
        for number in covering:
            used[number].add(finding.rule)
        if not covering:
            kept.append(finding)
    uses = (
        IgnoreUse(entry, known, unknown, _unused(entry, enabled, used[number]))
        for number, (entry, (known, unknown)) in enumerate(zip(entries, rules, strict=True))
    )
    return Suppressed(tuple(kept), tuple(uses))


def _rules(entry: Ignore | Accept) -> tuple[frozenset[str], tuple[str, ...]]:
    names = entry.names if isinstance(entry, Ignore) else (entry.rule,)
    known: set[str] = set()
    unknown: list[str] = []
    for name in names:
        try:
            known |= _meant(entry, name)
        except UnknownRuleError:
            unknown.append(name)
    return frozenset(known), tuple(unknown)


def _meant(entry: Ignore | Accept, name: str) -> frozenset[str]:
    """Return the rules that a name on an entry means; accept entries take patterns as well."""
    return matching(name) if isinstance(entry, Accept) else resolve((name,))


def _unused(entry: Ignore | Accept, enabled: frozenset[str], used: set[str]) -> frozenset[str]:
    """Return the names on an entry that nothing needs; the beginning of codes stands for many."""
    found = set()
    for name in entry.names if isinstance(entry, Ignore) else (entry.rule,):
        try:
            meant = _meant(entry, name)
        except UnknownRuleError:
            continue
        if meant & enabled and not meant & used:
            found.add(name if len(meant) > 1 else next(iter(meant)))
    return frozenset(found)


class _Comments:
    """The ignore comments of a file that name a rule, found by the rows that they stand on."""

    def __init__(self, entries: list[Ignore | Accept], numbers: list[int]) -> None:
        found = [(number, entries[number]) for number in numbers]
        ignores = [(number, entry) for number, entry in found if isinstance(entry, Ignore)]
        self.are_of_lines = any(ignore.of_line for _, ignore in ignores)
        self._wide = [number for number, ignore in ignores if ignore.file_wide]
        placed = [(i.span.locations(), number, i) for number, i in ignores if not i.file_wide]
        placed.sort(key=lambda one: one[:2])
        self._placed = [(number, ignore) for _, number, ignore in placed]
        self._starts = [start.row for (start, _), _, _ in placed]
        self._ends = [end.row for (_, end), _, _ in placed]

    def covering(self, statement: Statement) -> list[int]:
        """Return the numbers of those that are about a statement."""
        first, last = rows_around(statement)
        nearest = slice(bisect_left(self._ends, first - 1), bisect_right(self._starts, last))
        near = [number for number, ignore in self._placed[nearest] if covers(ignore, statement)]
        return self._wide + near


def _line_of(span: Span) -> Statement:
    """Return what a finding marks as if it were a statement, for files that have none."""
    return Statement(span.text, span.start, span.end, "")


class Statements:
    """The statements of files, each file taken apart once."""

    def __init__(self) -> None:
        self._of: dict[Text, list[Stretch]] = {}

    def around(self, span: Span) -> Statement:
        """Return the statement of the file that a span is a part of, as a DO block of its body."""
        data = span.text.data
        if span.text not in self._of:
            self._of[span.text] = list(stretches(data, 0, len(data)))
        found = self._of[span.text]
        place = bisect_right(found, span.start, key=lambda stretch: stretch.start) - 1
        if place >= 0 and span.start < found[place].following:
            stretch = found[place]
            end = without_trailing_space(data, stretch.start, stretch.end)
            return Statement(span.text, stretch.start, max(end, span.end), "")
        return Statement(span.text, span.start, span.end, "")
