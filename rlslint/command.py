"""What the commands do, once click has read the command line: streams and exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from rlslint.config import (
    Config,
    ConfigError,
    json_schema,
    option_documentation,
    parse_override,
    with_overrides,
)
from rlslint.config_files import find_config, load_config
from rlslint.results import Result
from rlslint.selection import UnknownRuleError

SUCCESS, FINDINGS, ERROR = 0, 1, 2
_LISTS = ("select", "ignore", "extend_select", "exclude", "extend_exclude")
_VALUES = ("fail_on", "min_severity", "min_confidence", "output_format")


def run_check(paths: tuple[str, ...], options: Mapping[str, Any]) -> int:
    """Lint, print, and return the exit status."""
    from rlslint.engine import check, files_read

    try:
        config = _config(paths, options)
        if options["show_settings"]:
            return _print_settings(config)
        standard_input = _standard_input(paths, options)
        if options["show_files"]:
            _print_lines(files_read(paths, config))
            return SUCCESS
        result = check(paths, config, standard_input)
    except (ConfigError, UnknownRuleError) as error:
        _say(str(error))
        return ERROR
    _print_result(result, config, options)
    return _status(result, config, options)


def _config(paths: tuple[str, ...], options: Mapping[str, Any]) -> Config:
    files = [value for value in options["config_values"] if "=" not in value]
    pairs = [parse_override(value) for value in options["config_values"] if "=" in value]
    if len(files) > 1:
        raise ConfigError("--config names two files; one can be in force")
    config = Config()
    if files:
        config = load_config(Path(files[0]))
    elif not options["isolated"]:
        found = find_config(_start(paths))
        config = load_config(found) if found is not None else config
    pairs += [(name.replace("_", "-"), _names(options[name])) for name in _LISTS if options[name]]
    pairs += [(name.replace("_", "-"), options[name]) for name in _VALUES if options[name]]
    if options["per_file_ignores"]:
        pairs.append(("per-file-ignores", _per_file(options["per_file_ignores"])))
    if options["force_exclude"]:
        pairs.append(("force-exclude", True))
    return with_overrides(config, pairs)


def _start(paths: tuple[str, ...]) -> Path:
    """Return the directory in which the search for a configuration starts."""
    first = Path(paths[0]) if paths[0] != "-" else Path()
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


def _print_settings(config: Config) -> int:
    for option in option_documentation():
        value = getattr(config, option.key.replace("-", "_"))
        click.echo(f"{option.key} = {value!r}")
    return SUCCESS


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
        with Path(options["output_file"]).open("w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)
    else:
        _print_lines(lines)
    for message in result.errors:
        _say(message)
    if options["quiet"]:
        return
    for message in result.notes:
        _say(message)
    if not result.checked.migrations and not result.checked.code_files:
        _say("No SQL was found: nothing was checked.")
    for line in closing_lines(result):
        _say(line)
    if options["show_unchecked"]:
        for line in unchecked_lines(result):
            _say(line)


def _status(result: Result, config: Config, options: Mapping[str, Any]) -> int:
    if result.errors:
        return ERROR
    grave = any(reported.severity >= config.fail_on for reported in result.findings)
    return FINDINGS if grave and not options["exit_zero"] else SUCCESS


def _wants_colour(options: Mapping[str, Any]) -> bool:
    if options["color"] != "auto":
        return bool(options["color"] == "always")
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and not options["output_file"]


def _print_lines(lines: Iterable[str]) -> None:
    write = sys.stdout.write
    for line in lines:
        write(f"{line}\n")


def _say(message: str) -> None:
    click.echo(message, err=True)


def print_rules(name: str | None, every: bool) -> int:
    """Print one card, all cards, or a line for each rule."""
    from rlslint.cards import card, rule_names
    from rlslint.selection import resolve

    if name is None:
        for known in sorted(rule_names(), key=lambda known: card(known).code):
            found = card(known)
            text = found.text if every else f"{found.code}  {found.severity.name:7}  {known}"
            click.echo(text)
        return SUCCESS
    try:
        names = sorted(resolve((name,)))
    except UnknownRuleError as error:
        _say(str(error))
        return ERROR
    for known in names:
        click.echo(card(known).text)
    return SUCCESS


def print_options(key: str | None, schema: bool) -> int:
    """Print the documentation of the configuration, or its JSON schema."""
    import json
    from difflib import get_close_matches

    if schema:
        click.echo(json.dumps(json_schema(), indent=2))
        return SUCCESS
    options = option_documentation()
    chosen = [option for option in options if key in (None, option.key)]
    if not chosen:
        close = get_close_matches(str(key), [option.key for option in options], 1)
        hint = f"; did you mean `{close[0]}`?" if close else ""
        _say(f"There is no option `{key}`{hint}")
        return ERROR
    for option in chosen:
        click.echo(f"{option.key}: {option.type} (default: {option.default})")
        click.echo(f"    {option.documentation}")
        if option.example:
            click.echo(f"    Example: {option.example}")
        click.echo()
    return SUCCESS
