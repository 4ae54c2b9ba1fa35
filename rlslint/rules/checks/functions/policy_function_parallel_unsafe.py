"""policy-function-parallel-unsafe: a function keeps every query of a table in one process."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.catalog.functions import Function
from rlslint.catalog.model import Policy, Relation
from rlslint.meaning.body_effects import effects
from rlslint.meaning.context import PLATFORM_FUNCTIONS, own_columns
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.index_needs import SMALL, estimated_rows, filters_rows
from rlslint.rules.registry import rule
from rlslint.sql.expressions import Call, Expr, SubSelect


@rule
def policy_function_parallel_unsafe(function: Function, project: Project) -> Iterator[Finding]:
    if function.parallel == "safe":
        return
    found = next(_hindered(function, project), None)
    if found is None:
        return
    does = effects(project.catalog, function)
    if does.writes or does.catches or not does.is_certain:
        return
    policy, call = found
    marked = function.parallel.upper()
    yield Finding(
        object=str(function),
        message=f"no query of {policy.relation} uses parallel workers: policy {policy.spoken} "
        "calls "
        f"{function}, which is PARALLEL {marked}"
        + (", as all functions are that do not say otherwise" if marked == "UNSAFE" else ""),
        span=shown(function.statements.get("parallel") or function.created),
        label=f"PARALLEL {marked}",
        help=f"ALTER FUNCTION {function.signature} PARALLEL SAFE;",
        related=also_shown(
            (
                policy.using.span(call) if policy.using is not None else None,
                f"policy {policy.spoken} calls it",
            )
        ),
    )


def _hindered(function: Function, project: Project) -> Iterator[tuple[Policy, Call]]:
    """Yield the policies in force whose tables are read by one process for this function alone."""
    for policy in project.policy_functions.get(function, ()):
        if policy.using is None or not filters_rows(policy, project):
            continue
        if 0 < estimated_rows(project.catalog, policy.relation) < SMALL:
            continue
        if _asks_platform(policy.relation):
            continue
        for call in _calls(policy.using.expression, function):
            yield policy, call


def _asks_platform(table: Relation) -> bool:
    """Tell whether policies call functions of a platform, which are PARALLEL UNSAFE themselves."""
    return any(
        isinstance(part, Call) and part.name in PLATFORM_FUNCTIONS
        for policy in table.policies.known()
        if policy.knows("using") and policy.using is not None
        for part in policy.using.expression.walk()
    )


def _calls(expression: Expr, function: Function) -> Iterator[Call]:
    """Yield the calls for which the table is not read in parallel.

    What is PARALLEL RESTRICTED may run in `(SELECT …)`, before the workers begin.
    """
    match expression:
        case Call() if expression.function is function:
            yield expression
        case SubSelect(_, left, query) if function.parallel == "restricted" and not own_columns(
            query
        ):
            if left is not None:
                yield from _calls(left, function)
            return
    for child in expression.children():
        yield from _calls(child, function)
