"""fk-cross-tenant-reference: a row may refer to a row of another tenant."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import spoken
from rlslint.catalog.model import Table
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.tenant_crossings import (
    Crossing,
    certainty_of_crossing,
    composite_key,
    crossings,
    key_columns,
)
from rlslint.rules.registry import rule


@rule
def fk_cross_tenant_reference(table: Table, project: Project) -> Iterator[Finding]:
    # What a deletion does to the rows of others, fk-cascade-crosses-tenants tells.
    found = [one for one in crossings(table, project) if not one.change]
    if found:
        yield _finding(table, found[0], found[1:], project)


def _finding(table: Table, crossing: Crossing, others: list[Crossing], project: Project) -> Finding:
    statement, referenced = crossing.constraint.statement, crossing.referenced
    more = f" (and {len(others)} more keys)" if others else ""
    return Finding(
        object=str(table),
        message=f"{spoken(crossing.writers)} can let rows of {table} refer to any tenant's row of "
        f"{referenced}: foreign keys pass by policies and tell which rows there are, and "
        f"this one leaves {crossing.column.name} out{more}",
        span=shown(statement),
        label=f"{key_columns(table, crossing)} may be another tenant's",
        help=composite_key(table, crossing),
        related=also_shown(
            (referenced.because("rls_enabled"), f"row security of {referenced} is enabled here"),
            *((one.constraint.statement, "so is this key") for one in others),
            beside=statement,
        ),
        confidence=certainty_of_crossing(crossing, project),
    )
