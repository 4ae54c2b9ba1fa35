"""What a platform has already set up before the first migration runs."""

from __future__ import annotations

from rlslint.catalog.privileges import DefaultPrivilege
from rlslint.catalog.roles import MIGRATION_ROLE

_SUPABASE_GRANTEES = ("anon", "authenticated", "service_role")
_ON_TABLES = ("select", "insert", "update", "delete", "truncate", "references", "trigger")

SUPABASE_DEFAULTS = tuple(
    DefaultPrivilege(creator, "public", kind, grantee, privilege, None)
    for creator in (MIGRATION_ROLE, "postgres")
    for kind, privileges in (
        ("tables", _ON_TABLES),
        ("functions", ("execute",)),
        ("sequences", ("usage", "select", "update")),
    )
    for privilege in privileges
    for grantee in _SUPABASE_GRANTEES
)
"""Supabase's ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL for the roles of its API."""
