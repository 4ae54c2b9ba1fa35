"""new-partition-without-rls: a partition came after the others were protected, and is not."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access.gaps import Gap, gap_of, protected_ancestors
from rlslint.catalog.model import Table
from rlslint.project import Finding
from rlslint.project.project import Project
from rlslint.project.questions.families import protected_before
from rlslint.project.questions.remedies import like_above
from rlslint.project.questions.unprotected import unprotected
from rlslint.project.subjects import Family
from rlslint.rules.registry import rule


@rule
def new_partition_without_rls(family: Family, project: Project) -> Iterator[Finding]:
    if not any(one.knows("rls_enabled") and one.rls_enabled for one in family.children):
        return
    for table in family.children:
        if gap_of(table) is Gap.partition:
            yield from _of(table, project)


def _of(table: Table, project: Project) -> Iterator[Finding]:
    siblings, protected = protected_before(table, project), protected_ancestors(table)
    exposed = project.exposure(table, protected) if siblings else None
    if exposed is not None and exposed.is_granted:
        yield unprotected(
            table,
            siblings[0],
            exposed,
            table.because("partition_of"),
            cause=f"by its own name: it came after row security was enabled on {siblings[0]} "
            "and its other siblings, and has none",
            label="takes over no row security of its own",
            help=like_above(table, project),
        )
