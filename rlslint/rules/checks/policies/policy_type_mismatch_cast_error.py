"""policy-type-mismatch-cast-error: one row whose value is no number breaks every query."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.model import Policy
from rlslint.config import Severity
from rlslint.meaning.branches import branches
from rlslint.meaning.context import own_columns
from rlslint.project import Finding, also_shown
from rlslint.project.project import Project
from rlslint.project.terms import Terms
from rlslint.rules.registry import rule
from rlslint.sql.expressions import Cast, Column, Expr, Operator


def _casts_something(terms: Terms, project: Project) -> bool:
    del project
    return terms.using is not None and terms.using.ask(_casts)


def _casts(expression: Expr) -> bool:
    """Tell whether a value of a row is cast."""
    return any(
        isinstance(part, Cast) and any(isinstance(inner, Column) for inner in part.walk())
        for part in expression.walk()
    )


def _is_bound_besides(policy: Policy, cast: Cast, project: Project) -> bool:
    """Tell whether another comparison may leave only rows of the caller to the cast."""
    if policy.using is None:
        return False
    return any(
        isinstance(one, Operator)
        and one.symbol == "="
        and own_columns(one)
        and all(part is not cast for part in one.walk())
        for branch in project.predicate(policy.using).ask(branches)
        for one in branch
    )


@rule(where=_casts_something)
def policy_type_mismatch_cast_error(policy: Policy, project: Project) -> Iterator[Finding]:
    from rlslint.project.questions.failing_casts import failing_casts

    found, using, table = failing_casts(policy, project), policy.using, policy.relation
    if not found or using is None:
        return
    (cast, column), *others = found
    name = column.name
    yield Finding(
        object=str(policy),
        message=f"queries of {table} fail as soon as they come by one row whose {name} is no "
        f"{cast.type}: policy {policy.spoken} casts it, whosever the row is",
        span=using.span(cast),
        label=f"fails where {name} is no {cast.type}",
        help=f"cast what it is compared with to the type of {name}, and leave {name} as it is",
        related=also_shown(*((using.span(other.cast), "here as well") for other in others)),
        severity=Severity.info if _is_bound_besides(policy, cast, project) else None,
    )
