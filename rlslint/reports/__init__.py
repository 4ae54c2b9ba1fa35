"""What a run hands to a report: its findings, and what it did and did not check.

Each output format is a module with `render(result)`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from functools import cache
from operator import itemgetter
from types import MappingProxyType
from typing import TYPE_CHECKING

from rlslint import NamedTuple, Pattern
from rlslint.config import Confidence, Severity
from rlslint.project import Finding, NotChecked
from rlslint.rules import card
from rlslint.text import CatalogText, Location, Span
from rlslint.text.faults import Fault, fault_sentences
from rlslint.text.secrets import masked
from rlslint.text.sentences import told

if TYPE_CHECKING:
    from rlslint.config.options import Config
    from rlslint.rules.baselines import Earlier

RULE_PAGE = "https://github.com/rlslint/rlslint/blob/main/rules/{}.md"
NOTHING_HIDDEN: Mapping[Severity, int] = MappingProxyType({})


class Place(NamedTuple):
    """Where something stands: the file as it is shown, and the places of its start and end."""

    path: str
    start: Location
    end: Location

    def __str__(self) -> str:
        return f"{self.path}:{self.start.row}:{self.start.column}"


class ReportedFinding(NamedTuple):
    """A finding joined with what its rule's card says.

    `severity` and `confidence` are the final ones.
    """

    finding: Finding
    code: str
    severity: Severity
    confidence: Confidence

    @property
    def name(self) -> str:
        """The rule's name."""
        return self.finding.rule

    @property
    def url(self) -> str:
        """The page of the rule."""
        return RULE_PAGE.format(self.name)

    @property
    def fingerprint(self) -> str:
        """What stays the same when lines move."""
        from rlslint.project.fingerprints import fingerprint

        statement, span = self.finding.statement, self.finding.span
        sql = statement.sql if statement is not None else ""
        if not sql and span is not None:
            sql = span.sql
        return fingerprint(self.name, self.finding.object, sql)

    @property
    def place(self) -> Place | None:
        return None if self.finding.span is None else place(self.finding.span)

    @property
    def where(self) -> str:
        """The place in a file, else the object, with its database before it."""
        if self.place is not None:
            return str(self.place)
        database, object = self.finding.database, self.finding.object
        return f"{database}: {object}" if database else object

    @property
    def message(self) -> str:
        """What is wrong, in one line: who can do what to which object."""
        return told(self.finding.message).headline

    @property
    def line(self) -> str:
        """The same, with the database where the place is that of a migration."""
        database = self.finding.database
        return f"{self.message} (in {database})" if database and self.place else self.message

    @property
    def notes(self) -> tuple[str, ...]:
        """What the line leaves out: the cause, and the database where a migration is shown."""
        database = self.finding.database
        found = (f"in {database}",) if database and self.place is not None else ()
        return (*told(self.finding.message).notes, *found)

    @property
    def words(self) -> str:
        """The line and the notes, for readers that take one text."""
        return "\n".join((self.message, *self.notes))


class Checked(NamedTuple):
    """How much was checked; `scripts` are SQL files beside the histories, each by itself."""

    databases: int = 0
    migrations: int = 0
    scripts: int = 0
    statements: int = 0
    queries: int = 0
    code_files: int = 0
    settings_files: int = 0
    tables: int = 0
    policies: int = 0


class Database(NamedTuple):
    """A live database that was audited: how messages name it, its server, and as whom it was read.

    `server_version` is what the server calls itself.
    """

    name: str
    server_version: str
    role: str


class Result(NamedTuple):
    """All that a report may show.

    `notes` are remarks about files, `errors` the paths and databases that could not be read.
    `faults` are rlslint's own.
    `hidden` counts the findings that --min-severity and --min-confidence kept back.
    `uses_row_security` is False where the project certainly uses row security nowhere, None where
    what was read does not tell. `unread` are the files that were not read and have signs of it.
    `elsewhere` counts the findings in files that the user did not name; `is_part` tells that not
    all of the project was read. `earlier` is what comparing with earlier findings gave, None where
    that was not asked for.
    """

    findings: tuple[ReportedFinding, ...]
    checked: Checked
    not_checked: tuple[NotChecked, ...] = ()
    notes: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    uses_row_security: bool | None = True
    hidden: Mapping[Severity, int] = NOTHING_HIDDEN
    databases: tuple[Database, ...] = ()
    faults: tuple[Fault, ...] = ()
    unread: tuple[str, ...] = ()
    elsewhere: int = 0
    is_part: bool = False
    earlier: Earlier | None = None

    @property
    def failures(self) -> tuple[str, ...]:
        """A sentence for each thing that was to be checked and was not for an error."""
        return (*self.errors, *fault_sentences(self.faults))


def reported(finding: Finding) -> ReportedFinding:
    """Return a finding with what its card says of every finding of its rule."""
    found = card(finding.rule)
    return ReportedFinding(
        finding,
        found.code,
        finding.severity if finding.severity is not None else found.severity,
        finding.confidence if finding.confidence is not None else found.confidence,
    )


def place(span: Span) -> Place | None:
    """Return where `span` stands, its file relative to the current directory.

    None where no file shows it, but a live database does.
    """
    if isinstance(span.text, CatalogText):
        return None
    start, end = span.locations()
    return Place(shown_path(span.text.path), start, end)


def file_and_row(span: Span) -> str:
    """Return the file and the line on which a span begins, for a sentence."""
    found = place(span)
    return (
        f"the catalog of {span.text.path}" if found is None else f"{found.path}:{found.start.row}"
    )


@cache
def shown_path(path: str) -> str:
    """Return `path` relative to the current directory where it lies below, with `/` throughout.

    A secret in it is masked: what a path leads to is worth less than what it gives away.
    """
    below = f"{os.getcwd()}{os.sep}"
    return masked(path.removeprefix(below).replace(os.sep, "/"))


def in_order(
    findings: Iterable[ReportedFinding], faults: list[Fault]
) -> tuple[ReportedFinding, ...]:
    """Return findings sorted by path, line, column and code.

    Those without a place come last, by database and object; one whose place cannot be told is
    added to `faults` instead.
    """
    placed = []
    for one in findings:
        try:
            placed.append((_order(one), one))
        except Exception as error:
            faults.append(unshown(one.finding, error))
    return tuple(one for _, one in sorted(placed, key=itemgetter(0)))


def without_overwriting(
    findings: tuple[ReportedFinding, ...], faults: list[Fault]
) -> tuple[ReportedFinding, ...]:
    """Return findings of which no two write one condition of a policy anew, each its own way.

    Run one after the other, the second would take back what the first has mended. The gravest keeps
    its SQL. A finding whose help cannot be read is added to `faults` instead.
    """
    written: list[tuple[ReportedFinding, tuple[_Condition, ...]]] = []
    for one in findings:
        try:
            written.append((one, _written_anew(one.finding)))
        except Exception as error:
            faults.append(unshown(one.finding, error))
    firsts: dict[_Condition, ReportedFinding] = {}
    for one, conditions in sorted(written, key=_gravity):
        for condition in conditions:
            firsts.setdefault(condition, one)
    return tuple(_behind(one, [firsts[each] for each in conditions]) for one, conditions in written)


_Condition = tuple[str, str, str]
"""A condition of a policy: database, policy and clause."""


def _gravity(written: tuple[ReportedFinding, object]) -> tuple[int, bool]:
    reported, _ = written
    return -reported.severity, card(reported.name).effect != "leak"


def _written_anew(finding: Finding) -> tuple[_Condition, ...]:
    """Return the conditions that a help writes anew."""
    return tuple(
        (finding.database, found[1], clause)
        for found in _ALTERS().finditer(finding.help)
        for clause in _CLAUSES
        if clause in found[0]
    )


def _behind(reported: ReportedFinding, firsts: Iterable[ReportedFinding]) -> ReportedFinding:
    """Return a finding with a sentence for its help where a graver one writes its conditions."""
    finding = reported.finding
    others = (first for first in firsts if first.finding.help != finding.help)
    if (first := next(others, None)) is None:
        return reported
    help = f"mend {first.name} first, whose help writes the same condition anew"
    return reported._replace(finding=finding._replace(help=help))


_CLAUSES = (" USING (", " WITH CHECK (")
_ALTERS = Pattern(r"ALTER POLICY ([^\n;]+?)(?= USING \(| WITH CHECK \(| TO )[^;]*")


def unshown(finding: Finding, error: Exception) -> Fault:
    """Return the fault that keeps a finding from being shown."""
    name = f"{finding.rule} on {finding.object}"
    return Fault("shown", "finding", name, error, finding.rule, finding.span)


def _order(reported: ReportedFinding) -> tuple[object, ...]:
    found = reported.place
    finding = reported.finding
    rest = (reported.code, finding.object, finding.message)
    if found is None:
        return (True, finding.database, (0, 0), (0, 0), finding.object, *rest)
    return (False, found.path, tuple(found.start), tuple(found.end), *rest)


def takes_part(finding: Finding, named: frozenset[str]) -> bool:
    """Tell whether a finding stands in a file that the user named, or has a part there."""
    spans = [finding.span, *(related.span for related in finding.related)]
    if any(span is None or span.text.path in named for span in spans):
        return True
    return not named.isdisjoint(finding.files)


def without_copies(findings: list[ReportedFinding], loose: set[str]) -> list[ReportedFinding]:
    """Leave out what a script beside the histories repeats, and what several of them say alike.

    Statements are copied into scripts, and scripts into one that has them all: the fault is
    reported in the history, else in the shortest of the scripts. What stands in settings or in code
    is said once of all histories whose tables it is about in the same words.
    """

    def copies_last(reported: ReportedFinding) -> int:
        span = reported.finding.span
        return len(span.text.data) if span is not None and span.text.path in loose else 0

    origins: dict[str, str] = {}
    said: set[tuple[object, ...]] = set()
    kept = []
    for one in sorted(findings, key=copies_last) if loose else findings:
        finding, span = one.finding, one.finding.span
        path = span.text.path if span is not None else ""
        if span is not None:
            # What is read once for all histories is one Text for all of them; a script that
            # a program runs as well is one of its own each time.
            place = (
                (path, *span.text.location(span.start))
                if path in loose
                else (id(span.text), span.start)
            )
            words = (one.name, place, finding.database, finding.message)
            if words in said:
                continue
            said.add(words)
        if not loose:
            kept.append(one)
            continue
        origin = origins.setdefault(one.fingerprint, path)
        if origin == path or path not in loose:
            kept.append(one)
    return kept


def is_shown(finding: ReportedFinding, config: Config) -> bool:
    """Tell whether a finding is grave and sure enough to be shown."""
    least = config.min_severity if config.min_severity is not None else Severity.warning
    return finding.severity >= least and finding.confidence >= config.min_confidence
