"""`fix`: a migration that mends what `check` finds, checked before it is written."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rlslint import NamedTuple
from rlslint.cli.progress import Progress
from rlslint.cli.running import config_in_force, configuration_file, problem_lines
from rlslint.cli.streams import ERROR, FINDINGS, SUCCESS, Failure, print_text, say
from rlslint.cli.writing import NotAllWritten, difference, write_all
from rlslint.config import Severity
from rlslint.config.options import Config, ConfigError
from rlslint.engine import check
from rlslint.files import disk
from rlslint.files.continuation import NewFile, NotWritten
from rlslint.files.continuation.continuing import continued
from rlslint.files.layouts import History
from rlslint.project.migrations import histories_at
from rlslint.reports import ReportedFinding, Result, shown_path
from rlslint.reports.edits import fix_of
from rlslint.reports.mends import Mend, agreeing, is_mend, mends_of, steps_of
from rlslint.rules import UnknownRuleError
from rlslint.text.display import printable
from rlslint.text.sentences import counted

_ROUNDS = 6
"""How often what a mend brings with it is mended as well: an index for a new policy."""

_MOST_CHECKS = 50
"""How often a project is checked to tell which mends do what they are to do."""


def fix(paths: tuple[str, ...], options: Mapping[str, Any]) -> int:
    """Write a migration that mends what is found, and return the exit status."""
    if "-" in paths:
        raise Failure("Standard input has no migrations beside it: name files or directories.")
    try:
        config = config_in_force(configuration_file(paths, options), options)
        with Progress() as progress:
            progress.tell("Checking")
            mending = Mending(paths, config, progress)
            unread = mending.unread()
            if unread:
                say(*mending.result.failures, f"Nothing is mended: {unread}")
                return ERROR
            mending.mend()
    except (ConfigError, UnknownRuleError) as error:
        say(*problem_lines(error))
        return ERROR
    return _deliver(mending, config, options)


def _deliver(mending: Mending, config: Config, options: Mapping[str, Any]) -> int:
    files = [file for part in mending.parts if not part.why for file in part.files]
    held = [_held(file.path) if file.kept else None for file in files]
    if options["diff"]:
        shown = zip(files, held, strict=True)
        print_text("".join(difference(shown_path(f.path), old, f.content) for f, old in shown))
    else:
        try:
            write_all(files, mending.roots, held)
        except NotAllWritten as problem:
            say(str(problem))
            return ERROR
        print_text("".join(f"{shown_path(file.path)}\n" for file in files if not file.kept))
    print_text("".join(part.printed for part in mending.parts if part.why and part.mends))
    say(*mending.result.failures)
    if not options["quiet"]:
        say(*mending.sentences(options["diff"]))
    if mending.result.failures:
        return ERROR
    is_left = any(one.severity >= config.fail_on for one in mending.left)
    is_shown = any(part.mends for part in mending.parts if part.why or options["diff"])
    return FINDINGS if (is_left or is_shown) and not options["exit_zero"] else SUCCESS


def _held(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


class _Part(NamedTuple):
    """A history, and the mends that its next migration is to have.

    `plain` are those of them that build an index which cannot be built CONCURRENTLY. `why` says
    why no migration is written, and what to do with the SQL; `files` do what the mends do.
    """

    history: History
    why: str = ""
    mends: tuple[Mend, ...] = ()
    plain: frozenset[Mend] = frozenset()
    files: tuple[NewFile, ...] = ()
    notes: tuple[str, ...] = ()

    def with_mends(self, mends: Iterable[Mend], now: datetime, plain: bool = False) -> _Part:
        """Return the history with more mends in its next migration, or in its last file."""
        part = self._replace(mends=(*self.mends, *mends))
        if plain:
            part = part._replace(plain=self.plain | set(mends))
        if not part.why:
            apart = [mend for mend in part.mends if mend.is_index and mend not in part.plain]
            rest = [mend for mend in part.mends if mend not in apart]
            about = (one for mend in part.mends for one in mend.findings)
            files = {file for one in about for file in _files(one)}
            try:
                made = continued(part.history, steps_of(rest), steps_of(apart), files, now)
                return part._replace(files=made.files, notes=made.notes)
            except NotWritten as reason:
                part = part._replace(why=str(reason))
        last = part.history.migrations[-1]
        if not last.path.endswith(".sql"):
            return part._replace(files=())
        content = disk.read(last.path) + b"\n;\n" + part.sql.encode()
        return part._replace(files=(NewFile(last.path, content, kept=True),))

    @property
    def sql(self) -> str:
        """What the mends do, as SQL to be printed."""
        lines = []
        for step in steps_of(self.mends):
            lines += [*(f"-- {comment}" for comment in step.comments)]
            lines += [*(one.sql for one in step.statements), ""]
        return "".join(f"{line}\n" for line in lines)

    @property
    def printed(self) -> str:
        """The SQL under a line that names the history that it is for."""
        return f"-- For {printable(self.history.migrations[-1].shown)}\n\n{self.sql}"


class Mending:
    """What a next migration of each history mends; `left` is what is found all the same."""

    def __init__(self, paths: tuple[str, ...], config: Config, progress: Progress) -> None:
        self._paths, self._config, self._progress = paths, config, progress
        self._now = datetime.now(UTC).replace(tzinfo=None)
        self._checks = 0
        self.result = check(paths, config)
        sorted_files, self.roots = histories_at(paths, config)
        self.parts = [_Part(history) for history in sorted_files.histories]
        self._histories = len(self.parts)
        for history in sorted_files.loose:
            shown = history.migrations[0].shown
            why = f"{shown} is no migration: put this at its end, or run it."
            self.parts.append(_Part(history, why))
        self.left: list[ReportedFinding] = list(self.result.findings)
        self.dropped: dict[str, str] = {}
        self._printed: set[tuple[int, str]] = set()

    def unread(self) -> str:
        """Return why nothing can be mended, a sentence; "" where all migrations were read."""
        if self.result.faults:
            return "rlslint has a fault of its own."
        migrations = (one.shown for part in self.parts for one in part.history.migrations)
        for shown in migrations:
            if any(error.startswith(f"{shown} ") for error in self.result.errors):
                return f"{shown} could not be read, and it may say what is there."
        return ""

    def mend(self) -> None:
        """Choose what to mend, and check that it does; what it brings is mended as well."""
        tried: set[tuple[int, str]] = set()
        for _ in range(_ROUNDS):
            chosen: list[_OfPart] = []
            for number in range(len(self.parts)):
                found = mends_of(one for one in self.left if self._part_of(one) == number)
                wanted = (mend for mend in found.mends if (number, mend.help) not in tried)
                chosen += ((number, mend) for mend in agreeing(wanted))
            if not chosen:
                break
            tried.update((number, mend.help) for number, mend in chosen)
            self._grow(chosen)

    def _part_of(self, reported: ReportedFinding) -> int | None:
        files = _files(reported)
        for number, part in enumerate(self.parts):
            if not files.isdisjoint(one.shown for one in part.history.migrations):
                return number
        return 0 if self._histories == 1 else None

    def _grow(self, chosen: Sequence[_OfPart], plain: bool = False) -> None:
        """Add the mends that end their findings to their histories, by halves where not all do."""
        if self._checks >= _MOST_CHECKS:
            self.dropped.update((mend.help, "it was not tried") for _, mend in chosen)
            return
        before = list(self.parts)
        for number in {number for number, _ in chosen}:
            mends = [mend for own, mend in chosen if own == number]
            self.parts[number] = before[number].with_mends(mends, self._now, plain)
        told = [(number, mend) for number, mend in chosen if self.parts[number].files]
        self._printed.update((n, mend.help) for n, mend in chosen if not self.parts[n].files)
        after = self._checked() if told else None
        if after is None or self._all_end(after, [mend for _, mend in told]):
            found = self.left if after is None else after.findings
            self.left = [one for one in found if not self._is_printed(one)]
            return
        self.parts[:] = before
        middle = len(chosen) // 2
        number, mend = chosen[0]
        if middle:
            self._grow(chosen[:middle], plain)
            self._grow(chosen[middle:], plain)
        elif mend.is_index and not plain:
            self._grow([(number, mend.as_given)], plain=True)
        else:
            self.dropped[mend.help] = "its finding would stay"

    def _is_printed(self, reported: ReportedFinding) -> bool:
        """Tell whether the SQL for a finding is printed, of which nothing tells what it does."""
        number = self._part_of(reported)
        return number is not None and (number, reported.finding.help) in self._printed

    def _checked(self) -> Result:
        """Check the project as if the files were written."""
        self._checks += 1
        self._progress.tell(f"Checking what is mended ({self._checks})")
        files = {file.path: file.content for part in self.parts for file in part.files}
        new = [file.path for part in self.parts for file in part.files if not file.kept]
        gc.collect()
        with disk.Buffers(files):
            return check((*self._paths, *new), self._config)

    def _all_end(self, after: Result, mends: Sequence[Mend]) -> bool:
        """Tell whether `mends` end their findings, while nothing mended before comes back.

        Nor may they bring an error that nothing mends.
        """
        if len(after.failures) > len(self.result.failures):
            return False
        least: dict[_Key, Severity] = {}
        for one in (one for mend in mends for one in mend.findings):
            least[_key(one)] = min(one.severity, least.get(_key(one), one.severity))
        now = Counter(
            _key(one) for one in after.findings if one.severity >= least.get(_key(one), 0)
        )
        before = Counter(map(_key, self.left))
        ended = Counter(_key(one) for mend in mends for one in mend.findings)
        mended = {_key(one) for part in self.parts for mend in part.mends for one in mend.findings}
        if any(now[key] > before[key] - ended[key] for key in mended):
            return False
        errors = (one for one in after.findings if one.severity is Severity.error)
        return all(_key(one) in before or is_mend(one) for one in errors)

    def sentences(self, would: bool) -> Iterator[str]:
        """Say what is mended, what is printed, and what is left to somebody."""
        for part in self.parts:
            if not part.mends:
                continue
            rules = Counter(one.name for mend in part.mends for one in mend.findings)
            listing = ", ".join(f"{name} ({count})" for name, count in sorted(rules.items()))
            ends = "ends" if part.why else "would end" if would else "ends"
            what = "What is printed" if part.why else "What is shown" if would else "The migration"
            if part.why and not part.files:
                what, ends = "What is printed", "is for"
            yield f"{what} {ends} {counted(rules.total(), 'finding')}: {listing}."
            yield from (part.why, *part.notes) if part.why else part.notes
        if any(part.mends and part.files for part in self.parts):
            yield "The project was checked with it: none of them is found any more."
        if self.left:
            yield f"Left to you ({len(self.left)}):"
        elif not any(part.mends for part in self.parts):
            yield "There is nothing to mend."
        for one in self.left:
            reason = self.dropped.get(one.finding.help)
            if is_mend(one) and self._part_of(one) is None:
                reason = "nothing tells which of the histories it is for"
            help = " ".join((one.finding.help or one.message).split())
            told = f"its SQL is left out, for {reason}: {help}" if reason else help
            yield f"  {one.where}: {one.name}: {told}"
        edits = (fix_of(one) for one in self.left if not is_mend(one))
        if any(edit is not None and not edit.is_of_migration for edit in edits):
            yield "`rlslint check --fix --unsafe-fixes --diff` shows what can be edited in place."


_OfPart = tuple[int, Mend]
"""A mend, and the number of the part that it is of."""

_Key = tuple[str, str, str]


def _key(reported: ReportedFinding) -> _Key:
    return reported.name, reported.finding.object, reported.finding.database


def _files(reported: ReportedFinding) -> frozenset[str]:
    """Return the files that have a part in a finding, as they are shown."""
    finding = reported.finding
    spans = (finding.span, *(other.span for other in finding.related))
    return finding.files | {span.text.path for span in spans if span is not None}
