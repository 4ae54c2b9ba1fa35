"""fk-cascade-crosses-tenants: deleting a row changes rows of other tenants that refer to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rlslint.access import spoken
from rlslint.catalog.model import Table
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.tenant_crossings import (
    Crossing,
    certainty,
    composite_key,
    crossings,
    key_columns,
)
from rlslint.rules.registry import rule


@rule
def fk_cascade_crosses_tenants(table: Table, project: Project) -> Iterator[Finding]:
    found = [one for one in crossings(table, project) if one.change]
    if found:
        yield _finding(table, found[0], found[1:], project)


def _finding(
    table: Table, crossing: Crossing, others: Sequence[Crossing], project: Project
) -> Finding:
    constraint, referenced = crossing.constraint, crossing.referenced
    more = f" (and {len(others)} more keys)" if others else ""
    return Finding(
        object=str(table),
        message=f"{spoken(crossing.deleters)} can change rows of {table} that belong to other "
        f"tenants: ON DELETE {constraint.on_delete.upper()} passes by policies, this key leaves "
        f"{crossing.column.name} out, and deleting a row of {referenced} {crossing.change}{more}",
        span=shown(constraint.statement),
        label=f"{key_columns(table, crossing)} may be another tenant's",
        help=composite_key(table, crossing),
        related=also_shown(
            (referenced.because("rls_enabled"), f"row security of {referenced} is enabled here"),
            *((one.constraint.statement, "so is this key") for one in others),
            beside=constraint.statement,
        ),
        confidence=certainty(crossing, project),
    )
