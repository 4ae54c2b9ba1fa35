"""policy-casts-column: a cast or a call around the column hides it from its index."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.model import Policy
from rlslint.meaning.index_support import Obstacle, Unserved
from rlslint.project import Finding, shown
from rlslint.project.project import Project
from rlslint.project.questions.index_needs import (
    Weight,
    hides_columns,
    index_need,
    is_indexable,
    weight_of,
)
from rlslint.rules.registry import rule
from rlslint.sql.expressions import Call, Cast, Expr
from rlslint.sql.plain_spelling import plain


@rule(where=hides_columns)
def policy_casts_column(policy: Policy, project: Project) -> Iterator[Finding]:
    need = index_need(policy, project, Obstacle.wrapped)
    if need is not None and not _may_fail(need.comparison.operand, policy, project):
        yield _finding(policy, need, weight_of(project.catalog, policy.relation))


def _may_fail(operand: Expr, policy: Policy, project: Project) -> bool:
    """Tell whether another rule speaks of a cast: it fails for some values of the column."""
    from rlslint.project.questions.failing_casts import failing_casts

    casts = {one.cast.location for one in failing_casts(policy, project)}
    return any(isinstance(part, Cast) and part.location in casts for part in operand.walk())


def _finding(policy: Policy, need: Unserved, weight: Weight) -> Finding:
    table, clause, operand = policy.relation, policy.using, need.comparison.operand
    column = table.column(need.comparison.column)
    does = f"casts {column}" if isinstance(operand, Cast) else f"calls a function on {column}"
    kind = column.type if column is not None else ""
    span = shown(clause, operand)
    return Finding(
        object=str(policy),
        message=f"every query of {table} reads the rows of all tenants to find those of one: "
        f"policy {policy.spoken} {does}, so an index on {column} cannot serve it"
        f"{weight.because}",
        span=span,
        label="hides the column from its index",
        help=f"CREATE INDEX ON {table.sql_name} ({plain(span) if span is not None else column});"
        if isinstance(operand, Call) and is_indexable(operand)
        else f"compare the column itself: {column} = (SELECT nullif(…, '')::{kind})",
        severity=weight.severity,
    )
