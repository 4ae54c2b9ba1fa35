"""table-swap-loses-rls: a table took the name of a protected one, and not its row security."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access.gaps import Gap, gap_of, protected_predecessor
from rlslint.project import Finding
from rlslint.project.project import Project
from rlslint.project.questions.remedies import protection
from rlslint.project.questions.unprotected import unprotected
from rlslint.project.subjects import AlteredTable
from rlslint.rules.registry import rule


@rule
def table_swap_loses_rls(altered: AlteredTable, project: Project) -> Iterator[Finding]:
    table = altered.table
    if gap_of(table) is not Gap.swapped or table.temporary or project.is_shared(table):
        return
    before = protected_predecessor(table)
    if before is None:
        return
    exposed = project.exposure(table, (before,))
    if exposed is None or not (exposed.is_granted or project.tenant_columns(table)):
        return
    is_there = dict.get(project.catalog.relations, before.oid) is before
    what = f"is {before} now" if is_there and str(before) != str(table) else "was dropped"
    yield unprotected(
        table,
        before,
        exposed,
        table.because("name"),
        cause=f"because it has taken the name of a table with row security, which {what}, and has "
        "none itself",
        label="row security and policies stay with the table that had the name",
        help=protection(table, project),
    )
