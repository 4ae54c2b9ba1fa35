"""What rlslint does: from files, or from live databases, to projects; from these to a result."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

from rlslint import NamedTuple
from rlslint.code.migrations import Reader
from rlslint.config import Severity
from rlslint.config.options import Config
from rlslint.files import disk
from rlslint.files.discovery import Found, found_at
from rlslint.project import Finding, NotChecked
from rlslint.project.not_checked import (
    Unread,
    may_use_row_security,
    not_followed,
    settings_without_readers,
    unread_files,
)
from rlslint.project.project import Project
from rlslint.project.subjects import subjects
from rlslint.reports import (
    Checked,
    Database,
    ReportedFinding,
    Result,
    in_order,
    is_shown,
    reported,
    takes_part,
    unshown,
    without_copies,
    without_overwriting,
)
from rlslint.rules import Selection, selection_of
from rlslint.rules.judging import Unjudged, judge, not_checked
from rlslint.rules.registry import rules_for
from rlslint.text.budget import CONTENTS_KEPT
from rlslint.text.faults import Fault

if TYPE_CHECKING:
    from rlslint.catalog import Catalog
    from rlslint.project.building import Built, Projects
    from rlslint.project.database import Audited, Progress, Request
    from rlslint.reports.earlier import Run
    from rlslint.rules.baselines import Before, Earlier, EntryUse
    from rlslint.rules.judging import Remembered
    from rlslint.rules.suppression import IgnoreUse


A = TypeVar("A")


def _untold(sentence: str) -> None:
    del sentence


def check(
    paths: Sequence[str | os.PathLike[str]],
    config: Config,
    standard_input: tuple[str, bytes] | None = None,
    progress: Progress = _untold,
    before: Before | None = None,
) -> Result:
    """Lint `paths` and the project around them.

    `standard_input` is the name of the file that the path `-` stands for, and its content;
    `progress` is told what is done. What was there `before` is left out.
    What could be judged is among the findings, what could not be is named beside them. Raises
    UnknownRuleError where the configuration names a rule that does not exist.
    """
    if standard_input is None:
        with disk.Kept(CONTENTS_KEPT):
            return _checked(paths, config, None, progress, before)
    name, data = standard_input
    with disk.Kept(CONTENTS_KEPT), disk.Buffers({os.path.abspath(name): data}):
        return _checked(paths, config, name, progress, before)


class Examined(NamedTuple):
    """What `check` has found, and the projects that it has asked."""

    result: Result
    projects: tuple[Project, ...]


class Read(NamedTuple):
    """What was read for a run: the files that were found, and the projects that they make.

    `reader` has what is to be said of the files, `named` tells which of them the user named.
    """

    config: Config
    selection: Selection
    reader: Reader
    found: Found
    projects: Projects
    named: _Named


def _checked(
    paths: Sequence[str | os.PathLike[str]],
    config: Config,
    standard_input: str | None,
    progress: Progress,
    before: Before | None,
) -> Result:
    read = read_files(paths, config, Reader(), standard_input, progress)
    progress("Asking the rules")
    return check_read(paths, read, before)


def check_read(
    paths: Sequence[str | os.PathLike[str]], read: Read, before: Before | None = None
) -> Result:
    """Ask all rules about what was read of `paths`; see `check`."""
    return _searched(paths, read, judged(read, before))


def read_files(
    paths: Sequence[str | os.PathLike[str]],
    config: Config,
    reader: Reader,
    standard_input: str | None = None,
    progress: Progress = _untold,
) -> Read:
    """Read `paths` and the projects around them; see `check`."""
    from rlslint.project.building import build

    selection = selection_of(config)
    progress("Looking for files")
    found = found_at(paths, config, standard_input)
    progress("Reading migrations and code")
    projects = build(found, config, reader)
    named = _Named(found.reported | found.reported_others, projects.are_all, found.part_of)
    return Read(config, selection, reader, found, projects, named)


def judged(
    read: Read, before: Before | None, remembered: Callable[[Project], Remembered] | None = None
) -> Result:
    """Ask all rules about what was read, but for what is `remembered` of each project."""
    code = read.projects.code
    counted = Checked(code_files=len(code.files), settings_files=code.settings_files)
    asked = map(_from_files, read.projects.built)
    config, selection, reader = read.config, read.selection, read.reader
    result = _result(asked, config, selection, reader, counted, read.named, before, remembered)
    passed = tuple(NotChecked("file", path, _PASSED) for path in code.passed)
    return result._replace(not_checked=(*result.not_checked, *passed))


def _searched(paths: Sequence[str | os.PathLike[str]], read: Read, result: Result) -> Result:
    """Return a result with what the files tell of row security that were not read."""
    found, projects, named = read.found, read.projects, read.named
    if named.are_all and (_names_folder(paths) or not result.uses_row_security):
        uses = result.uses_row_security
        try:
            unread = unread_files(found, projects, uses)
        except Exception as error:
            fault = Fault("searched for row security", "files", "that are not read", error)
            faults = (*result.faults, fault)
            return result._replace(faults=faults, uses_row_security=uses or None)
        return result._replace(
            findings=tuple(_weighed(result.findings, unread, found.root)),
            not_checked=(*result.not_checked, *unread.told),
            unread=unread.paths,
            uses_row_security=None if unread.may_matter and not uses else uses,
        )
    return result


def _weighed(
    findings: Iterable[ReportedFinding], unread: Unread, root: str
) -> Iterator[ReportedFinding]:
    """Yield findings, as warnings those of what a file that nothing reads may mend."""
    if not unread.making:
        yield from findings
        return
    from rlslint.files.unread import enabling
    from rlslint.rules.weighing import weighed_by_unread

    paths = {os.path.join(root, path): path for path in unread.making}

    def making(table: str) -> str | None:
        path = enabling(table, paths)
        return None if path is None else paths[path]

    for one in findings:
        made = weighed_by_unread(one.finding, making)
        yield one if made is one.finding else reported(made)


def files_read(paths: Sequence[str | os.PathLike[str]], config: Config) -> Iterator[str]:
    """Yield the files that `check` would report on, sorted."""
    yield from sorted(found_at(paths, config).reported)


def audit(
    request: Request, config: Config, progress: Progress, before: Before | None = None
) -> Result:
    """Read databases as they are at one moment each, and ask all rules about them.

    What was there `before` is left out. Nothing is changed, and no row of a table is read. A
    database that cannot be read is among the errors of the result. Raises NoHistory where the
    migrations cannot be told and UnknownRuleError where the configuration names a rule that does
    not exist.
    """
    selection = selection_of(config)
    history, reader, read = None, Reader(), Checked()
    if request.migrations:
        from rlslint.project.migrations import read_migrations

        migrations = read_migrations(request.migrations, config)
        reader = migrations.reader
        if (replayed := migrations.replayed) is not None:
            history = replayed.replay.catalog
            read = Checked(migrations=replayed.files, statements=replayed.statements)
    databases = _from_databases(request, config, history, progress, reader)
    return _result(databases, config, selection, reader, read, None, before)


_PASSED = "whose queries of protected tables were not followed"
_LEFT_UNREAD = "left unread"
_REST = "Other histories and scripts were not read: no named file has a part in them."


class _Named(NamedTuple):
    """The files that the user named.

    `are_all` tells whether no others of what was found were left unread, `part_of` are
    the directories of projects of which nothing else was read.
    """

    files: frozenset[str]
    are_all: bool
    part_of: tuple[str, ...]

    @property
    def notes(self) -> Iterator[str]:
        """Say what of the project was not read."""
        if not self.are_all:
            yield _REST
        for folder in self.part_of:
            root = os.path.relpath(folder)
            where = "the current directory" if root == os.curdir else root
            yield f"Only a part of the project in {where} was read."


class _Asked(NamedTuple):
    """A project, and all that rules are to be asked about it.

    `placed` says where a finding stands, `unseen` what nothing is known of from the start, and
    `beyond` what is to be said of a subject of which nothing that was read tells. `is_loose` marks
    a script beside the histories; `database` is the one that was read, None for files.
    """

    project: Project
    subjects: Iterable[tuple[str, object]]
    checked: Checked
    beyond: str = "beyond the history"
    placed: Callable[[Finding], Finding] = lambda finding: finding
    unseen: tuple[NotChecked, ...] = ()
    is_loose: bool = False
    database: Database | None = None


def _from_files(built: Built) -> _Asked:
    project, files = built.project, built.files
    broken = (("BrokenStatement", statement) for statement in built.broken)
    checked = Checked(
        migrations=0 if built.loose else files,
        scripts=files if built.loose else 0,
        statements=built.statements,
    )
    # Of who connects, the history tells that a script lies beside.
    asked = (one for one in subjects(project) if not built.loose or one[0] != "Connection")
    return _Asked(project, (*broken, *asked), checked, is_loose=built.loose)


def _from_databases(
    request: Request,
    config: Config,
    history: Catalog | None,
    progress: Progress,
    reader: Reader,
) -> Iterator[_Asked]:
    """Read one database after the other; why one could not be read is told to the reader."""
    from rlslint.project.database import read_database
    from rlslint.server.snapshot import LiveProblem

    for conninfo in request.databases:
        try:
            audited = read_database(conninfo, request, config, history, progress, _import_rules)
        except LiveProblem as problem:
            if str(problem) not in reader.errors:
                reader.errors.append(str(problem))
        except Exception as error:
            reader.faults.append(Fault("audited", "database", _shown_database(conninfo), error))
        else:
            reader.errors += audited.problems
            reader.faults += audited.faults
            progress(f"Checking {audited.server.database}")
            yield _from_database(audited)


def _shown_database(conninfo: str) -> str:
    from rlslint.server.connection_strings import database_name, parameters_of

    return database_name(parameters_of(conninfo))


def _import_rules() -> None:
    """Import the rules about what every database has."""
    for kind in ("Table", "Policy", "Role"):
        rules_for(kind)


def _from_database(audited: Audited) -> _Asked:
    project, server = audited.project, audited.server
    held = (found for found in subjects(project) if audited.is_asked(found[1]))

    def placed(finding: Finding) -> Finding:
        return audited.places.placed(finding)._replace(database=server.database)

    return _Asked(
        project,
        (*audited.evidence, *held),
        Checked(databases=1),
        "that depends on what an extension or the platform owns",
        placed,
        audited.unseen,
        database=Database(server.database, server.version_text, audited.role),
    )


def _result(
    projects: Iterable[_Asked],
    config: Config,
    selection: Selection,
    reader: Reader,
    read: Checked,
    named: _Named | None,
    before: Before | None,
    remembered: Callable[[Project], Remembered] | None = None,
) -> Result:
    """Judge projects, one after the other, and leave what the user wants to see.

    `reader` has read their files, `read` counts what belongs to no project alone. `named` are the
    files that the user named, None for live databases, whose findings all count.
    """
    findings: list[Finding] = []
    unchecked: list[NotChecked] = []
    loose: set[str] = set()
    databases: list[Database] = []
    faults = reader.faults
    uses_row_security: bool | None = False
    judged_projects: list[Project] = []
    for asked in projects:
        judged_projects.append(project := asked.project)
        unjudged: list[Unjudged] = []
        known = remembered(project) if remembered is not None else None
        judged = judge(asked.subjects, project, selection, unjudged, faults, known)
        if before is not None:
            judged = _with_standing(judged, project, faults)
        if asked.is_loose and project.runtime.assumed:
            judged = [_of_a_script(finding) for finding in judged]
        findings += _without_faults(asked.placed, judged, faults)
        unchecked += (*asked.unseen, *not_checked(unjudged, asked.beyond))
        unchecked += not_followed(project)
        if asked.is_loose:
            loose.update(finding.span.text.path for finding in judged if finding.span)
        if asked.database is not None:
            databases.append(asked.database)
        read = _sum(read, asked.checked, _counted(project))
        if uses_row_security is not True:
            uses_row_security = may_use_row_security(project, uses_row_security)
    unchecked += settings_without_readers(judged_projects, reader)
    if judged_projects and (named is None or named.are_all):
        findings += _about_options(judged_projects, config, selection, faults)
    kept, uses = _let_stand(findings, config, selection, reader)
    elsewhere: list[ReportedFinding] = []
    if named is not None:
        kept = [*kept, *_about_ignores(uses, project, selection, named, faults)]
        everything, files = kept, named.files | {one.place.path for one in config.named}
        kept = [finding for finding in kept if takes_part(finding, files)]
        if len(kept) < len(everything):
            distinct = without_copies(_without_faults(reported, everything, faults), loose)
            elsewhere = [one for one in distinct if not takes_part(one.finding, files)]
    shown = without_copies(_without_faults(reported, kept, faults), loose)
    unread = () if named is None else tuple(named.notes)
    earlier = None
    if before is not None:
        from rlslint.reports.earlier import Run

        is_whole = before.is_whole and not (unread or faults or reader.errors)
        run = Run(shown, elsewhere, (*findings, *kept), selection.names, unchecked, is_whole)
        shown, elsewhere, earlier = _compared(run, before, judged_projects, selection, faults)
    shown_now = (finding for finding in shown if is_shown(finding, config))
    ordered = without_overwriting(in_order(shown_now, faults), faults)
    if not _may_deny(read, reader, named):
        uses_row_security = uses_row_security or None
    return Result(
        findings=ordered,
        checked=read,
        not_checked=(
            *unchecked,
            *map(_not_checked, faults),
            *(NotChecked("file", path, _LEFT_UNREAD) for path in reader.left_unread),
        ),
        notes=(*reader.notes, *unread),
        errors=tuple(reader.errors),
        uses_row_security=uses_row_security,
        hidden=Counter(f.severity for f in shown if not is_shown(f, config)),
        databases=tuple(databases),
        faults=tuple(faults),
        elsewhere=sum(is_shown(one, config) for one in elsewhere),
        is_part=bool(unread),
        earlier=earlier,
    )


def _may_deny(read: Checked, reader: Reader, named: _Named | None) -> bool:
    """Tell whether what was read may say that row security is used nowhere."""
    has_read = any((read.databases, read.migrations, read.scripts, read.code_files))
    is_known = named is None or named.are_all
    is_left = reader.faults or reader.errors or reader.left_unread
    return bool(is_known and has_read and not is_left)


def _compared(
    run: Run, before: Before, projects: list[Project], selection: Selection, faults: list[Fault]
) -> tuple[list[ReportedFinding], list[ReportedFinding], Earlier]:
    """Return what is new of a run, here and elsewhere, and what came of comparing."""
    from rlslint.project.renames import present_names
    from rlslint.reports.earlier import compared

    def about_entries(uses: list[EntryUse]) -> list[Finding]:
        asked = [("EntryUse", use) for use in uses]
        return [f for one in projects[:1] for f in judge(asked, one, selection, [], faults)]

    names = present_names(project.catalog for project in projects)
    return compared(run, before, names, lambda one: is_shown(one, selection.config), about_entries)


def _with_standing(findings: list[Finding], project: Project, faults: list[Fault]) -> list[Finding]:
    """Add what each finding is known by another time, before it is placed elsewhere."""
    if not findings:
        return findings
    from rlslint.project.reaching import Reaching

    reaching = Reaching(project)
    return _without_faults(
        lambda finding: finding._replace(standing=reaching.standing(finding)), findings, faults
    )


def _let_stand(
    findings: list[Finding], config: Config, selection: Selection, reader: Reader
) -> tuple[list[Finding], tuple[IgnoreUse, ...]]:
    """Leave out what somebody lets stand, and tell what came of each comment and entry."""
    if not reader.ignores and not config.accept:
        return findings, ()
    from rlslint.rules.suppression import suppress

    found = suppress(findings, reader.ignores, config.accept, selection.names, reader.faults)
    return list(found.findings), found.uses


def _of_a_script(finding: Finding) -> Finding:
    """Lower what is said of a script beside the histories, of which nothing tells who uses it."""
    known = reported(finding).severity
    return finding._replace(severity=Severity.info) if known is Severity.warning else finding


def _without_faults(
    made: Callable[[Finding], A], findings: Iterable[Finding], faults: list[Fault]
) -> list[A]:
    """Return what is made of findings; one of which nothing can be made is named as a fault."""
    found = []
    for finding in findings:
        try:
            found.append(made(finding))
        except Exception as error:
            faults.append(unshown(finding, error))
    return found


def _not_checked(fault: Fault) -> NotChecked:
    rules = (fault.rule,) if fault.rule else ()
    return NotChecked(fault.kind, fault.object, "because of a fault of rlslint's own", rules)


def _names_folder(paths: Sequence[str | os.PathLike[str]]) -> bool:
    return any(str(path) != "-" and disk.is_folder(path) for path in paths)


def _about_ignores(
    uses: Iterable[IgnoreUse],
    project: Project,
    selection: Selection,
    named: _Named,
    faults: list[Fault],
) -> list[Finding]:
    """Judge the ignore comments of the files that the user named, and all accept entries.

    What was not read may need an accept entry.
    """

    def is_judged(use: IgnoreUse) -> bool:
        return named.are_all if use.span is None else use.span.text.path in named.files

    asked = (("IgnoreUse", use) for use in uses if is_judged(use))
    return judge(asked, project, selection, [], faults)


def _about_options(
    projects: list[Project], config: Config, selection: Selection, faults: list[Fault]
) -> list[Finding]:
    """Judge what a configuration file names, by what all databases together have."""
    if not config.named:
        return []
    from rlslint.project.option_uses import option_uses

    asked = (("OptionUse", use) for use in option_uses(config, projects))
    return judge(asked, projects[0], selection, [], faults)


def _counted(project: Project) -> Checked:
    return Checked(
        queries=len(project.queries),
        tables=sum(1 for _ in project.catalog.tables()),
        policies=sum(1 for _ in project.catalog.policies()),
    )


def _sum(*counts: Checked) -> Checked:
    return Checked(*map(sum, zip(*counts, strict=True)))
