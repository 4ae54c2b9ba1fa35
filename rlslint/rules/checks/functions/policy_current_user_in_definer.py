"""policy-current-user-in-definer: in a SECURITY DEFINER function current_user is its owner."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint import NamedTuple
from rlslint.access import spoken
from rlslint.access.reach import applicable_policies, bypass
from rlslint.catalog.facts import UnknownFact
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Policy, Relation
from rlslint.catalog.predicates import Clause
from rlslint.config import Confidence
from rlslint.meaning.bodies import runs_as_caller, tables_read
from rlslint.meaning.calls import called_in_body, called_in_expression, search_path_of
from rlslint.meaning.context import ContextRead
from rlslint.meaning.current_users import UserRead, span_of_user, users_read
from rlslint.meaning.identities import told_by_user
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.function_exposure import callers
from rlslint.rules.registry import rule
from rlslint.sql.expressions import Call


class _Use(NamedTuple):
    """A question for the user in the body of a function that a SECURITY DEFINER function calls."""

    function: Function
    read: UserRead


@rule
def policy_current_user_in_definer(function: Function, project: Project) -> Iterator[Finding]:
    if not function.security_definer or not project.uses_row_security:
        return
    if function.language not in ("sql", "plpgsql"):
        return
    policies = [
        policy
        for policy in project.policy_functions.get(function, ())
        if policy.relation.rls_enabled
    ]
    use = _use(function, project) if policies else None
    if use is not None:
        yield _in_policy(function, use, policies[0], project)
        return
    behind = _table_behind(function, project)
    if behind is not None:
        yield _of_table(function, *behind)


def _use(function: Function, project: Project) -> _Use | None:
    """Return where the function asks for the user, itself or in what runs with its rights."""
    seen, waiting = {function}, [function]
    while waiting:
        asking = waiting.pop(0)
        if reads := users_read(asking):
            return _Use(asking, reads[0])
        for called in called_in_body(asking, project.catalog):
            if called not in seen and runs_as_caller(called):
                seen.add(called)
                waiting.append(called)
    return None


def _in_policy(function: Function, use: _Use, policy: Policy, project: Project) -> Finding:
    asking, word = use.function, use.read.word
    by = "" if asking is function else f", which {asking} asks for,"
    return Finding(
        object=str(function),
        message=f"policy {policy.spoken} on {policy.relation} takes every caller for the owner of "
        f"{function}: {word}{by} is the owner inside of a SECURITY DEFINER function",
        span=span_of_user(asking, use.read),
        label="the owner of the function, whoever calls",
        help=f"give {function.name} the user as an argument, for which the policy passes "
        f"current_user, or ask for session_user where nothing uses SET ROLE",
        related=also_shown(
            *(
                (clause.span(call), f"policy {policy.spoken} calls it here")
                for clause, call in _calls(policy, function, project)
            ),
        ),
        confidence=None if asking is function else Confidence.medium,
    )


def _calls(
    policy: Policy, function: Function, project: Project
) -> Iterator[tuple[Clause, Call | None]]:
    for clause in policy.clauses:
        found = [
            part
            for part in clause.expression.walk()
            if isinstance(part, Call) and part.function is function
        ]
        if found:
            yield clause, found[0]
        elif clause.ask(called_in_expression, project.catalog):
            yield clause, None


def _table_behind(
    function: Function, project: Project
) -> tuple[Relation, Policy, Clause, ContextRead, tuple[str, ...]] | None:
    """Return a table that the function reads as an owner whom a policy takes for the caller."""
    roles = callers(function, project)
    if not roles:
        return None
    try:
        names = tables_read(function)
    except UnknownFact:
        return None
    for schema, name in names:
        for path in (schema,) if schema else search_path_of(function):
            table = project.catalog.relation(path, name)
            if table is not None:
                found = _policy_of_user(table, function.owner, project)
                if found is not None:
                    return (table, *found, roles)
                break
    return None


def _policy_of_user(
    table: Relation, owner: str, project: Project
) -> tuple[Policy, Clause, ContextRead] | None:
    if not table.is_table or not table.rls_enabled:
        return None
    if bypass(project.catalog, owner, table) is not None:
        return None
    for policy in applicable_policies(project.catalog, table, owner, "select")[0]:
        if policy.using is None:
            continue
        condition = project.condition(policy.using, table)
        for bound in condition.ask(told_by_user, project.context_functions):
            read = bound.reads[0]
            if read.name in ("current_user", "user", "current_role"):
                return policy, policy.using, read
    return None


def _of_table(
    function: Function,
    table: Relation,
    policy: Policy,
    clause: Clause,
    read: ContextRead,
    roles: tuple[str, ...],
) -> Finding:
    return Finding(
        object=str(function),
        message=f"{spoken(roles)} get from {function} the rows of {table} that its owner has, and "
        f"not their own: policy {policy.spoken} compares {read.name}, which is {function.owner} "
        "inside of a SECURITY DEFINER function",
        span=shown(function.because("security_definer")),
        label=f"runs as {function.owner}",
        help=f"make {function.name} SECURITY INVOKER, or give it the user as an argument",
        related=also_shown((clause.span(read.expression), f"policy {policy.spoken} asks here")),
        confidence=Confidence.medium,
    )
