"""like-copy-without-rls: a table made after a protected one, without its protection."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access.gaps import Gap, gap_of, protected_originals
from rlslint.catalog.model import Table
from rlslint.project import Finding
from rlslint.project.project import Project
from rlslint.project.questions.remedies import protection
from rlslint.project.questions.unprotected import unprotected
from rlslint.rules.registry import rule


@rule
def like_copy_without_rls(table: Table, project: Project) -> Iterator[Finding]:
    if gap_of(table) is not Gap.like or table.temporary or project.is_shared(table):
        return
    originals = protected_originals(table)
    exposed = project.exposure(table, originals)
    if exposed is not None:
        original = originals[0]
        because = f" ({exposed.because})" if exposed.because else ""
        yield unprotected(
            table,
            original,
            exposed,
            table.created,
            cause=f"because LIKE copies neither row security nor policies of {original}{because}",
            label="copies columns, not row security",
            help=protection(table, project),
        )
