"""policy-column-shadowed: a sub-select's table captures a column that was meant for the row."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.model import Policy
from rlslint.catalog.predicates import Clause
from rlslint.exposure import certainty, served_roles
from rlslint.findings import Finding, Related
from rlslint.meaning.captures import Capture, captured_comparisons
from rlslint.project import Project
from rlslint.registry import rule

Found = tuple[Clause, Capture]


@rule
def policy_column_shadowed(policy: Policy, project: Project) -> Iterator[Finding]:
    found = [
        (clause, capture)
        for clause in policy.clauses
        for capture in project.predicate(clause).ask(captured_comparisons)
    ]
    if found and served_roles(policy, project):
        yield _finding(policy, found, project)


def _finding(policy: Policy, found: list[Found], project: Project) -> Finding:
    (clause, capture), *others = found
    name = capture.column.name
    table = policy.relation
    resolved = f"{capture.relation.name}.{name}" if capture.relation else f"an inner {name}"
    outer = f"{table.name}.{name}"
    spans = [other.span(another.column) for other, another in others]
    effect = "applies to every row alike" if policy.permissive else "restricts no row"
    return Finding(
        object=str(policy),
        message=f"policy {policy.name} does not look at the row of {table} and so {effect}: "
        f"{name} is taken from {capture.relation or 'the sub-select'}, not from the row",
        span=clause.span(capture.column),
        label=f"resolves to {resolved}, so this compares the column with itself",
        help=f"qualify the outer column: {outer}",
        related=tuple(Related(span, "here as well") for span in spans if span is not None),
        confidence=certainty(project),
    )
