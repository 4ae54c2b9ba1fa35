"""Which roles serve the application's requests."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from enum import Enum
from typing import NamedTuple

from rlslint.access.connecting import role_of, runs_migrations
from rlslint.access.data_roles import (
    RoleStatements,
    all_grantees,
    escapes_row_security,
    given_tables,
    granted_roles,
    policy_roles,
)
from rlslint.access.roles import ASSUMED_ROLE, can_log_in, is_declared
from rlslint.catalog.model import Catalog
from rlslint.evidence import Connection
from rlslint.sql.expressions import Call, Expr
from rlslint.text import Span


class Evidence(Enum):
    """What tells which roles serve requests, the strongest first."""

    configuration = "configuration"
    platform = "platform"
    connections = "connections"
    grants = "grants"
    policies = "policies"
    nothing = "nothing"


class RuntimeRoles(NamedTuple):
    """The roles that the application connects as.

    `assumed` is True where nothing in the project tells, so that `names` is only ASSUMED_ROLE and
    findings deserve low confidence. `because` is part of a sentence for messages ("named by
    runtime-roles", "named by the connection string in .env"); `spans` mark the places.
    `migrating` are the roles that run the migrations as far as connection strings and the
    configuration tell, `bypassing` those that are meant to bypass row security. `grantees` are all
    whom the migrations grant anything on a relation.
    """

    names: tuple[str, ...]
    assumed: bool
    evidence: Evidence
    because: str
    spans: tuple[Span, ...]
    migrating: frozenset[str]
    bypassing: frozenset[str]
    grantees: frozenset[str]


SUPABASE_ROLES = ("anon", "authenticated")
SUPABASE_BYPASSING = frozenset(
    ("postgres", "service_role", "supabase_admin", "supabase_auth_admin", "supabase_storage_admin")
)
SUPABASE_FUNCTIONS = frozenset((("auth", "uid"), ("auth", "jwt"), ("auth", "role")))


def find_runtime_roles(
    catalog: Catalog,
    connections: Sequence[Connection] = (),
    *,
    platform: str = "auto",
    configured: Sequence[str] = (),
    owner_roles: Sequence[str] = (),
    bypass_roles: Sequence[str] = (),
) -> RuntimeRoles:
    """Find the roles that serve requests: see RuntimeRoles for what comes out.

    Configuration is believed before the platform, then connection strings, then the roles that
    get privileges or that policies name. Connection strings for development only count where
    nothing is granted to anybody, and where all name superusers, the roles with privileges stay
    in, or else those that policies name: what is there for them is there to be used. A file that
    only creates a role tells of no connection. `platform` and the three sequences are the options
    of the same names; roles in `owner_roles` and `bypass_roles` never count.
    """
    connections = [connection for connection in connections if connection.connects]
    migrations = [connection for connection in connections if runs_migrations(connection)]
    migrating = frozenset((*owner_roles, *map(role_of, migrations))) - {""}
    bypassing = frozenset(bypass_roles)
    on_supabase = platform == "supabase" or (platform == "auto" and is_supabase(catalog))
    if on_supabase:
        bypassing |= SUPABASE_BYPASSING
    excluded = bypassing | frozenset(owner_roles)

    def result(
        names: Iterable[str], evidence: Evidence, because: str, spans: Iterable[Span] = ()
    ) -> RuntimeRoles:
        kept = tuple(dict.fromkeys(names))
        return RuntimeRoles(
            kept,
            False,
            evidence,
            because,
            tuple(spans),
            migrating,
            bypassing,
            all_grantees(catalog),
        )

    if configured:
        return result(configured, Evidence.configuration, "named by runtime-roles")
    if on_supabase:
        own = () if _speaks_of_supabase(catalog) else _own_roles(catalog, excluded)
        return result((*SUPABASE_ROLES, *own), Evidence.platform, "a role of Supabase's API")
    serving = [c for c in connections if role_of(c) not in {"", *excluded} and c not in migrations]
    granted = granted_roles(catalog, excluded)
    deployed = [connection for connection in serving if not connection.development]
    used = deployed or ([] if granted else serving)
    if used:
        names = [role_of(connection) for connection in used]
        if all(c.superuser_evidence or escapes_row_security(catalog, role_of(c)) for c in used):
            names += granted or policy_roles(catalog, excluded)
        because = f"named by the connection string in {used[0].span.text.path}"
        return result(names, Evidence.connections, because, (c.span for c in used))
    if granted:
        because = "granted privileges in the migrations"
        return result(granted, Evidence.grants, because, _first_spans(granted))
    named = policy_roles(catalog, excluded)
    if named:
        because = "named by policies in the migrations"
        return result(named, Evidence.policies, because, _first_spans(named))
    owning = given_tables(catalog, excluded)
    if owning:
        because = "given tables in the migrations"
        return result(owning, Evidence.grants, because, _first_spans(owning))
    return result(
        (ASSUMED_ROLE,), Evidence.nothing, "assumed, for nothing says who serves requests"
    )._replace(assumed=True)


def is_supabase(catalog: Catalog) -> bool:
    """Tell whether the history leans on what Supabase provides: its roles or its functions.

    A history that makes them itself does not, nor one that only in a DO block, if there happens to
    be such a role, grants it something.
    """
    granted = {
        grant.grantee
        for relation in catalog.relations.known()
        for grant in relation.grants.known()
        if grant.statement is None or grant.statement.parent is None
    }
    return _is_provided(catalog, granted) or _speaks_of_supabase(catalog)


def _own_roles(catalog: Catalog, excluded: frozenset[str]) -> list[str]:
    """Return the roles that a history makes to log in beside those of the platform."""
    others = excluded | frozenset(SUPABASE_ROLES)
    found = granted_roles(catalog, others) or given_tables(catalog, others)
    return [role for role in found if is_declared(catalog, role) and can_log_in(catalog, role)]


def _speaks_of_supabase(catalog: Catalog) -> bool:
    """Tell whether policies name the roles or call the functions that Supabase provides."""
    named = {role for policy in catalog.policies() for role in policy.roles}
    return _is_provided(catalog, named) or any(
        clause.ask(_calls_supabase) for policy in catalog.policies() for clause in policy.clauses
    )


def _is_provided(catalog: Catalog, names: Container[str]) -> bool:
    return any(
        name in names and not is_declared(catalog, name)
        for name in ("authenticated", "service_role")
    )


def _calls_supabase(expression: Expr) -> bool:
    return any(
        isinstance(part, Call) and part.function is None and part.name in SUPABASE_FUNCTIONS
        for part in expression.walk()
    )


def _first_spans(roles: RoleStatements) -> list[Span]:
    return [statements[0].span for statements in roles.values() if statements]
