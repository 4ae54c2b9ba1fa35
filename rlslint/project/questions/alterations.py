"""What ALTER POLICY has changed: who gets at more rows than before."""

from __future__ import annotations

from rlslint import NamedTuple
from rlslint.access import is_declared
from rlslint.access.reach import applicable_policies
from rlslint.catalog.model import Policy, Relation
from rlslint.catalog.predicates import Clause
from rlslint.catalog.roles import PUBLIC, quoted_roles
from rlslint.meaning.admitting import is_tautology
from rlslint.meaning.bounds import bounds_of, unbounded_branches
from rlslint.meaning.intents import is_open_to_strangers, publishes
from rlslint.meaning.openings import openings
from rlslint.project import Shown
from rlslint.project.project import Project
from rlslint.project.questions import served_roles, served_where
from rlslint.project.questions.conditions import bound_condition
from rlslint.project.questions.exposure import COMMANDS, Admission, is_guarded, is_shared
from rlslint.project.questions.rewording import altered
from rlslint.project.questions.siblings import is_called_shared


class Widening(NamedTuple):
    """That runtime roles get at more since a policy was altered.

    `place` is where, `cause` says what was altered, as the end of a sentence; `help` undoes it.
    `admitting` are the conditions that let the rows pass.
    """

    admission: Admission
    place: Shown
    cause: str
    help: str
    admitting: tuple[Clause, ...]


def widening(policy: Policy, project: Project) -> Widening | None:
    """Return how an altered policy lets roles get at more, None where it does not.

    A condition counts that says less of whose a row is than the one that it replaced, and roles
    that are new to a condition that never did.
    """
    if not policy.relation.rls_enabled:
        return None
    found = _permissive(policy, project) if policy.permissive else _restrictive(policy, project)
    if found is None or not policy.permissive or _bound_rows(policy, found, project):
        return found
    return None if is_shared(policy, found.admission, project) else found


def _bound_rows(policy: Policy, found: Widening, project: Project) -> bool:
    """Tell whether the condition that was replaced said whose the rows are."""
    if found.place is policy.using:
        before = policy.before("using")
    elif found.place is policy.check:
        before = policy.before("check") or policy.before("using")
    else:
        return False
    return before is not None and bool(
        project.predicate(before).ask(bounds_of, project.context_functions)
    )


def _permissive(policy: Policy, project: Project) -> Widening | None:
    table = policy.relation
    served = served_roles(policy, project)
    if policy.using is not None and is_open(policy.using, table, project):
        before = policy.before("using")
        commands = _of(policy, ("select", "update", "delete"))
        if policy.check is None:
            commands = _of(policy, COMMANDS)
        if before is not None and not is_open(before, table, project):
            cause = "its condition says no more whose rows they are"
            return _widened(policy, served, commands, policy.using, cause, project)
        return _to_more_roles(policy, commands, project)
    if policy.check is not None and is_open(policy.check, table, project):
        before = policy.before("check") or policy.before("using")
        commands = _of(policy, ("insert", "update"))
        if before is not None and not is_open(before, table, project):
            cause = "its check says no more whose rows they are"
            return _widened(policy, served, commands, policy.check, cause, project)
        return _to_more_roles(policy, commands, project)
    return None


def _of(policy: Policy, commands: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(command for command in commands if policy.covers(command))


def _to_more_roles(policy: Policy, commands: tuple[str, ...], project: Project) -> Widening | None:
    before = policy.before("roles")
    served = served_where(before, project)
    gained = tuple(role for role in served_roles(policy, project) if role not in served)
    cause = f"it is for {quoted_roles(policy.roles)} now, and not for {quoted_roles(before)} alone"
    return _widened(policy, gained, commands, policy.because("roles"), cause, project)


def _widened(
    policy: Policy,
    roles: tuple[str, ...],
    commands: tuple[str, ...],
    place: Shown,
    cause: str,
    project: Project,
) -> Widening | None:
    table = policy.relation
    if policy.command == "select" and is_called_shared(policy):
        return None
    found = [
        (command, role)
        for command in commands
        for role in roles
        if role in project.reachable_by(table, command)
        and not is_guarded(table, command, role, project)
    ]
    admitting = tuple(clause for clause in policy.clauses if clause is not place)
    return _with_help(policy, found, place, cause, admitting, project) if found else None


def _restrictive(policy: Policy, project: Project) -> Widening | None:
    """Return what a restrictive policy kept back until it was altered."""
    table = policy.relation
    before, now = policy.before("using"), policy.using
    if before is None or now is None or is_open(before, table, project):
        return None
    is_weaker = is_open(now, table, project)
    served = served_roles(policy, project)
    was_served = served_where(policy.before("roles"), project)
    lost = was_served if is_weaker else tuple(r for r in was_served if r not in served)
    found: list[tuple[str, str]] = []
    admitting: dict[Clause, None] = {}
    for command in _of(policy, ("select", "update", "delete")):
        for role in lost:
            if role not in project.reachable_by(table, command):
                continue
            permissive, others = applicable_policies(project.catalog, table, role, command)
            if any(
                one is not policy and one.using and not is_open(one.using, table, project)
                for one in others
            ):
                continue
            conditions = [one.using for one in permissive if one.using is not None]
            passing = [one for one in conditions if is_open(one, table, project)]
            if passing:
                found.append((command, role))
                admitting |= dict.fromkeys(passing)
    if not found:
        return None
    place: Shown = now if is_weaker else policy.because("roles")
    cause = f"it binds {quoted_roles(policy.roles)} alone now"
    if is_weaker:
        cause = "its condition keeps other tenants' rows back no more"
    return _with_help(policy, found, place, cause, tuple(admitting), project)


def is_open(clause: Clause, table: Relation, project: Project) -> bool:
    """Tell whether a condition lets callers get at rows that it does not bind to them.

    What few callers pass (an administrator's flag) does not, nor do rows that are published.
    Raises UnknownFact where that cannot be told.
    """
    condition, functions = project.condition(clause, table), project.context_functions
    everyone = frozenset(project.runtime.names)
    if condition.ask(openings, condition.filled, functions):
        return True
    return any(
        is_open_to_strangers(branch, everyone, functions) and not publishes(branch.conjuncts)
        for branch in condition.ask(unbounded_branches, condition.filled, functions)
    )


def _with_help(
    policy: Policy,
    found: list[tuple[str, str]],
    place: Shown,
    cause: str,
    admitting: tuple[Clause, ...],
    project: Project,
) -> Widening:
    admission = Admission(
        tuple(dict.fromkeys(role for _, role in found)),
        tuple(dict.fromkeys(command for command, _ in found)),
    )
    return Widening(admission, place, cause, _undone(policy, place, project), admitting)


def _undone(policy: Policy, place: Shown, project: Project) -> str:
    """Return the ALTER POLICY that demands again what was demanded before, or advice."""
    if place is policy.using or place is policy.check:
        part = "using" if place is policy.using else "check"
        before, clause = policy.before(part), getattr(policy, part)
        if before is not None and before.sql and clause.sql:
            now = project.condition(clause, policy.relation)
            demanded = before.sql
            if not now.ask(is_tautology, now.filled):
                demanded = f"({before.sql}) AND ({clause.sql})"
            if bound_condition(demanded, policy.relation, project) is not None:
                return altered(policy, {clause: demanded})
        return f"put back what policy {policy.spoken} of {policy.relation} asked of a row before"
    before = policy.before("roles")
    if all(role == PUBLIC or is_declared(project.catalog, role) for role in before):
        return f"ALTER POLICY {policy.sql_name} TO {quoted_roles(before)};"
    return f"let policy {policy.spoken} of {policy.relation} be for {quoted_roles(before)} alone"
