"""policy-null-context-allows: a session without a context passes for all tenants at once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from rlslint.catalog.model import Policy
from rlslint.catalog.predicates import Clause
from rlslint.meaning.context import own_columns
from rlslint.meaning.gates import is_anybody
from rlslint.meaning.inequalities import inequality
from rlslint.meaning.openings import OpenToAll, openings
from rlslint.meaning.worlds import SessionSettings
from rlslint.project import Finding
from rlslint.project.project import Project
from rlslint.project.questions import certainty
from rlslint.project.questions.conditions import mended, unsaid
from rlslint.project.questions.exposure import Admission, admission, passing_rows, restricted
from rlslint.project.questions.hidden_rows import hiding_all, tables_looked_up
from rlslint.project.terms import Condition, Terms
from rlslint.rules.registry import rule


def _opens_without_context(terms: Terms, project: Project) -> bool:
    return any(_opened(condition, project) for condition in terms.conditions)


@rule(where=_opens_without_context)
def policy_null_context_allows(policy: Policy, project: Project) -> Iterator[Finding]:
    for clause in policy.clauses:
        branch = _opened(project.condition(clause, policy.relation), project)
        if branch is None or not _is_of_tenants(branch, policy, project):
            continue
        exposed = admission(policy, project) if policy.permissive else restricted(policy, project)
        if exposed is not None:
            yield _finding(policy, clause, branch, exposed, project)
        return


def _is_of_tenants(branch: OpenToAll, policy: Policy, project: Project) -> bool:
    """Tell whether what opens are rows of tenants, and not those that nobody has."""
    columns = frozenset(column.number for column in project.tenant_columns(policy.relation))
    filtered = frozenset(number for one in branch.filters for number in own_columns(one))
    if not columns and policy.relation.knows("columns"):
        return any(_beside_hidden(one, project) for one in project.terms(policy).conditions)
    return bool(columns) and columns.isdisjoint(filtered)


def _opened(condition: Condition, project: Project) -> OpenToAll | None:
    """Return the first branch that only a missing context opens; one open to all is no such."""
    functions = project.context_functions
    found = condition.ask(openings, condition.filled, functions) or _beside_hidden(
        condition, project
    )
    if any(opening.fallback is not None for opening in found):
        return None
    if found and condition.ask(inequality, condition.filled, functions) is not None:
        return None
    everyone = frozenset(project.runtime.names)
    return next((b for b in found if not is_anybody(b.expression, everyone, functions)), None)


def _beside_hidden(condition: Condition, project: Project) -> tuple[OpenToAll, ...]:
    """Return what opens because tables show nothing to a session without a context."""
    perhaps, functions = tables_looked_up(condition), project.context_functions
    if not perhaps or not condition.ask(openings, condition.filled, functions, perhaps):
        return ()
    return condition.ask(openings, condition.filled, functions, hiding_all(condition, project))


def _is_open(project: Project, condition: Condition) -> bool:
    return _opened(condition, project) is not None


def _finding(
    policy: Policy, clause: Clause, branch: OpenToAll, exposed: Admission, project: Project
) -> Finding:
    table = policy.relation
    rows = passing_rows(table, branch.filled, branch.hides_some, project)
    word = "USING" if clause is policy.using else "WITH CHECK"
    asked = next((read.name for read in branch.reads if read.name), "the context")
    return Finding(
        object=str(policy),
        message=f"{_without(branch)} {exposed.who} can {exposed.what} {rows}: "
        f"policy {policy.spoken} is true when {asked} is {branch.session.value}",
        span=clause.span(branch.expression),
        label="true when the context is missing"
        if branch.session is not SessionSettings.malformed
        else "true when the context is no such value",
        help=mended(policy, project, partial(_is_open, project)) or unsaid(table, word),
        confidence=certainty(project),
    )


def _without(branch: OpenToAll) -> str:
    if branch.session is SessionSettings.malformed:
        return "with a malformed context"
    return "without a context"
