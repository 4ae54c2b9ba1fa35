"""policy-index-wrong-leading-column: the index has the column, but not where it starts."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.model import Index, Policy
from rlslint.meaning.index_support import Obstacle, Unserved
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.index_needs import Weight, index_need, looks_rows_up, weight_of
from rlslint.rules.registry import rule
from rlslint.sql import quoted_identifier


@rule(where=looks_rows_up)
def policy_index_wrong_leading_column(policy: Policy, project: Project) -> Iterator[Finding]:
    need = index_need(policy, project, Obstacle.not_leading)
    if need is not None and need.further_back is not None:
        weight = weight_of(project.catalog, policy.relation)
        yield _finding(policy, need, need.further_back, weight)


def _finding(policy: Policy, need: Unserved, index: Index, weight: Weight) -> Finding:
    table, clause = policy.relation, policy.using
    column = table.column(need.comparison.column)
    leading = table.column(index.columns[0])
    before = f"begins with {leading}" if leading is not None else "begins with an expression"
    made = index.statement
    element = quoted_identifier(column.name) if column is not None else ""
    return Finding(
        object=str(policy),
        message=f"every query of {table} reads the rows of all tenants to find those of one: "
        f"policy {policy.spoken} compares {column}, and index {index.name} "
        f"{before}{weight.because}",
        span=shown(clause, need.comparison.comparison),
        label=f"{index.name} {before}",
        help=f"CREATE INDEX ON {table.sql_name} ({element});",
        related=also_shown((made, "the index is created here")),
        severity=weight.severity,
    )
