"""tenant-default-missing: every INSERT has to write down whose the row is."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.model import Table
from rlslint.catalog.roles import MIGRATION_ROLE
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.given_tenants import GivenTenant, given_tenants
from rlslint.rules.registry import rule
from rlslint.sql import quoted_identifier


@rule
def tenant_default_missing(table: Table, project: Project) -> Iterator[Finding]:
    if table.rls_enabled:
        for alike in given_tenants(table, project):
            yield _finding(alike, project)


def _finding(alike: tuple[GivenTenant, ...], project: Project) -> Finding:
    first, *others = alike
    table, column, policy = first.table, first.column, first.policy
    tables = f"{len(alike)} tables" if others else str(table)
    return Finding(
        object=f"{table}.{column}",
        message=f"every INSERT into {tables} has to name {column}: policy {policy.spoken} admits "
        "one "
        "value, and neither a default nor a trigger fills it in",
        span=shown(column.created or table.created),
        label=f"{column} has no default",
        help=_help(alike, project)
        or f"give {column} the default that policy {policy.spoken} compares it with",
        related=also_shown(
            (policy.effective_check, "admits one value"),
            *((one.table.created, f"so has {one.table}") for one in others),
        ),
    )


def _is_for_migrations(table: Table, project: Project) -> bool:
    """Tell whether migrations may alter a table, and it does not belong to who serves requests."""
    return table.owner == MIGRATION_ROLE or table.owner not in project.runtime.names


def _help(alike: tuple[GivenTenant, ...], project: Project) -> str:
    """Return the SQL that gives each table its default, "" where one of them has none."""
    lines = []
    for one in alike:
        default = one.default(project) if _is_for_migrations(one.table, project) else ""
        if not default:
            return ""
        name = quoted_identifier(one.column.name)
        lines.append(f"ALTER TABLE {one.table.sql_name} ALTER COLUMN {name} SET DEFAULT {default};")
    return "\n".join(lines)
