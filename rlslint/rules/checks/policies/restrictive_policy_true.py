"""restrictive-policy-true: a policy that is to keep rows out keeps out none."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.model import Policy
from rlslint.meaning.deciding import is_always_true
from rlslint.project import Finding, shown
from rlslint.project.project import Project
from rlslint.project.terms import Terms
from rlslint.rules.registry import rule
from rlslint.sql import quoted_identifier


def _restricts_nothing(terms: Terms, project: Project) -> bool:
    del project
    if terms.permissive or not terms.conditions:
        return False
    return all(condition.ask(is_always_true, condition.filled) for condition in terms.conditions)


@rule(where=_restricts_nothing)
def restrictive_policy_true(policy: Policy, project: Project) -> Iterator[Finding]:
    del project
    clause = policy.clauses[0]
    name = quoted_identifier(policy.name)
    yield Finding(
        object=str(policy),
        message=f"policy {policy.spoken} on {policy.relation} keeps no row out: it is restrictive, "
        "and its condition is always true",
        span=shown(clause),
        label="true for every row",
        help=f"DROP POLICY {name} ON {policy.relation.sql_name};",
    )
