"""Which roles serve the application's requests."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence
from enum import Enum
from typing import TYPE_CHECKING

from rlslint import NamedTuple, Pattern
from rlslint.access import (
    ASSUMED_ROLE,
    can_log_in,
    certainly,
    is_declared,
    is_probably_superuser,
    switched_to,
    switches,
)
from rlslint.access.data_roles import (
    RoleStatements,
    all_grantees,
    escapes_row_security,
    given_tables,
    granted_roles,
    owners,
    policy_roles,
)
from rlslint.catalog import Catalog
from rlslint.catalog.answers import remembered
from rlslint.catalog.predicates import Predicate
from rlslint.config.platforms import PLATFORMS, Platform, console_role, platform_named
from rlslint.sql.expressions import Call, Expr
from rlslint.text import CatalogText, Span

if TYPE_CHECKING:
    from rlslint.files.connections import Connection

_WORK = Pattern(
    r"(?:\b|_)(?:jobs?|cron|worker|nightly|backup|batch|etl|report(?:s|ing)?)(?:\b|_)", re.I
)
"""What connections of background work are called after."""


class Evidence(Enum):
    """What tells which roles serve requests, the strongest first."""

    configuration = "configuration"
    platform = "platform"
    connections = "connections"
    sessions = "sessions"
    grants = "grants"
    policies = "policies"
    nothing = "nothing"


class Reason(NamedTuple):
    """What tells that a role serves requests.

    `because` is a clause for messages, `spans` its places. `doubtful` is True where that is an open
    session and nothing else, which an administrator or the server itself may have opened, and for
    a role that owns tables where others that own none are granted some. `works` tells of a role
    that only connections of background work name (`WORKER_DATABASE_URL`).
    """

    evidence: Evidence
    because: str
    spans: tuple[Span, ...]
    doubtful: bool = False
    works: bool = False


class RuntimeRoles(NamedTuple):
    """The roles that the application connects as.

    `assumed` is True where nothing in the project tells, so that `names` is only ASSUMED_ROLE and
    findings deserve low confidence. `because` is part of a sentence for messages ("named by
    runtime-roles", "named by the connection string in .env"); `spans` mark the places.
    `reasons` are those of single roles, where they differ; `reason` finds the one of a role.
    `migrating` are the roles that run the migrations as far as connection strings and the
    configuration tell, `bypassing` those that are meant to bypass row security. `grantees` are all
    whom the migrations grant anything on a relation, `exempt` those of connections whom their
    platform certainly lets past every policy.
    """

    names: tuple[str, ...]
    assumed: bool
    evidence: Evidence
    because: str
    spans: tuple[Span, ...]
    migrating: frozenset[str]
    bypassing: frozenset[str]
    grantees: frozenset[str]
    exempt: frozenset[str]
    reasons: tuple[tuple[str, Reason], ...] = ()

    def reason(self, role: str) -> Reason:
        """Return what tells that one of the roles serves requests."""
        own = (reason for name, reason in self.reasons if name == role)
        return next(own, None) or Reason(self.evidence, self.because, self.spans)

    def seen(self, role: str) -> str:
        """Return a clause about the sessions that a role has open, "" where none is known."""
        reason = self.reason(role)
        return reason.because if reason.evidence is Evidence.sessions else ""

    def is_inferred(self, role: str) -> bool:
        """Tell whether nothing but grants and policies says that a role serves requests."""
        return self.reason(role).evidence in (Evidence.grants, Evidence.policies)


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

    Configuration is believed before the platform, then connection strings and open sessions, then
    the roles that get privileges or that policies name. Connection strings for development only
    count where nothing is granted to anybody, and where all name superusers, the roles with
    privileges stay in, or else those that policies name: what is there for them is there to be
    used. A file that only creates a role tells of no connection. `platform` and the three
    sequences are the options of the same names; roles in `owner_roles` and `bypass_roles` never
    count.
    """
    connections = [connection for connection in connections if connection.connects]
    migrations = [connection for connection in connections if connection.runs_migrations]
    migrating = frozenset((*owner_roles, *(connection.role for connection in migrations))) - {""}
    serving = [c for c in connections if c.role != "" and c not in migrations]
    exempt = frozenset(c.role for c in serving if _is_exempt(catalog, c))
    provider = _platform(catalog, platform)
    provided = provider.bypassing if provider is not None else frozenset[str]()
    bypassing = frozenset(bypass_roles) | provided
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
            bypassing.difference(kept),
            all_grantees(catalog),
            exempt,
        )

    if configured:
        return result(configured, Evidence.configuration, "named by runtime-roles")
    if provider is not None and provider.request_roles:
        because = f"a role of {provider.title}'s API"
        if speaks_of(catalog, provider):
            return result(provider.request_roles, Evidence.platform, because)
        # Policies that ask nothing of the API bind what the application does over connections.
        own = _own_roles(catalog, provider, excluded)
        plain = [c for c in serving if c.role not in exempt | excluded and not c.development]
        connected = _connected(catalog, plain, {})
        serving_roles = (*provider.request_roles, *own, *connected)
        found = result(serving_roles, Evidence.platform, because)
        return found._replace(bypassing=found.bypassing - exempt, reasons=tuple(connected.items()))
    granted = granted_roles(catalog, excluded)
    used = _used([c for c in serving if not _is_stray(catalog, c, granted)], excluded, granted)
    inferred = _inferred(catalog, granted, excluded)
    if used:
        reasons = _connected(catalog, used, granted)
        # Who is connected at one moment does not tell who else connects at another.
        # Nor does one that switches roles, where nothing tells to which.
        if any(
            c.is_open
            or c.role in excluded
            or (switches(catalog, c.role) and not switched_to(catalog, c.role))
            for c in used
        ) or all(
            c.superuser_evidence
            or certainly(escapes_row_security, catalog, c.role)
            or c.role in exempt
            for c in used
        ):
            reasons = inferred | reasons
        first, names = reasons[used[0].role], dict.fromkeys((*(c.role for c in used), *reasons))
        found = result(names, first.evidence, first.because, (c.span for c in used))
        return found._replace(reasons=tuple(reasons.items()))
    inferred = inferred or _reasons(
        Evidence.grants, "given tables", given_tables(catalog, excluded)
    )
    if inferred:
        first = next(iter(inferred.values()))
        spans = (span for reason in inferred.values() for span in reason.spans)
        found = result(inferred, first.evidence, first.because, spans)
        return found._replace(reasons=tuple(_with_doubts(catalog, inferred).items()))
    return result(
        (ASSUMED_ROLE,), Evidence.nothing, "assumed, for nothing says who serves requests"
    )._replace(assumed=True)


def _used(
    serving: Sequence[Connection], excluded: Container[str], granted: Container[str]
) -> list[Connection]:
    """Return the connections that tell who serves requests.

    Where the only ones of the application name a role that is declared to serve nobody, they say
    otherwise.
    """
    others = [connection for connection in serving if connection.role not in excluded]
    deployed = [connection for connection in others if not connection.development]
    if deployed:
        return deployed
    contradicting = [c for c in serving if not c.development and not c.is_open and _is_main(c)]
    return contradicting or ([] if granted else others)


def _is_stray(catalog: Catalog, connection: Connection, granted: Container[str]) -> bool:
    """Tell whether a text in a program names a role of which the history knows nothing.

    Not every address in a program is opened: examples, messages and defaults are written so too.
    """
    role = connection.role
    return (
        connection.is_literal
        and role not in granted
        and not is_declared(catalog, role)
        and not is_probably_superuser(catalog, role)
        and not _is_exempt(catalog, connection)
    )


def _is_exempt(catalog: Catalog, connection: Connection) -> bool:
    """Tell whether a platform lets the role of a connection past every policy."""
    role, platform = connection.role, connection.platform
    if platform is None or is_declared(catalog, role):
        return False
    console = console_role(platform, role)
    return console is not None and console.certain


def _is_main(connection: Connection) -> bool:
    """Tell whether a connection is called after no work of its own (a queue, a nightly job)."""
    return _WORK().search(connection.source) is None


def _with_doubts(catalog: Catalog, reasons: dict[str, Reason]) -> dict[str, Reason]:
    """Mark the roles that own tables, where others that own none are there to serve requests."""
    owning = owners(catalog)
    if owning.issuperset(reasons):
        return reasons
    return {
        role: reason._replace(doubtful=True) if role in owning else reason
        for role, reason in reasons.items()
    }


def _connected(
    catalog: Catalog, used: Sequence[Connection], granted: RoleStatements
) -> dict[str, Reason]:
    """Return what the first connection of each role says of it, and of those that it becomes."""
    found: dict[str, Reason] = {}
    main = {connection.role for connection in used if _is_main(connection)}
    for connection in used:
        role = connection.role
        doubtful = connection.is_doubtful and role not in granted
        evidence = Evidence.sessions if connection.is_open else Evidence.connections
        told, works = connection.told_by, bool(main) and role not in main
        reason = Reason(evidence, told, (connection.span,), doubtful, works)
        found.setdefault(role, reason)
        because = f"{role}, which is {connection.told_by}, switches to it"
        for other in switched_to(catalog, role):
            found.setdefault(other, reason._replace(because=because))
    return found


def _inferred(
    catalog: Catalog, granted: RoleStatements, excluded: frozenset[str]
) -> dict[str, Reason]:
    """Return the roles that privileges, or else policies, are meant for."""
    if granted:
        return _reasons(Evidence.grants, "granted privileges", granted)
    return _reasons(Evidence.policies, "named by policies", policy_roles(catalog, excluded))


def _reasons(evidence: Evidence, because: str, roles: RoleStatements) -> dict[str, Reason]:
    statements = [statement for found in roles.values() for statement in found]
    if not any(isinstance(statement.text, CatalogText) for statement in statements):
        because += " in the migrations"
    return {
        role: Reason(evidence, because, tuple(statement.span for statement in statements[:1]))
        for role, statements in roles.items()
    }


@remembered
def platform_spoken_of(catalog: Catalog) -> Platform | None:
    """Return the platform that a history leans on: its roles, its functions, its tables.

    A history that makes them itself does not, nor one that only in a DO block, if there happens to
    be such a role, grants it something or takes it back.
    """
    granted = {
        grant.grantee
        for relation in catalog.relations.known()
        for grant in relation.grants.known()
        if grant.statement is None or grant.statement.parent is None
    }
    with_api = [platform for platform in PLATFORMS if platform.request_roles]
    for platform in with_api:
        if _calls_api(catalog, platform):
            return platform
    granted.update(catalog.revoked_from)
    named = granted.union(*(policy.roles for policy in catalog.policies()))
    for platform in with_api:
        if platform.anonymous in named and not is_declared(catalog, platform.anonymous):
            return platform
    for platform in with_api:
        if _is_provided(catalog, platform, granted) or speaks_of(catalog, platform):
            return platform
    return None


def _platform(catalog: Catalog, option: str) -> Platform | None:
    """Return the platform of a catalog, None where it is on none.

    What a history makes itself is no platform's, whatever folder it lies in.
    """
    if option != "auto":
        return platform_named(option)
    return catalog.platform or platform_spoken_of(catalog)


def _own_roles(catalog: Catalog, platform: Platform, excluded: frozenset[str]) -> list[str]:
    """Return the roles that a history makes to log in beside those of the platform."""
    others = excluded | frozenset(platform.request_roles)
    found = granted_roles(catalog, others) or given_tables(catalog, others)
    return [role for role in found if is_declared(catalog, role) and can_log_in(catalog, role)]


def speaks_of(catalog: Catalog, platform: Platform) -> bool:
    """Tell whether policies name the roles or call the functions that a platform provides."""
    named = _named_by_policies(catalog)
    return _is_provided(catalog, platform, named) or _calls_api(catalog, platform)


@remembered
def _named_by_policies(catalog: Catalog) -> frozenset[str]:
    return frozenset({role for policy in catalog.policies() for role in policy.known_roles})


@remembered
def _predicates(catalog: Catalog) -> tuple[Predicate, ...]:
    """Return what policies demand, each predicate that they share once."""
    clauses = (clause for policy in catalog.policies() for clause in policy.known_clauses)
    return tuple({clause.predicate: None for clause in clauses})


def _calls_api(catalog: Catalog, platform: Platform) -> bool:
    return any(one.ask(_calls, platform.api_functions) for one in _predicates(catalog))


def _is_provided(catalog: Catalog, platform: Platform, names: Container[str]) -> bool:
    return any(name in names and not is_declared(catalog, name) for name in platform.telling_roles)


def _calls(expression: Expr, functions: frozenset[tuple[str, ...]]) -> bool:
    return any(
        isinstance(part, Call) and part.function is None and part.name in functions
        for part in expression.walk()
    )


@remembered
def api_roles(catalog: Catalog, runtime: RuntimeRoles) -> tuple[str, ...]:
    """Return the roles in whose name an API serves whoever calls it.

    These are the request roles of a platform, and those that the role an API connects as becomes by
    SET ROLE. Roles that policies do not bind are left out.
    """
    if runtime.evidence is Evidence.platform:
        of_platforms = {role for platform in PLATFORMS for role in platform.request_roles}
        return tuple(role for role in runtime.names if role in of_platforms)
    found = (role for name in catalog.roles for role in switched_to(catalog, name))
    return tuple(dict.fromkeys(role for role in found if role not in runtime.bypassing))
