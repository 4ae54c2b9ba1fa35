"""fk-cascade-crosses-tenants: deleting a row changes rows of other tenants that refer to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rlslint.access import spoken
from rlslint.access.serving import in_words
from rlslint.catalog.model import Table
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.tenant_crossings import (
    ChangedRows,
    certainty_of_crossing,
    changed_rows,
    composite_key,
    key_columns,
)
from rlslint.rules.registry import rule


@rule
def fk_cascade_crosses_tenants(table: Table, project: Project) -> Iterator[Finding]:
    found = project.ask(changed_rows, table)
    if found:
        yield _finding(table, found, project)


def _finding(referenced: Table, found: Sequence[ChangedRows], project: Project) -> Finding:
    (table, crossing), *others = found
    constraint = crossing.constraint
    changed = in_words(list(dict.fromkeys(one.table for one in found)))
    keys = f" (as do {len(others)} more keys)" if others else ""
    return Finding(
        object=str(referenced),
        message=f"{spoken(crossing.deleters)} can change other tenants' rows of {changed}: "
        f"ON DELETE {constraint.on_delete.upper()} passes by policies, this key leaves "
        f"{crossing.column.name} out{keys}, and deleting a row of {referenced} {crossing.change}",
        span=shown(constraint.statement),
        label=f"{key_columns(table, crossing)} may be another tenant's",
        help=composite_key(table, crossing),
        related=also_shown(
            (referenced.because("rls_enabled"), f"row security of {referenced} is enabled here"),
            *((one.crossing.constraint.statement, f"so is a key of {one.table}") for one in others),
            beside=constraint.statement,
        ),
        confidence=certainty_of_crossing(crossing, project),
    )
