"""CREATE ROLE, ALTER ROLE, GRANT role TO role."""

from __future__ import annotations

from rlslint.catalog.replay.state import Replay, handles
from rlslint.catalog.roles import Membership, Role
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


@handles("CreateRoleStmt")
def create_role(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    role = replay.catalog.role(node["role"])
    if role.declared:
        return
    role.declared = True
    role.statements[""] = statement
    role.login = node.get("stmt_type") == "ROLESTMT_USER"
    _set_attributes(replay, role, node, statement)
    for definition in _definitions(node):
        names = [
            replay.role_name(item["RoleSpec"])
            for item in definition.get("arg", {}).get("List", {}).get("items", ())
        ]
        match definition["defname"]:
            case "addroleto":
                for name in names:
                    _join(replay, role, replay.catalog.role(name), statement, {})
            case "rolemembers":
                for name in names:
                    _join(replay, replay.catalog.role(name), role, statement, {})
            case "adminmembers":
                for name in names:
                    _join(replay, replay.catalog.role(name), role, statement, {"admin": True})


@handles("AlterRoleStmt")
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
                    member.memberships.pop(role.name, None)
                else:
                    _join(replay, member, role, statement, {})


@handles("GrantRoleStmt")
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
                _join(replay, member, role, statement, options)
            elif options:
                _drop_options(member, role, options)
            else:
                member.memberships.pop(role.name, None)


def _join(
    replay: Replay, member: Role, role: Role, statement: Statement, options: dict[str, bool]
) -> None:
    """Make a membership. Without WITH INHERIT it takes the member's own INHERIT attribute."""
    existing = next((m for m in member.memberships.known() if m.role is role), None)
    if existing is None and "inherit" not in options and not member.knows("inherit"):
        member.memberships.open(statement)
        return
    inherit = existing.inherit if existing is not None else "inherit" in options or member.inherit
    member.memberships[role.name] = Membership(
        role,
        member,
        options.get("inherit", inherit),
        options.get("set", existing.set if existing is not None else True),
        options.get("admin", existing.admin if existing is not None else False),
        statement,
    )


def _drop_options(member: Role, role: Role, options: dict[str, bool]) -> None:
    existing = next((m for m in member.memberships.known() if m.role is role), None)
    if existing is not None:
        member.memberships[role.name] = existing._replace(
            inherit=existing.inherit and "inherit" not in options,
            set=existing.set and "set" not in options,
            admin=existing.admin and "admin" not in options,
        )
