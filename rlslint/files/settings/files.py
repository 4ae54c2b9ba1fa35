"""The door to settings files: which files they are, and what each tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import PurePath

from rlslint import NamedTuple, Pattern
from rlslint.files.connections import Connection
from rlslint.files.settings.api import Api, api_of_settings
from rlslint.files.settings.development import is_development
from rlslint.files.settings.document import (
    NO_VARIABLES,
    Document,
    InvalidSettings,
    VariablesAt,
    nothing_at,
)
from rlslint.text.budget import LARGEST_FILE

_NAMES = (".env", ".env.*", "*.env", ".envrc")
_YAML = (".yml", ".yaml")
_TERRAFORM = (".tf", ".tfvars")
_INI = (".ini", ".cfg", ".properties", ".conf", ".toml")
_LITERALS = (".config",)
"""Files of which only whole connection strings are read."""
_JSON = (".json", ".jsonc")
_STARTING = Pattern(r"(?:.+\.)?(?:dockerfile|containerfile)(?:\..+)?|procfile(?:\..+)?|.+\.service")
"""Files that start a program with variables of its environment."""
_WORDS = (
    b"postgres", b"postgis", b"pguser", b"datasource", b"dbname", b"db_user", b"database_user",
    b"database_url", b"connection_uri", b"service_uri", b"host=", b"neon_", b"psycopg", b"asyncpg",
    b"psql:", b"pgsql:",
)  # fmt: skip
_API_WORDS = (b"pgrst_db_", b"db-schema", b"db-anon-role", b".supabase.co")


class Settings(NamedTuple):
    """What a settings file tells; `note` says why it could not be read, "" where it could.

    `api` is the API that it is about, if any.
    """

    connections: tuple[Connection, ...]
    note: str = ""
    api: Api | None = None


def read_settings(
    path: PurePath,
    shown: str,
    data: bytes,
    environment: Mapping[str, str] = NO_VARIABLES,
    variables_at: VariablesAt = nothing_at,
) -> Settings:
    """Return the Connections of a settings file; `shown` is its path in messages.

    `environment` are the variables of the `.env` beside it, `variables_at` reads those of a file
    by its path from there.

    A file that no format fits yields none, with a note. Passwords are not kept, and a user whom
    only a variable names is unknown, so there is no Connection.
    """
    if not may_tell(path.name, data):
        return Settings(())
    if len(data) > LARGEST_FILE:
        return Settings((), f"{shown}: not searched for connections, for it is larger than 1 MiB")
    document = Document(shown, data, is_development(shown), environment, variables_at)
    try:
        found = tuple(dict.fromkeys(_read(path, document)))
        return Settings(found, api=_api(path, document))
    except RecursionError:
        return Settings((), f"{shown}: not searched for connections, for it is nested too deeply")
    except InvalidSettings as error:
        return Settings((), f"{shown}: not searched for connections, for it is {error}")


def may_tell(name: str, data: bytes) -> bool:
    """Tell whether a settings file may say who connects, for what a few searches cost."""
    if any(fnmatchcase(name, pattern) for pattern in _NAMES):
        return True
    lowered = data.lower()
    return any(word in lowered for word in (*_WORDS, *_API_WORDS))


def _read(path: PurePath, document: Document) -> Iterator[Connection]:
    from rlslint.files.settings import name_value_files, terraform, yaml_files

    if _is_dotenv(path):
        return name_value_files.read_dotenv(document)
    if _STARTING().fullmatch(path.name.lower()):
        return name_value_files.read_commands(document)
    if path.suffix in _YAML:
        return yaml_files.read(document, path.name)
    if path.suffix in _JSON:
        return yaml_files.read_json(document)
    if path.suffix in _INI:
        return name_value_files.read_properties(document)
    if path.suffix in _TERRAFORM:
        return terraform.read(document)
    if path.suffix in _LITERALS:
        return name_value_files.read_literals(document)
    return iter(())


def _api(path: PurePath, document: Document) -> Api | None:
    """Return the API that a file is about."""
    if not any(word in document.text.data.lower() for word in _API_WORDS):
        return None
    return api_of_settings(document.source)


def _is_dotenv(path: PurePath) -> bool:
    return any(fnmatchcase(path.name, pattern) for pattern in _NAMES)
