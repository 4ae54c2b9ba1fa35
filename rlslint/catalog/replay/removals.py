"""DROP of everything that matters, DROP OWNED and DROP ROLE."""

from __future__ import annotations

from typing import Any

from rlslint.catalog.facts import Members
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Index, Relation
from rlslint.catalog.replay.constraints import drop_foreign_keys
from rlslint.catalog.replay.dependencies import (
    drop_dependent_policies,
    drop_dependents_of_function,
    drop_views_reading,
)
from rlslint.catalog.replay.generated_names import holders
from rlslint.catalog.replay.inheritance import inheriting, matching_index
from rlslint.catalog.replay.state import Replay, handles
from rlslint.catalog.schemas import Schema
from rlslint.sql.nodes import strings
from rlslint.sql.parser import Node
from rlslint.text import Statement

Owned = Relation | Function | Schema

_RELATIONS = {
    "OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_FOREIGN_TABLE", "OBJECT_SEQUENCE",
}  # fmt: skip
_FUNCTIONS = {"OBJECT_FUNCTION", "OBJECT_PROCEDURE", "OBJECT_ROUTINE", "OBJECT_AGGREGATE"}


@handles("DropStmt")
def drop(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    cascade = node.get("behavior") == "DROP_CASCADE"
    for item in node["objects"]:
        kind = node["removeType"]
        names = strings(item["List"]["items"]) if "List" in item else ()
        if node.get("missing_ok") and _is_missing(replay, kind, names):
            continue
        if kind in _RELATIONS:
            _drop_relation(replay, replay.relation_named(names, statement), cascade, statement)
        elif kind in ("OBJECT_POLICY", "OBJECT_TRIGGER", "OBJECT_RULE"):
            relation = replay.relation_named(names[:-1], statement)
            members = relation.policies if kind == "OBJECT_POLICY" else relation.triggers
            _remove(members, names[-1])
            if kind == "OBJECT_POLICY":
                relation.statements["policies"] = statement
        elif kind == "OBJECT_INDEX":
            _drop_index(replay, names)
        elif kind in _FUNCTIONS:
            functions = replay.functions_with(item["ObjectWithArgs"], node.get("missing_ok", False))
            _drop_functions(replay, functions, cascade, statement)
        elif kind == "OBJECT_SCHEMA":
            _drop_schema(replay, item["String"]["sval"], statement)


def _remove(members: Members[Any, Any], key: Any) -> None:
    """Take a member away; of an open set nobody knows whether it was there."""
    members.pop(key, None)


def _is_missing(replay: Replay, kind: str, names: tuple[str, ...]) -> bool:
    """IF EXISTS may name what no statement made; then it says nothing of what exists."""
    if kind in ("OBJECT_POLICY", "OBJECT_TRIGGER", "OBJECT_RULE"):
        names = names[:-1]
    elif kind not in _RELATIONS:
        return False
    range_var = {"relname": names[-1], "schemaname": names[-2] if len(names) > 1 else ""}
    found = replay.find(range_var)
    return found is None and _stand_in(replay, range_var) is None


def _stand_in(replay: Replay, range_var: Node) -> Relation | None:
    schemas = (range_var["schemaname"],) if range_var["schemaname"] else replay.session.search_path
    unknown = replay.catalog.unknown_relations
    found = (unknown.get((schema, range_var["relname"])) for schema in schemas)
    return next((relation for relation in found if relation is not None), None)


def _drop_relation(replay: Replay, relation: Relation, cascade: bool, statement: Statement) -> None:
    partitions = [c for c in inheriting(replay, relation) if c.partition_of is relation]
    for child in inheriting(replay, relation) if cascade else partitions:
        _drop_relation(replay, child, cascade, statement)
    if cascade:
        drop_views_reading(replay, relation, None)
        drop_dependent_policies(replay, relation, None, statement)
        drop_foreign_keys(replay, relation)
    replay.drop_relation(relation)


def _drop_index(replay: Replay, names: tuple[str, ...]) -> None:
    name = names[-1]
    schemas = (names[-2],) if len(names) > 1 else replay.session.search_path
    found = [r for r in holders(replay, name) if dict.__contains__(r.indexes, name)]
    relation = next((r for s in schemas for r in found if r.schema == s), None)
    if relation is not None:
        _drop_index_of(replay, relation, relation.indexes[name])


def _drop_index_of(replay: Replay, relation: Relation, index: Index) -> None:
    for child in inheriting(replay, relation):
        twin = matching_index(relation, child, index)
        if twin is not None and child.partition_of is relation:
            _drop_index_of(replay, child, twin)
    del relation.indexes[index.name]


def _drop_functions(
    replay: Replay, functions: list[Function], cascade: bool, statement: Statement
) -> None:
    for function in functions:
        replay.drop_function(function)
        if cascade:
            drop_dependents_of_function(replay, function, statement)


def _drop_schema(replay: Replay, name: str, statement: Statement) -> None:
    replay.catalog.schemas.pop(name, None)
    for relation in replay.catalog.relations.known():
        if relation.schema == name and dict.__contains__(replay.catalog.relations, relation.oid):
            _drop_relation(replay, relation, True, statement)
    for function in replay.catalog.functions.known():
        if function.schema == name:
            replay.drop_function(function)
            drop_dependents_of_function(replay, function, statement)
    defaults = replay.catalog.defaults
    replay.catalog.defaults = [default for default in defaults if default.schema != name]


@handles("DropRoleStmt")
def drop_role(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    for item in node["roles"]:
        name = item["RoleSpec"].get("rolename", "")
        replay.catalog.roles.pop(name, None)
        for role in replay.catalog.roles.values():
            _remove(role.memberships, name)


@handles("DropOwnedStmt")
def drop_owned(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    names = set(replay.role_names(node["roles"]))
    catalog = replay.catalog
    for schema in list(catalog.schemas.values()):
        if schema.owner in names:
            _drop_schema(replay, schema.name, statement)
    for relation in catalog.relations.known():
        owned_by = relation.knows("owner") and relation.owner in names
        if owned_by and dict.__contains__(catalog.relations, relation.oid):
            _drop_relation(replay, relation, True, statement)
    catalog.defaults = [d for d in catalog.defaults if not names & {d.creator, d.grantee}]
    everything: tuple[Owned, ...] = (
        *catalog.relations.known(), *catalog.functions.known(), *catalog.schemas.values(),
    )  # fmt: skip
    for owned in everything:
        for grant in owned.grants.known():
            if grant.grantee in names:
                del owned.grants[grant.grantee, grant.privilege, grant.column]
    for function in list(replay.catalog.functions.known()):
        if function.knows("owner") and function.owner in names:
            replay.drop_function(function)
    for policy in list(replay.catalog.policies()):
        # DROP OWNED takes the role out of a policy, and the policy away if it was the only one.
        kept = tuple(name for name in policy.roles if name not in names)
        if kept != policy.roles and kept:
            policy.learn("roles", kept, statement)
        elif kept != policy.roles:
            _remove(policy.relation.policies, policy.name)
