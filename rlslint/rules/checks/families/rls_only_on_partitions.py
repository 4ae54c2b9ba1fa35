"""rls-only-on-partitions: the partitions are protected, and the table that is queried is not."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.project import Finding
from rlslint.project.project import Project
from rlslint.project.questions.families import opened_above, protected_below
from rlslint.project.questions.remedies import protection
from rlslint.project.questions.unprotected import unprotected
from rlslint.project.subjects import Family
from rlslint.rules.registry import rule


@rule
def rls_only_on_partitions(family: Family, project: Project) -> Iterator[Finding]:
    table = family.parent
    exposed = opened_above(table, project)
    if exposed is None:
        return
    protected = protected_below(table, project)
    others = len(protected) - 1
    below = f"{protected[0]} and {others} more" if others else str(protected[0])
    yield unprotected(
        table,
        protected[0],
        exposed,
        table.because("rls_enabled"),
        cause=f"because row security is enabled on {below}, and a query of this table asks no "
        "policies but its own",
        label="has no row security of its own",
        help=protection(table, project),
    )
