"""inheritance-child-without-rls: a child that is queried past its parent's policies."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import Exposure, Gap, gap_of, protected_ancestors
from rlslint.catalog.model import Table
from rlslint.findings import Finding, Related
from rlslint.project import Project
from rlslint.registry import rule


@rule
def inheritance_child_without_rls(table: Table, project: Project) -> Iterator[Finding]:
    if gap_of(table) is not Gap.child:
        return
    protected = protected_ancestors(table)
    exposed = project.exposure(table, protected)
    if exposed is not None and exposed.is_granted:
        yield _finding(table, protected[0], exposed)


def _finding(table: Table, above: Table, exposed: Exposure) -> Finding:
    statement, enabled = table.because("parents"), above.because("rls_enabled")
    span = statement.span if statement else None
    related = (
        (Related(enabled.span, f"row security of {above} is enabled here"),) if enabled else ()
    )
    return Finding(
        object=str(table),
        message=f"{exposed.who} can {exposed.verb} every row of {table} by its own name "
        f"because row security is enabled on {above} but not on this child of it",
        span=span,
        label="has no row security of its own",
        help=f"ALTER TABLE {table.sql_name} ENABLE ROW LEVEL SECURITY;",
        related=related + exposed.related(span),
        confidence=exposed.confidence,
    )
