"""policy-inequality-on-tenant: callers see the rows of every tenant but their own."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from rlslint.catalog.model import Policy
from rlslint.config import Confidence, Severity
from rlslint.meaning.context import own_columns
from rlslint.meaning.inequalities import Inequality, inequality, require_decided
from rlslint.meaning.openings import openings
from rlslint.project import Finding
from rlslint.project.project import Project
from rlslint.project.questions import certainty_of_owners
from rlslint.project.questions.conditions import mended, model_for, unsaid
from rlslint.project.questions.exposure import Admission, admission, is_published, is_shared
from rlslint.project.questions.hidden_rows import hiding_others, tables_looked_up
from rlslint.project.terms import Condition, Terms
from rlslint.rules.registry import rule
from rlslint.text.sentences import listed


def _shows_others(terms: Terms, project: Project) -> bool:
    return _inequality(terms, project) is not None


def _inequality(terms: Terms, project: Project) -> Inequality | None:
    if terms.using is None or not terms.permissive:
        return None
    functions = project.context_functions
    found = terms.using.ask(inequality, terms.using.filled, functions)
    if found is None:
        found = _beside_hidden(terms.using, project)
    if found is None and not terms.using.ask(openings, terms.using.filled, functions):
        terms.using.ask(require_decided, terms.using.filled, functions)
    return found


def _beside_hidden(using: Condition, project: Project) -> Inequality | None:
    """Return what lets rows pass because the caller does not see to what they belong."""
    perhaps, functions = tables_looked_up(using), project.context_functions
    if not perhaps or using.ask(inequality, using.filled, functions, perhaps) is None:
        return None
    return using.ask(inequality, using.filled, functions, hiding_others(using, project))


def _unseen(policy: Policy, project: Project) -> list[str]:
    """Return the tables without which rows of others would not pass: the caller sees them not."""
    using = project.terms(policy).using
    if using is None or using.ask(inequality, using.filled, project.context_functions):
        return []
    return sorted(map(str, hiding_others(using, project)))


def _is_open(project: Project, condition: Condition) -> bool:
    found = condition.ask(inequality, condition.filled, project.context_functions)
    return found is not None or _beside_hidden(condition, project) is not None


@rule(where=_shows_others)
def policy_inequality_on_tenant(policy: Policy, project: Project) -> Iterator[Finding]:
    found = _inequality(project.terms(policy), project)
    exposed = admission(policy, project)
    if found is None or exposed is None:
        return
    unseen = _unseen(policy, project)
    if project.is_shared(policy.relation) if unseen else is_shared(policy, exposed, project):
        return
    yield _finding(policy, found, exposed, unseen, project)


def _finding(
    policy: Policy, found: Inequality, exposed: Admission, unseen: list[str], project: Project
) -> Finding:
    table, using, place = policy.relation, policy.using, found.expression
    rows = "rows" if found.hides_some else "every row"
    names = [c.name for c in map(table.column, sorted(own_columns(place))) if c is not None]
    published = is_published(policy, project)
    why = (
        f"does not see the {listed(unseen)} of others, and takes that for a yes"
        if unseen
        else "lets rows pass because they belong to others"
    )
    return Finding(
        object=str(policy),
        message=f"{exposed.who} can {exposed.what} {rows} of {table} whose "
        f"{listed(names) or 'columns'} {'are' if len(names) > 1 else 'is'} not the caller's: "
        f"policy {policy.spoken} {why}",
        span=using.span(place) if using is not None else None,
        label="true for the rows of everybody else",
        help=mended(policy, project, partial(_is_open, project)) or _advice(policy, project),
        severity=Severity.warning if published else None,
        confidence=certainty_of_owners(table, project)
        or (Confidence.medium if published else None),
    )


def _advice(policy: Policy, project: Project) -> str:
    """Return what to ask instead, where beside the inequality it would let nobody pass."""
    model = model_for(policy.relation, project, policy.command, policy)
    if model is None:
        return unsaid(policy.relation, "USING")
    return f"ask for the caller's own rows in its place: {model.sql}"
