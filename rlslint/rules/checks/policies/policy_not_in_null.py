"""policy-not-in-null: one NULL in a list of exceptions leaves nobody a row."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint import NamedTuple
from rlslint.catalog.model import Column, Policy, Relation
from rlslint.catalog.predicates import Clause
from rlslint.meaning.exclusions import Exclusion, exclusions
from rlslint.project import Finding, also_shown
from rlslint.project.project import Project
from rlslint.project.questions import served_roles
from rlslint.project.terms import Terms
from rlslint.rules.registry import rule


class _Fault(NamedTuple):
    clause: Clause
    exclusion: Exclusion
    relation: Relation
    column: Column


def _excludes(terms: Terms, project: Project) -> bool:
    del project
    return any(condition.ask(exclusions) for condition in terms.conditions)


@rule(where=_excludes)
def policy_not_in_null(policy: Policy, project: Project) -> Iterator[Finding]:
    table = policy.relation
    if not table.rls_enabled or not served_roles(policy, project):
        return
    faults = [
        _Fault(clause, one, one.relation, column)
        for clause in policy.clauses
        for one in project.predicate(clause).ask(exclusions)
        if (column := _nullable(one)) is not None
    ]
    if faults:
        yield _finding(policy, faults)


def _nullable(exclusion: Exclusion) -> Column | None:
    """Return the column that the list is made of, if it may hold NULL."""
    column = exclusion.relation.column(exclusion.number)
    if column is None or (column.not_null and not exclusion.is_outer):
        return None
    return column


def _finding(policy: Policy, faults: list[_Fault]) -> Finding:
    fault, *others = faults
    table, relation, column = policy.relation, fault.relation, fault.column
    spans = [other.clause.span(other.exclusion.expression) for other in others]
    refused = (
        f"no row can be written to {table}"
        if fault.clause is policy.check
        else f"queries of {table} find no row"
    )
    return Finding(
        object=str(policy),
        message=f"{refused} as soon as one row of {relation} has no {column}: "
        f"NOT IN in policy {policy.spoken} is then never true",
        span=fault.clause.span(fault.exclusion.expression),
        label=f"{relation.name}.{column} may be NULL",
        help=f"ask NOT EXISTS with =, or let {relation} have no row without {column}",
        related=also_shown(
            (column.created or relation.created, f"{column} is nullable here"),
            *((span, "here as well") for span in spans),
        ),
    )
