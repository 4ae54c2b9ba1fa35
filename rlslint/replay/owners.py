"""ALTER … OWNER TO and REASSIGN OWNED."""

from __future__ import annotations

from rlslint.catalog.functions import Function
from rlslint.catalog.model import Relation
from rlslint.catalog.schemas import Schema
from rlslint.replay.state import Replay
from rlslint.sql.parser import Node
from rlslint.text import Statement

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
