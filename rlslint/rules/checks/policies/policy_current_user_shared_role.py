"""policy-current-user-shared-role: a policy asks for the role, which all callers share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rlslint.access.reach import applicable_policies
from rlslint.catalog.model import Policy
from rlslint.config import Confidence, Severity
from rlslint.meaning.bounds import Bound
from rlslint.meaning.identities import told_by_user
from rlslint.project import Finding, also_shown
from rlslint.project.project import Project
from rlslint.project.questions import served_roles
from rlslint.project.questions.conditions import mended
from rlslint.project.questions.exposure import COMMANDS, Admission, admission, restricted
from rlslint.project.terms import Condition, Terms
from rlslint.rules.registry import rule
from rlslint.text.sentences import listed

if TYPE_CHECKING:
    from rlslint.project.questions.shared_logins import SharedLogin


def _asks_for_the_user(terms: Terms, project: Project) -> bool:
    return any(_told(condition, project) for condition in terms.conditions)


def _told(condition: Condition, project: Project) -> tuple[Bound, ...]:
    return condition.ask(told_by_user, project.context_functions)


@rule(where=_asks_for_the_user)
def policy_current_user_shared_role(policy: Policy, project: Project) -> Iterator[Finding]:
    from rlslint.project.questions.shared_logins import shared_login

    login = project.ask(shared_login)
    if login is None:
        return
    exposed = admission(policy, project) if policy.permissive else restricted(policy, project)
    if exposed is not None:
        yield _finding(policy, exposed, login, "", project)
    elif not policy.permissive and (kept := _beside_others(policy, project)) is not None:
        yield _finding(policy, kept, login, " of those that other policies let pass", project)


def _beside_others(policy: Policy, project: Project) -> Admission | None:
    """Return what a restrictive policy is about where others bind the rows as well.

    Then those whom these take for one, the members of a tenant, are not told apart.
    """
    roles, relation = served_roles(policy, project), policy.relation
    commands = tuple(
        command
        for command in COMMANDS
        if policy.covers(command)
        and any(
            role in project.reachable_by(relation, command)
            and applicable_policies(project.catalog, relation, role, command)[0]
            for role in roles
        )
    )
    return Admission(roles, commands) if roles and commands else None


def _finding(
    policy: Policy, exposed: Admission, login: SharedLogin, beside: str, project: Project
) -> Finding:
    table = policy.relation
    (clause, bound), *others = [
        (clause, bound)
        for clause in policy.clauses
        for bound in _told(project.condition(clause, table), project)
    ]
    read = bound.reads[0]
    spans = [other.span(another.reads[0].expression) for other, another in others]
    name = read.name or "the user"
    return Finding(
        object=str(policy),
        message=f"all callers are one user to {table}, and {exposed.what} each other's rows"
        f"{beside}: policy {policy.spoken} tells them apart by {name}, and all connect as "
        f"{listed(exposed.roles)}",
        span=clause.span(read.expression),
        label="the same for all who connect as this role",
        help=mended(policy, project, lambda one: bool(_told(one, project)))
        or "compare with what the application says of the request, in a setting that it sets with "
        "SET LOCAL",
        related=also_shown(
            (login.span, f"{login.roles[0]} is {login.because}"),
            *((span, "here as well") for span in spans),
        ),
        severity=None if login.certain and not beside else Severity.warning,
        confidence=None if login.certain else Confidence.medium,
    )
