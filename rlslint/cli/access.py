"""What `access` does, once the command line is read."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from rlslint.access.effective import COMMANDS, Extent
from rlslint.access.tracing import trace
from rlslint.access.ways import not_understood
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Relation
from rlslint.cli.running import (
    config_in_force,
    configuration_file,
    connection_strings,
    problem_lines,
)
from rlslint.cli.streams import ERROR, SUCCESS, Failure, Report, deliver, harmless, joined, say
from rlslint.config import did_you_mean, with_hint
from rlslint.config.options import Config, ConfigError
from rlslint.meaning.given import NOTHING_GIVEN, Given, given_row, may_hold
from rlslint.project import NotChecked
from rlslint.project.matrix import (
    Asked,
    Matrix,
    NoSuch,
    Part,
    alike_roles,
    asked_roles,
    asked_tables,
    matches_any,
    matrix_of,
    role_named,
    table_named,
)
from rlslint.project.opening import (
    Opening,
    is_connection_string,
    open_databases,
    open_files,
    opening_of,
)
from rlslint.project.project import Project
from rlslint.reports import Result, place
from rlslint.reports.access_explained import Explained
from rlslint.reports.access_words import reason
from rlslint.text.faults import tracebacks
from rlslint.text.sentences import counted, names_in

_WIDEST = 100
_MOST_TOLD = 10


def show_matrix(named: tuple[str, ...], options: Mapping[str, Any]) -> int:
    """Print who gets at what, and return the exit status."""
    is_page = options["output_format"] == "html"
    opening, judge = _to_be_judged(named, options) if is_page else (opened(named, options), None)
    asked = asked_of(options)
    wrong = complaints((opening,), asked)
    if wrong:
        say(*wrong)
        return ERROR
    matrices = [(one.name, matrix_of(one.project, asked)) for one in opening.projects]
    if judge is not None:
        findings = _page(judge(), opening, matrices, options)
    else:
        lines = _rendered(matrices, opening, options["output_format"])
        is_data = options["output_format"] not in ("text", "markdown")
        findings = joined(lines) if matrices or is_data else ""
    after = harmless((*failures(opening, options), *_closing(matrices, opening, options)))
    report = Report("", findings, after, status_of(opening))
    return deliver(report, options["output_file"])


def explain(table: str, named: tuple[str, ...], options: Mapping[str, Any]) -> int:
    """Print why roles get at rows of a table, and return the exit status."""
    opening = opened(named, options)
    commands = _commands(options["commands"]) or ("select",)
    settings, row = _settings(options["settings"]), _row(options["row"])
    found: list[Explained] = []
    problems: list[str] = []
    for one in opening.projects:
        project = one.project
        try:
            relation = table_named(project, table)
            roles = [role_named(project, name).name for name in options["roles"]]
            given = _given(relation, settings, row)
        except NoSuch as problem:
            problems.append(f"{problem}.")
            continue
        matrix = matrix_of(project)
        traces = [
            (
                trace(
                    *(project.catalog, project.runtime, role, relation, command),
                    *(
                        project.context_functions,
                        given._replace(user=role if given != NOTHING_GIVEN else ""),
                    ),
                ),
                matrix.ways(role, relation, command),
            )
            for role in roles or _serving(project)
            for command in commands
        ]
        found.append(Explained(one.name, matrix, traces))
    if not found:
        say(*dict.fromkeys(problems), *failures(opening, options))
        if not opening.projects and not opening.errors:
            say("No migrations and no scripts were found, so there is nothing to tell.")
        return ERROR
    lines = joined(_explained(found, options["output_format"]))
    after = harmless(failures(opening, options))
    return deliver(Report("", lines, after, status_of(opening)), options["output_file"])


def _explained(found: list[Explained], output_format: str) -> Iterator[str]:
    if output_format == "json":
        from rlslint.reports.access_data import explanation_json

        return explanation_json(found)
    from shutil import get_terminal_size

    from rlslint.reports.access_text import explanations

    return explanations(found, min(get_terminal_size().columns, _WIDEST))


def _serving(project: Project) -> list[str]:
    """Return the roles that serve requests, else all that matter."""
    known = asked_roles(project)
    serving = [role.name for role in known if {Part.runtime, Part.anonymous} & {*role.parts}]
    return serving or [role.name for role in known]


def _settings(values: Iterable[str]) -> tuple[tuple[str, str], ...]:
    found = {}
    for value in values:
        name, equals, content = value.partition("=")
        if not equals or not name:
            raise Failure(f"--set wants NAME=VALUE, not {value!r}.")
        found[name.strip().removesuffix("()").lower()] = content
    return tuple(found.items())


def _row(text: str | None) -> dict[str, Any]:
    if text is None:
        return {}
    try:
        row = json.loads(text)
    except (ValueError, RecursionError):
        raise Failure("--row is no JSON.") from None
    if not isinstance(row, dict):
        raise Failure("--row wants a JSON object: the columns of a row with their values.")
    return row


def _given(table: Relation, settings: tuple[tuple[str, str], ...], row: Mapping[str, Any]) -> Given:
    if not table.knows("columns"):
        raise NoSuch(f"The columns of {table} are not known")
    for name in row:
        if name not in table.columns:
            hint = did_you_mean(name, tuple(table.columns))
            raise NoSuch(with_hint(f'{table} has no column "{name}"', hint))
        column = table.columns[name]
        if column.knows("type") and not may_hold(column.type, row[name]):
            value = json.dumps(row[name])
            raise NoSuch(f"{table}.{name} is of type {column.type}, which does not hold {value}")
    return Given(given_row(table, row), settings, bool(settings))


def show_routes(named: tuple[str, ...], options: Mapping[str, Any]) -> int:
    """Print which routes lead to which rows, and return the exit status."""
    from shutil import get_terminal_size

    from rlslint.project.routes import traced_routes
    from rlslint.reports.access_routes import as_json, text

    opening = opened(named, options)
    routes = [(one.name, tuple(traced_routes(one.project))) for one in opening.projects]
    if options["output_format"] == "json":
        lines = as_json(routes)
    else:
        lines = text(routes, min(get_terminal_size().columns, _WIDEST))
    traced = [one for _, found in routes for one in found]
    lost = sum(bool(one.because) for one in traced)
    said = [*failures(opening, options)]
    if not options["quiet"]:
        said += opening.notes
        number = f"{counted(len(traced), 'route')}, {lost or 'none'} of them not traced."
        said.append(number if traced else "No route from outside was found.")
    report = Report("", joined(lines), harmless(said), status_of(opening))
    return deliver(report, options["output_file"])


def opened(named: tuple[str, ...], options: Mapping[str, Any]) -> Opening:
    """Read the files or the databases that the command line names. Raises Failure."""
    paths, conninfos, config = _sources(named, options)
    return open_databases(conninfos, config) if conninfos else open_files(paths, config)


def _to_be_judged(
    named: tuple[str, ...], options: Mapping[str, Any]
) -> tuple[Opening, Callable[[], Result]]:
    """Read what the command line names, files once; return also what asks the rules about it."""
    from rlslint.code.migrations import Reader
    from rlslint.engine import audit, check_read, read_files
    from rlslint.files import disk
    from rlslint.project.database import Request
    from rlslint.text.budget import CONTENTS_KEPT

    paths, conninfos, config = _sources(named, options)
    if conninfos:
        request = Request(conninfos)
        return open_databases(conninfos, config), lambda: audit(request, config, lambda _: None)
    with disk.Kept(CONTENTS_KEPT):
        read = read_files(paths, config, Reader())
        opening = opening_of(read.found, read.projects, read.reader)

    def judge() -> Result:
        with disk.Kept(CONTENTS_KEPT):
            return check_read(paths, read)

    return opening, judge


def _sources(
    named: tuple[str, ...], options: Mapping[str, Any]
) -> tuple[tuple[str, ...], tuple[str, ...], Config]:
    """Return the files, or the databases, that are named, and the configuration. Raises Failure."""
    databases = tuple(word for word in named if is_connection_string(word))
    paths = tuple(word for word in named if word not in databases)
    if paths and (databases or options["service"]):
        raise Failure("Files and databases are asked for in one go; name either.")
    try:
        config = _config(paths or (".",), options)
    except ConfigError as error:
        raise Failure("\n".join(problem_lines(error))) from None
    if databases or options["service"]:
        return (), tuple(connection_strings(databases, options["service"], None)), config
    return paths or (".",), (), config


def _config(paths: tuple[str, ...], options: Mapping[str, Any]) -> Config:
    given = {**options, "output_format": None, "fail_on": None, "min_severity": None}
    given |= {"min_confidence": None, "statistics": False}
    return config_in_force(configuration_file(paths, given), given)


def failures(opening: Opening, options: Mapping[str, Any]) -> Iterator[str]:
    """Yield what could not be read, and where rlslint itself failed."""
    yield from opening.errors
    yield from (str(fault) for fault in opening.faults)
    if opening.faults and options["verbose"]:
        yield from tracebacks(opening.faults)


def status_of(opening: Opening) -> int:
    """Return the exit status that what was read brings about."""
    return ERROR if opening.errors or opening.faults else SUCCESS


def asked_of(options: Mapping[str, Any]) -> Asked:
    """Return which roles, tables and commands the command line asks for. Raises Failure."""
    commands = _commands(options["commands"])
    roles, tables = _listed(options["roles"]), _listed(options["tables"])
    return Asked(roles, tables, commands, options["public"])


def _commands(values: Iterable[str]) -> tuple[str, ...] | None:
    named = _listed(values)
    if named is None:
        return None
    commands = tuple(command.lower() for command in named)
    for command in commands:
        if command not in COMMANDS:
            meant = did_you_mean(command, COMMANDS)
            raise Failure(f"{with_hint(f'--command knows no {command!r}', meant)}.")
    return commands


def _listed(values: Iterable[str]) -> tuple[str, ...] | None:
    names = tuple(name for value in values for name in names_in(value))
    return names or None


def complaints(openings: Iterable[Opening], asked: Asked) -> list[str]:
    """Say which patterns nothing has the form of, where something was read."""
    projects = [one.project for opening in openings for one in opening.projects]
    if not projects:
        return []
    roles = {role.name: (role.name,) for one in projects for role in asked_roles(one)}
    tables = {
        str(table): (table.name, str(table)) for one in projects for table in asked_tables(one)
    }
    found = []
    for kind, patterns, known in (
        ("role", asked.roles, roles),
        ("table", asked.tables, tables),
    ):
        for pattern in patterns or ():
            if not any(matches_any(names, (pattern,)) for names in known.values()):
                words = (*known, *(names[0] for names in known.values()))
                hint = with_hint(f'There is no {kind} "{pattern}"', did_you_mean(pattern, words))
                found.append(f"{hint}.")
    return found


def _rendered(
    matrices: list[tuple[str, Matrix]], opening: Opening, output_format: str
) -> Iterator[str]:
    match output_format:
        case "json":
            from rlslint.reports.access_data import as_json

            return as_json(matrices, _not_followed(opening))
        case "csv":
            from rlslint.reports.access_data import as_csv

            return as_csv(matrices)
        case "markdown":
            from rlslint.reports.access_text import markdown

            return markdown(matrices)
        case "dot" | "mermaid" | "opengraph":
            return _drawn(matrices, output_format)
        case _:
            from shutil import get_terminal_size

            from rlslint.reports.access_text import text

            return text(matrices, min(get_terminal_size().columns, _WIDEST))


def _page(
    result: Result,
    opening: Opening,
    matrices: list[tuple[str, Matrix]],
    options: Mapping[str, Any],
) -> str:
    """Return the report as one page, with what the rules find."""
    from rlslint.reports.access_page import ShownProject, page

    title = "Who gets at what: " + ", ".join(name for name, _ in matrices)
    unread = _not_followed(opening)
    gaps = [
        *failures(opening, options),
        *result.failures,
        *(f"{one.kind} {one.object} {one.reason}" for one in (*unread, *result.not_checked)),
    ]
    shown = [ShownProject(*one) for one in matrices]
    return page(shown, result.findings, tuple(dict.fromkeys(gaps)), title)


def _drawn(matrices: list[tuple[str, Matrix]], language: str) -> Iterator[str]:
    from rlslint.project.access_graph import access_graph
    from rlslint.reports import access_graph as languages

    together = language != "opengraph"
    graphs = [(name, access_graph(matrix, together=together)) for name, matrix in matrices]
    drawn: Iterator[str] = getattr(languages, language)(graphs)
    return drawn


def _closing(
    matrices: list[tuple[str, Matrix]], opening: Opening, options: Mapping[str, Any]
) -> Iterator[str]:
    """Say how much was asked and what of it is not known."""
    if options["quiet"]:
        return
    yield from opening.notes
    if matrices:
        yield _summary([matrix for _, matrix in matrices])
    elif not opening.errors:
        yield "No migrations and no scripts were found, so there is nothing to tell."
    if opening.scripts_left:
        yield f"{counted(opening.scripts_left, 'script')} beside the history not asked of."
    unread = _not_followed(opening)
    for item in unread[:_MOST_TOLD]:
        found = place(item.span) if item.span is not None else None
        where = f" ({found.path}:{found.start.row})" if found is not None else ""
        yield f"Not followed: {item.kind} {item.object} {item.reason}{where}."
    if len(unread) > _MOST_TOLD:
        yield f"Not followed: {len(unread) - _MOST_TOLD} more (--output-format json lists them)."
    for one in opening.projects:
        for subject, gap in list(not_understood(one.project.catalog))[:_MOST_TOLD]:
            kind = "function" if isinstance(subject, Function) else "view"
            yield f"Not followed: {kind} {subject}, for {reason(gap)}."


def _summary(matrices: list[Matrix]) -> str:
    answers: Counter[bool] = Counter()
    for matrix in matrices:
        for table in matrix.tables:
            for group in alike_roles(matrix, table):
                for answer in group.answers:
                    is_unknown = answer.rows.extent is Extent.unknown
                    answers[is_unknown] += len(group.roles) * len(answer.commands)
    numbers = (
        counted(sum(len(matrix.tables) for matrix in matrices), "table"),
        counted(sum(len(matrix.roles) for matrix in matrices), "role"),
        counted(answers.total(), "answer"),
    )
    return f"{', '.join(numbers)}, {answers[True] or 'none'} of them unknown."


def _not_followed(opening: Opening) -> list[NotChecked]:
    of_projects = (item for one in opening.projects for item in one.not_checked)
    return [*of_projects, *opening.unread]
