"""Who belongs to which role, and who has made them do so.

Each grantor's grant of a membership is one of its own since PostgreSQL 16, and a role has the
options of all of them (manual: GRANT, Notes on role membership; pg_auth_members).
"""

from __future__ import annotations

from rlslint.catalog.roles import Membership, Role
from rlslint.replay.state import Replay
from rlslint.sql.parser import Node
from rlslint.text import Statement

Options = dict[str, bool]


def grantor_of_membership(replay: Replay, role: Role, node: Node) -> Role | None:
    """Return the role that a GRANT or REVOKE of `role` comes from; None for a superuser.

    Others need ADMIN OPTION, their own or that of a role whose privileges they have
    (check_role_grantor in user.c).
    """
    named = node.get("grantor")
    name = replay.role_name(named) if named else replay.session.user
    user = replay.catalog.roles.get(name)
    if user is None or not user.declared or not user.knows("superuser") or user.superuser:
        return None
    if named or _has_admin(user, role):
        return user
    others = (replay.catalog.roles.get(other) for other in sorted(user.acts_as() or ()))
    return next((other for other in others if other is not None and _has_admin(other, role)), None)


def _has_admin(member: Role, role: Role) -> bool:
    return any(m.role is role and m.admin for m in member.memberships.known())


def join(
    replay: Replay,
    member: Role,
    role: Role,
    statement: Statement,
    options: Options,
    grantor: Role | None,
) -> None:
    """Make a membership. Without WITH INHERIT it takes the member's own INHERIT attribute."""
    grants = _grants(replay, member, role)
    existing = grants.get(grantor)
    if existing is None and "inherit" not in options and not member.knows("inherit"):
        member.memberships.open(statement)
        return
    inherit = existing.inherit if existing is not None else "inherit" in options or member.inherit
    grants[grantor] = Membership(
        role,
        member,
        options.get("inherit", inherit),
        options.get("set", existing.set if existing is not None else True),
        options.get("admin", existing.admin if existing is not None else False),
        statement,
    )
    _keep(replay, member, role, grants)


def leave(replay: Replay, member: Role, role: Role, options: Options, grantor: Role | None) -> None:
    """Take back what a grantor has granted, or only some of its options, and what followed."""
    grants = _grants(replay, member, role)
    existing = grants.pop(grantor, None)
    if existing is not None and options:
        grants[grantor] = existing._replace(
            inherit=existing.inherit and "inherit" not in options,
            set=existing.set and "set" not in options,
            admin=existing.admin and "admin" not in options,
        )
    _keep(replay, member, role, grants)
    if existing is not None and existing.admin and not _has_admin(member, role):
        for (other, granted), theirs in list(replay.origins.membership_grants.items()):
            if granted is role and member in theirs:
                leave(replay, other, role, {}, member)


def drop_memberships_granted_by(replay: Replay, names: set[str]) -> None:
    """Take back what roles have granted, as DROP OWNED BY does."""
    for (member, role), grants in list(replay.origins.membership_grants.items()):
        for grantor in list(grants):
            if grantor is not None and grantor.name in names:
                leave(replay, member, role, {}, grantor)


def _grants(replay: Replay, member: Role, role: Role) -> dict[Role | None, Membership]:
    """Return who has granted a membership; one that nobody granted here is a superuser's."""
    known = next((m for m in member.memberships.known() if m.role is role), None)
    if known is None:
        return {}
    return dict(replay.origins.membership_grants.get((member, role), {})) or {None: known}


def _keep(
    replay: Replay, member: Role, role: Role, by_grantor: dict[Role | None, Membership]
) -> None:
    """Remember who has granted a membership, and sum up what the member has of it."""
    replay.origins.membership_grants[member, role] = by_grantor
    grants = list(by_grantor.values())
    if not grants:
        member.memberships.pop(role.name, None)
        return
    member.memberships[role.name] = grants[-1]._replace(
        inherit=any(one.inherit for one in grants),
        set=any(one.set for one in grants),
        admin=any(one.admin for one in grants),
    )
