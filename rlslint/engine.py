"""Discover, read, build, check, ignore: what `rlslint check` does, from paths to a result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from rlslint.building import Built, Code, Reader, build
from rlslint.catalog.facts import Facts, UnknownFact
from rlslint.catalog.model import Policy, Relation
from rlslint.config import Config, anchored
from rlslint.findings import Finding, Severity
from rlslint.project import Project
from rlslint.registry import Rule, rules_for
from rlslint.reported import reported
from rlslint.results import Checked, NotChecked, ReportedFinding, Result, in_order
from rlslint.selection import Selection, selection_of
from rlslint.sessions import QuerySite, SessionTrace
from rlslint.shapes import JUDGED_BY_SHAPE, Shapes
from rlslint.sources.discovery import Found, discover, with_file
from rlslint.suppression import IgnoreUse, suppress


class Unjudged(NamedTuple):
    """A rule that could not judge a subject, for it lacked a fact."""

    rule: str
    subject: object
    cause: UnknownFact


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
        in_history = _findings(subjects(one), one.project, selection, unjudged)
        findings += in_history
        if one.loose:
            loose.update(finding.span.text.path for finding in in_history if finding.span)
    suppressed = suppress(findings, reader.ignores, config.accept, selection.names)
    on_ignores = _findings(
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
    kept = [r for r in shown if _is_shown(r, config)]
    return Result(
        findings=in_order(kept),
        checked=_checked(built, code),
        not_checked=tuple(_not_checked(unjudged)),
        notes=tuple(reader.notes),
        errors=tuple(reader.errors),
        uses_row_security=not _is_without(built, code),
        hidden=Counter(r.severity for r in shown if not _is_shown(r, config)),
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
        exclude=_excluded(config),
        force_exclude=config.force_exclude,
    )
    return with_file(found, standard_input[0]) if standard_input is not None else found


def _excluded(config: Config) -> tuple[str, ...]:
    """Return the patterns of files to leave out; a bare name matches wherever it stands."""
    patterns = (*config.exclude, *config.extend_exclude)
    paths = [pattern for pattern in patterns if "/" in pattern]
    return (*(p for p in patterns if p not in paths), *anchored(config, paths))


def subjects(built: Built) -> Iterator[tuple[str, object]]:
    """Yield all that rules look at, with the kind that their annotations name."""
    project, catalog = built.project, built.project.catalog
    for broken in built.broken:
        yield "BrokenStatement", broken
    for refusal in catalog.refusals:
        yield "Refusal", refusal
    for dynamic in catalog.dynamic:
        yield "Dynamic", dynamic
    for relation in (*catalog.relations.known(), *catalog.unknown_relations.values()):
        if relation.is_beyond_history or relation.is_table:
            yield "Table", relation
        elif relation.is_view or relation.is_materialized_view:
            yield "View", relation
        for policy in relation.policies.known():
            yield "Policy", policy
    for function in catalog.functions.known():
        yield "Function", function
    for role in catalog.roles.values():
        yield "Role", role
    for query in project.queries:
        yield "QuerySite", query
    for trace in project.traces:
        yield "SessionTrace", trace
    for connection in project.connections:
        yield "Connection", connection


def _findings(
    subjects: Iterable[tuple[str, object]],
    project: Project,
    selection: Selection,
    unjudged: list[Unjudged],
) -> list[Finding]:
    """Ask every rule about every subject of its kind; note where a fact was missing.

    Of policies of one shape without a fault only the first is put to the rules of shapes.
    """
    rules: dict[str, list[Rule]] = {}
    by_identity: list[Rule] = []
    shapes, faultless = Shapes(project), set[Hashable]()
    found: list[Finding] = []
    for kind, subject in subjects:
        if kind not in rules:
            rules[kind] = [r for r in rules_for(kind) if r.name in selection.names]
            if kind == "Policy":
                by_identity = [r for r in rules[kind] if r.name not in JUDGED_BY_SHAPE]
        shape = shapes.of(subject) if isinstance(subject, Policy) else None
        so_far = len(found) + len(unjudged)
        for rule in rules[kind] if shape not in faultless else by_identity:
            try:
                made = tuple(rule.check(subject, project))
            except UnknownFact as cause:
                unjudged.append(Unjudged(rule.name, subject, cause))
            except RecursionError:
                depth = UnknownFact(subject, "meaning of an expression nested so deeply", None)
                unjudged.append(Unjudged(rule.name, subject, depth))
            else:
                found += [
                    finding._replace(rule=rule.name, files=_files_of(subject)) for finding in made
                ]
        if shape is not None and len(found) + len(unjudged) == so_far:
            faultless.add(shape)
    return [
        finding
        for finding in found
        if finding.span is None or selection.is_on(finding.rule, finding.span.text.path)
    ]


def _takes_part(finding: Finding, found: Found) -> bool:
    """Tell whether a finding stands in a file that the user named, or has a part there."""
    spans = [finding.span, *(related.span for related in finding.related)]
    if any(span is None or span.text.path in found.reported for span in spans):
        return True
    return not found.reported.isdisjoint(finding.files)


def _files_of(subject: object) -> frozenset[str]:
    """Return the files whose statements made a subject of the catalog what it is."""
    match subject:
        case Relation():
            parts: tuple[Facts, ...] = (subject, *subject.policies.known())
        case Policy():
            parts = (subject, subject.relation)
        case Facts():
            parts = (subject,)
        case _:
            return frozenset()
    statements = (statement for part in parts for statement in part.statements.values())
    return frozenset(statement.span.text.path for statement in statements)


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


def _is_shown(finding: ReportedFinding, config: Config) -> bool:
    least = config.min_severity if config.min_severity is not None else Severity.warning
    return finding.severity >= least and finding.confidence >= config.min_confidence


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


def _not_checked(unjudged: Iterable[Unjudged]) -> Iterator[NotChecked]:
    for rule, subject, cause in unjudged:
        statement = cause.statement
        beyond = isinstance(subject, Relation) and subject.is_beyond_history
        known = statement is not None and not beyond
        reason = "behind SQL that could not be evaluated" if known else "beyond the history"
        span = statement.span if statement is not None else None
        yield NotChecked(_noun(subject), str(subject), reason, rule, span)


def _noun(subject: object) -> str:
    match subject:
        case Relation():
            is_view = subject.knows("kind") and not subject.is_table
            return "view" if is_view else "table"
        case QuerySite():
            return "query"
        case SessionTrace():
            return "function of the application"
        case _:
            return type(subject).__name__.lower()
