"""What to say of a policy that reads the whole of another table to find a few of its rows."""

from __future__ import annotations

from rlslint.catalog.model import Policy
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.index_needs import reindexed, weight_of
from rlslint.project.questions.row_costs import UnindexedLookup
from rlslint.sql import quoted_identifier


def whole_table_read(policy: Policy, found: UnindexedLookup, project: Project) -> Finding:
    """Return the finding about a look-up that no index serves."""
    lookup, invalid, clause = found.lookup, found.invalid, policy.using
    table, place = lookup.relation, lookup.relation.created
    weight = weight_of(project.catalog, table, policy.relation if lookup.is_correlated else None)
    names = [column.name for n in sorted(lookup.keys) if (column := table.column(n)) is not None]
    often = f"for each row of {policy.relation}" if lookup.is_correlated else "for each query"
    why = f"no index begins with {' or '.join(names)}, by which it looks them up"
    mend = f"CREATE INDEX ON {table.sql_name} ({', '.join(map(quoted_identifier, names))});"
    label, words = f"no index of {table} serves this", f"{table} is created here"
    if invalid is not None:
        why = f"index {invalid.name}, by which it could look them up, is not valid"
        mend, label = reindexed(invalid, table), f"{invalid.name} does not serve this"
        place, words = invalid.statement, "the index that is not valid"
    return Finding(
        object=str(policy),
        message=f"policy {policy.spoken} reads all rows of {table} {often}: {why}{weight.because}",
        span=shown(clause, lookup.expression),
        label=label,
        help=mend,
        related=also_shown((place, words)),
        severity=weight.severity,
    )
