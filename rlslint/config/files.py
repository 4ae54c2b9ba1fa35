"""The files of the configuration: finding them, reading them, building one on another."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from rlslint.config.kinds import Misfit, described
from rlslint.config.options import OPTION_FIELDS, Accept, Config, ConfigError, with_hint
from rlslint.config.toml_source import KeyPath, TomlProblem, problem_frame, read_toml, span_of
from rlslint.text import Span, Text

_ADDING = ("extend_select", "extend_exclude", "accept")
_FILE_NAMES = (".rlslint.toml", "rlslint.toml", "pyproject.toml")


def find_config(start: Path) -> Path | None:
    """Return the configuration file that is nearest to `start`, its directory first, then above.

    In one directory `.rlslint.toml` goes before `rlslint.toml`, and that before a `pyproject.toml`
    that has a table `tool.rlslint`. Raises ConfigError where a `pyproject.toml` cannot be read.
    """
    here = start.absolute()
    for directory in (here, *here.parents) if here.is_dir() else here.parents:
        for name in _FILE_NAMES:
            path = directory / name
            if path.is_file() and (name != "pyproject.toml" or _is_meant(path)):
                return path
    return None


def load_config(path: Path) -> Config:
    """Return the configuration of a file and of those that it extends. Raises ConfigError."""
    return _load(path.absolute(), ())


def _is_meant(pyproject: Path) -> bool:
    text = _read(pyproject)
    if b"rlslint" not in text.data:
        return False
    try:
        tools = read_toml(text).get("tool")
    except TomlProblem:
        return b"tool.rlslint" in text.data
    return isinstance(tools, dict) and "rlslint" in tools


def _load(path: Path, children: tuple[Path, ...]) -> Config:
    text = _read(path)
    try:
        document = read_toml(text)
    except TomlProblem as error:
        span = Span(text, error.offset, error.offset)
        raise ConfigError(problem_frame(span, str(error))) from None
    prefix: KeyPath = ("tool", "rlslint") if path.name == "pyproject.toml" else ()
    table = document
    for part in prefix:
        table = table.get(str(part), {})
        if not isinstance(table, dict):
            raise ConfigError(
                problem_frame(span_of(text, prefix), f"expected a table, found {described(table)}")
            )
    values = {}
    for key, value in table.items():
        name = _field_name(text, (*prefix, key))
        values[name] = _value(text, (*prefix, key), value)
    own = Config(directory=path.parent, **values)
    if own.extend is None:
        return own
    parent = (path.parent / Path(own.extend).expanduser()).resolve()
    if parent in (*children, path.resolve()):
        span = span_of(text, (*prefix, "extend"), own.extend)
        raise ConfigError(problem_frame(span, "the configuration files extend each other"))
    if not parent.is_file():
        span = span_of(text, (*prefix, "extend"), own.extend)
        raise ConfigError(problem_frame(span, f"there is no file {own.extend} to extend"))
    return _extended(_load(parent, (*children, path.resolve())), own, values)


def _read(path: Path) -> Text:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    return Text(os.path.relpath(path), data.removeprefix(b"\xef\xbb\xbf"))


def _field_name(text: Text, path: KeyPath) -> str:
    key = str(path[-1])
    if key in OPTION_FIELDS:
        return OPTION_FIELDS[key].name
    raise ConfigError(_framed(text, path, f'unknown key "{key}"', key, tuple(OPTION_FIELDS)))


def _value(text: Text, path: KeyPath, value: Any) -> Any:
    key = str(path[-1])
    if key == "accept" and isinstance(value, list):
        for number, item in enumerate(value):
            _check_accept(text, (*path, number), item)
    try:
        return OPTION_FIELDS[key].metadata["kind"].read(value)
    except Misfit as error:
        message = f"{key}: {error}"
        raise ConfigError(
            _framed(text, path, message, error.culprit, error.choices, mark=error.culprit)
        ) from None


def _check_accept(text: Text, path: KeyPath, item: Any) -> None:
    if not isinstance(item, dict):
        return
    for key, value in item.items():
        if key not in Accept._fields:
            message = f'unknown key "{key}" in accept'
            raise ConfigError(_framed(text, (*path, key), message, key, Accept._fields))
        if not isinstance(value, str) or not value.strip():
            message = f"{key}: expected a string with some text, found {described(value)}"
            raise ConfigError(_framed(text, (*path, key), message))
    missing = [key for key in Accept._fields if key not in item]
    if missing:
        names = " and ".join(f'"{key}"' for key in missing)
        raise ConfigError(_framed(text, path, f"accept needs {names} as well"))


def _framed(
    text: Text,
    path: KeyPath,
    message: str,
    word: str = "",
    words: tuple[str, ...] = (),
    mark: str = "",
) -> str:
    return with_hint(problem_frame(span_of(text, path, mark), message), word, words)


def _extended(parent: Config, own: Config, values: Mapping[str, Any]) -> Config:
    rebased = _rebased(parent, own.directory)
    changes = dict(values)
    for name in _ADDING:
        changes[name] = getattr(rebased, name) + getattr(own, name)
    return replace(rebased, directory=own.directory, extend=None, **_without(changes, "extend"))


def _without(values: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key != name}


def _rebased(config: Config, directory: Path) -> Config:
    """Return `config` with the patterns that name a folder written from `directory`."""

    def rebase(pattern: str) -> str:
        bare = pattern.removeprefix("!")
        way = os.path.relpath(config.directory / bare, directory)
        return f"{'!' if bare != pattern else ''}{Path(way).as_posix()}"

    def rebase_path(pattern: str) -> str:
        inner = "/" in pattern and not pattern.removeprefix("!").startswith("**/")
        return rebase(pattern) if inner else pattern

    return replace(
        config,
        migrations=tuple(map(rebase, config.migrations)),
        exclude=tuple(map(rebase_path, config.exclude)),
        extend_exclude=tuple(map(rebase_path, config.extend_exclude)),
        per_file_ignores={
            rebase_path(pattern): selectors
            for pattern, selectors in config.per_file_ignores.items()
        },
    )
