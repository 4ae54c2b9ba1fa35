"""context-getter-volatile: a policy asks for the caller once per row, by a VOLATILE function."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Policy
from rlslint.catalog.predicates import Clause
from rlslint.config import Severity
from rlslint.meaning.bodies import settings_written, tables_written
from rlslint.meaning.context import own_columns
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions import served_roles
from rlslint.project.questions.function_exposure import asks_for_context
from rlslint.rules.registry import rule
from rlslint.sql.expressions import Call, Expr, SubSelect


@rule
def context_getter_volatile(function: Function, project: Project) -> Iterator[Finding]:
    if function.volatility != "volatile" or function.returns_set:
        return
    calls = [
        (policy, clause, call, wrapped)
        for policy in project.policy_functions.get(function, ())
        if policy.relation.rls_enabled and served_roles(policy, project)
        for clause, call, wrapped in _calls(policy, function)
    ]
    if not calls or not asks_for_context(function, project):
        return
    policy, clause, call, wrapped = min(calls, key=lambda one: one[3])
    statement = function.statements.get("volatility") or function.created
    effect = (
        f"queries of {policy.relation} ask {function} once"
        if wrapped
        else f"queries of {policy.relation} call {function} once for each row and use no index "
        "for it"
    )
    yield Finding(
        object=str(function),
        message=f"{effect}: it is VOLATILE, as all functions are that do not say otherwise",
        span=shown(statement),
        label="VOLATILE, for nothing says STABLE",
        help=_help(function),
        related=also_shown((clause.span(call), f"policy {policy.spoken} calls it")),
        severity=Severity.info if wrapped else None,
    )


def _calls(policy: Policy, function: Function) -> Iterator[tuple[Clause, Call, bool]]:
    """Yield the calls in USING that pass no column of the row, and whether each is made once."""
    if policy.using is not None:
        for call, wrapped in _found(policy.using.expression, function, False):
            yield policy.using, call, wrapped


def _found(expression: Expr, function: Function, wrapped: bool) -> Iterator[tuple[Call, bool]]:
    match expression:
        case Call() if expression.function is function and not own_columns(expression):
            yield expression, wrapped
        case SubSelect(_, left, query):
            if left is not None:
                yield from _found(left, function, wrapped)
            yield from _found(query, function, wrapped or not own_columns(query))
            return
    for child in expression.children():
        yield from _found(child, function, wrapped)


def _help(function: Function) -> str:
    try:
        changes = bool(settings_written(function) or tables_written(function))
    except UnknownFact:
        changes = True
    if changes:
        return "leave what it changes to another function, and declare this one STABLE"
    return f"ALTER FUNCTION {function.signature} STABLE;"
