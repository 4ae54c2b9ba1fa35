"""policy-column-unindexed: every query reads the rows of all tenants to find those of one."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.model import Policy
from rlslint.config import Severity
from rlslint.meaning.index_support import Obstacle, Unserved
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.index_needs import (
    Weight,
    index_making,
    index_need,
    is_of_changes_alone,
    looks_rows_up,
    reindexed,
    weight_of,
)
from rlslint.rules.registry import rule


@rule(where=looks_rows_up)
def policy_column_unindexed(policy: Policy, project: Project) -> Iterator[Finding]:
    need = index_need(policy, project, Obstacle.missing)
    if need is not None:
        weight = weight_of(project.catalog, policy.relation)
        yield _finding(policy, need, weight, is_of_changes_alone(policy, need, project))


def _finding(policy: Policy, need: Unserved, weight: Weight, of_changes: bool) -> Finding:
    table, clause, invalid = policy.relation, policy.using, need.invalid
    column = table.column(need.comparison.column)
    why = f"no index begins with {column}, which policy {policy.spoken} compares"
    label, mend = (
        "no index serves this",
        index_making(policy, need),
    )
    place, words = table.created, "the table is created here"
    if invalid is not None:
        why = f"index {invalid.name} is not valid, so it does not serve policy {policy.spoken}"
        label, mend = f"{invalid.name} does not serve this", reindexed(invalid, table)
        place, words = invalid.statement, "the index that is not valid"
    statement = policy.command.upper() if of_changes else "query"
    return Finding(
        object=str(policy),
        message=f"every {statement} of {table} reads the rows of all tenants to find those of one: "
        f"{why}{weight.because}",
        span=shown(clause, need.comparison.comparison),
        label=label,
        help=mend,
        related=also_shown((place, words)),
        severity=Severity.info if of_changes else weight.severity,
    )
