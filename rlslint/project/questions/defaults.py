"""What ALTER DEFAULT PRIVILEGES gives to whoever serves requests, and what came of it."""

from __future__ import annotations

from rlslint.access import inherited_roles
from rlslint.access.gaps import Gap, gap_of
from rlslint.access.runtime_roles import platform_spoken_of
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.model import Relation
from rlslint.catalog.roles import DATA_PRIVILEGES, PUBLIC
from rlslint.config.platforms import SUPABASE
from rlslint.meaning.bodies import words_in_body
from rlslint.project.project import Project
from rlslint.project.questions.belonging import is_certainly_left_open
from rlslint.project.subjects import DefaultGrants
from rlslint.text import Statement


def served_by(grants: DefaultGrants, project: Project) -> tuple[str, ...]:
    """Return the runtime roles, PUBLIC first, that get at later tables by default privileges."""
    grantees = dict.fromkeys(one.grantee for one in grants.given)
    if PUBLIC in grantees:
        return (PUBLIC,)
    serving = project.ask(_serving_by_right)
    return tuple(dict.fromkeys(role for name in grantees for role in serving.get(name, ())))


def _serving_by_right(project: Project) -> dict[str, list[str]]:
    """Return the runtime roles by each role whose privileges they have."""
    found: dict[str, list[str]] = {}
    for role in project.runtime.names:
        if role not in project.runtime.bypassing:
            for name in inherited_roles(project.catalog, role):
                found.setdefault(name, []).append(role)
    return found


def calls_api(roles: tuple[str, ...], project: Project) -> bool:
    """Tell whether some of the roles are an API's, which need no password."""
    return not set(roles).isdisjoint(project.api_roles)


def are_given_by_platform(roles: tuple[str, ...], project: Project) -> bool:
    """Tell whether a platform gives these roles every table: saying so again changes nothing."""
    platform = project.catalog.platform or platform_spoken_of(project.catalog)
    return platform is SUPABASE and set(roles) <= set(project.api_roles)


def opened_since(grants: DefaultGrants, project: Project) -> list[Relation]:
    """Return the tables of tenants without row security that were made under default privileges."""
    opened = project.ask(_opened_by)
    found = (opened.get(one.statement, ()) for one in grants.given)
    return list(dict.fromkeys(table for tables in found for table in tables))


def _opened_by(project: Project) -> dict[Statement | None, list[Relation]]:
    """Return the open tables of tenants by the statements that grant something on them."""
    found: dict[Statement | None, list[Relation]] = {}
    for table in project.catalog.tables():
        statements = {grant.statement for grant in table.grants.known()}
        if statements and _is_open(table, project):
            for statement in statements:
                found.setdefault(statement, []).append(table)
    return found


def is_told_of(grants: DefaultGrants, project: Project) -> bool:
    """Tell whether PUBLIC gets at a table of tenants already where default privileges reach."""
    open_ones = project.ask(_schemas_open_to_public)
    return bool(open_ones) and any(
        not one.schema or one.schema in open_ones for one in grants.given
    )


def _schemas_open_to_public(project: Project) -> frozenset[str]:
    """Return the schemas in which PUBLIC gets at a table of tenants."""
    return frozenset(
        table.schema
        for table in project.catalog.tables()
        if any(
            grant.grantee == PUBLIC and grant.privilege in DATA_PRIVILEGES
            for grant in table.grants.known()
        )
        and table.knows("columns")
        and project.tenant_columns(table)
    )


def _is_open(table: Relation, project: Project) -> bool:
    """Tell whether a table certainly was made without row security, and has rows of tenants.

    What a statement took the row security from, or half of it, is a fault of that statement.
    """
    if table.temporary or project.is_shared(table):
        return False
    try:
        gap = gap_of(table)
        has_tenants = bool(project.tenant_columns(table))
    except UnknownFact:
        return False
    if gap is Gap.plain:
        return has_tenants or is_certainly_left_open(table, project)
    return gap in (Gap.swapped, Gap.partition, Gap.child, Gap.query, Gap.like)


def protects_new_tables(project: Project) -> bool:
    """Tell whether an event trigger enables row security on what is made."""
    return project.ask(_protects_new_tables)


def _protects_new_tables(project: Project) -> bool:
    return any(
        "row level security" in word.lower()
        for function in project.catalog.functions.known()
        if function.return_type == "event_trigger" and function.knows("body")
        for word, _ in words_in_body(function)
    )
