"""Which options hold: those of the command line over those of a configuration file."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import Any

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
from rlslint.text import Span, Text

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
