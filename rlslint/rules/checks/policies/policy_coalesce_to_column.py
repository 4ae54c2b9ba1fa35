"""policy-coalesce-to-column: without a context the row's own column stands in for it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from rlslint.catalog.model import Policy
from rlslint.meaning.fallbacks import unbound_fallbacks
from rlslint.project.findings import Finding
from rlslint.project.project import Project
from rlslint.project.questions.conditions import mended, unsaid
from rlslint.project.questions.exposure import (
    admission,
    certainty,
    restricted,
)
from rlslint.project.terms import Condition, Terms
from rlslint.rules.registry import rule


def _falls_back(terms: Terms, project: Project) -> bool:
    return any(_is_open(project, condition) for condition in terms.conditions)


def _is_open(project: Project, condition: Condition) -> bool:
    return bool(condition.ask(unbound_fallbacks, project.context_functions))


@rule(where=_falls_back)
def policy_coalesce_to_column(policy: Policy, project: Project) -> Iterator[Finding]:
    for clause in policy.clauses:
        found = project.predicate(clause).ask(unbound_fallbacks, project.context_functions)
        if not found:
            continue
        exposed = admission(policy, project) if policy.permissive else restricted(policy, project)
        if exposed is None:
            return
        fallback = found[0]
        table = policy.relation
        column = table.column(fallback.column)
        word = "USING" if clause is policy.using else "WITH CHECK"
        yield Finding(
            object=str(policy),
            message=f"{exposed.who} can {exposed.what} every row of {table} in a session without "
            f"a context: policy {policy.name} then compares {column or 'the column'} with itself",
            span=clause.span(fallback.comparison),
            label=f"true for every row when the setting is {fallback.state.value}",
            help=mended(policy, project, partial(_is_open, project)) or unsaid(table, word),
            confidence=certainty(project),
        )
        return
