"""schema-create-public: who may create beside protected tables makes what no policy protects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rlslint.access import inherited_roles, spoken
from rlslint.access.data_roles import owners
from rlslint.access.privileges import grants_to
from rlslint.access.reach import bypass
from rlslint.access.serving import protected_tables
from rlslint.catalog.roles import DEFAULT_SEARCH_PATH, PUBLIC, Grant, Schema, quoted_roles
from rlslint.config import Confidence, Severity
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.rules.registry import rule


@rule
def schema_create_public(schema: Schema, project: Project) -> Iterator[Finding]:
    grants = [one for one in schema.grants.known() if one.privilege == "create" and one.statement]
    if not grants or not project.uses_row_security or not _is_looked_through(schema, project):
        return
    to_everybody = [grant for grant in grants if grant.grantee == PUBLIC]
    if to_everybody:
        yield _finding(schema, (PUBLIC,), to_everybody, None)
        return
    for grant in grants:
        if roles := _serving(grant.grantee, project):
            yield _finding(schema, roles, [grant], _severity(roles, project))
            return


def _is_looked_through(schema: Schema, project: Project) -> bool:
    """Tell whether names without a schema are looked for there, or policies need what is there."""
    return (
        schema.name in DEFAULT_SEARCH_PATH
        or any(table.schema == schema.name for table in protected_tables(project.catalog))
        or any(function.schema == schema.name for function in project.policy_functions)
    )


def _serving(grantee: str, project: Project) -> tuple[str, ...]:
    """Return the runtime roles that may create by a grant, and that policies bind.

    One that owns tables is there to make them, which other rules tell.
    """
    catalog, runtime = project.catalog, project.runtime
    aside = owners(catalog) | runtime.migrating | runtime.bypassing
    return tuple(
        role
        for role in runtime.names
        if role not in aside
        and grantee in inherited_roles(catalog, role)
        and not any(bypass(catalog, role, table) for table in protected_tables(catalog))
    )


def _severity(roles: Sequence[str], project: Project) -> Severity | None:
    """Return info where a role perhaps runs the migrations, or sends no DDL: an API's."""
    tables = protected_tables(project.catalog)
    is_granted = any(
        grants_to(project.catalog, role, table, privilege)
        for role in roles
        for table in tables
        for privilege in ("select", "insert", "update")
    )
    calls_api = set(roles) <= set(project.api_roles)
    return None if is_granted and not calls_api else Severity.info


def _finding(
    schema: Schema, roles: tuple[str, ...], grants: Sequence[Grant], severity: Severity | None
) -> Finding:
    first, *others = grants
    return Finding(
        object=schema.name,
        message=f"{spoken(roles)} can make tables without row security in {schema}, and functions "
        "that stand before those of others: CREATE on the schema allows both",
        span=shown(first.statement),
        label="lets them create beside protected tables",
        help=f"REVOKE CREATE ON SCHEMA {schema.sql_name} FROM {quoted_roles((first.grantee,))};",
        related=also_shown(
            *((grant.statement, "and here") for grant in others), beside=first.statement
        ),
        severity=severity,
        confidence=Confidence.medium,
    )
