"""policy-default-tenant-fallback: who has no tenant passes for one that exists."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.model import Policy
from rlslint.config import Severity
from rlslint.meaning.context import own_column
from rlslint.meaning.fallbacks import Fallback, fallbacks
from rlslint.meaning.ownerless_rows import fillable_columns, rows_without_value
from rlslint.project import Finding, also_shown
from rlslint.project.project import Project
from rlslint.project.questions import certainty
from rlslint.project.questions.exposure import admission, restricted
from rlslint.project.questions.hidden_rows import hiding_all
from rlslint.project.questions.nobodies import is_nobody
from rlslint.project.terms import Condition, Terms
from rlslint.rules.registry import rule
from rlslint.text.sentences import listed


def _falls_back(terms: Terms, project: Project) -> bool:
    return any(_fallbacks(condition, project) for condition in terms.conditions)


def _fallbacks(condition: Condition, project: Project) -> tuple[Fallback, ...]:
    """Return the constants that stand for a tenant, and not for the lack of one on both sides."""
    functions, filled = project.context_functions, condition.filled
    found = condition.ask(fallbacks, filled, functions)
    if any(one.tables for one in found):
        unseen = hiding_all(condition, project)
        found = tuple(one for one in found if unseen.isdisjoint(one.tables))
    if not found:
        return ()
    empty = condition.ask(fillable_columns, filled, functions)
    return tuple(
        one
        for one in found
        if not any(
            own_column(column) in one.columns
            and condition.ask(rows_without_value, column, one.session, filled, functions)
            for column in empty
        )
    )


@rule(where=_falls_back)
def policy_default_tenant_fallback(policy: Policy, project: Project) -> Iterator[Finding]:
    table = policy.relation
    found = [
        (clause, fallback)
        for clause in policy.clauses
        for fallback in _fallbacks(project.condition(clause, table), project)
    ]
    exposed = admission(policy, project) if policy.permissive else restricted(policy, project)
    if not found or exposed is None:
        return
    found.sort(key=lambda one: _is_nobody(one[1]))
    (clause, fallback), *others = found
    spans = [other.span(another.expression) for other, another in others]
    read = next((read.name for read in fallback.reads if read.name), "the context")
    columns = [table.column(number) for number in sorted(fallback.columns)]
    names = listed([column.name for column in columns if column is not None]) or "tenant"
    value = fallback.value
    if fallback.tables:
        value = f"a row of {listed(sorted(map(str, fallback.tables)))}"
    rows = "rows into" if exposed.commands == ("insert",) else "the rows of"
    yield Finding(
        object=str(policy),
        message=f"without a context {exposed.who} can {exposed.what} {rows} {table} whose {names} "
        f"fits {value}: policy {policy.spoken} takes that where "
        f"{read} is {fallback.session.value}",
        span=clause.span(fallback.expression),
        label=f"gives {value} without a context",
        help="let a missing context stay NULL, so that it matches no row",
        related=also_shown(*((span, "here as well") for span in spans)),
        severity=Severity.info if _is_nobody(fallback) else None,
        confidence=certainty(project),
    )


def _is_nobody(fallback: Fallback) -> bool:
    return not fallback.tables and is_nobody(fallback.value)
