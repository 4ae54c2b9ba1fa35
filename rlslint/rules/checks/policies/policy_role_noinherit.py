"""policy-role-noinherit: a policy is for a group whose members do not inherit from it."""

from __future__ import annotations

from collections.abc import Iterator

from rlslint.access import inherited_roles
from rlslint.access.privileges import grants_to
from rlslint.access.reach import applicable_policies, row_security_active
from rlslint.catalog.model import Policy
from rlslint.catalog.roles import PUBLIC, Membership, quoted_roles
from rlslint.config import Confidence
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions.exposure import COMMANDS
from rlslint.project.terms import Terms
from rlslint.rules.registry import rule


def _is_for_roles(terms: Terms, project: Project) -> bool:
    del project
    return terms.permissive and PUBLIC not in terms.roles


@rule(where=_is_for_roles)
def policy_role_noinherit(policy: Policy, project: Project) -> Iterator[Finding]:
    table = policy.relation
    if table.is_beyond_history or not table.rls_enabled or _switches_roles(project):
        return
    for role in project.runtime.names:
        membership = _without_inherit(role, policy, project)
        if membership is None or not row_security_active(project.catalog, role, table):
            continue
        commands = [
            command
            for command in COMMANDS
            if policy.covers(command)
            and any(
                grant.grantee == role for grant in grants_to(project.catalog, role, table, command)
            )
            and not applicable_policies(project.catalog, table, role, command)[0]
        ]
        if commands:
            roles = quoted_roles((*policy.roles, role))
            yield Finding(
                object=str(policy),
                message=f"policy {policy.spoken} does not apply to {role}, so that {table} has no "
                f"row for it: {_member(role, membership, project)} of {membership.role} "
                "without INHERIT",
                span=shown(policy.because("roles")),
                label=f"is for {membership.role}, from which {role} inherits nothing",
                help=f"ALTER POLICY {policy.sql_name} TO {roles};",
                related=also_shown((membership.statement, "the membership is given here")),
                confidence=Confidence.medium,
            )
            return


def _member(role: str, membership: Membership, project: Project) -> str:
    """Return who is the member, be it a role that `role` inherits from."""
    known = project.catalog.roles[role]
    own = any(one is membership for one in known.memberships.known())
    return f"{role} is a member" if own else "a role that it belongs to is a member"


def _switches_roles(project: Project) -> bool:
    """Tell whether the application becomes other roles by SET ROLE."""
    return any(write.name == "role" for write in project.setting_writes)


def _without_inherit(role: str, policy: Policy, project: Project) -> Membership | None:
    """Return the membership that keeps a role from what a policy's are, if one does.

    It may be one of a role that it inherits from.
    """
    catalog = project.catalog
    inherited = inherited_roles(catalog, role)
    if not inherited.isdisjoint(policy.roles):
        return None
    for name in (role, *sorted(inherited - {role})):
        known = catalog.roles.get(name)
        for membership in known.memberships.known() if known is not None else ():
            above = inherited_roles(catalog, membership.role.name)
            if not membership.inherit and not above.isdisjoint(policy.roles):
                return membership
    return None
