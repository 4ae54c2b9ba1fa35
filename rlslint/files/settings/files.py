"""The door to settings files: which files they are, and what each tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import PurePath

from rlslint import NamedTuple
from rlslint.files.connections import Connection
from rlslint.files.settings.api import Api, api_of_settings
from rlslint.files.settings.development import is_development
from rlslint.files.settings.document import NO_VARIABLES, Document, InvalidSettings

_NAMES = (".env", ".env.*", "*.env", ".envrc")
_YAML = (".yml", ".yaml")
_TERRAFORM = (".tf", ".tfvars")
_INI = (".ini", ".cfg", ".properties", ".conf", ".toml")
_LITERALS = (".json", ".jsonc", ".config")
"""Files of which only whole connection strings are read."""
_WORDS = (
    b"postgres", b"pguser", b"datasource", b"dbname", b"db_user", b"database_user", b"database_url",
    b"connection_uri", b"service_uri", b"host=", b"neon_", b"psycopg", b"asyncpg", b"aiopg",
    b"pg8000",
)  # fmt: skip
_API_WORDS = (b"pgrst_db_", b"db-schema", b"db-anon-role", b".supabase.co")
_LARGEST = 1 << 20


class Settings(NamedTuple):
    """What a settings file tells; `note` says why it could not be read, "" where it could.

    `api` is the API that it is about, if any.
    """

    connections: tuple[Connection, ...]
    note: str = ""
    api: Api | None = None


def read_settings(
    path: PurePath, shown: str, data: bytes, environment: Mapping[str, str] = NO_VARIABLES
) -> Settings:
    """Return the Connections of a settings file; `shown` is its path in messages.

    `environment` are the variables of the `.env` beside it.

    A file that no format fits yields none, with a note. Passwords are not kept, and a user whom
    only a variable names is unknown, so there is no Connection.
    """
    if not _is_dotenv(path) and not any(word in data.lower() for word in (*_WORDS, *_API_WORDS)):
        return Settings(())
    if len(data) > _LARGEST:
        return Settings((), f"{shown}: not searched for connections, for it is larger than 1 MiB")
    document = Document(shown, data, is_development(shown), environment)
    try:
        found = tuple(dict.fromkeys(_read(path, document)))
        return Settings(found, api=_api(path, document))
    except RecursionError:
        return Settings((), f"{shown}: not searched for connections, for it is nested too deeply")
    except InvalidSettings as error:
        return Settings((), f"{shown}: not searched for connections, for it is {error}")


def _read(path: PurePath, document: Document) -> Iterator[Connection]:
    from rlslint.files.settings import name_value_files, python, terraform, yaml_files

    if _is_dotenv(path):
        return name_value_files.read_dotenv(document)
    if path.suffix in _YAML:
        return yaml_files.read(document, path.name)
    if path.suffix in _INI:
        return name_value_files.read_properties(document)
    if path.suffix in _TERRAFORM:
        return terraform.read(document)
    if path.suffix in _LITERALS:
        return name_value_files.read_literals(document)
    if path.suffix == ".py":
        return python.read(document)
    return iter(())


def _api(path: PurePath, document: Document) -> Api | None:
    """Return the API that a file is about; what programs do with such names is not read."""
    if path.suffix == ".py" or not any(word in document.text.data.lower() for word in _API_WORDS):
        return None
    return api_of_settings(document.source)


def _is_dotenv(path: PurePath) -> bool:
    return any(fnmatchcase(path.name, pattern) for pattern in _NAMES)
