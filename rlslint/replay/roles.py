"""CREATE ROLE, ALTER ROLE, GRANT role TO role."""

from __future__ import annotations

from rlslint.catalog.roles import Membership, Role
from rlslint.replay import Refused
from rlslint.replay.state import Replay
from rlslint.sql.parser import Node
from rlslint.text import Statement

_ATTRIBUTES = {
    "superuser": "superuser",
    "bypassrls": "bypassrls",
    "canlogin": "login",
    "inherit": "inherit",
    "createrole": "createrole",
    "isreplication": "replication",
}


def create_role(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    replay.catalog.gone.discard(("role", "", node["role"]))
    role = replay.catalog.role(node["role"])
    if role.declared:
        raise Refused("duplicate_object")
    role.become("declared", True)
    role.because_of("", statement)
    role.become("login", node.get("stmt_type") == "ROLESTMT_USER")
    _set_attributes(replay, role, node, statement)
    _let_creator_grant(replay, role, statement)
    for definition in _definitions(node):
        names = [
            replay.role_name(item["RoleSpec"])
            for item in definition.get("arg", {}).get("List", {}).get("items", ())
        ]
        match definition["defname"]:
            case "addroleto":
                for name in names:
                    _grant(replay, role, replay.catalog.role(name), statement, {}, node)
            case "rolemembers":
                for name in names:
                    _grant(replay, replay.catalog.role(name), role, statement, {}, node)
            case "adminmembers":
                for name in names:
                    admin = {"admin": True}
                    _grant(replay, replay.catalog.role(name), role, statement, admin, node)


def _let_creator_grant(replay: Replay, role: Role, statement: Statement) -> None:
    """Whoever may create roles may grant those that it creates (CREATE ROLE, since 16)."""
    user = replay.catalog.roles.get(replay.session.user)
    if user is None or not user.declared:
        return
    if not user.knows("createrole") or not user.knows("superuser"):
        user.memberships.open(statement)
    elif user.createrole and not user.superuser:
        options = {"admin": True, "inherit": False, "set": False}
        join(replay, user, role, statement, options, None)


def _refuse_loop(member: Role, role: Role) -> None:
    """No role is a member of itself, nor by way of others."""
    reached, seen = [role], {id(role)}
    while reached:
        one = reached.pop()
        if one is member:
            raise Refused("invalid_grant_operation")
        for membership in one.memberships.known():
            if id(membership.role) not in seen:
                seen.add(id(membership.role))
                reached.append(membership.role)


def _grant(
    replay: Replay, member: Role, role: Role, statement: Statement, options: Options, node: Node
) -> None:
    _refuse_loop(member, role)
    join(replay, member, role, statement, options, grantor_of_membership(replay, role, node))


def alter_role(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    role = replay.catalog.role(replay.role_name(node["role"]))
    _set_attributes(replay, role, node, statement)


def _definitions(node: Node) -> list[Node]:
    return [item["DefElem"] for item in node.get("options", ())]


def _set_attributes(replay: Replay, role: Role, node: Node, statement: Statement) -> None:
    for definition in _definitions(node):
        fact = _ATTRIBUTES.get(definition["defname"])
        if fact is not None:
            value = definition["arg"].get("Boolean", {}).get("boolval", False)
            role.learn(fact, value, statement)
        elif definition["defname"] == "rolemembers" and isinstance(node.get("role"), dict):
            for item in definition["arg"]["List"]["items"]:
                member = replay.catalog.role(replay.role_name(item["RoleSpec"]))
                if node.get("action") == -1:
                    leave(replay, member, role, {}, grantor_of_membership(replay, role, node))
                else:
                    _grant(replay, member, role, statement, {}, node)


def grant_role(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    options = {
        item["DefElem"]["defname"]: item["DefElem"]["arg"]["Boolean"].get("boolval", False)
        for item in node.get("opt", ())
        if "Boolean" in item["DefElem"].get("arg", {})
    }
    for granted in node["granted_roles"]:
        role = replay.catalog.role(granted["AccessPriv"]["priv_name"])
        for member_name in replay.role_names(node["grantee_roles"]):
            member = replay.catalog.role(member_name)
            if node.get("is_grant", False):
                _grant(replay, member, role, statement, options, node)
            else:
                leave(replay, member, role, options, grantor_of_membership(replay, role, node))


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
