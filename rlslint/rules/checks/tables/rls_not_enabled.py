"""rls-not-enabled: a table with tenants' rows that was left without row security."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access.exposure import Exposure
from rlslint.access.gaps import ancestors
from rlslint.catalog.model import Table
from rlslint.config import Confidence, Severity
from rlslint.project import Finding, shown
from rlslint.project.project import Project
from rlslint.project.questions.authority_writes import authority_write
from rlslint.project.questions.families import opened_above
from rlslint.project.questions.left_out import goes_by_lesser_columns, is_said_to_have_none
from rlslint.project.questions.remedies import protection
from rlslint.project.questions.tenants_exposed import goes_by_names, tenants_exposed
from rlslint.rules.registry import rule


@rule
def rls_not_enabled(table: Table, project: Project) -> Iterator[Finding]:
    exposed = tenants_exposed(table, project)
    if exposed is None:
        return
    from rlslint.project.questions.trigger_copies import is_filled_by_trigger

    if is_filled_by_trigger(table, project):
        return
    if opened_above(table, project) is not None:
        return
    if any(tenants_exposed(above, project) is not None for above in ancestors(table)):
        return
    yield _finding(table, exposed, project)


def _finding(table: Table, exposed: Exposure, project: Project) -> Finding:
    columns = " and ".join(column.name for column in project.tenant_columns(table))
    because = f" ({exposed.because})" if exposed.because else ""
    # Row security on the table that policies consult needs a way around itself.
    consulted = table in project.consulted and (
        exposed.only_reads
        or exposed.because != ""
        or project.ask(authority_write, table) is not None
    )
    if consulted:
        because += " (an info only, for policies look up there who may see what)"
    severity = Severity.info if consulted else None
    confidence = exposed.confidence or (Confidence.medium if goes_by_names(project) else None)
    if severity is None and is_said_to_have_none(table, project):
        severity = Severity.info
        because += " (an info only, for a comment there says that it has none)"
    elif severity is None and goes_by_lesser_columns(table, project):
        # Where it is not certain either who gets at the table, nothing is.
        lowered = "a warning" if exposed.confidence is None else "an info"
        severity = Severity.warning if exposed.confidence is None else Severity.info
        confidence = confidence or Confidence.medium
        because += f" ({lowered} only, for policies tell tenants by other columns than {columns})"
    statement = table.because("rls_enabled")
    span = shown(statement)
    return Finding(
        object=str(table),
        message=f"{exposed.who} can {exposed.verb} the rows of every tenant in {table} "
        f"because row security is not enabled{because}",
        span=span,
        label=f"has {columns}, and no row security",
        help=protection(table, project),
        related=exposed.related(span),
        severity=severity,
        confidence=confidence,
    )
