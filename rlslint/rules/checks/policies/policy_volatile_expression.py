"""policy-volatile-expression: a condition that gives another answer each time it is asked."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.model import Policy
from rlslint.meaning.volatility import volatile_calls
from rlslint.project import Finding, also_shown
from rlslint.project.project import Project
from rlslint.project.questions import served_roles
from rlslint.project.questions.rewording import reworded
from rlslint.project.terms import Terms
from rlslint.rules.registry import rule
from rlslint.sql.expressions import Call, Expr


def _calls_one(terms: Terms, project: Project) -> bool:
    return terms.using is not None and bool(_calls(terms.using.written.expression, project))


def _calls(expression: Expr, project: Project) -> tuple[Call, ...]:
    return tuple(volatile_calls(expression, project.body))


@rule(where=_calls_one)
def policy_volatile_expression(policy: Policy, project: Project) -> Iterator[Finding]:
    clause, table = policy.using, policy.relation
    if clause is None or not table.rls_enabled or not served_roles(policy, project):
        return
    found = _calls(clause.expression, project)
    if not found:
        return
    call, *others = found
    name = ".".join(call.name)
    clocks = [one for one in found if one.name == ("clock_timestamp",)]
    help = ""
    if len(clocks) == len(found):
        help = reworded(policy, [(clause, one, "now()") for one in clocks])
    yield Finding(
        object=str(policy),
        message=f"which rows of {table} a query finds may change while it runs: policy "
        f"{policy.spoken} calls {name}, which is VOLATILE, anew for each row",
        span=clause.span(call),
        label="another value for each row, and no index serves it",
        help=help or "take what stays the same within a statement: now(), or a setting",
        related=also_shown(*((clause.span(other), "here as well") for other in others)),
    )
