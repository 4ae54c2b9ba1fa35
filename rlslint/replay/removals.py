"""DROP of everything that matters, DROP OWNED and DROP ROLE."""

from __future__ import annotations

from typing import Any

from rlslint.catalog.facts import Members
from rlslint.catalog.functions import Function
from rlslint.catalog.journal import set_attribute
from rlslint.catalog.model import Kind, MissedDrop, Owned, Relation
from rlslint.catalog.roles import Grant
from rlslint.replay import ANY_ERROR, Refused, must_have
from rlslint.replay.cascades import Drop, remove_policy
from rlslint.replay.owners import may_act_as, must_own
from rlslint.replay.partition_indexes import drop_index, find_index, key_of
from rlslint.replay.partition_triggers import drop_trigger
from rlslint.replay.privileges import grantor_of, is_from, revoke_what_followed
from rlslint.replay.roles import drop_memberships_granted_by
from rlslint.replay.state import Replay
from rlslint.sql.nodes import strings, type_name
from rlslint.sql.parser import Node
from rlslint.text import Statement

_RELATIONS = {
    "OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_FOREIGN_TABLE", "OBJECT_SEQUENCE",
}  # fmt: skip
_TYPES_OF_EXTENSIONS = {
    "citext": ("citext",), "hstore": ("hstore",), "ltree": ("ltree", "lquery", "ltxtquery"),
    "postgis": ("geometry", "geography"), "vector": ("vector", "halfvec", "sparsevec"),
}  # fmt: skip
_FUNCTIONS = {"OBJECT_FUNCTION", "OBJECT_PROCEDURE", "OBJECT_ROUTINE", "OBJECT_AGGREGATE"}


def drop(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    cascade = node.get("behavior") == "DROP_CASCADE"
    kind = node["removeType"]
    if node.get("concurrent"):
        replay.must_be_alone(statement)
    if kind in _RELATIONS:
        _drop_relations(replay, statement, node, cascade)
        return
    if not node.get("missing_ok") and kind not in ("OBJECT_POLICY", "OBJECT_TRIGGER"):
        replay.perhaps_refused(ANY_ERROR)
    removal = Drop(replay, statement, cascade)
    for item in node["objects"]:
        names = strings(item["List"]["items"]) if "List" in item else ()
        if node.get("missing_ok") and _is_missing(replay, kind, names):
            continue
        if kind in ("OBJECT_POLICY", "OBJECT_TRIGGER", "OBJECT_RULE"):
            relation = replay.relation_named(names[:-1], statement)
            if not node.get("missing_ok") or _has(relation, kind, names[-1]):
                must_own(replay, relation)
            if kind != "OBJECT_RULE" and not node.get("missing_ok"):
                _must_exist(replay, relation, kind, names[-1])
            if kind == "OBJECT_RULE":
                from rlslint.replay.types import drop_rule

                replay.origins.rules.pop((relation.oid, names[-1]), None)
                drop_rule(relation, names[-1])
            elif kind == "OBJECT_TRIGGER":
                drop_trigger(replay, relation, names[-1])
            else:
                _drop_policy(relation, names[-1], statement)
        elif kind == "OBJECT_INDEX":
            _drop_index(replay, names, node.get("missing_ok", False))
        elif kind in _FUNCTIONS:
            functions = replay.functions_with(item["ObjectWithArgs"], node.get("missing_ok", False))
            _drop_functions(removal, functions)
        elif kind in ("OBJECT_TYPE", "OBJECT_DOMAIN"):
            _drop_type(removal, item["TypeName"])
        elif kind == "OBJECT_SCHEMA":
            _drop_schema(removal, item["String"]["sval"])
        elif kind == "OBJECT_OPERATOR":
            _drop_operator(removal, item["ObjectWithArgs"])
        elif kind == "OBJECT_COLLATION":
            removal.collation(names[-1])
        elif kind == "OBJECT_EXTENSION":
            _drop_extension(removal, item["String"]["sval"])
        elif kind == "OBJECT_EVENT_TRIGGER":
            replay.event_triggers.pop(item["String"]["sval"], None)


def _drop_relations(replay: Replay, statement: Statement, node: Node, cascade: bool) -> None:
    """Drop tables or their like, all of which are found before any is dropped."""
    names = [strings(item["List"]["items"]) for item in node["objects"]]
    if not cascade and not node.get("missing_ok"):
        replay.perhaps_refused("dependent_objects_still_exist")
    if node.get("missing_ok"):
        for missing in (name for name in names if _is_missing(replay, node["removeType"], name)):
            schemas = missing[-2:-1] or replay.usable_path
            for schema in schemas:
                replay.origins.former_names.add((schema, missing[-1]))
        names = [name for name in names if not _is_missing(replay, node["removeType"], name)]
    relations = [replay.relation_named(name, statement) for name in names]
    removal = Drop(replay, statement, cascade, relations)
    for relation in relations:
        _refuse_kind(relation, node["removeType"])
        home = replay.catalog.schemas.get(relation.schema)
        # The owner of its schema may drop it too (manual: DROP TABLE).
        is_of_home = home is not None and home.knows("owner") and may_act_as(replay, home.owner)
        if not is_of_home:
            must_own(replay, relation)
        removal.relation(relation)


_KINDS = {
    "OBJECT_TABLE": (Kind.table, Kind.partitioned_table), "OBJECT_VIEW": (Kind.view,),
    "OBJECT_MATVIEW": (Kind.materialized_view,), "OBJECT_SEQUENCE": (Kind.sequence,),
    "OBJECT_FOREIGN_TABLE": (Kind.foreign_table,),
}  # fmt: skip


def _refuse_kind(relation: Relation, kind: str) -> None:
    if relation.knows("kind") and relation.kind not in _KINDS[kind]:
        raise Refused("wrong_object_type")


def _must_exist(replay: Replay, relation: Relation, kind: str, name: str) -> None:
    members: Members[str, Any]
    members = relation.policies if kind == "OBJECT_POLICY" else relation.triggers
    if not _has(relation, kind, name):
        must_have(replay, relation, members)


def _has(relation: Relation, kind: str, name: str) -> bool:
    members: Members[str, Any]
    members = relation.policies if kind == "OBJECT_POLICY" else relation.triggers
    return dict.__contains__(members, name)


def _drop_policy(relation: Relation, name: str, statement: Statement) -> None:
    policy = dict.get(relation.policies, name)
    if policy is not None:
        remove_policy(policy, statement, along=False)
    else:
        relation.because_of("policies", statement)
        if not relation.policies.is_open:
            missed = MissedDrop(relation, name, statement)
            relation.become("missed", (*relation.missed, missed))


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
    found = replay.find(range_var, missing_ok=True)
    return found is None and _stand_in(replay, range_var) is None


def _stand_in(replay: Replay, range_var: Node) -> Relation | None:
    schemas = (range_var["schemaname"],) if range_var["schemaname"] else replay.usable_path
    unknown = replay.catalog.unknown_relations
    found = (unknown.get((schema, range_var["relname"])) for schema in schemas)
    return next((relation for relation in found if relation is not None), None)


def _drop_index(replay: Replay, names: tuple[str, ...], missing_ok: bool) -> None:
    relation = find_index(replay, names[-1], names[-2] if len(names) > 1 else "", missing_ok)
    if relation is not None:
        if key_of(relation, names[-1]) is not None:
            raise Refused("dependent_objects_still_exist")
        drop_index(replay, relation, names[-1])


def _drop_type(removal: Drop, node: Node) -> None:
    written = type_name(node)
    schema, _, name = written.rpartition(".")
    types = removal.replay.origins.types
    for known in [one for one in types if one[1] == name and schema in ("", one[0])][:1]:
        types.discard(known)
    removal.replay.origins.domains.pop(written, None)
    removal.type(written)


def _drop_operator(removal: Drop, node: Node) -> None:
    symbol = strings(node["objname"])[-1]
    left, right = (type_name(arg["TypeName"]) if arg else "" for arg in node["objargs"])
    removal.replay.catalog.operators.pop((symbol, left, right), None)
    removal.operator(symbol, left, right)


def _drop_extension(removal: Drop, name: str) -> None:
    removal.replay.catalog.extensions.pop(name, None)
    for type_ in _TYPES_OF_EXTENSIONS.get(name, ()):
        removal.type(type_)


def _drop_functions(removal: Drop, functions: list[Function]) -> None:
    for function in functions:
        must_own(removal.replay, function)
        removal.function(function)


def _drop_schema(removal: Drop, name: str) -> None:
    replay, catalog = removal.replay, removal.replay.catalog
    if replay.catalog.schemas.pop(name, None) is not None:
        replay.catalog.gone.add(("schema", "", name))
    for relation in catalog.relations.known():
        if relation.schema == name and dict.__contains__(catalog.relations, relation.oid):
            removal.take_along(relation)
            removal.relation(relation)
    for function in catalog.functions.known():
        if function.schema == name:
            removal.take_along(function)
            removal.function(function)
    for schema, type_ in list(replay.origins.types):
        if schema == name:
            replay.origins.types.discard((schema, type_))
            removal.type(f"{schema}.{type_}")
    kept = tuple(default for default in catalog.defaults if default.schema != name)
    set_attribute(catalog, "defaults", kept)


def drop_role(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    for name in dict.fromkeys(item["RoleSpec"].get("rolename", "") for item in node["roles"]):
        if _is_needed(replay, name):
            raise Refused("dependent_objects_still_exist")
        role = replay.catalog.roles.pop(name, None)
        if role is not None and role.declared:
            replay.catalog.gone.add(("role", "", name))
        elif not node.get("missing_ok") and ("role", "", name) in replay.catalog.gone:
            raise Refused("undefined_object")
        for role in replay.catalog.roles.values():
            _remove(role.memberships, name)


def _is_needed(replay: Replay, name: str) -> bool:
    """Tell whether a role owns something, has privileges, or is named by a policy."""
    catalog = replay.catalog
    things: tuple[Owned, ...] = (
        *catalog.relations.known(), *catalog.functions.known(), *catalog.schemas.values(),
    )  # fmt: skip
    return (
        any(
            (one.knows("owner") and one.owner == name)
            or any(name in (grant.grantee, grant.grantor) for grant in one.grants.known())
            for one in things
        )
        or any(p.knows("roles") and name in p.roles for p in catalog.policies())
        # What a role grants itself of its own is nothing new, and is not kept.
        or any(
            name in (one.creator, one.grantee) and one.creator != one.grantee
            for one in catalog.defaults
        )
    )


def drop_owned(replay: Replay, statement: Statement, node: Node, base: int) -> None:
    names = set(replay.role_names(node["roles"]))
    drop_memberships_granted_by(replay, names)
    catalog = replay.catalog
    everything: list[Relation | Function] = [*catalog.relations.known()]
    everything += catalog.functions.known()
    owned_by_them = [one for one in everything if one.knows("owner") and one.owner in names]
    removal = Drop(replay, statement, node.get("behavior") == "DROP_CASCADE", owned_by_them)
    for schema in list(catalog.schemas.values()):
        if schema.owner in names:
            _drop_schema(removal, schema.name)
    for relation in catalog.relations.known():
        owned_by = relation.knows("owner") and relation.owner in names
        if owned_by and dict.__contains__(catalog.relations, relation.oid):
            removal.relation(relation)
    kept = tuple(d for d in catalog.defaults if not names & {d.creator, d.grantee})
    set_attribute(catalog, "defaults", kept)
    owned_things: tuple[Owned, ...] = (
        *catalog.relations.known(), *catalog.functions.known(), *catalog.schemas.values(),
    )  # fmt: skip
    for owned in owned_things:
        for grant in owned.grants.known():
            if grant.grantee in names:
                _revoke(replay, owned, grant)
    for function in list(replay.catalog.functions.known()):
        if function.knows("owner") and function.owner in names:
            _drop_functions(removal, [function])
    for policy in list(replay.catalog.policies()):
        # DROP OWNED takes the role out of a policy, and the policy away if it was the only one.
        left = tuple(name for name in policy.roles if name not in names)
        if left != policy.roles and left:
            policy.learn("roles", left, statement)
        elif left != policy.roles:
            remove_policy(policy, statement)


def _revoke(replay: Replay, owned: Owned, grant: Grant) -> None:
    grantor = grantor_of(replay, owned, grant.privilege, grant.column)
    if grantor is not None and is_from(replay.catalog, owned, grant, grantor):
        del owned.grants[grant.grantee, grant.privilege, grant.column]
        revoke_what_followed(owned, grant)
