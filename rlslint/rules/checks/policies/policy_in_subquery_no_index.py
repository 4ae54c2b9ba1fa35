"""policy-in-subquery-no-index: IN (SELECT …) reads the whole table, whatever its indexes."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.model import Policy
from rlslint.meaning.cost import IndexedComparison
from rlslint.project import Finding, shown
from rlslint.project.project import Project
from rlslint.project.questions.blocked_indexes import hashed_comparison, looks_among_rows
from rlslint.project.questions.index_needs import SMALL, estimated_rows
from rlslint.project.questions.rewording import reworded, written
from rlslint.rules.registry import rule
from rlslint.sql.expressions import SubSelect


@rule(where=looks_among_rows)
def policy_in_subquery_no_index(policy: Policy, project: Project) -> Iterator[Finding]:
    table = policy.relation
    found = hashed_comparison(policy, project)
    if found is None or 0 < estimated_rows(project.catalog, table) < SMALL:
        return
    column = table.column(found.column)
    yield Finding(
        object=str(policy),
        message=f"every query of {table} reads the rows of all tenants: policy {policy.spoken} "
        "looks "
        f"for {column} among the rows of a sub-select, for which no index of {table} is used",
        span=shown(policy.using, found.comparison),
        label="hashed, and compared with each row",
        help=_as_array(policy, found) or f"write it as an array: {column} = ANY (ARRAY(SELECT …))",
    )


def _as_array(policy: Policy, found: IndexedComparison) -> str:
    """Return the ALTER POLICY that gathers the rows of the sub-select before the table is read."""
    clause = policy.using
    match found.comparison:
        case SubSelect("any", left, query) if clause is not None and left is not None:
            operand, rows = written(clause, left), written(clause, query)
            if operand and rows:
                sql = f"{operand} = ANY (ARRAY({rows}))"
                return reworded(policy, [(clause, found.comparison, sql)])
    return ""
