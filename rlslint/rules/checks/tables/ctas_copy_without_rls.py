"""ctas-copy-without-rls: a copy of protected rows that nothing protects."""

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
def ctas_copy_without_rls(table: Table, project: Project) -> Iterator[Finding]:
    if gap_of(table) is not Gap.query or table.temporary or project.is_shared(table):
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
            cause=f"because CREATE TABLE AS copied rows of {original} without its row security"
            f"{because}",
            label="copies rows, not row security",
            help=protection(table, project),
        )
