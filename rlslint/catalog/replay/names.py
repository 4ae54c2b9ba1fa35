"""ALTER … RENAME TO and ALTER … SET SCHEMA: identity stays, names change."""

from __future__ import annotations

from typing import TypeVar

from rlslint.catalog.facts import Members
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Relation
from rlslint.catalog.replay.generated_names import hold_name, holders
from rlslint.catalog.replay.inheritance import inheriting
from rlslint.catalog.replay.state import Replay, handles
from rlslint.catalog.schemas import Schema
from rlslint.sql.parser import Node
from rlslint.text import Statement

V = TypeVar("V")

_RELATIONS = {
    "OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_FOREIGN_TABLE", "OBJECT_SEQUENCE",
}  # fmt: skip
_FUNCTIONS = {"OBJECT_FUNCTION", "OBJECT_PROCEDURE", "OBJECT_ROUTINE"}


@handles("RenameStmt")
def rename(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    kind, new = node["renameType"], node["newname"]
    if kind in _RELATIONS:
        if replay.find(node["relation"]) is None and _find_index(replay, node["relation"]):
            _rename_index(replay, node, new)
            return
        relation = replay.relation(node["relation"], statement)
        replay.rename_relation(relation, relation.schema, new)
        relation.statements["name"] = statement
    elif kind == "OBJECT_COLUMN":
        _rename_column(replay, replay.relation(node["relation"], statement), node, statement)
    elif kind == "OBJECT_POLICY":
        relation = replay.relation(node["relation"], statement)
        policy = _rename_member(relation.policies, node["subname"], new)
        if policy is not None:
            policy.learn("name", new, statement)
    elif kind == "OBJECT_TABCONSTRAINT":
        relation = replay.relation(node["relation"], statement)
        constraint = _rename_member(relation.constraints, node["subname"], new)
        if constraint is not None:
            relation.constraints[new] = constraint._replace(name=new)
        _rename_index_of(replay, relation, node["subname"], new)
    elif kind == "OBJECT_TRIGGER":
        _rename_member(replay.relation(node["relation"], statement).triggers, node["subname"], new)
    elif kind == "OBJECT_INDEX":
        _rename_index(replay, node, new)
    elif kind == "OBJECT_ROLE":
        _rename_role(replay, node["subname"], new)
    elif kind == "OBJECT_SCHEMA":
        _rename_schema(replay, node["subname"], new)
    elif kind in _FUNCTIONS:
        for function in list(replay.functions_with(node["object"]["ObjectWithArgs"])):
            replay.place_function(function, function.schema, new)


@handles("AlterObjectSchemaStmt")
def set_schema(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    new = node["newschema"]
    if node["objectType"] in _RELATIONS:
        relation = replay.relation(node["relation"], statement)
        replay.rename_relation(relation, new, relation.name)
        relation.statements["schema"] = statement
    elif node["objectType"] in _FUNCTIONS:
        for function in list(replay.functions_with(node["object"]["ObjectWithArgs"])):
            replay.place_function(function, new, function.name)


def _rename_column(replay: Replay, relation: Relation, node: Node, statement: Statement) -> None:
    if not relation.knows("columns") or node["subname"] not in relation.columns:
        return
    renamed = {}
    for name, column in relation.columns.items():
        if name == node["subname"]:
            column.learn("name", node["newname"], statement)
            renamed[node["newname"]] = column
        else:
            renamed[name] = column
    relation.columns = renamed
    relation.columns_key = None
    for grant in relation.grants.known():
        if grant.column == node["subname"]:
            del relation.grants[grant.grantee, grant.privilege, grant.column]
            moved = grant._replace(column=node["newname"])
            relation.grants[moved.grantee, moved.privilege, moved.column] = moved
    for child in inheriting(replay, relation):
        _rename_column(replay, child, node, statement)


def _rename_member(members: Members[str, V], old: str, new: str) -> V | None:
    for name in list(dict.keys(members)):
        if name == old:
            value = dict.pop(members, old)
            members[new] = value
            return value
    return None


def _rename_index_of(replay: Replay, relation: Relation, old: str, new: str) -> None:
    """Rename an index and the constraint that it serves, which share their name."""
    index = _rename_member(relation.indexes, old, new)
    if index is not None:
        relation.indexes[new] = index._replace(name=new)
        constraint = _rename_member(relation.constraints, old, new)
        if constraint is not None:
            relation.constraints[new] = constraint._replace(name=new)
    hold_name(replay, relation, new)


def _find_index(replay: Replay, range_var: Node) -> Relation | None:
    name, schema = range_var["relname"], range_var.get("schemaname", "")
    schemas = (schema,) if schema else replay.session.search_path
    found = [r for r in holders(replay, name) if dict.__contains__(r.indexes, name)]
    return next((r for s in schemas for r in found if r.schema == s), None)


def _rename_index(replay: Replay, node: Node, new: str) -> None:
    relation = _find_index(replay, node["relation"])
    if relation is not None:
        _rename_index_of(replay, relation, node["relation"]["relname"], new)


def _rename_role(replay: Replay, old: str, new: str) -> None:
    catalog = replay.catalog
    role = catalog.roles.pop(old, None)
    if role is None:
        return
    role.name = new
    catalog.roles[new] = role
    everything: tuple[Relation | Function | Schema, ...] = (
        *catalog.relations.known(), *catalog.functions.known(), *catalog.schemas.values(),
    )  # fmt: skip
    for owned in everything:
        if owned.knows("owner") and owned.owner == old:
            owned.owner = new
        for grant in owned.grants.known():
            if old in (grant.grantee, grant.grantor):
                del owned.grants[grant.grantee, grant.privilege, grant.column]
                changed = grant._replace(
                    grantee=new if grant.grantee == old else grant.grantee,
                    grantor=new if grant.grantor == old else grant.grantor,
                )
                owned.grants[changed.grantee, changed.privilege, changed.column] = changed
    catalog.defaults = [
        default._replace(
            creator=new if default.creator == old else default.creator,
            grantee=new if default.grantee == old else default.grantee,
        )
        for default in catalog.defaults
    ]
    for policy in catalog.policies():
        policy.roles = tuple(new if name == old else name for name in policy.roles)
    for other in catalog.roles.values():
        _rename_member(other.memberships, old, new)


def _rename_schema(replay: Replay, old: str, new: str) -> None:
    schema = replay.catalog.schemas.pop(old, None)
    if schema is not None:
        schema.name = new
        replay.catalog.schemas[new] = schema
    for relation in replay.catalog.relations.known():
        if relation.schema == old:
            replay.rename_relation(relation, new, relation.name)
    for function in replay.catalog.functions.known():
        if function.schema == old:
            replay.place_function(function, new, function.name)
