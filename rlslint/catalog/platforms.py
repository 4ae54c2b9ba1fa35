"""What a platform has already set up before the first migration runs."""

from __future__ import annotations

from rlslint.catalog.privileges import DefaultPrivilege
from rlslint.catalog.roles import MIGRATION_ROLE

_SUPABASE_GRANTEES = ("anon", "authenticated", "service_role")
_ON_TABLES = ("select", "insert", "update", "delete", "truncate", "references", "trigger")

SUPABASE_MIGRATION_ROLE = "postgres"
"""No superuser there, and the owner of all that migrations make."""

SUPABASE_DEFAULTS = tuple(
    DefaultPrivilege(creator, "public", kind, grantee, privilege, None)
    for creator in (MIGRATION_ROLE, SUPABASE_MIGRATION_ROLE)
    for kind, privileges in (
        ("tables", _ON_TABLES),
        ("functions", ("execute",)),
        ("sequences", ("usage", "select", "update")),
    )
    for privilege in privileges
    for grantee in _SUPABASE_GRANTEES
)
"""Supabase's ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL for the roles of its API."""

_SUPABASE_ROLES = frozenset(
    ("anon", "authenticated", "authenticator", "dashboard_user", "pgbouncer", "service_role")
)


def is_provided_by_supabase(role: str) -> bool:
    """Tell whether a role is one that Supabase makes in every database."""
    return role in _SUPABASE_ROLES or role.startswith("supabase_")
