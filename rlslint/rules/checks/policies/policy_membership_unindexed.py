"""policy-membership-unindexed: the table that says who belongs where is read as a whole."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.model import Policy
from rlslint.meaning.cost import lookups
from rlslint.project.findings import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.index_needs import rebuilt
from rlslint.project.questions.row_costs import UnindexedLookup, unindexed_lookup
from rlslint.project.questions.table_sizes import Weight, weight_of
from rlslint.project.terms import Terms
from rlslint.rules.registry import rule
from rlslint.sql.quoting import quoted_identifier


def _looks_up(terms: Terms, project: Project) -> bool:
    del project
    return terms.using is not None and bool(terms.using.ask(lookups))


@rule(where=_looks_up)
def policy_membership_unindexed(policy: Policy, project: Project) -> Iterator[Finding]:
    found = unindexed_lookup(policy, project)
    if found is not None:
        lookup = found.lookup
        times = policy.relation if lookup.is_correlated else None
        yield _finding(policy, found, weight_of(project.catalog, lookup.relation, times))


def _finding(policy: Policy, found: UnindexedLookup, weight: Weight) -> Finding:
    lookup, invalid, clause = found.lookup, found.invalid, policy.using
    table, place = lookup.relation, lookup.relation.created
    names = [column.name for n in sorted(lookup.keys) if (column := table.column(n)) is not None]
    often = f"for each row of {policy.relation}" if lookup.is_correlated else "for each query"
    why = f"no index begins with {' or '.join(names)}, by which it looks them up"
    mend = f"CREATE INDEX ON {table.sql_name} ({', '.join(map(quoted_identifier, names))});"
    label, words = f"no index of {table} serves this", f"{table} is created here"
    if invalid is not None:
        why = f"index {invalid.name}, by which it could look them up, is not valid"
        mend, label = rebuilt(invalid, table), f"{invalid.name} does not serve this"
        place, words = invalid.statement, "the index that is not valid"
    return Finding(
        object=str(policy),
        message=f"policy {policy.name} reads all rows of {table} {often}: {why}{weight.because}",
        span=shown(clause, lookup.expression),
        label=label,
        help=mend,
        related=also_shown((place, words)),
        severity=weight.severity,
    )
