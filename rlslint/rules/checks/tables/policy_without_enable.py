"""policy-without-enable: policies that PostgreSQL never applies."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access.gaps import Gap, gap_of
from rlslint.catalog.model import Table
from rlslint.config import Severity
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.remedies import enabling
from rlslint.rules.registry import rule


@rule
def policy_without_enable(table: Table, project: Project) -> Iterator[Finding]:
    if gap_of(table) is Gap.policies:
        yield _finding(table, project)


def _finding(table: Table, project: Project) -> Finding:
    exposed = project.exposure(table)
    who = exposed.who if exposed else "whoever is granted access"
    verb = exposed.verb if exposed else "read"
    first, *others = table.policies.known()
    span = shown(first.created)
    related = also_shown(*((policy.created, f"so is {policy.spoken}") for policy in others))
    return Finding(
        object=str(table),
        message=f"{who} can {verb} every row of {table} because row security is not enabled, "
        "so its policies do nothing",
        span=span,
        label="is not applied",
        help=enabling(table, project),
        related=related + (exposed.related(span) if exposed else ()),
        severity=None if exposed else Severity.warning,
    )
