"""What `check` and `audit` do, once the command line is read."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from typing import Any

from rlslint.cli.streams import (
    ERROR,
    FINDINGS,
    SUCCESS,
    Failure,
    Report,
    columns_of,
    deliver,
    harmless,
    joined,
    say,
    shows_links,
    wants_colour,
)
from rlslint.config import Severity
from rlslint.config.options import (
    OPTIONS,
    Accept,
    Config,
    ConfigError,
    field_of,
    parse_override,
    with_overrides,
)
from rlslint.files import disk
from rlslint.files.discovery import read_in_project
from rlslint.reports import Result
from rlslint.rules import UnknownRuleError, selection_of
from rlslint.text import Span, Text
from rlslint.text.display import Screen, printable
from rlslint.text.secrets import masked


def report_of_check(paths: tuple[str, ...], options: Mapping[str, Any]) -> Report:
    """Lint, and return what is to be printed."""
    from rlslint.engine import files_read

    try:
        file = configuration_file(paths, options)
        config = config_in_force(file, options)
        if options["show_settings"]:
            return Report("", joined(map(masked, settings_in_force(file, config))), "", SUCCESS)
        standard_input = _standard_input(paths, options)
        if options["show_files"]:
            return _report_of_files(paths, files_read(paths, config))
        if sys.stderr.isatty():
            from rlslint.cli.progress import Progress

            with Progress() as progress:
                result = checked(paths, config, standard_input, options, progress.tell)
        else:
            result = checked(paths, config, standard_input, options)
        return report_of(result, file, config, options)
    except (ConfigError, UnknownRuleError) as error:
        return Report("", "", harmless(problem_lines(error)), ERROR)


def checked(
    paths: tuple[str, ...],
    config: Config,
    standard_input: tuple[str, bytes] | None,
    options: Mapping[str, Any],
    progress: Callable[[str], None] = lambda sentence: None,
) -> Result:
    """Lint, beside earlier findings where that is asked for, and let stand what is found."""
    result = _found(paths, config, standard_input, options, progress)
    if options["add_ignore"] is None:
        return result
    from rlslint.cli.adding_ignores import with_checksum, with_ignores
    from rlslint.engine import check

    checksums = with_checksum(paths, config)
    return with_ignores(result, options["add_ignore"], lambda: check(paths, config), checksums)


def _found(
    paths: tuple[str, ...],
    config: Config,
    standard_input: tuple[str, bytes] | None,
    options: Mapping[str, Any],
    progress: Callable[[str], None],
) -> Result:
    if not is_compared(config, options):
        from rlslint.engine import check

        return check(paths, config, standard_input, progress)
    from rlslint.cli.adoption import compared_check

    def configured(paths: tuple[str, ...]) -> tuple[str | None, Config]:
        found = configuration_file(paths, options)
        return found, config_in_force(found, options)

    return compared_check(paths, config, standard_input, options, configured, progress)


def is_compared(config: Config, options: Mapping[str, Any]) -> bool:
    """Tell whether the findings are to be compared with earlier ones."""
    writes = bool(options["write_baseline"] or options["prune_baseline"])
    given = (config.baseline, options["baseline"], options.get("since"))
    return writes or any(one is not None for one in given)


def audit_databases(databases: tuple[str, ...], options: Mapping[str, Any]) -> int:
    """Audit live databases, print, and return the exit status."""
    from rlslint.cli.progress import Progress
    from rlslint.engine import audit
    from rlslint.project.database import NoHistory, Request

    try:
        file = configuration_file((options["migrations"] or ".",), options)
        config = config_in_force(file, options, Severity.info)
        if options["show_settings"]:
            settings = joined(map(masked, settings_in_force(file, config)))
            return deliver(Report("", settings, "", SUCCESS), None)
        request = Request(
            databases, tuple(options["schema"]), options["migrations"] or "", options["drift"]
        )
        with Progress() as progress:
            if is_compared(config, options):
                from rlslint.cli.adoption import compared_audit

                result = compared_audit(
                    lambda before: audit(request, config, progress.tell, before), config, options
                )
            else:
                result = audit(request, config, progress.tell)
        if not result.checked.databases:
            say(*_failures(result, options))
            return ERROR
        return deliver(report_of(result, file, config, options), options["output_file"])
    except (ConfigError, UnknownRuleError, NoHistory) as error:
        say(*problem_lines(error))
        return ERROR


def connection_strings(
    databases: tuple[str, ...], service: str | None, file: Iterable[str] | None
) -> tuple[str, ...]:
    """Return the databases that the command line names, "" for that of libpq's environment."""
    if service == "" or any(not database.strip() for database in databases):
        # A variable that is not set must not end in an audit of another database.
        given = "The name of --service" if service == "" else "A DSN"
        raise Failure(f"{given} is empty; without any, libpq's environment is used.")
    found = list(databases)
    if service:
        escaped = service.replace("\\", "\\\\").replace("'", "\\'")
        found.append(f"service='{escaped}'")
    try:
        lines = [line.strip() for line in file or ()]
    except UnicodeDecodeError:
        raise Failure("The file of --dsn-file is not UTF-8.") from None
    except OSError as error:
        raise Failure(f"The file of --dsn-file: {error.strerror}.") from None
    found += [line for line in lines if line and not line.startswith("#")]
    if not found and file is not None:
        raise Failure("The file of --dsn-file names no database.")
    return tuple(dict.fromkeys(found)) or ("",)


def _standard_input(paths: tuple[str, ...], options: Mapping[str, Any]) -> tuple[str, bytes] | None:
    if "-" not in paths:
        return None
    if sys.stdin is None:
        raise Failure("Standard input is closed.")
    return options["stdin_filename"] or "-", sys.stdin.buffer.read()


def _what_is_in_force(file: str | None, config: Config) -> Iterator[str]:
    from rlslint.rules import rule_names

    on, known = selection_of(config).names, rule_names()
    off = sorted(set(known) - on)
    yield file_in_force(file)
    yield f"Rules: {len(on)} of {len(known)} are on."
    if on and off:
        yield f"Off: {', '.join(off)}."


def _report_of_files(paths: tuple[str, ...], files: Iterable[str]) -> Report:
    missing = [path for path in paths if path != "-" and not disk.exists(path)]
    complaints = harmless(f"{path} does not exist." for path in missing)
    return Report("", joined(map(printable, files)), complaints, ERROR if missing else SUCCESS)


def report_of(
    result: Result, file: str | None, config: Config, options: Mapping[str, Any]
) -> Report:
    """Return what is to be printed of a result."""
    from rlslint.reports.closing import statistics, statistics_as_json
    from rlslint.reports.formats import rendered
    from rlslint.rules import card

    if options["statistics"]:
        is_json = config.output_format == "json"
        lines: Iterable[str] = statistics_as_json(result) if is_json else statistics(result)
    else:
        lines, result = rendered(
            config.output_format,
            result,
            card=lambda name: card(name).text,
            screen=Screen(wants_colour(options), columns_of(options), shows_links(options)),
        )
    before = harmless(_what_is_in_force(file, config)) if options["verbose"] else ""
    after = harmless(_closing(result, options))
    return Report(before, joined(lines), after, _status(result, config, options))


def _closing(result: Result, options: Mapping[str, Any]) -> Iterator[str]:
    from rlslint.reports.closing import closing_lines, unchecked_lines

    yield from _failures(result, options)
    if options["quiet"]:
        return
    yield from result.notes
    if options["show_unchecked"]:
        yield from unchecked_lines(result)
    yield from closing_lines(result)


def _failures(result: Result, options: Mapping[str, Any]) -> Iterator[str]:
    yield from result.failures
    if result.faults and options["verbose"]:
        from rlslint.text.faults import tracebacks

        yield from tracebacks(result.faults)


def _status(result: Result, config: Config, options: Mapping[str, Any]) -> int:
    if result.failures:
        return ERROR
    grave = any(reported.severity >= config.fail_on for reported in result.findings)
    return FINDINGS if grave and not options["exit_zero"] else SUCCESS


_LISTS = ("select", "ignore", "extend_select", "exclude", "extend_exclude")
_VALUES = ("fail_on", "min_severity", "min_confidence", "output_format")


def configuration_file(paths: tuple[str, ...], options: Mapping[str, Any]) -> str | None:
    """Return the file that the command line names, else the one that is found beside `paths`."""
    files = [value for value in options["config_values"] if "=" not in value]
    if len(files) > 1:
        raise ConfigError("--config names two files; one can be in force")
    if files and options["isolated"]:
        raise ConfigError("--isolated reads no configuration file, and --config names one")
    if files:
        return str(files[0])
    if options["isolated"]:
        return None
    from rlslint.config.files import find_config

    return find_config(_start(paths, options), read_in_project)


def config_in_force(
    file: str | None, options: Mapping[str, Any], least: Severity = Severity.warning
) -> Config:
    """Return the options in force; `least` is the severity from which findings are shown."""
    pairs = [parse_override(value) for value in options["config_values"] if "=" in value]
    config = Config()
    if file is not None:
        from rlslint.config.files import load_config

        config = load_config(file, read_in_project)
    pairs += [
        (name.replace("_", "-"), _names(options[name])) for name in _LISTS if options.get(name)
    ]
    pairs += [(name.replace("_", "-"), options[name]) for name in _VALUES if options.get(name)]
    if options.get("per_file_ignores"):
        pairs.append(("per-file-ignores", _per_file(options["per_file_ignores"])))
    if options.get("force_exclude"):
        pairs.append(("force-exclude", True))
    config = with_overrides(config, pairs)
    if options.get("statistics") and config.output_format not in ("full", "concise", "json"):
        raise ConfigError(f"--statistics has no form in the format {config.output_format}")
    if config.min_severity is not None:
        return config
    return config._replace(min_severity=min(least, config.fail_on))


def _start(paths: tuple[str, ...], options: Mapping[str, Any]) -> str:
    """Return the directory in which the search for a configuration starts."""
    first = options.get("stdin_filename") or "." if paths[0] == "-" else paths[0]
    return first if disk.is_folder(first) else os.path.dirname(first)


def _names(values: Iterable[str]) -> list[str]:
    return [name.strip() for value in values for name in value.split(",") if name.strip()]


def _per_file(values: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for value in values:
        pattern, colon, rules = value.rpartition(":")
        if not colon:
            raise ConfigError(f"--per-file-ignores wants PATTERN:RULES, not {value!r}")
        found.setdefault(pattern, []).extend(_names((rules,)))
    return found


def settings_in_force(file: str | None, config: Config) -> Iterator[str]:
    """Yield the options in force as TOML, those that are not set as comments."""
    yield f"# {file_in_force(file)}"
    for key, option in OPTIONS.items():
        value = getattr(config, field_of(key))
        is_found = value == () and not option.default.startswith("[")
        if value is None or is_found:
            yield f"# {key}: {option.default}"
        else:
            yield f"{key} = {_toml(value)}"


def _toml(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case Enum():
            return _toml(value.name)
        case Accept():
            return _toml(value._asdict())
        case Mapping():
            pairs = ", ".join(f"{_toml(key)} = {_toml(item)}" for key, item in value.items())
            return f"{{ {pairs} }}" if pairs else "{}"
        case tuple():
            return f"[{', '.join(map(_toml, value))}]"
        case _:
            import json

            return json.dumps(value)


def problem_lines(problem: Exception) -> list[str]:
    """Return what is to be said of what ends a run: the message, and the place in its file."""
    if not isinstance(problem, ConfigError) or problem.place is None:
        return [str(problem)]
    from rlslint.text.display import frame, gutter_width

    path, source, start, end = problem.place
    span = Span(Text(path, source), start, end)
    row, column = span.text.location(start)
    hint = [f'help: did you mean "{problem.meant}"?'] if problem.meant else []
    marked = frame(span, gutter=gutter_width(span))
    return [f"{path}:{row}:{column}: {problem}", *marked, *hint]


def file_in_force(file: str | None) -> str:
    """Return the sentence that names the configuration file."""
    return "No configuration file is in force." if file is None else f"Configuration: {file}"
