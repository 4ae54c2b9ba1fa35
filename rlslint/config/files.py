"""The files of the configuration: finding them, reading them, building one on another."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from rlslint import NamedTuple
from rlslint.config import Misfit, described, did_you_mean
from rlslint.config.options import (
    NAMING,
    OPTIONS,
    Accept,
    Config,
    ConfigError,
    ConfigPlace,
    NamedInOption,
    field_of,
)

if TYPE_CHECKING:
    from rlslint.config.toml_source import KeyPath

Read = Callable[[str, str], bytes]
"""Returns the content of a file, or raises OSError: as well where the file lies outside of the
project that a directory belongs to."""

_ADDING = ("extend_select", "extend_exclude", "accept")
_FILE_NAMES = (".rlslint.toml", "rlslint.toml", "pyproject.toml")


class _File(NamedTuple):
    """A configuration file: where it is, what messages call it, and what it holds."""

    path: str
    shown: str
    data: bytes

    def error(self, message: str, place: tuple[int, int], meant: str = "") -> ConfigError:
        """Return an error that stands from one byte to another."""
        return ConfigError(message, meant, ConfigPlace(self.shown, self.data, *place))

    def error_at(
        self, path: KeyPath, message: str, *, mark: str = "", meant: str = ""
    ) -> ConfigError:
        """Return an error about a key, or about the value `mark` behind it."""
        from rlslint.config.toml_source import place_of

        return self.error(message, place_of(self.data, path, mark), meant)


def find_config(directory: str | os.PathLike[str], read: Read) -> str | None:
    """Return the configuration file that is nearest: in `directory` first, then above.

    In one directory `.rlslint.toml` goes before `rlslint.toml`, and that before a `pyproject.toml`
    that has a table `tool.rlslint`. Raises ConfigError where a `pyproject.toml` cannot be read.
    """
    folder, above = os.path.abspath(directory), ""
    while folder != above:
        for name in _FILE_NAMES:
            file = _read_if_there(folder, name, read)
            if file is not None and (name != "pyproject.toml" or _is_meant(file.data)):
                return file.path
        folder, above = os.path.dirname(folder), folder
    return None


def load_config(path: str | os.PathLike[str], read: Read) -> Config:
    """Return the configuration of a file and of those that it extends. Raises ConfigError."""
    whole = os.path.abspath(path)
    try:
        file = _file(whole, read, os.path.dirname(whole))
    except OSError as error:
        raise ConfigError(f"{whole}: cannot be read: {error.strerror}") from None
    return _load(file, (), read)


def _is_meant(pyproject: bytes) -> bool:
    if b"rlslint" not in pyproject:
        return False
    from rlslint.config.toml_source import TomlProblem, read_toml

    try:
        tools = read_toml(pyproject).get("tool")
    except TomlProblem:
        return b"tool.rlslint" in pyproject
    return isinstance(tools, dict) and "rlslint" in tools


def _load(file: _File, children: tuple[str, ...], read: Read) -> Config:
    from rlslint.config.toml_source import TomlProblem, read_toml

    try:
        table = read_toml(file.data)
    except TomlProblem as error:
        raise file.error(str(error), (error.offset, error.offset)) from None
    prefix: KeyPath = ("tool", "rlslint") if os.path.basename(file.path) == "pyproject.toml" else ()
    for part in prefix:
        table = table.get(str(part), {})
        if not isinstance(table, dict):
            raise file.error_at(prefix, f"expected a table, found {described(table)}")
    values = {}
    for key, value in table.items():
        name = _field_name(file, (*prefix, key))
        values[name] = _value(file, (*prefix, key), value)
    own = Config(
        directory=os.path.dirname(file.path), named=tuple(_named(file, prefix, table)), **values
    )
    if own.extend is None:
        return own
    path = os.path.abspath(os.path.join(own.directory, os.path.expanduser(own.extend)))
    extend = (*prefix, "extend")
    if path in (*children, file.path):
        message = "the configuration files extend each other"
        raise file.error_at(extend, message, mark=own.extend)
    try:
        parent = _file(path, read, own.directory)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        message = f"there is no file {own.extend} to extend"
        raise file.error_at(extend, message, mark=own.extend) from None
    except OSError as error:
        message = f"{own.extend} cannot be read: {error.strerror}"
        raise file.error_at(extend, message, mark=own.extend) from None
    return _extended(_load(parent, (*children, file.path), read), own, values)


def _named(file: _File, prefix: KeyPath, table: Mapping[str, Any]) -> Iterator[NamedInOption]:
    """Yield what a file names of the database, each with its place."""
    from rlslint.config.toml_source import place_of

    for key in NAMING:
        for number, name in enumerate(table.get(key, ())):
            place = place_of(file.data, (*prefix, key, number), name)
            yield NamedInOption(key, name, ConfigPlace(file.shown, file.data, *place))


def _read_if_there(folder: str, name: str, read: Read) -> _File | None:
    path = os.path.join(folder, name)
    try:
        return _file(path, read, folder)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None


def _file(path: str, read: Read, folder: str) -> _File:
    data = read(path, folder).removeprefix(b"\xef\xbb\xbf")
    return _File(path, os.path.relpath(path), data)


def _field_name(file: _File, path: KeyPath) -> str:
    key = str(path[-1])
    if key in OPTIONS:
        return field_of(key)
    meant = did_you_mean(key, tuple(OPTIONS))
    raise file.error_at(path, f'unknown key "{key}"', meant=meant)


def _value(file: _File, path: KeyPath, value: Any) -> Any:
    key = str(path[-1])
    if key == "accept" and isinstance(value, list):
        for number, item in enumerate(value):
            _check_accept(file, (*path, number), item)
    try:
        return OPTIONS[key].kind.read(value)
    except Misfit as error:
        message = f"{key}: {error}"
        raise file.error_at(path, message, mark=error.culprit, meant=error.meant) from None


def _check_accept(file: _File, path: KeyPath, item: Any) -> None:
    if not isinstance(item, dict):
        return
    for key, value in item.items():
        if key not in Accept._fields:
            meant = did_you_mean(key, Accept._fields)
            raise file.error_at((*path, key), f'unknown key "{key}" in accept', meant=meant)
        if not isinstance(value, str) or not value.strip():
            message = f"{key}: expected a string with some text, found {described(value)}"
            raise file.error_at((*path, key), message)
    missing = [key for key in Accept._fields if key not in item]
    if missing:
        names = " and ".join(f'"{key}"' for key in missing)
        raise file.error_at(path, f"accept needs {names} as well")


def _extended(parent: Config, own: Config, values: Mapping[str, Any]) -> Config:
    rebased = _rebased(parent, own.directory)
    changes = dict(values)
    for name in _ADDING:
        changes[name] = getattr(rebased, name) + getattr(own, name)
    kept = (one for one in parent.named if field_of(one.option) not in values)
    changes["named"] = (*kept, *own.named)
    return rebased._replace(directory=own.directory, extend=None, **_without(changes, "extend"))


def _without(values: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key != name}


def _rebased(config: Config, directory: str) -> Config:
    """Return `config` with the patterns that name a folder written from `directory`."""

    def rebase(pattern: str) -> str:
        bare = pattern.removeprefix("!")
        way = os.path.relpath(os.path.join(config.directory, bare), directory)
        return f"{'!' if bare != pattern else ''}{way.replace(os.sep, '/')}"

    def rebase_path(pattern: str) -> str:
        inner = "/" in pattern and not pattern.removeprefix("!").startswith("**/")
        return rebase(pattern) if inner else pattern

    return config._replace(
        baseline=None if config.baseline is None else rebase(config.baseline),
        migrations=tuple(map(rebase, config.migrations)),
        exclude=tuple(map(rebase_path, config.exclude)),
        extend_exclude=tuple(map(rebase_path, config.extend_exclude)),
        per_file_ignores={
            rebase_path(pattern): selectors
            for pattern, selectors in config.per_file_ignores.items()
        },
    )
