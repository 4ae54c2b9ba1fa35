"""fk-child-without-rls: row security on a table says nothing of the rows that refer to it."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access.exposure import Exposure
from rlslint.access.gaps import ancestors
from rlslint.catalog.model import Table
from rlslint.config import Severity
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.belonging import (
    Belonging,
    as_its_parent,
    left_open,
)
from rlslint.rules.registry import rule


@rule
def fk_child_without_rls(table: Table, project: Project) -> Iterator[Finding]:
    found = left_open(table, project)
    if found is None:
        return
    if any(left_open(above, project) is not None for above in ancestors(table)):
        return
    yield _finding(table, *found, project)


def _finding(table: Table, exposed: Exposure, belonging: Belonging, project: Project) -> Finding:
    protected, key = belonging.protected, belonging.key
    columns = " and ".join(
        column.name for number in key.columns if (column := table.column(number)) is not None
    )
    because = f" ({exposed.because})" if exposed.because else ""
    # Row security on the table that policies consult needs a way around itself.
    is_consulted = table in project.consulted and exposed.only_reads
    if is_consulted:
        because += " (an info only, for policies look up there who may see what)"
    statement = table.because("rls_enabled")
    span = shown(statement)
    keeps = protected.because("rls_enabled"), f"row security of {protected} is enabled here"
    refers = key.statement, f"{columns} refers to {belonging.parent}"
    return Finding(
        object=str(table),
        message=f"{exposed.who} can {exposed.verb} every row of {table}, whosever row of "
        f"{protected} it belongs to, because row security there does not reach this table{because}",
        span=span,
        label=f"{columns} refers to {belonging.parent}, and there is no row security",
        help=as_its_parent(table, exposed, belonging, project),
        related=also_shown(keeps, refers, beside=statement) + exposed.related(span),
        severity=Severity.info if is_consulted else _severity(table, exposed, project),
        confidence=exposed.confidence,
    )


def _severity(table: Table, exposed: Exposure, project: Project) -> Severity | None:
    """Return how grave it is where whoever calls an API writes, as table-open-to-api has it."""
    is_open = project.is_exposed(table.schema) and not exposed.only_reads
    return Severity.error if is_open and set(exposed.roles) & set(project.api_roles) else None
