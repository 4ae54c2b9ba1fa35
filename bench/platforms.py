"""What a history takes as given and no file of it makes, found by the words that use it."""

from __future__ import annotations

import re

from bench.both_sides import STUBS, BothSides
from rlslint.catalog.provided import default_privileges
from rlslint.config.platforms import SUPABASE, is_provided
from tests.postgres import SUPERUSER

_USES_SUPABASE = re.compile(
    rb"\bauth\.(?:uid|jwt|role|users)\b|\bstorage\.(?:objects|buckets)\b|\bservice_role\b"
)
_CREATES_SCHEMA = re.compile(rb"(?i:\bcreate\s+schema\s+(?:if\s+not\s+exists\s+)?)\"?(\w+)")
_ASKS_FOR_ROLE = re.compile(rb"\brolname\s*=\s*'(\w+)'")
_CREATES = rb"(?i:\bcreate\s+(?:table|role|user)\s+(?:if\s+not\s+exists\s+)?)[\"]?%s\b"


_PARTS = {
    "auth": rb"auth\"?\.\"?users",
    "storage": rb"storage\"?\.\"?objects",
    "realtime": rb"realtime\"?\.\"?messages",
}
"""The parts of Supabase, by the table that tells whether the history makes a part itself."""


def stub_platform(both: BothSides, files: list[bytes]) -> None:
    """Make what the files expect to find: the objects of Supabase, and roles that they ask for."""
    if any(_USES_SUPABASE.search(data) for data in files):
        _stub_supabase(both, files)
    made = {name.decode() for data in files for name in _CREATES_SCHEMA.findall(data)}
    both.schemas_made = frozenset(made)
    asked = {name for data in files for name in _ASKS_FOR_ROLE.findall(data)}
    for name in sorted(asked):
        if not both.knows_role(name.decode()) and not _creates(files, name):
            both.stub(f'CREATE ROLE "{name.decode()}"')


def _creates(files: list[bytes], name: bytes) -> bool:
    return any(re.search(_CREATES % name, data) for data in files)


def _stub_supabase(both: BothSides, files: list[bytes]) -> None:
    made = {part for part, sign in _PARTS.items() if _creates(files, sign)}
    # The schemas are granted to the roles: a history that makes these as well does it for nothing.
    scripts = ["api_roles", "schemas", *sorted(_PARTS.keys() - made)]
    if not made:
        scripts.insert(0, "platform_roles")
    for script in scripts:
        both.stub((STUBS / "supabase" / f"{script}.sql").read_text())
    for role in () if made else tuple(both.replay.catalog.roles):
        if is_provided(SUPABASE, role):
            both.take_as_given(role)
    for privileges in ("TABLES", "FUNCTIONS", "SEQUENCES"):
        both.on_server(
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON {privileges}"
            " TO anon, authenticated, service_role"
        )
    defaults = default_privileges(SUPABASE)
    both.replay.catalog.defaults += tuple(d for d in defaults if d.creator == SUPERUSER)
    for extension in ("uuid-ossp", "pgcrypto", "pg_graphql", "supabase_vault"):
        both.install(extension, "extensions")
    both.set_search_path(("$user", "public", "extensions"))
