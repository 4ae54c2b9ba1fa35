"""grant-all-tables-includes-unprotected: a sweeping GRANT takes in what no policy protects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rlslint.access import ASSUMED_ROLE, inherited_roles, spoken
from rlslint.access.gaps import Gap, gap_of, protected_ancestors, protected_originals
from rlslint.access.privileges import Granted
from rlslint.access.serving import in_words
from rlslint.catalog.model import Relation, Table
from rlslint.catalog.roles import DATA_PRIVILEGES, PUBLIC, Grant
from rlslint.config import Confidence
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.belonging import is_certainly_left_open
from rlslint.project.questions.left_out import is_said_to_have_none
from rlslint.rules.registry import rule

_MOST_SHOWN = 20


@rule
def grant_all_tables_includes_unprotected(table: Table, project: Project) -> Iterator[Finding]:
    for granted in project.grants_beginning_with(table):
        # Default privileges are for tables that nobody has made yet.
        granted = tuple(one for one in granted if _is_of_a_grant(one.grant))
        if not _is_sweep(granted):
            continue
        found: dict[Relation, tuple[str, ...]] = {}
        for one in granted:
            roles = _reaching(one, project) if _is_unprotected(one, project) else ()
            if roles:
                found[one.table] = tuple(dict.fromkeys((*found.get(one.table, ()), *roles)))
        if found:
            yield _finding(granted[0].grant, found, project)


def _is_of_a_grant(grant: Grant) -> bool:
    return grant.statement is None or grant.statement.kind == "GrantStmt"


def _is_sweep(granted: Sequence[Granted]) -> bool:
    """Tell whether nobody named the tables: all of a schema, or those that a loop came upon."""
    if any(one.grant.swept for one in granted):
        return True
    statements = (one.grant.statement for one in granted)
    looped = any(one is not None and not one.is_written for one in statements)
    return looped and len({one.table for one in granted}) > 1


def _is_unprotected(one: Granted, project: Project) -> bool:
    """Tell whether a table certainly holds rows of tenants that no policy filters.

    What a statement took the row security from, or half of it, is a fault of that statement.
    """
    table = one.table
    if one.grant.privilege not in DATA_PRIVILEGES or table.temporary or project.is_shared(table):
        return False
    facts = ("rls_enabled", "rls_forced", "columns", "partition_of", "parents")
    if not all(table.knows(fact) for fact in facts):
        return False
    match gap_of(table) if not table.rls_enabled else None:
        case Gap.plain if is_said_to_have_none(table, project):
            return False
        case Gap.plain:
            if project.tenant_columns(table):
                return one.grant.grantee != PUBLIC
            return is_certainly_left_open(table, project)
        case Gap.partition | Gap.child:
            return bool(protected_ancestors(table))
        case Gap.query | Gap.like:
            return bool(protected_originals(table))
        case _:
            return False


def _reaching(one: Granted, project: Project) -> tuple[str, ...]:
    """Return the runtime roles that get at a table by a grant."""
    return tuple(
        role
        for role in project.reachable_by(one.table, one.grant.privilege)
        if role not in project.runtime.bypassing
        and (
            one.grant.grantee == PUBLIC
            or role == ASSUMED_ROLE
            or one.grant.grantee in inherited_roles(project.catalog, role)
        )
    )


def _finding(grant: Grant, found: dict[Relation, tuple[str, ...]], project: Project) -> Finding:
    tables = list(found)
    roles = dict.fromkeys(role for reached in found.values() for role in reached)
    places = [(one.because("rls_enabled"), "a table without row security") for one in tables]
    return Finding(
        object=str(tables[0]),
        message=f"{spoken(roles)} can get at the rows of all tenants in {in_words(tables)}: "
        "this grants whatever the schema holds, with row security or without",
        span=shown(grant.statement),
        label="takes in tables without row security",
        help=f"enable row security on {in_words(tables)} with a policy before this, or grant the "
        "tables that are protected by their names",
        related=also_shown(*places[:_MOST_SHOWN]),
        confidence=Confidence.low if project.runtime.assumed else None,
    )
