"""column-grant-tenant-update: UPDATE on all columns, that of the tenant among them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rlslint.access import spoken
from rlslint.access.privileges import Granted
from rlslint.access.serving import in_words
from rlslint.catalog.model import Column, Relation, Table
from rlslint.config import Confidence
from rlslint.meaning.bounds import bounds_of
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project, is_only_key
from rlslint.project.questions.table_privileges import holders, is_held
from rlslint.rules.registry import rule
from rlslint.sql import quoted_identifier
from rlslint.text.sentences import listed

_MOST_SHOWN = 20


@rule
def column_grant_tenant_update(table: Table, project: Project) -> Iterator[Finding]:
    # One way to grant is one finding, at the first of the tables.
    if any(one.privilege == "update" for one in table.grants.known()):
        first = project.ask(_first_held_too_widely)
        if first is not None and table is first.table:
            yield _finding(tuple(_held_too_widely(project)), project)


def _first_held_too_widely(project: Project) -> Granted | None:
    return next(_held_too_widely(project), None)


def _held_too_widely(project: Project) -> Iterator[Granted]:
    """Yield the grants of UPDATE on whole tables that take in the tenant, tables by name."""
    for table in sorted(project.catalog.tables(), key=str):
        for grant in table.grants.known():
            if grant.column or grant.privilege != "update":
                continue
            granted = Granted(table, grant)
            if not is_held(granted, ("update",), project) or not _roles((granted,), project):
                continue
            if project.ask(_kept_columns, table):
                yield granted


def _roles(held: Sequence[Granted], project: Project) -> tuple[str, ...]:
    """Return who has the privilege; what the roles of an API are granted, its platform decides."""
    roles = dict.fromkeys(role for one in held for role in holders(one.grant, one.table, project))
    return tuple(role for role in roles if role not in project.api_roles)


def _kept_columns(project: Project, table: Relation) -> tuple[Column, ...]:
    """Return the columns of the tenant that nobody changes, and nothing but WITH CHECK keeps."""
    if not table.knows("columns") or table.partition_of is not None or project.is_shared(table):
        return ()
    if any(one.before and one.enabled and "update" in one.events for one in table.triggers.known()):
        return ()  # It may refuse another tenant, or set the tenant itself.
    changing = [one for one in table.policies.known() if one.permissive and one.covers("update")]
    numbers = {
        number
        for policy in changing
        if (check := policy.effective_check) is not None
        for bound in project.predicate(check).ask(bounds_of, project.context_functions)
        # Of several tenants of the caller's, tenant-column-mutable tells.
        if bound.form == "equality"
        for number in bound.columns
    }
    return tuple(
        column
        for column in project.tenant_columns(table)
        if column.number in numbers
        and not column.generated
        and not is_only_key(table, column)
        and (table.name, column.name) not in project.ask(_changed_columns)
    )


def _changed_columns(project: Project) -> frozenset[tuple[str, str]]:
    """Return the columns that the program updates, each with the name of its table."""
    return frozenset(
        (parsed.node["relation"]["relname"], target["ResTarget"]["name"])
        for query in project.queries
        for parsed in query.statements
        if parsed.statement.kind == "UpdateStmt"
        for target in parsed.node.get("targetList", ())
        if "name" in target.get("ResTarget", {})
    )


def _finding(held: Sequence[Granted], project: Project) -> Finding:
    tables = list(dict.fromkeys(one.table for one in held))
    first = tables[0]
    columns = [column.name for column in project.ask(_kept_columns, first)]
    others = [
        quoted_identifier(column.name)
        for column in first.columns.values()
        if column.name not in columns and not column.generated and not is_only_key(first, column)
    ]
    roles = _roles(held, project)
    whom = ", ".join(dict.fromkeys(one.grant.grantee for one in held if one.table is first))
    statement = held[0].grant.statement
    places = dict.fromkeys(one.grant.statement for one in held)
    return Finding(
        object=str(first),
        message=f"{spoken(roles)} may set {listed(columns)} of {in_words(tables)}, though nothing "
        "here does: only the policies keep a row from being given to another tenant",
        span=shown(statement),
        label="grants UPDATE on every column",
        help=f"revoke UPDATE on {first} from {whom}, and grant UPDATE ({', '.join(others)})",
        related=also_shown(
            *((place, "and so does this") for place in list(places)[1:_MOST_SHOWN]),
            beside=statement,
        ),
        confidence=Confidence.low,
    )
