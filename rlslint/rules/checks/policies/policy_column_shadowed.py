"""policy-column-shadowed: a sub-select's table captures a column that was meant for the row."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.model import Policy
from rlslint.catalog.predicates import Clause
from rlslint.config import Severity
from rlslint.meaning.bounds import unbounded_branches
from rlslint.meaning.captures import (
    Capture,
    captured_comparisons,
    idle_pairs,
    swallowed,
)
from rlslint.project import Finding, also_shown
from rlslint.project.project import Project
from rlslint.project.questions import certainty, served_roles
from rlslint.project.terms import Terms
from rlslint.rules.registry import rule
from rlslint.sql import quoted_identifier

Captured = tuple[Clause, Capture]


def _may_capture(terms: Terms, project: Project) -> bool:
    del project
    return any(
        condition.ask(captured_comparisons) or condition.ask(idle_pairs)
        for condition in terms.conditions
    )


@rule(where=_may_capture)
def policy_column_shadowed(policy: Policy, project: Project) -> Iterator[Finding]:
    found = _found(policy, project)
    if found and served_roles(policy, project):
        yield _finding(policy, found, project)


def _found(policy: Policy, project: Project) -> list[Captured]:
    found: list[Captured] = []
    for clause in policy.clauses:
        predicate = project.predicate(clause)
        captures = predicate.ask(captured_comparisons) or swallowed(predicate, policy.relation)
        found += [(clause, capture) for capture in captures]
    return found


def _finding(policy: Policy, found: list[Captured], project: Project) -> Finding:
    (clause, capture), *others = found
    name, table = capture.column.name, policy.relation
    source = str(capture.relation or "the sub-select")
    spans = [other.span(another.column) for other, another in others]
    is_bound = _is_bound_otherwise(policy, clause, project)
    if is_bound:
        effect = "checks less than it says"
    else:
        effect = "applies to every row alike" if policy.permissive else "restricts no row"
    return Finding(
        object=str(policy),
        message=f"policy {policy.spoken} on {table} {effect}: "
        f"{name} is taken from {source}, not from the row",
        span=clause.span(capture.column),
        label=_label(capture),
        help=f"qualify the outer column: {quoted_identifier(table.name)}.{quoted_identifier(name)}",
        related=also_shown(*((span, "here as well") for span in spans)),
        severity=Severity.warning if is_bound else None,
        confidence=certainty(project),
    )


def _label(capture: Capture) -> str:
    name = capture.column.name
    resolved = f"{capture.relation.name}.{name}" if capture.relation else f"an inner {name}"
    if capture.compares_itself:
        return f"resolves to {resolved}, so this compares the column with itself"
    return f"resolves to {resolved}, so nothing links this to the row"


def _is_bound_otherwise(policy: Policy, clause: Clause, project: Project) -> bool:
    condition = project.condition(clause, policy.relation)
    return not condition.ask(unbounded_branches, condition.filled, project.context_functions)
