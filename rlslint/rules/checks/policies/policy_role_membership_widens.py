"""policy-role-membership-widens: a role of the application belongs to a group that sees more."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from rlslint import NamedTuple
from rlslint.access import inherited_roles, spoken
from rlslint.access.reach import applicable_policies
from rlslint.catalog.model import Policy
from rlslint.catalog.roles import PUBLIC, Membership, quoted_roles
from rlslint.meaning.bounds import is_bounded
from rlslint.project import Finding, also_shown, shown
from rlslint.project.project import Project
from rlslint.project.questions import certainty
from rlslint.project.questions.exposure import Admission, admission, whose
from rlslint.project.questions.siblings import admits_by_row_alone, lets_all_rows_pass
from rlslint.project.terms import Terms
from rlslint.rules.registry import rule


class _Widening(NamedTuple):
    """What members of a group get by its policy, beside the policy that is to bind them."""

    membership: Membership
    group: str
    binding: Policy
    admitted: Admission


def _is_for_a_group(terms: Terms, project: Project) -> bool:
    if not terms.permissive or PUBLIC in terms.roles or terms.using is None:
        return False
    using = terms.using
    return not using.ask(is_bounded, using.filled, project.context_functions)


@rule(where=_is_for_a_group)
def policy_role_membership_widens(policy: Policy, project: Project) -> Iterator[Finding]:
    if not policy.relation.rls_enabled:
        return
    if lets_all_rows_pass(policy, project) or admits_by_row_alone(policy, project):
        found = _widening(policy, project)
        if found is not None:
            yield _finding(policy, found, project)


def _widening(policy: Policy, project: Project) -> _Widening | None:
    """Return how a policy reaches runtime roles that others of the table bind by themselves."""
    exposed, table = admission(policy, project), policy.relation
    if exposed is None:
        return None
    found: dict[tuple[str, str], tuple[Membership, str, Policy]] = {}
    for role in exposed.roles:
        way = _way(role, policy, project) if role not in policy.roles else None
        if way is None:
            continue
        for command in exposed.commands:
            if command == "insert" or role not in project.reachable_by(table, command):
                continue
            binding = _binding(policy, role, command, project)
            if binding is not None:
                found[role, command] = (*way, binding)
    if not found:
        return None
    membership, group, binding = next(iter(found.values()))
    roles, commands = (tuple(dict.fromkeys(words)) for words in zip(*found, strict=True))
    return _Widening(membership, group, binding, Admission(roles, commands))


def _binding(policy: Policy, role: str, command: str, project: Project) -> Policy | None:
    """Return a policy that binds the rows of a role, and not because of the same group."""
    for other in applicable_policies(project.catalog, policy.relation, role, command)[0]:
        if other is policy or other.using is None or not set(other.roles).isdisjoint(policy.roles):
            continue
        using = project.condition(other.using, policy.relation)
        if using.ask(is_bounded, using.filled, project.context_functions):
            return other
    return None


def _way(role: str, policy: Policy, project: Project) -> tuple[Membership, str] | None:
    """Return the membership by which a role gets into a policy's group, and the group.

    On a way of several it is the first one that leaves the groups for which rows are bound.
    """
    catalog = project.catalog
    waiting: deque[tuple[str, tuple[Membership, ...]]] = deque([(role, ())])
    seen = {role}
    while waiting:
        name, way = waiting.popleft()
        if name in policy.roles and way:
            leaving = (one for one in way if one.role.name not in project.bound_roles)
            return next(leaving, way[-1]), name
        known = catalog.roles.get(name)
        for membership in known.memberships.known() if known is not None else ():
            above = membership.role.name
            if membership.inherit and above not in seen:
                seen.add(above)
                waiting.append((above, (*way, membership)))
    return None


def _finding(policy: Policy, found: _Widening, project: Project) -> Finding:
    table, membership, group = policy.relation, found.membership, found.group
    admitted = found.admitted
    rows = "every row of" if lets_all_rows_pass(policy, project) else "rows of"
    return Finding(
        object=str(policy),
        message=f"{spoken(admitted.roles)} can {admitted.what} {rows} {table}"
        f"{whose(table, project)}: policy {policy.spoken} is for {group}, whose rights members "
        f"inherit, and policy {found.binding.spoken} alone would bind the rows",
        span=shown(membership.statement),
        label=f"makes {membership.member} a member of {membership.role}",
        help=_help(found, project),
        related=also_shown(
            (policy.using, f"policy {policy.spoken} admits rows of all tenants to {group}"),
            (found.binding.using, f"policy {found.binding.spoken} binds the rows"),
        ),
        confidence=certainty(project),
    )


def _help(found: _Widening, project: Project) -> str:
    """Return the REVOKE, or advice where the group gives its members anything else."""
    membership, catalog = found.membership, project.catalog
    group, member = membership.role.name, membership.member.name
    relations = (*catalog.relations.known(), *catalog.unknown_relations.values())
    above = inherited_roles(catalog, group)
    if any(grant.grantee in above for one in relations for grant in one.grants.known()):
        return (
            f"take {member} out of {group}, or grant that membership WITH INHERIT FALSE "
            "(PostgreSQL 16), so that SET ROLE is needed"
        )
    return f"REVOKE {quoted_roles((group,))} FROM {quoted_roles((member,))};"
