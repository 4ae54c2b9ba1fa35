"""policy-index-partial-or-expression-mismatch: there is an index, but not for what is asked."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.model import Index, Policy
from rlslint.config import Confidence, Severity
from rlslint.meaning.index_support import Obstacle, Unserved
from rlslint.meaning.partial_indexes import tells_of_use
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.index_needs import (
    Weight,
    index_making,
    index_need,
    looks_rows_up,
    weight_of,
)
from rlslint.rules.registry import rule
from rlslint.sql.plain_spelling import plain


@rule(where=looks_rows_up)
def policy_index_partial_or_expression_mismatch(
    policy: Policy, project: Project
) -> Iterator[Finding]:
    need = index_need(policy, project, Obstacle.unfit)
    if need is not None and need.unfit is not None:
        yield _finding(policy, need, need.unfit, weight_of(project.catalog, policy.relation))


def _finding(policy: Policy, need: Unserved, index: Index, weight: Weight) -> Finding:
    table, clause = policy.relation, policy.using
    is_partial = index.condition is not None
    is_of_use = index.condition is not None and tells_of_use(index.condition.expression)
    why = "has only some of the rows" if is_partial else "is about another expression"
    column = table.column(need.comparison.column)
    return Finding(
        object=str(policy),
        message=f"every query of {table} reads the rows of all tenants to find those of one: "
        f"policy {policy.spoken} compares {column}, and index {index.name} {why}{weight.because}",
        span=shown(clause, need.comparison.comparison),
        label=f"{index.name} does not serve this",
        help=index_making(policy, need),
        related=also_shown((index.condition or index.statement, _words(index))),
        severity=weight.severity or (Severity.info if is_of_use else None),
        confidence=Confidence.medium if is_of_use else None,
    )


def _words(index: Index) -> str:
    """Return what to say of the place that tells which rows, or which values, an index has."""
    if index.condition is not None:
        return "only these rows are in the index"
    written = index.expressions[0].span() if index.expressions else None
    return f"the index is on {plain(written)}" if written is not None else "the index"
