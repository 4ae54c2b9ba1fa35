"""The configuration: one class whose fields describe themselves."""

import os
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Annotated, Any

from rlslint import NamedTuple
from rlslint.config import (
    BOOLEAN,
    LISTS_BY_PATTERN,
    STRING,
    STRINGS,
    Confidence,
    Misfit,
    Option,
    OptionKind,
    Severity,
    choice,
    described,
    did_you_mean,
    level,
    with_hint,
)

OUTPUT_FORMATS = (
    "full", "concise", "json", "json-lines", "sarif", "github", "gitlab", "junit", "rdjson",
    "markdown",
)  # fmt: skip
DEFAULT_GRANTS = ("auto", "granted", "ended")
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


class NamedInOption(NamedTuple):
    """That an option of a configuration file names something of the database, and where."""

    option: str
    name: str
    place: ConfigPlace


class Accept(NamedTuple):
    """A finding that is accepted although it has no line to put a comment on."""

    rule: str
    object: str
    reason: str


def _accepts(value: Any) -> tuple[Accept, ...]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise Misfit(f"expected tables written [[accept]], found {described(value)}")
    return tuple(Accept(**item) for item in value)


_ACCEPTS = OptionKind(
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


class Config(NamedTuple):
    """What users may decide. `directory` is where the patterns of the configuration start.

    `named` are the places of what files name, for the options of NAMING.
    """

    directory: str = "."
    select: Annotated[
        tuple[str, ...] | None,
        Option(
            STRINGS,
            "every rule",
            'select = ["RLS1", "rls-not-forced"]',
            "The rules to check, by name, code or code prefix.",
        ),
    ] = None
    ignore: Annotated[
        tuple[str, ...],
        Option(
            STRINGS,
            "[]",
            'ignore = ["policy-column-unindexed"]',
            "Rules to leave out, by name, code or code prefix.",
        ),
    ] = ()
    extend_select: Annotated[
        tuple[str, ...],
        Option(
            STRINGS,
            "[]",
            'extend-select = ["rls-not-forced"]',
            "Rules to check besides those of `select`.",
        ),
    ] = ()
    per_file_ignores: Annotated[
        Mapping[str, tuple[str, ...]],
        Option(
            LISTS_BY_PATTERN,
            "{}",
            'per-file-ignores = { "db/legacy/*" = ["rls-not-forced"] }',
            "Rules to leave out in files that match a pattern; `!` before a pattern turns it "
            "round.",
        ),
    ] = NO_IGNORES
    exclude: Annotated[
        tuple[str, ...],
        Option(
            STRINGS,
            str(list(DEFAULT_EXCLUDE)).replace("'", '"'),
            'exclude = [".venv", "db/scratch"]',
            "Files and folders that are not read. Replaces the default list.",
        ),
    ] = DEFAULT_EXCLUDE
    extend_exclude: Annotated[
        tuple[str, ...],
        Option(
            STRINGS,
            "[]",
            'extend-exclude = ["db/scratch"]',
            "Files and folders that are not read, besides those of `exclude`.",
        ),
    ] = ()
    force_exclude: Annotated[
        bool,
        Option(
            BOOLEAN,
            "false",
            "force-exclude = true",
            "Leave excluded files out even where the command line names them, as hooks do.",
        ),
    ] = False
    migrations: Annotated[
        tuple[str, ...],
        Option(
            STRINGS,
            "the known layouts are found by themselves",
            'migrations = ["db/roles.sql", "db/migrations/*.sql"]',
            "The files that make the schema, as patterns, in the order in which they run.",
        ),
    ] = ()
    platform: Annotated[
        str,
        Option(
            choice(("auto", "postgres", "supabase")),
            '"auto"',
            'platform = "supabase"',
            "Whose roles, schemas and functions are there before the first migration.",
        ),
    ] = "auto"
    platform_default_grants: Annotated[
        str,
        Option(
            choice(DEFAULT_GRANTS),
            '"auto": by the date in the names of the migrations',
            'platform-default-grants = "ended"',
            "Whether the platform still grants new tables to the roles of its API: Supabase ended "
            "that on 2026-10-30, and for new projects on 2026-05-30.",
        ),
    ] = "auto"
    runtime_roles: Annotated[
        tuple[str, ...],
        Option(
            STRINGS,
            "found from the platform, connection settings and grants",
            'runtime-roles = ["app"]',
            "The roles that the application connects as or switches to while it serves requests.",
        ),
    ] = ()
    owner_roles: Annotated[
        tuple[str, ...],
        Option(
            STRINGS,
            "[]",
            'owner-roles = ["migrator"]',
            "The roles that run the migrations, and so own what these create.",
        ),
    ] = ()
    bypass_roles: Annotated[
        tuple[str, ...],
        Option(
            STRINGS,
            "[]",
            'bypass-roles = ["nightly_jobs"]',
            "Roles that are meant to bypass row security: jobs, administrators, backups.",
        ),
    ] = ()
    tenant_columns: Annotated[
        tuple[str, ...],
        Option(
            STRINGS,
            "found from the policies",
            'tenant-columns = ["tenant_id"]',
            "Names of columns that tell a row's tenant, besides those that policies compare.",
        ),
    ] = ()
    context_functions: Annotated[
        tuple[str, ...],
        Option(
            STRINGS,
            "[]",
            'context-functions = ["app.current_tenant"]',
            "Functions that return who is asking, where their bodies do not show it.",
        ),
    ] = ()
    context_setters: Annotated[
        tuple[str, ...],
        Option(
            STRINGS,
            "[]",
            'context-setters = ["app.enter_tenant"]',
            "Functions that set who is asking, where their bodies do not show it.",
        ),
    ] = ()
    reference_tables: Annotated[
        tuple[str, ...],
        Option(
            STRINGS,
            "[]",
            'reference-tables = ["public.countries"]',
            "Tables that all tenants share, so that they need no row security.",
        ),
    ] = ()
    fail_on: Annotated[
        Severity,
        Option(
            _SEVERITY,
            '"warning"',
            'fail-on = "error"',
            "The lowest severity of a finding that makes the exit code 1.",
        ),
    ] = Severity.warning
    min_severity: Annotated[
        Severity | None,
        Option(
            _SEVERITY,
            '"warning", or what `fail-on` says where that is lower',
            'min-severity = "info"',
            "The lowest severity that is shown; what is hidden is counted at the end.",
        ),
    ] = None
    min_confidence: Annotated[
        Confidence,
        Option(
            _CONFIDENCE,
            '"low"',
            'min-confidence = "medium"',
            "The lowest confidence that is shown; what is hidden is counted at the end.",
        ),
    ] = Confidence.low
    output_format: Annotated[
        str,
        Option(
            choice(OUTPUT_FORMATS),
            '"full"',
            'output-format = "concise"',
            "How findings are printed.",
        ),
    ] = "full"
    extend: Annotated[
        str | None,
        Option(
            STRING,
            "not set",
            'extend = "../rlslint.toml"',
            "Another configuration file to build on, relative to this one, in the same "
            "repository. What this file sets wins; `extend-select`, `extend-exclude` and `accept` "
            "add to the other file's.",
        ),
    ] = None
    baseline: Annotated[
        str | None,
        Option(
            STRING,
            "not set",
            'baseline = "rlslint-baseline.toml"',
            "The file of findings that were there before and are not reported again, relative to "
            "this one; `rlslint check --write-baseline` writes it.",
        ),
    ] = None
    accept: Annotated[
        tuple[Accept, ...],
        Option(
            _ACCEPTS,
            "[]",
            (
                '[[accept]]\nrule = "rls-not-forced"\nobject = "public.audit_log"\n'
                'reason = "written by the owner only"'
            ),
            "Findings that are accepted, each with its rule, its object and the reason; rule and "
            "object may be patterns (`rls-*`, `public.audit_*`).",
        ),
    ] = ()
    named: tuple[NamedInOption, ...] = ()


NAMING = ("runtime-roles", "owner-roles", "bypass-roles", "reference-tables", "tenant-columns")
"""The options that name something of the database."""

OPTIONS: Mapping[str, Option] = {
    name.replace("_", "-"): kind.__metadata__[0]
    for name, kind in Config.__annotations__.items()
    if hasattr(kind, "__metadata__")
}
"""The options by their keys, in the order of the documentation."""


def field_of(key: str) -> str:
    """Return the name of the field that an option sets."""
    return key.replace("-", "_")


def with_overrides(config: Config, pairs: Iterable[tuple[str, Any]]) -> Config:
    """Return `config` with the options of `pairs` set: kebab-case keys, values as in TOML.

    Raises ConfigError for an unknown key or a value of the wrong kind.
    """
    changes = {}
    for key, value in pairs:
        if key not in OPTIONS:
            meant = did_you_mean(key, tuple(OPTIONS))
            raise ConfigError(with_hint(f'unknown option "{key}"', meant))
        try:
            changes[field_of(key)] = OPTIONS[key].kind.read(value)
        except Misfit as error:
            raise ConfigError(with_hint(f"{key}: {error}", error.meant)) from None
    return config._replace(**changes)


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
        if key in OPTIONS and OPTIONS[key].kind is STRINGS:
            return key, [part.strip() for part in value.split(",") if part.strip()]
        return key, value.strip()


def anchored(config: Config, patterns: Iterable[str]) -> tuple[str, ...]:
    """Return patterns of the configuration as they read from the current directory."""
    directory = os.path.abspath(config.directory)
    if directory == os.getcwd():
        return tuple(patterns)
    return tuple(
        os.path.join(directory, pattern.removeprefix("./")).replace(os.sep, "/")
        for pattern in patterns
    )


def excluded(config: Config) -> tuple[str, ...]:
    """Return the patterns of files to leave out; a bare name matches wherever it stands."""
    patterns = (*config.exclude, *config.extend_exclude)
    paths = [pattern for pattern in patterns if "/" in pattern]
    return (*(p for p in patterns if p not in paths), *anchored(config, paths))


def matching_ignores(config: Config, path: str | os.PathLike[str]) -> tuple[str, ...]:
    """Return the rule selectors that `per-file-ignores` names for `path`."""
    return tuple(
        selector
        for pattern, selectors in config.per_file_ignores.items()
        if path_matches(pattern.removeprefix("!"), path, config.directory)
        is not pattern.startswith("!")
        for selector in selectors
    )


def path_matches(pattern: str, path: str | os.PathLike[str], directory: str) -> bool:
    """Tell whether a pattern covers `path`, by its name or by its way from `directory`.

    As in ruff, `*` also crosses `/`, and `**/` may stand for no folder at all.
    """
    if fnmatchcase(os.path.basename(path), pattern):
        return True
    below = os.path.relpath(path, directory).replace(os.sep, "/")
    short = pattern.replace("/**/", "/").removeprefix("**/")
    return fnmatchcase(below, pattern.removeprefix("./")) or fnmatchcase(below, short)


def json_schema() -> dict[str, Any]:
    """Return the JSON schema of a configuration file, for editors, as SchemaStore takes it."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": "https://www.schemastore.org/rlslint.json",
        "title": "rlslint",
        "description": "The configuration of rlslint (rlslint.toml, or [tool.rlslint]).",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            key: {**option.kind.schema, "description": option.documentation}
            for key, option in OPTIONS.items()
        },
    }
