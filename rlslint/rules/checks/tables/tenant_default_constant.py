"""tenant-default-constant: rows that nobody gave a tenant go to one that exists."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.model import Column, Table
from rlslint.config import Severity
from rlslint.meaning.admitting import value_without_row
from rlslint.meaning.context import is_row_free
from rlslint.meaning.worlds import MISSING
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project, is_called_tenant, is_only_key
from rlslint.project.questions.nobodies import is_nobody
from rlslint.rules.registry import rule
from rlslint.sql import quoted_identifier
from rlslint.text.sentences import words_of

_NO_TENANT = frozenset(
    (
        "access",
        "category",
        "country",
        "kind",
        "lang",
        "language",
        "level",
        "locale",
        "role",
        "scope",
    )
) | frozenset(("stage", "state", "status", "tier", "type", "visibility"))
"""Words in the names of columns that a policy may compare and that are no tenant's."""


@rule
def tenant_default_constant(table: Table, project: Project) -> Iterator[Finding]:
    if table.is_beyond_history or not table.rls_enabled or table.partition_of is not None:
        return
    for column in project.tenant_columns(table):
        if not column.knows("default") or column.default is None or column.generated:
            continue
        if not is_called_tenant(column.name) and not any(
            column in project.compared_columns(policy) for policy in table.policies.known()
        ):
            continue
        if is_only_key(table, column) or not words_of(column.name).isdisjoint(_NO_TENANT):
            continue
        value = _constant(column, project)
        if value is not None:
            yield _finding(table, column, value)


def _constant(column: Column, project: Project) -> object | None:
    """Return the value that a default has in every session without a context, None for others."""
    if column.default is None:
        return None
    expression = project.predicate(column.default).expression
    if not is_row_free(expression, project.context_functions):
        return None
    values = [value_without_row(expression, one, project.context_functions) for one in MISSING]
    first = values[0]
    if first is None or first.payload == "" or any(value != first for value in values):
        return None
    return first.payload


def _finding(table: Table, column: Column, value: object) -> Finding:
    default = column.default
    nobody, name = is_nobody(value), quoted_identifier(column.name)
    return Finding(
        object=f"{table}.{column}",
        message=f"rows that a job or an administrator adds to {table} without {column} belong to "
        f"{value}: that is its default",
        span=shown(default),
        label="a constant, whoever writes without a context",
        help=f"ALTER TABLE {table.sql_name} ALTER COLUMN {name} DROP DEFAULT;",
        related=also_shown((table.created, "the table is created here")),
        severity=Severity.info if nobody else None,
    )
