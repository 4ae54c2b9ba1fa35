"""policy-column-unindexed: every query reads the rows of all tenants to find those of one."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.model import Policy
from rlslint.findings import Finding, Related
from rlslint.meaning.index_support import Obstacle, Unserved
from rlslint.project import Project
from rlslint.questions.index_needs import index_need
from rlslint.registry import rule
from rlslint.sql.quoting import quoted_identifier


@rule
def policy_column_unindexed(policy: Policy, project: Project) -> Iterator[Finding]:
    need = index_need(policy, project, Obstacle.missing)
    if need is not None:
        yield _finding(policy, need)


def _finding(policy: Policy, need: Unserved) -> Finding:
    table, clause = policy.relation, policy.using
    column = table.column(need.comparison.column)
    span = clause.span(need.comparison.operand) if clause is not None else None
    element = quoted_identifier(column.name) if column is not None else ""
    if need.comparison.is_wrapped and span is not None:
        element = f"({' '.join(span.sql.split())})"
    created = table.created
    return Finding(
        object=str(policy),
        message=f"every query of {table} reads the rows of all tenants to find those of one: no "
        f"index begins with {column}, which policy {policy.name} compares",
        span=clause.span(need.comparison.comparison) if clause is not None else None,
        label="no index serves this",
        help=f"CREATE INDEX ON {table.sql_name} ({element});",
        related=(Related(created.span, "the table is created here"),) if created else (),
    )
