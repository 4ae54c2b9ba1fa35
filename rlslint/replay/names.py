"""ALTER … RENAME TO and ALTER … SET SCHEMA: identity stays, names change."""

from __future__ import annotations

from typing import TypeVar

from rlslint.catalog.facts import Members
from rlslint.catalog.functions import Function
from rlslint.catalog.journal import set_attribute
from rlslint.catalog.model import Relation
from rlslint.catalog.roles import Schema
from rlslint.replay import Refused, must_be_free, must_have, must_have_columns
from rlslint.replay.generated_names import hold_name, rename_member
from rlslint.replay.inheritance import inheriting, is_given_by_parent, rename_inherited_check
from rlslint.replay.not_null import rename_not_null
from rlslint.replay.owners import must_own
from rlslint.replay.partition_indexes import find_index, key_of, rename_index
from rlslint.replay.partition_triggers import rename_trigger
from rlslint.replay.state import Replay
from rlslint.replay.types import rename_type
from rlslint.sql.nodes import strings
from rlslint.sql.parser import Node
from rlslint.text import Statement

V = TypeVar("V")

_RELATIONS = {
    "OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_FOREIGN_TABLE", "OBJECT_SEQUENCE",
}  # fmt: skip
_TYPES = {"OBJECT_TYPE", "OBJECT_DOMAIN"}
_FUNCTIONS = {"OBJECT_FUNCTION", "OBJECT_PROCEDURE", "OBJECT_ROUTINE"}


def rename(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    if replay.passes_over(node):
        return
    kind, new = node["renameType"], node["newname"]
    if kind in _RELATIONS:
        if replay.find(node["relation"]) is None and _rename_index(replay, node, new):
            return
        relation = replay.relation(node["relation"], statement)
        must_own(replay, relation)
        old = relation.name
        replay.rename_relation(relation, relation.schema, new, statement)
        rename_type(replay, relation.schema, old, new, statement)
    elif kind == "OBJECT_COLUMN":
        relation = replay.relation(node["relation"], statement)
        must_own(replay, relation)
        if is_given_by_parent(replay, relation, node["subname"]):
            raise Refused("invalid_table_definition")
        must_have_columns(relation, (node["subname"],))
        _rename_column(replay, relation, node, statement)
    elif kind == "OBJECT_POLICY":
        relation = replay.relation(node["relation"], statement)
        must_own(replay, relation)
        if not dict.__contains__(relation.policies, node["subname"]):
            must_have(replay, relation, relation.policies)
        must_be_free(dict.keys(relation.policies), new, "duplicate_object")
        policy = _rename_member(relation.policies, node["subname"], new)
        if policy is not None:
            policy.learn("name", new, statement)
    elif kind == "OBJECT_TABCONSTRAINT":
        relation = replay.relation(node["relation"], statement)
        _rename_constraint(replay, relation, node["subname"], new)
    elif kind == "OBJECT_RULE":
        from rlslint.replay.types import rename_rule

        relation = replay.relation(node["relation"], statement)
        needed = replay.origins.rules.pop((relation.oid, node["subname"]), None)
        if needed is not None:
            replay.origins.rules[relation.oid, new] = needed
        rename_rule(relation, node["subname"], new)
    elif kind == "OBJECT_TRIGGER":
        rename_trigger(replay, replay.relation(node["relation"], statement), node["subname"], new)
    elif kind == "OBJECT_INDEX":
        # It renames any relation (RenameRelation in tablecmds.c), as ALTER TABLE does an index.
        if not _rename_index(replay, node, new) and replay.find(node["relation"]) is not None:
            rename(replay, statement, {**node, "renameType": "OBJECT_TABLE"}, base)
    elif kind == "OBJECT_ROLE":
        _rename_role(replay, node["subname"], new)
    elif kind in _TYPES:
        *schema, name = strings(node["object"]["List"]["items"])
        rename_type(replay, schema[-1] if schema else "", name, new, statement)
    elif kind == "OBJECT_SCHEMA":
        _rename_schema(replay, node["subname"], new, statement)
    elif kind in _FUNCTIONS:
        for function in list(replay.functions_with(node["object"]["ObjectWithArgs"])):
            _place_function(replay, function, function.schema, new)


def set_schema(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    if replay.passes_over(node):
        return
    new = replay.creation_schema(node["newschema"])
    if node["objectType"] in _RELATIONS:
        relation = replay.relation(node["relation"], statement)
        if relation.temporary or new == "pg_temp":
            raise Refused("feature_not_supported")
        replay.rename_relation(relation, new, relation.name, statement)
    elif node["objectType"] in _FUNCTIONS:
        for function in list(replay.functions_with(node["object"]["ObjectWithArgs"])):
            _place_function(replay, function, new, function.name)


def _place_function(replay: Replay, function: Function, schema: str, name: str) -> None:
    must_own(replay, function)
    there = replay.catalog.function_names.get((schema, name), ())
    if any(f is not function and f.argument_types == function.argument_types for f in there):
        raise Refused("duplicate_function")
    replay.place_function(function, schema, name)


def _rename_column(replay: Replay, relation: Relation, node: Node, statement: Statement) -> None:
    if not relation.knows("columns") or node["subname"] not in relation.columns:
        return
    must_be_free(relation.columns, node["newname"], "duplicate_column")
    relation.rename_column(node["subname"], node["newname"], statement)
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
            value: V = members.pop(old)
            members[new] = value
            return value
    return None


def _rename_constraint(replay: Replay, relation: Relation, old: str, new: str) -> None:
    constraint = next((c for c in relation.constraints.known() if c.name == old), None)
    if constraint is None:
        rename_not_null(replay, relation, old, new)
    elif key_of(relation, old) is not None:
        rename_index(replay, relation, old, new)
    elif constraint.kind == "check":
        rename_inherited_check(replay, relation, old, new)
    else:
        _rename_foreign_key(replay, relation, old, new)


def _rename_foreign_key(replay: Replay, relation: Relation, old: str, new: str) -> None:
    rename_member(relation.constraints, old, new)
    hold_name(replay, relation, new)
    parents = replay.origins.foreign_key_parents
    if (relation.oid, old) in parents:
        parents[relation.oid, new] = parents.pop((relation.oid, old))
    for part, whole in list(parents.items()):
        if whole == (relation.oid, old):
            parents[part] = relation.oid, new


def _rename_index(replay: Replay, node: Node, new: str) -> bool:
    name = node["relation"]
    relation = find_index(replay, name["relname"], name.get("schemaname", ""))
    if relation is not None:
        rename_index(replay, relation, name["relname"], new)
    return relation is not None


def _rename_role(replay: Replay, old: str, new: str) -> None:
    catalog = replay.catalog
    if new in catalog.roles and catalog.roles[new].declared:
        raise Refused("duplicate_object")
    role = catalog.roles.pop(old, None)
    if role is None:
        return
    role.become("name", new)
    catalog.gone.add(("role", "", old))
    catalog.gone.discard(("role", "", new))
    catalog.roles[new] = role
    everything: tuple[Relation | Function | Schema, ...] = (
        *catalog.relations.known(), *catalog.functions.known(), *catalog.schemas.values(),
    )  # fmt: skip
    for owned in everything:
        if owned.knows("owner") and owned.owner == old:
            owned.become("owner", new)
        for grant in owned.grants.known():
            if old in (grant.grantee, grant.grantor):
                del owned.grants[grant.grantee, grant.privilege, grant.column]
                changed = grant._replace(
                    grantee=new if grant.grantee == old else grant.grantee,
                    grantor=new if grant.grantor == old else grant.grantor,
                )
                owned.grants[changed.grantee, changed.privilege, changed.column] = changed
    defaults = tuple(
        default._replace(
            creator=new if default.creator == old else default.creator,
            grantee=new if default.grantee == old else default.grantee,
        )
        for default in catalog.defaults
    )
    set_attribute(catalog, "defaults", defaults)
    for policy in catalog.policies():
        if policy.knows("roles") and old in policy.roles:
            named = tuple(new if name == old else name for name in policy.roles)
            policy.become("roles", named)
    for other in catalog.roles.values():
        _rename_member(other.memberships, old, new)


def _rename_schema(replay: Replay, old: str, new: str, statement: Statement) -> None:
    must_be_free(replay.catalog.schemas, new, "duplicate_schema")
    schema = replay.catalog.schemas.pop(old, None)
    if schema is not None:
        schema.become("name", new)
        replay.catalog.gone.add(("schema", "", old))
        replay.catalog.gone.discard(("schema", "", new))
        replay.catalog.schemas[new] = schema
    defaults = tuple(
        default._replace(schema=new) if default.schema == old else default
        for default in replay.catalog.defaults
    )
    set_attribute(replay.catalog, "defaults", defaults)
    for relation in replay.catalog.relations.known():
        if relation.schema == old:
            replay.rename_relation(relation, new, relation.name, statement)
    for function in replay.catalog.functions.known():
        if function.schema == old:
            replay.place_function(function, new, function.name)
