"""CREATE ROLE, ALTER ROLE, GRANT role TO role."""

from __future__ import annotations

from rlslint.catalog.roles import Role
from rlslint.replay.memberships import Options, grantor_of_membership, join, leave
from rlslint.replay.refusals import Refused
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
