"""policy-tautology: a policy whose condition, or one branch of it, is true whatever the row."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from rlslint.catalog.model import Policy
from rlslint.config import Severity
from rlslint.meaning.admitting import is_tautology
from rlslint.meaning.context import own_columns
from rlslint.meaning.deciding import is_literally_true
from rlslint.meaning.tautologies import Tautology, tautologies
from rlslint.project import Finding, shown
from rlslint.project.project import Project
from rlslint.project.questions import certainty_of_owners
from rlslint.project.questions.conditions import mended, unsaid
from rlslint.project.questions.exposure import Admission, admission, is_shared, passing_rows
from rlslint.project.terms import Condition, Terms
from rlslint.rules.registry import rule


def _filters_nothing(terms: Terms, project: Project) -> bool:
    using = terms.using
    if using is None or using.ask(is_literally_true):
        return False
    return _is_open(project, using) or using.ask(is_tautology, using.ask(own_columns))


def _is_open(project: Project, condition: Condition) -> bool:
    return bool(condition.ask(tautologies, condition.filled, project.context_functions))


@rule(where=_filters_nothing)
def policy_tautology(policy: Policy, project: Project) -> Iterator[Finding]:
    using = project.terms(policy).using
    if using is None:
        return
    found = using.ask(tautologies, using.filled, project.context_functions)
    found = found or _but_for_tenants(policy, using, project)
    exposed = admission(policy, project)
    if not found or exposed is None:
        return
    if not own_columns(found[0].expression) and is_shared(policy, exposed, project):
        return
    yield _finding(policy, found[0], exposed, project)


def _but_for_tenants(policy: Policy, using: Condition, project: Project) -> tuple[Tautology, ...]:
    """Return what is true for every row that is some tenant's: `tenant_id IS NOT NULL`."""
    tenants = frozenset(column.number for column in project.tenant_columns(policy.relation))
    asked = (tenants & using.ask(own_columns)) - using.filled
    if not asked:
        return ()
    found = using.ask(tautologies, using.filled | asked, project.context_functions)
    return tuple(tautology._replace(filled=tautology.filled | asked) for tautology in found)


def _finding(policy: Policy, tautology: Tautology, exposed: Admission, project: Project) -> Finding:
    table, using, place = policy.relation, policy.using, tautology.expression
    is_branch = using is not None and place is not project.predicate(using).expression
    cause = "a branch of its condition" if is_branch else "its condition"
    rows = passing_rows(table, tautology.filled, tautology.hides_some, project)
    when = " once a context is set" if tautology.needs_context else ""
    every = "every such row" if tautology.filled else "every row"
    told = (
        "does not ask whose a row is, for what it compares"
        if tautology.hides_some
        else f"filters nothing{' else' if tautology.filled else ''}, for {cause}"
    )
    return Finding(
        object=str(policy),
        message=f"{exposed.who} can {exposed.what} {rows}: policy {policy.spoken} {told} is true "
        "for "
        f"{every}{when}",
        span=shown(using, place),
        label=f"true for {every}{when}",
        help=mended(policy, project, partial(_is_open, project)) or unsaid(table, "USING"),
        severity=Severity.warning if tautology.filled else None,
        confidence=certainty_of_owners(table, project),
    )
