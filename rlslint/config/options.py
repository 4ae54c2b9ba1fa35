"""The configuration: one class whose fields describe themselves."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from fnmatch import fnmatchcase
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from rlslint.config.kinds import (
    BOOLEAN,
    LISTS_BY_PATTERN,
    STRING,
    STRINGS,
    Kind,
    Misfit,
    Option,
    choice,
    described,
    did_you_mean,
    level,
    with_hint,
)
from rlslint.config.scales import Confidence, Severity

OUTPUT_FORMATS = (
    "full", "concise", "json", "json-lines", "sarif", "github", "gitlab", "junit", "rdjson",
    "markdown",
)  # fmt: skip
PLATFORMS = ("auto", "postgres", "supabase")
NO_IGNORES: Mapping[str, tuple[str, ...]] = MappingProxyType({})
DEFAULT_EXCLUDE = (
    ".direnv",
    ".eggs",
    ".git",
    ".hg",
    ".mypy_cache",
    ".nox",
    ".pytest_cache",
    ".ruff_cache",
    ".svn",
    ".tox",
    ".venv",
    "__pypackages__",
    "_build",
    "build",
    "dist",
    "node_modules",
    "site-packages",
    "vendor",
    "venv",
)


class ConfigPlace(NamedTuple):
    """Where a mistake stands: its file, what that holds, and from which to which byte of it."""

    path: str
    source: bytes
    start: int
    end: int


class ConfigError(Exception):
    """The configuration cannot be used.

    Where the mistake stands in a file, `place` tells where, and `meant` what a misspelt word of it
    probably means.
    """

    def __init__(self, message: str, meant: str = "", place: ConfigPlace | None = None) -> None:
        super().__init__(message)
        self.meant = meant
        self.place = place


class Accept(NamedTuple):
    """A finding that is accepted although it has no line to put a comment on."""

    rule: str
    object: str
    reason: str


def _accepts(value: Any) -> tuple[Accept, ...]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise Misfit(f"expected tables written [[accept]], found {described(value)}")
    return tuple(Accept(**item) for item in value)


_ACCEPTS = Kind(
    "array of tables",
    _accepts,
    {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {name: {"type": "string", "minLength": 1} for name in Accept._fields},
            "required": list(Accept._fields),
            "additionalProperties": False,
        },
    },
)

_SEVERITY = level(Severity)
_CONFIDENCE = level(Confidence)


def _option(kind: Kind, default: Any, shown: str, example: str, documentation: str) -> Any:
    """Describe an option; `shown` is its default as `rlslint config` prints it."""
    metadata = {"kind": kind, "shown": shown, "example": example, "documentation": documentation}
    return field(default_factory=lambda: default, metadata=metadata)


@dataclass(frozen=True)
class Config:
    """What users may decide. `directory` is where the patterns of the configuration start."""

    directory: Path = field(default_factory=Path)
    select: tuple[str, ...] | None = _option(
        STRINGS,
        None,
        "every rule",
        'select = ["RLS1", "rls-not-forced"]',
        "The rules to check, by name, code or code prefix.",
    )
    ignore: tuple[str, ...] = _option(
        STRINGS,
        (),
        "[]",
        'ignore = ["policy-column-unindexed"]',
        "Rules to leave out, by name, code or code prefix.",
    )
    extend_select: tuple[str, ...] = _option(
        STRINGS,
        (),
        "[]",
        'extend-select = ["rls-not-forced"]',
        "Rules to check besides those of `select`.",
    )
    per_file_ignores: Mapping[str, tuple[str, ...]] = _option(
        LISTS_BY_PATTERN,
        NO_IGNORES,
        "{}",
        'per-file-ignores = { "db/legacy/*" = ["rls-not-forced"] }',
        "Rules to leave out in files that match a pattern; `!` before a pattern turns it round.",
    )
    exclude: tuple[str, ...] = _option(
        STRINGS,
        DEFAULT_EXCLUDE,
        str(list(DEFAULT_EXCLUDE)).replace("'", '"'),
        'exclude = [".venv", "db/scratch"]',
        "Files and folders that are not read. Replaces the default list.",
    )
    extend_exclude: tuple[str, ...] = _option(
        STRINGS,
        (),
        "[]",
        'extend-exclude = ["db/scratch"]',
        "Files and folders that are not read, besides those of `exclude`.",
    )
    force_exclude: bool = _option(
        BOOLEAN,
        False,
        "false",
        "force-exclude = true",
        "Leave excluded files out even where the command line names them, as hooks do.",
    )
    migrations: tuple[str, ...] = _option(
        STRINGS,
        (),
        "the known layouts are found by themselves",
        'migrations = ["db/roles.sql", "db/migrations/*.sql"]',
        "The files that make the schema, as patterns, in the order in which they run.",
    )
    platform: str = _option(
        choice(PLATFORMS),
        "auto",
        '"auto"',
        'platform = "supabase"',
        "Whose roles, schemas and functions are there before the first migration.",
    )
    runtime_roles: tuple[str, ...] = _option(
        STRINGS,
        (),
        "found from the platform, connection settings and grants",
        'runtime-roles = ["app"]',
        "The roles that the application connects as or switches to while it serves requests.",
    )
    owner_roles: tuple[str, ...] = _option(
        STRINGS,
        (),
        "[]",
        'owner-roles = ["migrator"]',
        "The roles that run the migrations, and so own what these create.",
    )
    bypass_roles: tuple[str, ...] = _option(
        STRINGS,
        (),
        "[]",
        'bypass-roles = ["nightly_jobs"]',
        "Roles that are meant to bypass row security: jobs, administrators, backups.",
    )
    tenant_columns: tuple[str, ...] = _option(
        STRINGS,
        (),
        "found from the policies",
        'tenant-columns = ["tenant_id"]',
        "Names of columns that tell a row's tenant, besides those that policies compare.",
    )
    context_functions: tuple[str, ...] = _option(
        STRINGS,
        (),
        "[]",
        'context-functions = ["app.current_tenant"]',
        "Functions that return who is asking, where their bodies do not show it.",
    )
    context_setters: tuple[str, ...] = _option(
        STRINGS,
        (),
        "[]",
        'context-setters = ["app.enter_tenant"]',
        "Functions that set who is asking, where their bodies do not show it.",
    )
    reference_tables: tuple[str, ...] = _option(
        STRINGS,
        (),
        "[]",
        'reference-tables = ["public.countries"]',
        "Tables that all tenants share, so that they need no row security.",
    )
    fail_on: Severity = _option(
        _SEVERITY,
        Severity.warning,
        '"warning"',
        'fail-on = "error"',
        "The lowest severity of a finding that makes the exit code 1.",
    )
    min_severity: Severity | None = _option(
        _SEVERITY,
        None,
        '"warning", or what `fail-on` says where that is lower',
        'min-severity = "info"',
        "The lowest severity that is shown; what is hidden is counted at the end.",
    )
    min_confidence: Confidence = _option(
        _CONFIDENCE,
        Confidence.low,
        '"low"',
        'min-confidence = "medium"',
        "The lowest confidence that is shown; what is hidden is counted at the end.",
    )
    output_format: str = _option(
        choice(OUTPUT_FORMATS),
        "full",
        '"full"',
        'output-format = "concise"',
        "How findings are printed.",
    )
    extend: str | None = _option(
        STRING,
        None,
        "not set",
        'extend = "../rlslint.toml"',
        "Another configuration file to build on, relative to this one. What this file sets wins; "
        "`extend-select`, `extend-exclude` and `accept` add to the other file's.",
    )
    accept: tuple[Accept, ...] = _option(
        _ACCEPTS,
        (),
        "[]",
        '[[accept]]\nrule = "rls-not-forced"\nobject = "public.audit_log"\n'
        'reason = "written by the owner only"',
        "Findings that are accepted, each with its rule, its object and the reason.",
    )


OPTION_FIELDS = {each.name.replace("_", "-"): each for each in fields(Config) if each.metadata}


def with_overrides(config: Config, pairs: Iterable[tuple[str, Any]]) -> Config:
    """Return `config` with the options of `pairs` set: kebab-case keys, values as in TOML.

    Raises ConfigError for an unknown key or a value of the wrong kind.
    """
    changes = {}
    for key, value in pairs:
        if key not in OPTION_FIELDS:
            meant = did_you_mean(key, tuple(OPTION_FIELDS))
            raise ConfigError(with_hint(f'unknown option "{key}"', meant))
        try:
            changes[OPTION_FIELDS[key].name] = OPTION_FIELDS[key].metadata["kind"].read(value)
        except Misfit as error:
            raise ConfigError(with_hint(f"{key}: {error}", error.meant)) from None
    return replace(config, **changes)


def parse_override(argument: str) -> tuple[str, Any]:
    """Return the key and the value of `KEY=VALUE`.

    VALUE is TOML. Where it is not, it is a string; for an option that takes a list, its parts
    between commas.
    """
    import tomllib

    key, equals, value = argument.partition("=")
    key = key.strip()
    if not equals or not key:
        raise ConfigError(f'expected KEY=VALUE or the path of a file, found "{argument}"')
    try:
        return key, tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        if key in OPTION_FIELDS and OPTION_FIELDS[key].metadata["kind"] is STRINGS:
            return key, [part.strip() for part in value.split(",") if part.strip()]
        return key, value.strip()


def anchored(config: Config, patterns: Iterable[str]) -> tuple[str, ...]:
    """Return patterns of the configuration as they read from the current directory."""
    directory = config.directory.absolute()
    if directory == Path.cwd():
        return tuple(patterns)
    return tuple((directory / pattern).as_posix() for pattern in patterns)


def excluded(config: Config) -> tuple[str, ...]:
    """Return the patterns of files to leave out; a bare name matches wherever it stands."""
    patterns = (*config.exclude, *config.extend_exclude)
    paths = [pattern for pattern in patterns if "/" in pattern]
    return (*(p for p in patterns if p not in paths), *anchored(config, paths))


def matching_ignores(config: Config, path: Path) -> tuple[str, ...]:
    """Return the rule selectors that `per-file-ignores` names for `path`."""
    return tuple(
        selector
        for pattern, selectors in config.per_file_ignores.items()
        if path_matches(pattern.removeprefix("!"), path, config.directory)
        is not pattern.startswith("!")
        for selector in selectors
    )


def path_matches(pattern: str, path: Path, directory: Path) -> bool:
    """Tell whether a pattern covers `path`, by its name or by its way from `directory`.

    As in ruff, `*` also crosses `/`, and `**/` may stand for no folder at all.
    """
    if fnmatchcase(path.name, pattern):
        return True
    below = Path(os.path.relpath(path.absolute(), directory.absolute())).as_posix()
    short = pattern.replace("/**/", "/").removeprefix("**/")
    return fnmatchcase(below, pattern.removeprefix("./")) or fnmatchcase(below, short)


def option_documentation() -> tuple[Option, ...]:
    """Return every option with its type, default, documentation and example."""
    return tuple(
        Option(
            key,
            each.metadata["kind"].name,
            each.metadata["shown"],
            each.metadata["documentation"],
            each.metadata["example"],
        )
        for key, each in OPTION_FIELDS.items()
    )


def json_schema() -> dict[str, Any]:
    """Return the JSON schema of a configuration file, for editors."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "rlslint",
        "description": "The configuration of rlslint (rlslint.toml, or [tool.rlslint]).",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            key: {**each.metadata["kind"].schema, "description": each.metadata["documentation"]}
            for key, each in OPTION_FIELDS.items()
        },
    }
