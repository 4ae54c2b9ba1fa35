"""`check --fix`: findings that are mended where they stand, in files that are not committed yet."""

from __future__ import annotations

import gc
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rlslint import NamedTuple
from rlslint.cli.running import (
    checked,
    config_in_force,
    configuration_file,
    is_compared,
    problem_lines,
    report_of,
)
from rlslint.cli.streams import ERROR, FINDINGS, SUCCESS, Report, deliver, harmless, print_text, say
from rlslint.cli.writing import NotAllWritten, difference, write_all
from rlslint.config.options import Config, ConfigError
from rlslint.engine import check
from rlslint.files import disk
from rlslint.files.continuation import NewFile
from rlslint.files.git import ADDED, GitProblem, repository_of, uncommitted
from rlslint.reports import ReportedFinding, Result, shown_path
from rlslint.reports.edits import Fix, applied, fix_of, source_of, written_into
from rlslint.rules import UnknownRuleError
from rlslint.text.sentences import counted


class _Mended(NamedTuple):
    """A finding with what mends it, and the file in which it does."""

    reported: ReportedFinding
    fix: Fix
    path: str


def mend_in_place(paths: tuple[str, ...], options: Mapping[str, Any]) -> int:
    """Mend what is found where it stands, print what is left, and return the exit status."""
    try:
        file = configuration_file(paths, options)
        config = config_in_force(file, options)
        before = checked(paths, config, None, options)
    except (ConfigError, UnknownRuleError) as error:
        return deliver(Report("", "", harmless(problem_lines(error)), ERROR), None)
    known = tuple(_known(before.findings))
    states, problems = _uncommitted({one.path for one in known})
    wanted = [one for one in known if options["unsafe_fixes"] or _is_allowed(one, states)]
    choice = _Choice(paths, config, before if not is_compared(config, options) else None)
    if before.failures and wanted:
        problems.append("Nothing is mended, for what could not be read may say what is there.")
    else:
        choice.grow(wanted)
    if options["diff"]:
        files = [(file.path, file.content) for file in choice.files]
        print_text("".join(difference(shown_path(p), disk.read(p), new) for p, new in files))
        say(*before.failures, *problems)
        say(*_sentences(choice, len(known) - len(wanted), would=True))
        if before.failures:
            return ERROR
        return FINDINGS if files and not options["exit_zero"] else SUCCESS
    try:
        held = [disk.read(file.path) for file in choice.files]
        write_all(choice.files, [os.path.dirname(file.path) for file in choice.files], held)
    except (NotAllWritten, OSError) as problem:
        say(str(problem))
        return ERROR
    after = choice.after
    if is_compared(config, options):
        after = checked(paths, config, None, options) if choice.chosen else before
    report = report_of(after, file, config, options)
    status = deliver(report, options["output_file"])
    if not options["quiet"]:
        say(*problems, *_sentences(choice, len(known) - len(wanted), would=False))
    return status


def _known(findings: Iterable[ReportedFinding]) -> Iterator[_Mended]:
    for reported in findings:
        fix = fix_of(reported)
        if fix is not None:
            path = os.path.abspath(fix.edits[0].text.path)
            # What a link leads to may be committed, or have run, under another name.
            if not os.path.islink(path):
                yield _Mended(reported, fix, path)


def _is_allowed(one: _Mended, states: Mapping[str, str]) -> bool:
    """Tell whether a fix changes nothing that has run, nor more than what is wrong.

    A migration that was committed may have run, whatever was changed in it since.
    """
    if one.fix.is_of_migration:
        return states.get(one.path) == ADDED
    return one.path in states and one.fix.is_safe


def _uncommitted(paths: Iterable[str]) -> tuple[dict[str, str], list[str]]:
    """Return what no commit holds as it is, and how, and why that cannot be told of others.

    Of a file in no repository nobody knows whether it has run.
    """
    by_root: dict[str | None, list[str]] = {}
    for path in sorted(paths):
        by_root.setdefault(repository_of(path), []).append(path)
    found: dict[str, str] = {}
    problems = []
    for root, inside in by_root.items():
        if root is None:
            continue
        try:
            found.update(uncommitted(root, inside))
        except GitProblem as problem:
            problems.append(str(problem))
    return found, problems


class _Choice:
    """The fixes that end what they are for, with the files as they are then."""

    def __init__(self, paths: tuple[str, ...], config: Config, before: Result | None) -> None:
        self._paths, self._config = paths, config
        self.after = before if before is not None else check(paths, config)
        self.chosen: tuple[_Mended, ...] = ()
        self.files: tuple[NewFile, ...] = ()
        self.untried = 0
        self._checks = 0

    def grow(self, wanted: Sequence[_Mended]) -> None:
        """Add fixes that end their findings, by halves where not all do."""
        if self._checks >= _MOST_CHECKS:
            self.untried += len(wanted)
            return
        if not wanted:
            return
        trial = (*self.chosen, *wanted)
        files, made = _written(trial)
        self._checks += 1
        gc.collect()
        with disk.Buffers({file.path: file.content for file in files}):
            after = check(self._paths, self._config)
        if len(made) == len(trial) and self._all_end(after, wanted):
            self.chosen, self.files, self.after = trial, files, after
            return
        if len(made) < len(trial) and len(wanted) > 1:
            # What meets an earlier edit waits for the next run.
            fitting = [one for one in wanted if one in made]
            if len(fitting) < len(wanted):
                self.grow(fitting)
                return
        middle = len(wanted) // 2
        if middle:
            self.grow(wanted[:middle])
            self.grow(wanted[middle:])

    def _all_end(self, after: Result, wanted: Sequence[_Mended]) -> bool:
        if after.failures:
            return False
        before, now = (Counter(map(_key, result.findings)) for result in (self.after, after))
        ended = Counter(_key(one.reported) for one in wanted)
        is_new = any(one.name in _OF_BROKEN and not before[_key(one)] for one in after.findings)
        return not is_new and all(now[key] <= before[key] - count for key, count in ended.items())


_MOST_CHECKS = 30
"""How often a project is checked to tell which fixes do what they are to do."""

_OF_BROKEN = ("unparsable-sql", "invalid-rls-ddl")


def _key(reported: ReportedFinding) -> tuple[str, str, str]:
    path = reported.finding.span.text.path if reported.finding.span is not None else ""
    return reported.name, reported.finding.object, path


def _written(mended: Sequence[_Mended]) -> tuple[tuple[NewFile, ...], list[_Mended]]:
    """Return the files with fixes made, and the fixes that could be: those that meet no other."""
    by_path: dict[str, list[_Mended]] = {}
    for one in mended:
        by_path.setdefault(one.path, []).append(one)
    files, made = [], []
    for path, inside in by_path.items():
        source = source_of(inside[0].fix.edits[0].text)
        edits = [edit for one in inside for edit in one.fix.edits]
        done = applied(source, edits)[1]
        content = written_into(disk.read(path), source, done)
        if content is None:
            continue
        same = {edit[1:] for edit in done}
        files.append(NewFile(path, content, kept=True))
        made += [one for one in inside if all(edit[1:] in same for edit in one.fix.edits)]
    return tuple(files), made


def _sentences(choice: _Choice, left: int, would: bool) -> Iterator[str]:
    chosen = choice.chosen
    if chosen:
        verb = "would be" if would else "was" if len(chosen) == 1 else "were"
        yield f"{counted(len(chosen), 'finding')} {verb} mended in {_in_files(chosen)}."
    if choice.untried:
        yield (
            f"Whether {counted(choice.untried, 'finding')} can be mended was not tried, since each "
            "try checks the project: run it again, or name fewer files."
        )
    if left:
        yield f"{left} can be mended with --unsafe-fixes: see what that changes with --diff."


def _in_files(chosen: Sequence[_Mended]) -> str:
    return counted(len({one.path for one in chosen}), "file")
