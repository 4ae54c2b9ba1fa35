"""grant-truncate: TRUNCATE empties a table for every tenant, whatever its policies say."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import (
    Answer,
    Evidence,
    Granted,
    can_use_schema,
    in_words,
    inherited_roles,
    revocation,
    row_security_active,
    serves,
)
from rlslint.access.roles import ASSUMED_ROLE
from rlslint.access.wording import spoken
from rlslint.catalog.model import Table
from rlslint.catalog.privileges import Grant
from rlslint.catalog.roles import PUBLIC
from rlslint.config.scales import Confidence, Severity
from rlslint.project.findings import Finding, shown
from rlslint.project.project import Project
from rlslint.rules.registry import rule


@rule
def grant_truncate(table: Table, project: Project) -> Iterator[Finding]:
    found = False
    for granted in project.grants_beginning_with(table):
        held = [one for one in granted if _is_fault(one, project)]
        if held:
            found = True
            yield _finding(held, project)
    if not found and table.rls_enabled:
        # Raises where more may be granted than is known.
        any(_is_fault(Granted(table, grant), project) for grant in table.grants.values())


def _is_fault(one: Granted, project: Project) -> bool:
    if one.grant.privilege != "truncate" or one.grant.statement is None:
        return False
    if not one.table.knows("rls_enabled") or not one.table.rls_enabled:
        return False
    return bool(_truncating(one.grant, one.table, project))


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
    who = spoken(roles)
    everybody = "every role" in roles
    on_platform = project.runtime.evidence is Evidence.platform and not everybody
    because = " (an info, for the platform's API offers no TRUNCATE)" if on_platform else ""
    return Finding(
        object=str(tables[0]),
        message=f"{who} can delete the rows of all tenants in {in_words(tables)} by TRUNCATE, "
        f"to which no policy applies{because}",
        span=shown(statement),
        label="grants TRUNCATE",
        help=revocation(("truncate",), granted, project.catalog),
        severity=Severity.info if on_platform else None,
        confidence=Confidence.low if project.runtime.assumed and not everybody else None,
    )
