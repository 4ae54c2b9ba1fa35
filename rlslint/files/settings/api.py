"""What the settings of an API say: which schemas it shows, and as whom it serves anybody.

PostgREST reads them from its configuration file or from the environment (PostgREST's documentation,
Configuration); Supabase writes those of a project into `supabase/config.toml`.
"""

from __future__ import annotations

import re

from rlslint import NamedTuple, Pattern
from rlslint.config.platforms import platform_of_host
from rlslint.files.settings.addresses import expanded
from rlslint.text.sentences import names_in

_SETTING = Pattern(
    r"""^[ \t]*(?:-[ \t]+)?(?:export[ \t]+)?["']?(?P<name>PGRST_DB_SCHEMAS?|PGRST_DB_ANON_ROLE
        |db-schemas?|db-anon-role)["']?[ \t]*[=:][ \t]*(?P<value>[^\r\n#]*)""",
    re.VERBOSE | re.MULTILINE,
)


_ADDRESS = Pattern(r"https://(?P<host>[\w-]+(?:\.[\w-]+)+)")


class Api(NamedTuple):
    """An API over the database: the schemas that it shows and its role for callers without a name.

    `schemas` is None, `anonymous` and `host` are "" where the settings do not tell. `host` is where
    a platform answers its requests.
    """

    schemas: tuple[str, ...] | None
    anonymous: str
    host: str = ""


def api_of_settings(source: str) -> Api | None:
    """Return what settings of PostgREST, or a platform's address, say of an API, if anything."""
    schemas: tuple[str, ...] | None = None
    anonymous = ""
    for match in _SETTING().finditer(source):
        value = expanded(match["value"].strip().strip("\"'"))
        if not value:
            continue
        if "schema" in match["name"].lower():
            schemas = names_in(value)
        else:
            anonymous = value
    hosts = (match["host"] for match in _ADDRESS().finditer(source))
    host = next((one for one in hosts if platform_of_host(one) is not None), "")
    return Api(schemas, anonymous, host) if schemas or anonymous or host else None


def api_of_supabase(source: str) -> Api | None:
    """Return what a `config.toml` says, None where it says nothing of the API."""
    from rlslint.config.toml_source import TomlProblem, read_toml

    try:
        settings = read_toml(source.encode())
    except TomlProblem:
        return None
    api = settings.get("api")
    if not isinstance(api, dict):
        return None
    if api.get("enabled") is False:
        return Api((), "")
    schemas = api.get("schemas")
    if not isinstance(schemas, list):
        return None
    return Api(tuple(name for name in schemas if isinstance(name, str)), "")
