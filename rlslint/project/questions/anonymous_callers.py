"""What policies let callers without an account do."""

from __future__ import annotations

from rlslint.catalog.model import Policy
from rlslint.catalog.provided import platform_table
from rlslint.meaning.bounds import bounds_of, unbounded_branches
from rlslint.meaning.context import context_reads, own_columns
from rlslint.meaning.intents import publishes
from rlslint.meaning.openings import openings
from rlslint.meaning.simplifying import conjunction
from rlslint.meaning.tautologies import tautologies
from rlslint.project.project import Project
from rlslint.project.questions import anonymous_roles
from rlslint.project.questions.exposure import Admission, admission, is_shared
from rlslint.project.questions.siblings import is_called_shared
from rlslint.project.terms import Condition
from rlslint.sql.expressions import Constant, Expr


def with_account(roles: tuple[str, ...], condition: Expr, project: Project) -> tuple[str, ...]:
    """Leave out the roles of callers without an account where a condition asks who is calling.

    All stay where none would be left, and where the condition names one of those or lets pass who
    has no context.
    """
    strangers, functions = project.ask(anonymous_roles), project.context_functions
    named = {part.value for part in condition.walk() if isinstance(part, Constant)}
    asks = context_reads(condition, functions)
    if not asks or strangers & named or openings(condition, frozenset(), functions):
        return roles
    return tuple(role for role in roles if role not in strangers) or roles


def admits_whoever_asks(condition: Condition, project: Project) -> bool:
    """Tell whether a condition admits rows by what they are, whoever asks, and publishes none."""
    filled, functions = condition.filled, project.context_functions
    if condition.ask(bounds_of, functions):
        return False
    if condition.ask(tautologies, filled, functions):
        return False
    if condition.ask(openings, filled, functions):
        return False
    return any(
        branch.kind != "opaque"
        and any(map(own_columns, branch.conjuncts))
        and not context_reads(conjunction(branch.conjuncts, -1), functions)
        and not publishes(branch.conjuncts)
        for branch in condition.ask(unbounded_branches, filled, functions)
    )


def opened_to_anonymous(policy: Policy, project: Project) -> Admission | None:
    """Return what a policy lets callers without an account do with rows that it does not publish.

    None where it lets them do nothing, or where its name or its table says that all may.
    """
    table, using = policy.relation, policy.using
    anonymous = project.ask(anonymous_roles)
    if using is None or not anonymous or is_called_shared(policy):
        return None
    if platform_table(table) is not None:
        # What the containers of a platform are open to, another rule tells.
        return None
    if not admits_whoever_asks(project.condition(using, table), project):
        return None
    exposed = admission(policy, project)
    if exposed is None or is_shared(policy, exposed, project) or not project.tenant_columns(table):
        return None
    roles = tuple(role for role in exposed.roles if role in anonymous)
    commands = tuple(
        command
        for command in exposed.commands
        if command != "insert"
        and any(role in project.reachable_by(table, command) for role in roles)
    )
    return Admission(roles, commands) if commands else None


def opens_to_anonymous(policy: Policy, project: Project) -> bool:
    """Tell whether a policy lets callers without an account at rows that it does not publish."""
    return opened_to_anonymous(policy, project) is not None
