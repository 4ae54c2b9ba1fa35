"""What CREATE ROLE, ALTER ROLE and the granting of roles may change."""

from __future__ import annotations

from rlslint.catalog.roles import Role
from rlslint.replay.plpgsql.possible_effects.effects import ROLE_ATTRIBUTES, PossibleEffects
from rlslint.replay.plpgsql.possible_effects.open_names import is_open_name
from rlslint.sql.parser import Node


def set_role_attributes(effects: PossibleEffects, node: Node) -> None:
    """CREATE ROLE and ALTER ROLE."""
    specified = node["role"] if isinstance(node["role"], dict) else {"rolename": node["role"]}
    name = specified.get("rolename", "")
    roles: list[Role] = list(effects.catalog.roles.values())
    if name and not is_open_name(name):
        roles = [effects.catalog.role(name)]
    for role in roles:
        for item in node.get("options", ()):
            definition = item["DefElem"]
            fact = ROLE_ATTRIBUTES.get(definition["defname"])
            if fact is not None:
                would_be = definition["arg"].get("Boolean", {}).get("boolval", False)
                effects.forget(role, fact, would_be)


def set_role_settings(effects: PossibleEffects, node: Node) -> None:
    """ALTER ROLE … SET."""
    name = effects.role_name(node["role"]) if "role" in node else ""
    if name:
        effects.forget(effects.catalog.role(name), "settings")


def grant_role(effects: PossibleEffects, node: Node) -> None:
    for item in node["grantee_roles"]:
        name = effects.role_name(item["RoleSpec"])
        members = [effects.catalog.role(name)] if name else list(effects.catalog.roles.values())
        for member in members:
            for granted in node["granted_roles"]:
                role = granted["AccessPriv"]["priv_name"]
                held = any(m.role.name == role for m in member.memberships.known())
                if not node.get("is_grant", False):
                    if held:
                        effects.lose(member.memberships, role)
                elif not held:
                    effects.open(member.memberships)
