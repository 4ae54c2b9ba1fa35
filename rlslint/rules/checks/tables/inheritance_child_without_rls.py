"""inheritance-child-without-rls: a child that is queried past its parent's policies."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access.gaps import Gap, gap_of, protected_ancestors
from rlslint.catalog.model import Table
from rlslint.project import Finding
from rlslint.project.project import Project
from rlslint.project.questions.remedies import like_above
from rlslint.project.questions.unprotected import unprotected
from rlslint.rules.registry import rule


@rule
def inheritance_child_without_rls(table: Table, project: Project) -> Iterator[Finding]:
    if gap_of(table) is not Gap.child:
        return
    protected = protected_ancestors(table)
    exposed = project.exposure(table, protected)
    if exposed is not None and exposed.is_granted:
        above = protected[0]
        yield unprotected(
            table,
            above,
            exposed,
            table.because("parents"),
            cause=f"by its own name because row security is enabled on {above} but not on this "
            "child of it",
            label="has no row security of its own",
            help=like_above(table, project),
        )
