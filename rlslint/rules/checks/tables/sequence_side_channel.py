"""sequence-side-channel: numbers from one sequence tell every tenant how many rows all make."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import spoken
from rlslint.access.exposure import restricts
from rlslint.access.privileges import has_privilege
from rlslint.access.serving import in_words
from rlslint.catalog.model import Column, Relation, Table
from rlslint.config import Confidence
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project, is_only_key
from rlslint.rules.registry import rule
from rlslint.sql.expressions import Call, Cast

_MOST_SHOWN = 20


@rule
def sequence_side_channel(table: Table, project: Project) -> Iterator[Finding]:
    # One decision about keys is one finding, at the first of the tables.
    if _numbered_column(table) is None:
        return
    numbered = project.ask(_numbered)
    if numbered and table is numbered[0]:
        yield _finding(numbered, project)


def _numbered(project: Project) -> tuple[Relation, ...]:
    """Return the tables of tenants whose roles see the numbers of their rows, by name."""
    return tuple(sorted((one for one in project.catalog.tables() if _tells(one, project)), key=str))


def _numbered_column(table: Relation) -> Column | None:
    """Return the key of a table that a sequence numbers."""
    for constraint in table.constraints.known():
        if constraint.kind == "primary" and len(constraint.columns) == 1:
            column = table.column(constraint.columns[0])
            if column is not None and not column.unknown and _is_numbered(column):
                return column
    return None


def _is_numbered(column: Column) -> bool:
    if column.identity:
        return True
    default = column.default.expression if column.default is not None else None
    while isinstance(default, Cast):
        default = default.argument
    return isinstance(default, Call) and default.name[-1] == "nextval"


def _tells(table: Relation, project: Project) -> bool:
    if table.unknown or table.policies.is_open or table.grants.is_open:
        return False
    column = _numbered_column(table) if table.rls_enabled else None
    if column is None or not _tenants(table, project):
        return False
    return bool(_readers(table, column, project))


def _tenants(table: Relation, project: Project) -> list[Column]:
    if project.is_shared(table) or table.partition_of is not None:
        return []
    return [one for one in project.tenant_columns(table) if not is_only_key(table, one)]


def _readers(table: Relation, column: Column, project: Project) -> tuple[str, ...]:
    """Return the roles that make rows, see their numbers and do not see all others."""
    return tuple(
        role
        for role in project.reachable_by(table, "insert")
        if has_privilege(project.catalog, role, table, "select", column.name)
        and restricts(project.catalog, role, table, "select")
    )


def _finding(numbered: tuple[Relation, ...], project: Project) -> Finding:
    first, *others = numbered
    column = _numbered_column(first)
    assert column is not None
    statement = column.created or first.created
    return Finding(
        object=str(first),
        message=f"{spoken(_readers(first, column, project))} can count by {column.name} what all "
        f"tenants add to {in_words(numbered)}: one sequence numbers them",
        span=shown(statement),
        label="numbered across all tenants",
        help="give rows keys that tell nothing, such as uuid DEFAULT gen_random_uuid(), or numbers "
        "for each tenant, wherever the keys are shown",
        related=also_shown(
            *((one.created, "so are these rows") for one in others[:_MOST_SHOWN]), beside=statement
        ),
        confidence=Confidence.low,
    )
