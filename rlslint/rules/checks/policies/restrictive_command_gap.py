"""restrictive-command-gap: a restrictive policy covers less than the policy that it is to limit."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint import NamedTuple
from rlslint.access import spoken
from rlslint.access.reach import applicable_policies
from rlslint.access.recursion import applies_to
from rlslint.catalog.model import Policy
from rlslint.catalog.predicates import Clause
from rlslint.catalog.roles import quoted_roles
from rlslint.config import Confidence, Severity
from rlslint.meaning.bounds import bounds_of, is_bounded
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions import certainty
from rlslint.project.questions.exposure import COMMANDS, Admission, admission, whose
from rlslint.project.terms import Condition, Terms
from rlslint.rules.registry import rule
from rlslint.sql import quoted_identifier


class _Gap(NamedTuple):
    """What a broad policy admits beyond a restrictive one, by command and role."""

    broad: Policy
    left: Admission


def _keeps_tenants_apart(terms: Terms, project: Project) -> bool:
    functions = project.context_functions
    return not terms.permissive and any(one.ask(bounds_of, functions) for one in terms.conditions)


@rule(where=_keeps_tenants_apart)
def restrictive_command_gap(policy: Policy, project: Project) -> Iterator[Finding]:
    table = policy.relation
    if not table.rls_enabled or not project.ask(_is_any_broad, project.demands(table)):
        return
    if policy is not _first_guard(policy, project):
        return
    gaps = [gap for other in table.policies.values() if (gap := _gap(policy, other, project))]
    if gaps:
        yield _finding(policy, gaps, project)


def _first_guard(policy: Policy, project: Project) -> Policy:
    """Return the first restrictive policy of the table that keeps tenants apart.

    What several leave open together is one fault.
    """
    return next(
        other
        for other in policy.relation.policies.values()
        if other is policy or _keeps_tenants_apart(project.terms(other), project)
    )


def _gap(policy: Policy, broad: Policy, project: Project) -> _Gap | None:
    """Return what a permissive policy admits although restrictive ones are to limit it."""
    left = admission(broad, project)
    if left is None or not _is_broad(project.terms(broad), project):
        return None
    table = policy.relation
    found = [
        (role, command)
        for command in left.commands
        for role in project.reachable_by(table, command)
        if role in left.roles and _is_open(broad, role, command, project)
    ]
    if not found or not any(_is_limited(broad, role, project) for role in left.roles):
        return None
    roles, commands = (tuple(dict.fromkeys(words)) for words in zip(*found, strict=True))
    return _Gap(broad, Admission(roles, commands))


def _is_any_broad(project: Project, demands: tuple[Terms, ...]) -> bool:
    return any(terms.permissive and _is_broad(terms, project) for terms in demands)


def _is_broad(terms: Terms, project: Project) -> bool:
    """Tell whether what decides over the rows that are there, or else over new ones, binds none."""
    return any(not _is_binding(condition, project) for condition in terms.conditions[:1])


def _binds(clause: Clause, policy: Policy, project: Project) -> bool:
    return _is_binding(project.condition(clause, policy.relation), project)


def _is_binding(condition: Condition, project: Project) -> bool:
    return condition.ask(is_bounded, condition.filled, project.context_functions)


def _is_open(broad: Policy, role: str, command: str, project: Project) -> bool:
    """Tell whether neither the policy nor a restrictive one binds the rows of a command."""
    clause = broad.effective_check if command == "insert" else broad.using
    _, restrictive = applicable_policies(project.catalog, broad.relation, role, command)
    return (
        clause is not None
        and not _binds(clause, broad, project)
        and not any(_limits(one, command, project) for one in restrictive)
    )


def _is_limited(broad: Policy, role: str, project: Project) -> bool:
    """Tell whether a restrictive policy binds what the broad one admits of some command."""
    for command in COMMANDS:
        permissive, restrictive = applicable_policies(
            project.catalog, broad.relation, role, command
        )
        if broad in permissive and any(_limits(one, command, project) for one in restrictive):
            return True
    return False


def _limits(policy: Policy, command: str, project: Project) -> bool:
    clause = policy.effective_check if command == "insert" else policy.using
    return clause is not None and _binds(clause, policy, project)


def _finding(policy: Policy, gaps: list[_Gap], project: Project) -> Finding:
    table, (broad, left) = policy.relation, gaps[0]
    by_role = _lacks_roles(policy, left, project)
    what = f"insert rows into {table}" if left.commands == ("insert",) else None
    effect = what or f"{left.what} every row of {table}"
    return Finding(
        object=str(policy),
        message=f"{spoken(left.roles)} can {effect}{whose(table, project)}: restrictive policy "
        f"{policy.spoken} {_kept(policy, left, by_role)}, and policy {broad.spoken} admits more",
        span=shown(policy.because("roles" if by_role else "")),
        label=f"does not limit {', '.join(command.upper() for command in left.commands)}"
        if not by_role
        else f"does not limit {', '.join(left.roles)}",
        help=_help(policy, left, by_role),
        related=also_shown(
            *(
                (clause, f"policy {gap.broad.spoken} admits rows of all tenants")
                for gap in gaps
                for clause in gap.broad.clauses
            ),
        ),
        severity=Severity.error if "select" in left.commands and not by_role else None,
        confidence=certainty(project) or (Confidence.medium if by_role else None),
    )


def _lacks_roles(policy: Policy, left: Admission, project: Project) -> bool:
    return _covers(policy, left) and not all(
        applies_to(project.catalog, policy, role) for role in left.roles
    )


def _covers(policy: Policy, left: Admission) -> bool:
    return all(policy.covers(command) for command in left.commands)


def _kept(policy: Policy, left: Admission, by_role: bool) -> str:
    """Return what a restrictive policy falls short of."""
    if by_role:
        return f"is for {quoted_roles(policy.roles)} alone"
    if _covers(policy, left):
        return "does not bind these rows"
    return f"is for {policy.command.upper()} alone"


def _help(policy: Policy, left: Admission, by_role: bool) -> str:
    """Return SQL that makes the policy limit all there is, or advice."""
    if by_role:
        roles = quoted_roles((*policy.roles, *left.roles))
        return f"ALTER POLICY {policy.sql_name} TO {roles};"
    clauses = [(clause is policy.using, clause.sql) for clause in policy.clauses]
    using = next((sql for is_using, sql in clauses if is_using), None)
    if not all(sql for _, sql in clauses) or using is None:
        return "make a restrictive policy for all commands that binds the rows"
    name, table = quoted_identifier(policy.name), policy.relation.sql_name
    check = next((sql for is_using, sql in clauses if not is_using), None)
    words = f" WITH CHECK ({check})" if check else ""
    return (
        f"DROP POLICY {name} ON {table};\n"
        f"CREATE POLICY {name} ON {table} AS RESTRICTIVE TO {quoted_roles(policy.roles)} "
        f"USING ({using}){words};"
    )
