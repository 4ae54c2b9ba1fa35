"""force-without-enable: FORCE alone protects nothing."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access.gaps import Gap, gap_of
from rlslint.catalog.model import Table
from rlslint.config import Severity
from rlslint.project import Finding, shown
from rlslint.project.project import Project
from rlslint.project.questions.remedies import enabling
from rlslint.rules.registry import rule


@rule
def force_without_enable(table: Table, project: Project) -> Iterator[Finding]:
    if gap_of(table) is Gap.forced:
        yield _finding(table, project)


def _finding(table: Table, project: Project) -> Finding:
    exposed = project.exposure(table)
    who = exposed.who if exposed else "whoever is granted access"
    verb = exposed.verb if exposed else "read"
    forced = table.because("rls_forced")
    span = shown(forced)
    return Finding(
        object=str(table),
        message=f"{who} can {verb} every row of {table} because row security is forced "
        "but not enabled",
        span=span,
        label="does nothing without ENABLE",
        help=enabling(table, project),
        related=exposed.related(span) if exposed else (),
        severity=None if exposed else Severity.warning,
    )
