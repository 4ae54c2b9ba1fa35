"""grant-truncate: TRUNCATE empties a table for every tenant, whatever its policies say."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import (
    Answer,
    Evidence,
    Granted,
    Place,
    can_use_schema,
    in_words,
    inherited_roles,
    place_of,
    revocation,
    row_security_active,
    serves,
)
from rlslint.access.roles import ASSUMED_ROLE
from rlslint.catalog.model import PUBLIC, Grant, Table
from rlslint.findings import Confidence, Finding, Severity
from rlslint.project import Project
from rlslint.registry import rule


@rule
def grant_truncate(table: Table, project: Project) -> Iterator[Finding]:
    if not table.rls_enabled:
        return
    grants = [g for g in table.grants.known() if _lets_truncate(g, table, project)] or [
        g for g in table.grants.values() if _lets_truncate(g, table, project)
    ]
    for place in dict.fromkeys(place_of(g.statement) for g in grants if g.statement is not None):
        granted = _granted(place, project)
        if granted[0].table is table:
            yield _finding(granted, project)


def _granted(place: Place, project: Project) -> list[Granted]:
    """Return what is granted of the fault in one place: it is one fault for all its tables."""
    return [
        granted
        for granted in project.grants_by_place[place]
        if granted.table.knows("rls_enabled")
        and granted.table.rls_enabled
        and _lets_truncate(granted.grant, granted.table, project)
    ]


def _lets_truncate(grant: Grant, table: Table, project: Project) -> bool:
    if grant.privilege != "truncate" or grant.statement is None:
        return False
    return bool(_truncating(grant, table, project))


def _truncating(grant: Grant, table: Table, project: Project) -> tuple[str, ...]:
    """Return who may truncate a table by a grant, without those whom no policy filters there."""
    catalog, runtime = project.catalog, project.runtime
    if grant.grantee == PUBLIC:
        return ("every role",) if can_use_schema(catalog, PUBLIC, table.schema) else ()
    if grant.grantee in runtime.bypassing | runtime.migrating:
        return ()
    return tuple(
        role
        for role in runtime.names
        if serves(catalog, runtime, role).answer is Answer.yes
        and (role == ASSUMED_ROLE or grant.grantee in inherited_roles(catalog, role))
        and table.owner not in inherited_roles(catalog, role)
        and row_security_active(catalog, role, table)
        and can_use_schema(catalog, role, table.schema)
    )


def _finding(granted: list[Granted], project: Project) -> Finding:
    statement = granted[0].grant.statement
    tables = list(dict.fromkeys(one.table for one in granted))
    roles = dict.fromkeys(
        role for one in granted for role in _truncating(one.grant, one.table, project)
    )
    who = " and ".join("the application" if role == ASSUMED_ROLE else role for role in roles)
    everybody = "every role" in roles
    on_platform = project.runtime.evidence is Evidence.platform and not everybody
    because = " (an info, for the platform's API offers no TRUNCATE)" if on_platform else ""
    return Finding(
        object=str(tables[0]),
        message=f"{who} can delete the rows of all tenants in {in_words(tables)} by TRUNCATE, "
        f"to which no policy applies{because}",
        span=statement.span if statement is not None else None,
        label="grants TRUNCATE",
        help=revocation(("truncate",), granted, project.catalog),
        severity=Severity.info if on_platform else None,
        confidence=Confidence.low if project.runtime.assumed and not everybody else None,
    )
