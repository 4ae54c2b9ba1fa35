"""policy-coalesce-to-column: without a context the row's own column stands in for it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from rlslint.catalog.model import Policy
from rlslint.meaning.openings import OpenToAll, openings
from rlslint.project import Finding
from rlslint.project.project import Project
from rlslint.project.questions import certainty
from rlslint.project.questions.conditions import mended, unsaid
from rlslint.project.questions.exposure import admission, passing_rows, restricted
from rlslint.project.terms import Condition, Terms
from rlslint.rules.registry import rule


def _falls_back(terms: Terms, project: Project) -> bool:
    return any(_is_open(project, condition) for condition in terms.conditions)


def _is_open(project: Project, condition: Condition) -> bool:
    return _fallback(condition, project) is not None


def _fallback(condition: Condition, project: Project) -> OpenToAll | None:
    found = condition.ask(openings, condition.filled, project.context_functions)
    return next((opening for opening in found if opening.fallback is not None), None)


@rule(where=_falls_back)
def policy_coalesce_to_column(policy: Policy, project: Project) -> Iterator[Finding]:
    for clause in policy.clauses:
        opening = _fallback(project.condition(clause, policy.relation), project)
        if opening is None or opening.fallback is None:
            continue
        exposed = admission(policy, project) if policy.permissive else restricted(policy, project)
        if exposed is None:
            return
        table = policy.relation
        column = table.column(opening.fallback)
        word = "USING" if clause is policy.using else "WITH CHECK"
        rows = passing_rows(table, opening.filled, opening.hides_some, project)
        yield Finding(
            object=str(policy),
            message=f"without a context {exposed.who} can {exposed.what} {rows}: "
            f"policy {policy.spoken} then compares {column or 'the column'} with itself",
            span=clause.span(opening.expression),
            label=f"true for every row when the setting is {opening.session.value}",
            help=mended(policy, project, partial(_is_open, project)) or unsaid(table, word),
            confidence=certainty(project),
        )
        return
