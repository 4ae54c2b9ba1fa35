"""ctas-copy-without-rls: a copy of protected rows that nothing protects."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import Exposure, Gap, gap_of, protected_originals
from rlslint.catalog.model import Table
from rlslint.findings import Finding, Related
from rlslint.project import Project
from rlslint.questions.remedies import protection
from rlslint.registry import rule


@rule
def ctas_copy_without_rls(table: Table, project: Project) -> Iterator[Finding]:
    if gap_of(table) is not Gap.query or table.temporary or project.is_shared(table):
        return
    originals = protected_originals(table)
    exposed = project.exposure(table, originals)
    if exposed is not None:
        yield _finding(table, originals[0], exposed, project)


def _finding(table: Table, original: Table, exposed: Exposure, project: Project) -> Finding:
    created, enabled = table.created, original.because("rls_enabled")
    span = created.span if created else None
    because = f" ({exposed.because})" if exposed.because else ""
    related = (
        (Related(enabled.span, f"row security of {original} is enabled here"),) if enabled else ()
    )
    return Finding(
        object=str(table),
        message=f"{exposed.who} can {exposed.verb} every row of {table} "
        f"because CREATE TABLE AS copied rows of {original} without its row security{because}",
        span=span,
        label="copies rows, not row security",
        help=protection(table, project),
        related=related + exposed.related(span),
        confidence=exposed.confidence,
    )
