"""Discover, read, build, check, ignore: what `rlslint check` does, from paths to a result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from rlslint.code.migrations import Reader
from rlslint.config.options import Config, excluded
from rlslint.files.discovery import Found, discover, with_file
from rlslint.project.building import Built, Code, build
from rlslint.project.findings import Finding
from rlslint.project.project import Project
from rlslint.reports.reported import is_shown, reported
from rlslint.reports.results import Checked, ReportedFinding, Result, in_order
from rlslint.rules.judging import Unjudged, judge, not_checked, subjects
from rlslint.rules.selection import selection_of
from rlslint.rules.suppression import IgnoreUse, suppress


def check(
    paths: Sequence[str | Path], config: Config, standard_input: tuple[str, bytes] | None = None
) -> Result:
    """Lint `paths` and the project around them.

    `standard_input` is the name of the file that the path `-` stands for, and its content.
    What could be judged is among the findings, what could not be is named beside them. Raises
    UnknownRuleError where the configuration names a rule that does not exist.
    """
    selection = selection_of(config)
    reader = Reader(dict((standard_input,)) if standard_input is not None else {})
    found = _discover(paths, config, standard_input)
    for problem in found.problems:
        reader.unreadable(problem)
    built, code = build(found, config, reader)
    findings: list[Finding] = []
    unjudged: list[Unjudged] = []
    loose: set[str] = set()
    for one in built:
        in_history = judge(_subjects(one), one.project, selection, unjudged)
        findings += in_history
        if one.loose:
            loose.update(finding.span.text.path for finding in in_history if finding.span)
    suppressed = suppress(findings, reader.ignores, config.accept, selection.names)
    on_ignores = judge(
        (("IgnoreUse", use) for use in suppressed.uses if _is_reported(use, found)),
        built[0].project,
        selection,
        unjudged,
    )
    shown = [
        reported(finding)
        for finding in (*suppressed.findings, *on_ignores)
        if _takes_part(finding, found)
    ]
    shown = _without_copies(shown, loose)
    kept = [r for r in shown if is_shown(r, config)]
    return Result(
        findings=in_order(kept),
        checked=_checked(built, code),
        not_checked=tuple(not_checked(unjudged)),
        notes=tuple(reader.notes),
        errors=tuple(reader.errors),
        uses_row_security=not _is_without(built, code),
        hidden=Counter(r.severity for r in shown if not is_shown(r, config)),
    )


def files_read(paths: Sequence[str | Path], config: Config) -> Iterator[str]:
    """Yield the files that `check` would report on, sorted."""
    yield from sorted(_discover(paths, config, None).reported)


def _discover(
    paths: Sequence[str | Path], config: Config, standard_input: tuple[str, bytes] | None
) -> Found:
    named = [path for path in paths if str(path) != "-"]
    found = discover(
        named,
        around=(standard_input[0],) if standard_input and standard_input[0] != "-" else (),
        root=Path.cwd(),
        exclude=excluded(config),
        force_exclude=config.force_exclude,
    )
    return with_file(found, standard_input[0]) if standard_input is not None else found


def _subjects(built: Built) -> Iterator[tuple[str, object]]:
    for broken in built.broken:
        yield "BrokenStatement", broken
    yield from subjects(built.project)


def _takes_part(finding: Finding, found: Found) -> bool:
    """Tell whether a finding stands in a file that the user named, or has a part there."""
    spans = [finding.span, *(related.span for related in finding.related)]
    if any(span is None or span.text.path in found.reported for span in spans):
        return True
    return not found.reported.isdisjoint(finding.files)


def _without_copies(findings: list[ReportedFinding], loose: set[str]) -> list[ReportedFinding]:
    """Leave out what a script beside the histories only repeats.

    Statements are copied into scripts, and scripts into one that has them all: the fault is
    reported in the history, else in the shortest of the scripts.
    """

    def copies_last(reported: ReportedFinding) -> int:
        span = reported.finding.span
        return len(span.text.data) if span is not None and span.text.path in loose else 0

    origins: dict[str, str] = {}
    kept = []
    for one in sorted(findings, key=copies_last):
        path = one.finding.span.text.path if one.finding.span is not None else ""
        origin = origins.setdefault(one.fingerprint, path)
        if origin == path or path not in loose:
            kept.append(one)
    return kept


def _is_reported(use: IgnoreUse, found: Found) -> bool:
    return use.span is None or use.span.text.path in found.reported


def _is_without(built: Sequence[Built], code: Code) -> bool:
    """Tell whether something was read and nothing of it has to do with row security."""
    read = any(one.files for one in built) or bool(code.files)
    return read and not any(
        one.project.uses_row_security or _may_use_row_security(one.project) for one in built
    )


def _may_use_row_security(project: Project) -> bool:
    tables = project.catalog.relations.known()
    return any(not table.knows("rls_enabled") or table.policies.is_open for table in tables)


def _checked(built: Sequence[Built], code: Code) -> Checked:
    projects = [one.project for one in built]
    return Checked(
        migrations=sum(one.files for one in built if not one.loose),
        scripts=sum(one.files for one in built if one.loose),
        statements=sum(one.statements for one in built),
        queries=sum(len(project.queries) for project in projects),
        code_files=len(code.files),
        settings_files=code.settings_files,
        tables=sum(sum(1 for _ in project.catalog.tables()) for project in projects),
        policies=sum(sum(1 for _ in project.catalog.policies()) for project in projects),
    )
