"""policy-row-argument-function: for each row, a policy runs a query in a function."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.model import Policy
from rlslint.meaning.cost import row_calls
from rlslint.project import Finding, shown
from rlslint.project.project import Project
from rlslint.project.questions.index_needs import Weight, weight_of
from rlslint.project.questions.row_costs import RowLookup, row_lookups
from rlslint.project.terms import Terms
from rlslint.rules.registry import rule
from rlslint.text.sentences import listed


def _passes_columns(terms: Terms, project: Project) -> bool:
    del project
    return terms.using is not None and bool(terms.using.written.ask(row_calls))


@rule(where=_passes_columns)
def policy_row_argument_function(policy: Policy, project: Project) -> Iterator[Finding]:
    for found in row_lookups(policy, project):
        yield _finding(policy, found, weight_of(project.catalog, policy.relation))


def _finding(policy: Policy, found: RowLookup, weight: Weight) -> Finding:
    table, function = policy.relation, found.function
    names = [column.name for number in found.columns if (column := table.column(number))]
    passed = listed(names) if names else "the row"
    caller = names[0] if len(names) == 1 else "column"
    is_lighter = weight.severity is not None and weight.severity < found.severity
    asks = f"queries of {table} run" if policy.covers("select") else f"changes of {table} run"
    return Finding(
        object=str(policy),
        message=f"{asks} a query in {function} for each row that they look at: "
        f"policy {policy.spoken} passes {passed} to it, and it reads {listed(found.tables[:3])}"
        f"{weight.because if is_lighter else ''}",
        span=shown(policy.using, found.call),
        label="called for each row",
        help="let a function without arguments return all values that the caller may see, and ask "
        f"it once: {caller} = ANY (ARRAY(SELECT …()))",
        severity=weight.severity if is_lighter else found.severity,
    )
