"""policy-function-not-wrapped: a call that could be made once is made for each row."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.model import Policy
from rlslint.meaning.cost import unwrapped_calls, unwrapped_reads
from rlslint.project import Finding, shown
from rlslint.project.project import Project
from rlslint.project.questions.index_needs import Weight, weight_of
from rlslint.project.questions.row_costs import RepeatedCall, repeated_calls
from rlslint.project.terms import Terms
from rlslint.rules.registry import rule
from rlslint.sql.plain_spelling import plain


def _calls_at_all(terms: Terms, project: Project) -> bool:
    del project
    using = terms.using
    return using is not None and bool(
        using.written.ask(unwrapped_calls) or using.written.ask(unwrapped_reads)
    )


@rule(where=_calls_at_all)
def policy_function_not_wrapped(policy: Policy, project: Project) -> Iterator[Finding]:
    for repeated in repeated_calls(policy, project):
        yield _finding(policy, repeated, weight_of(project.catalog, policy.relation))


def _finding(policy: Policy, repeated: RepeatedCall, weight: Weight) -> Finding:
    clause, name = policy.using, ".".join(repeated.call.name)
    span = shown(clause, repeated.call)
    written = (
        plain(span) if clause is not None and span is not None and clause.sql else f"{name}(…)"
    )
    # Of a large table an index may leave only few rows to look at.
    is_lighter = weight.severity is not None and weight.severity < repeated.severity
    return Finding(
        object=str(policy),
        message=f"queries of {policy.relation} call {name} once for each row that they look at, "
        f"though policy {policy.spoken} passes no column to "
        f"it{weight.because if is_lighter else ''}",
        span=span,
        label="evaluated for each row",
        help=f"write it as a sub-select, which runs once: (SELECT {written})",
        severity=weight.severity if is_lighter else repeated.severity,
    )
