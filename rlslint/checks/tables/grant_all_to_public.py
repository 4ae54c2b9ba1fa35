"""grant-all-to-public: every role of the database gets at the rows of tenants."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import (
    DATA_PRIVILEGES,
    Gap,
    Granted,
    Place,
    can_use_schema,
    gap_of,
    in_words,
    place_of,
    revocation,
)
from rlslint.catalog.model import PUBLIC, Grant, Table
from rlslint.findings import Finding, Related, Severity
from rlslint.project import Project
from rlslint.registry import rule

_ABOVE_OR_COPIED = (Gap.partition, Gap.child, Gap.query, Gap.like)


@rule
def grant_all_to_public(table: Table, project: Project) -> Iterator[Finding]:
    grants = [g for g in table.grants.known() if _is_wide(g)]
    grants = grants or [g for g in table.grants.values() if _is_wide(g)]
    if not grants or not _is_of_tenants(table, project):
        return
    for place in dict.fromkeys(place_of(g.statement) for g in grants if g.statement is not None):
        yield from _of_place(place, table, project)


def _of_place(place: Place, table: Table, project: Project) -> Iterator[Finding]:
    """Yield the one finding of a place with the first of its tables that has the fault."""
    granted = [
        one
        for one in project.grants_by_place[place]
        if _is_wide(one.grant)
        and one.table.knows("rls_enabled")
        and one.table.knows("columns")
        and _is_of_tenants(one.table, project)
    ]
    open_ones = [one for one in granted if not one.table.rls_enabled]
    if open_ones and open_ones[0].table is table:
        yield _leak(open_ones, project)
    if not open_ones and granted[0].table is table and not _truncates(place, project):
        yield _breadth(granted, project)


def _is_wide(grant: Grant) -> bool:
    return (
        grant.grantee == PUBLIC
        and grant.privilege in DATA_PRIVILEGES
        and grant.statement is not None
    )


def _is_of_tenants(table: Table, project: Project) -> bool:
    """Tell whether a table holds rows of tenants that every role gets at, policies aside."""
    if not project.uses_row_security and not project.config.tenant_columns:
        return False
    if table.temporary or project.is_shared(table):
        return False
    if not can_use_schema(project.catalog, PUBLIC, table.schema):
        return False
    # Tables beside a protected one are open by what they are, which other rules tell.
    return gap_of(table) not in _ABOVE_OR_COPIED and bool(project.tenant_columns(table))


def _truncates(place: Place, project: Project) -> bool:
    """Tell whether TRUNCATE is granted in a place as well, which is the graver fault."""
    return any(one.grant.privilege == "truncate" for one in project.grants_by_place[place])


def _leak(granted: list[Granted], project: Project) -> Finding:
    statement = granted[0].grant.statement
    tables = list(dict.fromkeys(one.table for one in granted))
    reads = any(one.grant.privilege == "select" for one in granted)
    created = tables[0].created
    return Finding(
        object=str(tables[0]),
        message=f"every role of the database can {'read' if reads else 'write'} the rows of all "
        f"tenants in {in_words(tables)}, because the privilege is granted to PUBLIC and row "
        "security is not enabled",
        span=statement.span if statement is not None else None,
        label="grants to every role, also to those made later",
        help=revocation(DATA_PRIVILEGES, granted, project.catalog),
        related=(Related(created.span, "a table without row security"),) if created else (),
    )


def _breadth(granted: list[Granted], project: Project) -> Finding:
    statement = granted[0].grant.statement
    tables = list(dict.fromkeys(one.table for one in granted))
    return Finding(
        object=str(tables[0]),
        message=f"every role of the database gets at {in_words(tables)} by a privilege of PUBLIC, "
        "and only policies keep the tenants apart (an info, for row security is enabled)",
        span=statement.span if statement is not None else None,
        label="grants to every role, also to those made later",
        help=revocation(DATA_PRIVILEGES, granted, project.catalog),
        severity=Severity.info,
    )
