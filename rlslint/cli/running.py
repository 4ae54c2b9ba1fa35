"""What `check` and `audit` do, once click has read the command line."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from rlslint.cli.in_force import (
    config_in_force,
    configuration_file,
    file_in_force,
    settings_in_force,
)
from rlslint.cli.streams import (
    ERROR,
    FINDINGS,
    SUCCESS,
    print_lines,
    say,
    wants_colour,
    write_file,
)
from rlslint.config.options import Config, ConfigError
from rlslint.config.scales import Severity
from rlslint.reports.results import Result
from rlslint.rules.selection import UnknownRuleError, selection_of
from rlslint.text.printable import printable


def run_check(paths: tuple[str, ...], options: Mapping[str, Any]) -> int:
    """Lint, print, and return the exit status."""
    from rlslint.engine import check, files_read

    try:
        file = configuration_file(paths, options)
        config = config_in_force(file, options)
        if options["show_settings"]:
            print_lines(settings_in_force(file, config))
            return SUCCESS
        standard_input = _standard_input(paths, options)
        if options["show_files"]:
            return _show_files(paths, files_read(paths, config))
        if options["verbose"]:
            _say_what_is_in_force(file, config)
        result = check(paths, config, standard_input)
    except (ConfigError, UnknownRuleError) as error:
        say(*str(error).split("\n"))
        return ERROR
    _print_result(result, config, options)
    return _status(result, config, options)


def run_audit(databases: tuple[str, ...], options: Mapping[str, Any]) -> int:
    """Audit live databases, print, and return the exit status."""
    from rlslint.cli.progress import Progress
    from rlslint.engine import audit
    from rlslint.project.database import NoHistory, Request

    try:
        file = configuration_file((options["migrations"] or ".",), options)
        config = config_in_force(file, options, Severity.info)
        if options["show_settings"]:
            print_lines(settings_in_force(file, config))
            return SUCCESS
        if options["verbose"]:
            _say_what_is_in_force(file, config)
        request = Request(
            databases, tuple(options["schema"]), options["migrations"] or "", options["drift"]
        )
        with Progress() as progress:
            result = audit(request, config, progress.tell)
    except (ConfigError, UnknownRuleError, NoHistory) as error:
        say(*str(error).split("\n"))
        return ERROR
    if not result.checked.databases:
        say(*result.errors)
        return ERROR
    _print_result(result, config, options)
    return _status(result, config, options)


def connection_strings(
    databases: tuple[str, ...], service: str | None, file: Iterable[str] | None
) -> tuple[str, ...]:
    """Return the databases that the command line names, "" for that of libpq's environment."""
    if service == "" or any(not database.strip() for database in databases):
        # A variable that is not set must not end in an audit of another database.
        given = "The name of --service" if service == "" else "A DSN"
        raise click.UsageError(f"{given} is empty; without any, libpq's environment is used.")
    found = list(databases)
    if service:
        escaped = service.replace("\\", "\\\\").replace("'", "\\'")
        found.append(f"service='{escaped}'")
    try:
        lines = [line.strip() for line in file or ()]
    except UnicodeDecodeError:
        raise click.UsageError("The file of --dsn-file is not UTF-8.") from None
    except OSError as error:
        raise click.UsageError(f"The file of --dsn-file: {error.strerror}.") from None
    found += [line for line in lines if line and not line.startswith("#")]
    if not found and file is not None:
        raise click.UsageError("The file of --dsn-file names no database.")
    return tuple(dict.fromkeys(found)) or ("",)


def _standard_input(paths: tuple[str, ...], options: Mapping[str, Any]) -> tuple[str, bytes] | None:
    if "-" not in paths:
        return None
    return options["stdin_filename"] or "-", sys.stdin.buffer.read()


def _say_what_is_in_force(file: Path | None, config: Config) -> None:
    from rlslint.rules.cards import rule_names

    on, known = selection_of(config).names, rule_names()
    off = sorted(set(known) - on)
    say(file_in_force(file), f"Rules: {len(on)} of {len(known)} are on.")
    if on and off:
        say(f"Off: {', '.join(off)}.")


def _show_files(paths: tuple[str, ...], files: Iterable[str]) -> int:
    print_lines(map(printable, files))
    missing = [path for path in paths if path != "-" and not Path(path).exists()]
    say(*(f"{path} does not exist." for path in missing))
    return ERROR if missing else SUCCESS


def _print_result(result: Result, config: Config, options: Mapping[str, Any]) -> None:
    from rlslint.reports.closing import closing_lines, statistics, unchecked_lines
    from rlslint.reports.formats import render
    from rlslint.rules.cards import card

    if options["statistics"]:
        lines: Iterator[str] = statistics(result)
    else:
        lines = render(
            config.output_format,
            result,
            card=lambda name: card(name).text,
            colour=wants_colour(options),
        )
    if options["output_file"]:
        write_file(Path(options["output_file"]), lines)
    else:
        print_lines(lines)
    say(*result.errors)
    if options["quiet"]:
        return
    say(*result.notes)
    checked = result.checked
    if not any((checked.databases, checked.migrations, checked.scripts, checked.code_files)):
        say("No SQL was found: nothing was checked.")
    say(*closing_lines(result))
    if options["show_unchecked"]:
        say(*unchecked_lines(result))


def _status(result: Result, config: Config, options: Mapping[str, Any]) -> int:
    if result.errors:
        return ERROR
    grave = any(reported.severity >= config.fail_on for reported in result.findings)
    return FINDINGS if grave and not options["exit_zero"] else SUCCESS
