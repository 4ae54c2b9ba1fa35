"""policy-null-test-of-setting: a setting is NULL only until a transaction has set it."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint import NamedTuple
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Policy
from rlslint.catalog.predicates import Clause
from rlslint.meaning.bodies import settings_read, span_of_read
from rlslint.meaning.context import ContextRead, context_reads
from rlslint.meaning.empty_settings import failing_casts
from rlslint.meaning.null_tests import Effect, NullTest, null_tests
from rlslint.project import Finding, also_shown
from rlslint.project.project import Project
from rlslint.project.questions.rewording import reworded
from rlslint.project.terms import Condition, Terms
from rlslint.rules.registry import rule


class _Fault(NamedTuple):
    clause: Clause
    test: NullTest
    function: Function | None


def _tests_for_null(terms: Terms, project: Project) -> bool:
    return any(_tests(condition, project) for condition in terms.conditions)


def _tests(condition: Condition, project: Project) -> tuple[NullTest, ...]:
    """Return the tests on which it depends what passes; casts that fail are of another rule."""
    found = condition.ask(null_tests, condition.filled, project.context_functions)
    if not any(test.effect is Effect.fails for test in found):
        return found
    if condition.ask(failing_casts, condition.filled, project.context_functions):
        return tuple(test for test in found if test.effect is not Effect.fails)
    return found


@rule(where=_tests_for_null)
def policy_null_test_of_setting(policy: Policy, project: Project) -> Iterator[Finding]:
    if not policy.relation.rls_enabled:
        return
    faults = [
        _Fault(clause, test, function)
        for clause, condition in zip(policy.clauses, project.terms(policy).conditions, strict=True)
        for test in _tests(condition, project)
        if not _is_of_a_role(test.read, project)
        and ((function := _helper(policy, test, condition, project)) is None
             or project.ask(_first_asking, function) is policy)
    ]  # fmt: skip
    if faults:
        yield _finding(policy, faults)


def _is_of_a_role(read: ContextRead, project: Project) -> bool:
    """Tell whether sessions begin with the setting: it tells one role from others then."""
    return any(setting.name == read.name for setting in project.catalog.stored_settings())


def _helper(
    policy: Policy, test: NullTest, condition: Condition, project: Project
) -> Function | None:
    """Return the function whose body asks, None where the policy itself does."""
    functions = project.context_functions
    own = condition.written.ask(context_reads, functions)
    if any(read.expression == test.read.expression for read in own):
        return None
    return next(
        (
            function
            for function, policies in project.policy_functions.items()
            if policy in policies and _reads(function, test.read)
        ),
        None,
    )


def _reads(function: Function, wanted: ContextRead) -> bool:
    return function.language in ("sql", "plpgsql") and any(
        (read.name or "").lower() == wanted.name for read in settings_read(function)
    )


def _first_asking(project: Project, function: Function) -> Policy | None:
    """Return the first policy that a test in a function's body makes depend on the connection."""
    return next(
        (
            policy
            for policy in project.policy_functions[function]
            if policy.relation.rls_enabled
            for condition in project.terms(policy).conditions
            for test in _tests(condition, project)
            if _helper(policy, test, condition, project) is function
        ),
        None,
    )


def _finding(policy: Policy, faults: list[_Fault]) -> Finding:
    (clause, test, function), *others = faults
    name, table = test.read.name, policy.relation
    effect = {
        Effect.opens: f"policy {policy.spoken} admits rows of {table} that it keeps back on a "
        "fresh connection",
        Effect.closes: f"policy {policy.spoken} admits rows of {table} on a fresh connection only",
        Effect.fails: f"queries of {table} fail on a connection that was used, because of policy "
        f"{policy.spoken}",
    }[test.effect]
    where = f", which {function.name} asks for" if function is not None else ""
    shown = (
        (span_of_read(function, read), f"{function.name} asks here")
        for read in (settings_read(function) if function is not None else ())
        if function is not None and (read.name or "").lower() == name
    )
    return Finding(
        object=str(policy),
        message=f"{effect}: once a transaction has set {name}{where}, it is '' for the rest of "
        "the session, and never NULL again",
        span=clause.span(test.expression),
        label="not NULL on a connection that was used" if function is None else "asks for NULL",
        help=_help(policy, faults) or f"ask for NULLIF(current_setting('{name}', true), '')",
        related=also_shown(
            *list(shown)[:1],
            *((one.clause.span(one.test.expression), "here as well") for one in others),
            beside=clause.span(test.expression),
        ),
    )


def _help(policy: Policy, faults: list[_Fault]) -> str:
    """Return the ALTER POLICY that keeps rows back always; what is to show more, nobody knows."""
    if not all(one.function is None and one.test.effect is Effect.opens for one in faults):
        return ""
    return reworded(
        policy, [(one.clause, one.test.read.expression, "NULLIF({}, '')") for one in faults]
    )
