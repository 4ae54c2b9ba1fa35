"""What `access` does, once the command line is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rlslint.access.effective import COMMANDS, Extent
from rlslint.access.ways import not_understood
from rlslint.catalog.functions import Function
from rlslint.cli.running import (
    config_in_force,
    configuration_file,
    connection_strings,
    problem_lines,
)
from rlslint.cli.streams import ERROR, SUCCESS, Failure, Report, deliver, harmless, joined, say
from rlslint.config import did_you_mean, with_hint
from rlslint.config.options import Config, ConfigError
from rlslint.project.matrix import (
    Asked,
    Matrix,
    alike_roles,
    asked_roles,
    asked_tables,
    matches_any,
    matrix_of,
)
from rlslint.project.opening import Opening, is_connection_string, open_databases, open_files
from rlslint.reports.access_words import reason
from rlslint.text.faults import tracebacks
from rlslint.text.sentences import names_in

_WIDEST = 100
_MOST_TOLD = 10


def show_matrix(named: tuple[str, ...], options: Mapping[str, Any]) -> int:
    """Print who gets at what, and return the exit status."""
    opening = opened(named, options)
    asked = _asked(options)
    complaints = _complaints(opening, asked)
    if complaints:
        say(*complaints)
        return ERROR
    matrices = [(one.name, matrix_of(one.project, asked)) for one in opening.projects]
    lines = _rendered(matrices, opening, options["output_format"])
    findings = joined(lines) if matrices else ""
    after = harmless((*failures(opening, options), *_closing(matrices, opening, options)))
    report = Report("", findings, after, status_of(opening))
    return deliver(report, options["output_file"])


def opened(named: tuple[str, ...], options: Mapping[str, Any]) -> Opening:
    """Read the files or the databases that the command line names. Raises Failure."""
    databases = tuple(word for word in named if is_connection_string(word))
    paths = tuple(word for word in named if word not in databases)
    if paths and (databases or options["service"]):
        raise Failure("Files and databases are asked for in one go; name either.")
    try:
        config = _config(paths or (".",), options)
    except ConfigError as error:
        raise Failure("\n".join(problem_lines(error))) from None
    if databases or options["service"]:
        return open_databases(connection_strings(databases, options["service"], None), config)
    return open_files(paths or (".",), config)


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
    return ERROR if opening.errors or opening.faults else SUCCESS


def _asked(options: Mapping[str, Any]) -> Asked:
    commands = _listed(options["commands"])
    if commands is not None:
        commands = tuple(command.lower() for command in commands)
        for command in commands:
            if command not in COMMANDS:
                meant = did_you_mean(command, COMMANDS)
                raise Failure(f"{with_hint(f'--command knows no {command!r}', meant)}.")
    return Asked(_listed(options["roles"]), _listed(options["tables"]), commands, options["public"])


def _listed(values: Iterable[str]) -> tuple[str, ...] | None:
    names = tuple(name for value in values for name in names_in(value))
    return names or None


def _complaints(opening: Opening, asked: Asked) -> list[str]:
    """Say which patterns nothing has the form of, where something was read."""
    projects = [one.project for one in opening.projects]
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

            unread = (item for one in opening.projects for item in one.not_checked)
            return as_json(matrices, unread)
        case "csv":
            from rlslint.reports.access_data import as_csv

            return as_csv(matrices)
        case "markdown":
            from rlslint.reports.access_text import markdown

            return markdown(matrices)
        case _:
            from shutil import get_terminal_size

            from rlslint.reports.access_text import text

            return text(matrices, min(get_terminal_size().columns, _WIDEST))


def _closing(
    matrices: list[tuple[str, Matrix]], opening: Opening, options: Mapping[str, Any]
) -> Iterator[str]:
    """Say how much was asked and what of it is not known."""
    if options["quiet"]:
        return
    yield from opening.notes
    if not matrices:
        if not opening.errors:
            yield "No migrations and no scripts were found, so there is nothing to tell."
        return
    answers = unknown = 0
    for _, matrix in matrices:
        for table in matrix.tables:
            for group in alike_roles(matrix, table):
                for answer in group.answers:
                    number = len(group.roles) * len(answer.commands)
                    answers += number
                    unknown += number if answer.rows.extent is Extent.unknown else 0
    tables = sum(len(matrix.tables) for _, matrix in matrices)
    roles = sum(len(matrix.roles) for _, matrix in matrices)
    yield (
        f"{_counted(tables, 'table')}, {_counted(roles, 'role')}, {_counted(answers, 'answer')}"
        f", {unknown or 'none'} of them unknown."
    )
    if opening.scripts_left:
        yield f"{_counted(opening.scripts_left, 'script')} beside the history not asked of."
    unread = [item for one in opening.projects for item in one.not_checked]
    for item in unread[:_MOST_TOLD]:
        yield f"Not followed: {item.kind} {item.object} {item.reason}."
    if len(unread) > _MOST_TOLD:
        yield f"Not followed: {len(unread) - _MOST_TOLD} more (--output-format json lists them)."
    for one in opening.projects:
        for subject, gap in list(not_understood(one.project.catalog))[:_MOST_TOLD]:
            kind = "function" if isinstance(subject, Function) else "view"
            yield f"Not followed: {kind} {subject}, for {reason(gap)}."


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
