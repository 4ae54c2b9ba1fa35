"""What the commands do, once click has read the command line: streams and exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import Any

import click

from rlslint.config import (
    Accept,
    Config,
    ConfigError,
    json_schema,
    option_documentation,
    parse_override,
    with_hint,
    with_overrides,
)
from rlslint.config_files import find_config, load_config
from rlslint.findings import Severity
from rlslint.options import Option
from rlslint.printable import printable
from rlslint.results import Result
from rlslint.selection import UnknownRuleError, selection_of

SUCCESS, FINDINGS, ERROR = 0, 1, 2
_LISTS = ("select", "ignore", "extend_select", "exclude", "extend_exclude")
_VALUES = ("fail_on", "min_severity", "min_confidence", "output_format")


def run_check(paths: tuple[str, ...], options: Mapping[str, Any]) -> int:
    """Lint, print, and return the exit status."""
    from rlslint.engine import check, files_read

    try:
        file = _configuration_file(paths, options)
        config = _config(file, options)
        if options["show_settings"]:
            print_lines(_settings(file, config))
            return SUCCESS
        standard_input = _standard_input(paths, options)
        if options["show_files"]:
            return _show_files(paths, files_read(paths, config))
        if options["verbose"]:
            _say_what_is_in_force(file, config)
        result = check(paths, config, standard_input)
    except (ConfigError, UnknownRuleError) as error:
        _say(*str(error).split("\n"))
        return ERROR
    _print_result(result, config, options)
    return _status(result, config, options)


def run_audit(databases: tuple[str, ...], options: Mapping[str, Any]) -> int:
    """Audit live databases, print, and return the exit status."""
    from rlslint.auditing import NoHistory, Request, audit
    from rlslint.progress import Progress

    try:
        file = _configuration_file((options["migrations"] or ".",), options)
        config = _config(file, options, Severity.info)
        if options["show_settings"]:
            print_lines(_settings(file, config))
            return SUCCESS
        if options["verbose"]:
            _say_what_is_in_force(file, config)
        request = Request(
            databases, tuple(options["schema"]), options["migrations"] or "", options["drift"]
        )
        with Progress() as progress:
            result = audit(request, config, progress.tell)
    except (ConfigError, UnknownRuleError, NoHistory) as error:
        _say(*str(error).split("\n"))
        return ERROR
    if not result.checked.databases:
        _say(*result.errors)
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


def _configuration_file(paths: tuple[str, ...], options: Mapping[str, Any]) -> Path | None:
    files = [value for value in options["config_values"] if "=" not in value]
    if len(files) > 1:
        raise ConfigError("--config names two files; one can be in force")
    if files and options["isolated"]:
        raise ConfigError("--isolated reads no configuration file, and --config names one")
    if files:
        return Path(files[0])
    return None if options["isolated"] else find_config(_start(paths, options))


def _config(
    file: Path | None, options: Mapping[str, Any], least: Severity = Severity.warning
) -> Config:
    """Return the options in force; `least` is the severity from which findings are shown."""
    pairs = [parse_override(value) for value in options["config_values"] if "=" in value]
    config = load_config(file) if file is not None else Config()
    pairs += [
        (name.replace("_", "-"), _names(options[name])) for name in _LISTS if options.get(name)
    ]
    pairs += [(name.replace("_", "-"), options[name]) for name in _VALUES if options[name]]
    if options.get("per_file_ignores"):
        pairs.append(("per-file-ignores", _per_file(options["per_file_ignores"])))
    if options.get("force_exclude"):
        pairs.append(("force-exclude", True))
    config = with_overrides(config, pairs)
    if options["statistics"] and config.output_format not in ("full", "concise"):
        raise ConfigError(f"--statistics has no form in the format {config.output_format}")
    if config.min_severity is not None:
        return config
    return replace(config, min_severity=min(least, config.fail_on))


def _start(paths: tuple[str, ...], options: Mapping[str, Any]) -> Path:
    """Return the directory in which the search for a configuration starts."""
    first = Path(options.get("stdin_filename") or "") if paths[0] == "-" else Path(paths[0])
    return first if first.is_dir() else first.parent


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


def _standard_input(paths: tuple[str, ...], options: Mapping[str, Any]) -> tuple[str, bytes] | None:
    if "-" not in paths:
        return None
    return options["stdin_filename"] or "-", sys.stdin.buffer.read()


def _settings(file: Path | None, config: Config) -> Iterator[str]:
    """Yield the options in force as TOML, those that are not set as comments."""
    yield f"# {_named(file)}"
    for option in option_documentation():
        value = getattr(config, option.key.replace("-", "_"))
        is_found = value == () and not option.default.startswith("[")
        if value is None or is_found:
            yield f"# {option.key}: {option.default}"
        else:
            yield f"{option.key} = {_toml(value)}"


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


def _named(file: Path | None) -> str:
    return "No configuration file is in force." if file is None else f"Configuration: {file}"


def _say_what_is_in_force(file: Path | None, config: Config) -> None:
    from rlslint.cards import rule_names

    on, known = selection_of(config).names, rule_names()
    off = sorted(set(known) - on)
    _say(_named(file), f"Rules: {len(on)} of {len(known)} are on.")
    if on and off:
        _say(f"Off: {', '.join(off)}.")


def _show_files(paths: tuple[str, ...], files: Iterable[str]) -> int:
    print_lines(map(printable, files))
    missing = [path for path in paths if path != "-" and not Path(path).exists()]
    _say(*(f"{path} does not exist." for path in missing))
    return ERROR if missing else SUCCESS


def _print_result(result: Result, config: Config, options: Mapping[str, Any]) -> None:
    from rlslint.cards import card
    from rlslint.reports.closing import closing_lines, statistics, unchecked_lines
    from rlslint.reports.formats import render

    if options["statistics"]:
        lines: Iterator[str] = statistics(result)
    else:
        lines = render(
            config.output_format,
            result,
            card=lambda name: card(name).text,
            colour=_wants_colour(options),
        )
    if options["output_file"]:
        _write(Path(options["output_file"]), lines)
    else:
        print_lines(lines)
    _say(*result.errors)
    if options["quiet"]:
        return
    _say(*result.notes)
    checked = result.checked
    if not any((checked.databases, checked.migrations, checked.scripts, checked.code_files)):
        _say("No SQL was found: nothing was checked.")
    _say(*closing_lines(result))
    if options["show_unchecked"]:
        _say(*unchecked_lines(result))


def _status(result: Result, config: Config, options: Mapping[str, Any]) -> int:
    if result.errors:
        return ERROR
    grave = any(reported.severity >= config.fail_on for reported in result.findings)
    return FINDINGS if grave and not options["exit_zero"] else SUCCESS


def _wants_colour(options: Mapping[str, Any]) -> bool:
    if options["color"] != "auto":
        return bool(options["color"] == "always")
    if os.environ.get("NO_COLOR") or options["output_file"]:
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def _write(path: Path, lines: Iterable[str]) -> None:
    try:
        with path.open("w", encoding="utf-8", errors="backslashreplace") as file:
            file.writelines(f"{line}\n" for line in lines)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise click.ClickException(f"{printable(str(path))} cannot be written: {reason}.") from None


def print_lines(lines: Iterable[str]) -> None:
    """Write lines to standard output; where its reader has gone, to nowhere.

    What a run found decides its exit status, whether or not somebody reads to the end.
    """
    try:
        sys.stdout.writelines(f"{line}\n" for line in lines)
        sys.stdout.flush()
    except BrokenPipeError:
        _drop_output()
    except OSError as error:
        _drop_output()
        message = f"Standard output cannot be written: {error.strerror}."
        raise click.ClickException(message) from None


def _drop_output() -> None:
    """Keep Python from flushing once more at its exit, and complaining."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say(*messages: str) -> None:
    for message in messages:
        click.echo(printable(message), err=True)


def print_rules(name: str | None, every: bool) -> int:
    """Print the cards that a selector names, all cards, or a line for each rule."""
    from rlslint.cards import card, rule_names
    from rlslint.selection import resolve

    try:
        names = rule_names() if name is None else resolve((name,))
    except UnknownRuleError as error:
        _say(str(error))
        return ERROR
    cards = sorted((card(known) for known in names), key=lambda found: found.code)
    if name is None and not every:
        print_lines(f"{found.code}  {found.severity.name:7}  {found.name}" for found in cards)
    else:
        print_lines(found.text for found in cards)
    return SUCCESS


def print_options(key: str | None, schema: bool) -> int:
    """Print the documentation of the configuration, or its JSON schema."""
    import json

    options = option_documentation()
    chosen = [option for option in options if key in (None, option.key)]
    if schema:
        print_lines((json.dumps(json_schema(), indent=2),))
    elif chosen:
        print_lines(_documentation(chosen))
    else:
        known = tuple(option.key for option in options)
        _say(with_hint(f'There is no option "{key}"', str(key), known))
        return ERROR
    return SUCCESS


def _documentation(options: Iterable[Option]) -> Iterator[str]:
    for option in options:
        yield f"{option.key}: {option.type} (default: {option.default})"
        yield f"    {option.documentation}"
        first, *others = option.example.split("\n")
        yield f"    Example: {first}"
        yield from (f"             {line}" for line in others)
        yield ""
