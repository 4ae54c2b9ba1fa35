"""policy-membership-unindexed: the table that says who belongs where is read as a whole."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.model import Policy
from rlslint.findings import Finding, Related
from rlslint.meaning.cost import Lookup
from rlslint.project import Project
from rlslint.questions.row_costs import unindexed_lookup
from rlslint.registry import rule
from rlslint.sql.quoting import quoted_identifier


@rule
def policy_membership_unindexed(policy: Policy, project: Project) -> Iterator[Finding]:
    lookup = unindexed_lookup(policy, project)
    if lookup is not None:
        yield _finding(policy, lookup)


def _finding(policy: Policy, lookup: Lookup) -> Finding:
    table, clause, created = lookup.relation, policy.using, lookup.relation.created
    names = [column.name for n in sorted(lookup.keys) if (column := table.column(n)) is not None]
    often = f"for each row of {policy.relation}" if lookup.is_correlated else "for each query"
    return Finding(
        object=str(policy),
        message=f"policy {policy.name} reads all rows of {table} {often}: no index begins with "
        f"{' or '.join(names)}, by which it looks them up",
        span=clause.span(lookup.expression) if clause is not None else None,
        label=f"no index of {table} serves this",
        help=f"CREATE INDEX ON {table.sql_name} ({', '.join(map(quoted_identifier, names))});",
        related=(Related(created.span, f"{table} is created here"),) if created else (),
    )
