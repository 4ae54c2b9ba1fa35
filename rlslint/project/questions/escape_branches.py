"""Branches of policies by which rows of every tenant pass, whoever asks."""

from __future__ import annotations

from rlslint.catalog.model import Policy
from rlslint.meaning.escapes import EscapeBranch, escapes
from rlslint.meaning.intents import asks_for_no_owner
from rlslint.project.project import Project
from rlslint.project.questions.ownerless import is_ownerless
from rlslint.project.terms import Condition


def escape_branches(policy: Policy, project: Project) -> tuple[EscapeBranch, ...]:
    """Return the branches of USING that ask nothing of the caller, but for rows of nobody.

    Those of a tenant that stands for none (0, the nil UUID) are such where they are only read.
    """
    using, table = policy.using, policy.relation
    if using is None or not policy.permissive:
        return ()
    found = escaping(project.condition(using, table), project)
    owners = frozenset(column.number for column in project.tenant_columns(table))
    reads = policy.command == "select"
    return tuple(
        one
        for one in found
        if not is_ownerless(one.branch, table, project)
        and not (reads and asks_for_no_owner(one.branch.conjuncts, owners))
    )


def escaping(condition: Condition, project: Project) -> tuple[EscapeBranch, ...]:
    """Return the branches of a condition in which nothing asks who is calling."""
    return condition.ask(escapes, condition.filled, project.context_functions)
