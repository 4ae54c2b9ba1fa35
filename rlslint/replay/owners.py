"""Who owns what, and what only owners may do: a role that surely lacks the right is refused."""

from __future__ import annotations

from rlslint.catalog.functions import Function
from rlslint.catalog.model import Owned, Relation
from rlslint.catalog.roles import MIGRATION_ROLE, PUBLIC, Schema
from rlslint.replay import Refused
from rlslint.replay.state import Replay
from rlslint.sql.parser import Node
from rlslint.text import Statement


def must_own(replay: Replay, *owned: Owned) -> None:
    """Refuse what only owners may do, and those who have their privileges. Raises Refused."""
    for one in owned:
        if one.knows("owner") and not may_act_as(replay, one.owner):
            raise Refused("insufficient_privilege")


def may_act_as(replay: Replay, owner: str) -> bool:
    """Tell whether the current role has the privileges of another one, or may have them."""
    acting = _acting(replay)
    return acting is None or owner in acting or _may_migrate(replay, owner)


def may_create_in(replay: Replay, name: str) -> bool:
    """Tell whether the current role may create objects in a schema, or may be allowed to.

    Before PostgreSQL 15 everyone might in `public`.
    """
    schema = replay.catalog.schemas.get(name)
    if schema is None or name == PUBLIC or not schema.knows("owner") or schema.grants.is_open:
        return True
    acting = _acting(replay)
    if acting is None or schema.owner in acting or _may_migrate(replay, schema.owner):
        return True
    holders = {grant.grantee for grant in schema.grants.known() if grant.privilege == "create"}
    return bool(holders & {*acting, PUBLIC})


def _may_migrate(replay: Replay, owner: str) -> bool:
    """Tell whether what the migration role owns is perhaps the current role's own.

    Later files may be run by another role than the first ones, one that these made to connect.
    """
    role = replay.catalog.roles[replay.session.user]
    return owner == MIGRATION_ROLE and (not role.knows("login") or role.login)


def _acting(replay: Replay) -> set[str] | None:
    """Return the roles whose privileges the current one has, None for one that may have all."""
    user = replay.session.user
    role = replay.catalog.roles.get(user)
    if user == MIGRATION_ROLE or role is None or not role.declared:
        return None
    if not role.knows("superuser") or role.superuser:
        return None
    return role.acts_as()


_RELATIONS = {
    "OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_FOREIGN_TABLE", "OBJECT_SEQUENCE",
}  # fmt: skip


def change_owner(owned: Relation | Function | Schema, owner: str, statement: Statement) -> None:
    """Give an object another owner; what the old one had granted now comes from the new one."""
    previous = owned.owner if owned.knows("owner") else ""
    owned.learn("owner", owner, statement)
    for grant in owned.grants.known():
        key = (grant.grantee, grant.privilege, grant.column)
        if grant.grantee in (previous, owner):
            if grant.grantee == owner and grant.statement is not None:
                owned.because_of("grants of its owner", grant.statement)
            # They become part of what the new owner holds (aclnewowner in acl.c).
            del owned.grants[key]
        elif grant.grantor == previous:
            owned.grants[key] = grant._replace(grantor=owner)


def alter_owner(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    owner = replay.role_name(node["newowner"])
    match node:
        case {"objectType": "OBJECT_SCHEMA", "object": {"String": {"sval": name}}}:
            schema = replay.catalog.schemas.get(name)
            if schema is not None:
                change_owner(schema, owner, statement)
        case {"object": {"ObjectWithArgs": target}}:
            for function in replay.functions_with(target):
                change_owner(function, owner, statement)
        case {"objectType": kind, "relation": range_var} if kind in _RELATIONS:
            change_owner(replay.relation(range_var, statement), owner, statement)


def reassign_owned(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    previous = set(replay.role_names(node["roles"]))
    owner = replay.role_name(node["newrole"])
    everything: tuple[Relation | Function | Schema, ...] = (
        *replay.catalog.relations.known(),
        *replay.catalog.functions.known(),
        *replay.catalog.schemas.values(),
    )
    for owned in everything:
        if owned.knows("owner") and owned.owner in previous:
            change_owner(owned, owner, statement)
