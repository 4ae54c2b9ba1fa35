"""Names of which some parts are not known: what a statement with such names may mean."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from rlslint.catalog.functions import Function
from rlslint.catalog.model import Relation
from rlslint.replay.state import Replay
from rlslint.sql import ANYTHING, NAME, is_open_name
from rlslint.sql.nodes import strings
from rlslint.sql.parser import Node

_OF_MEMBERS = {
    "OBJECT_POLICY": "policies", "OBJECT_TRIGGER": "triggers", "OBJECT_COLUMN": "columns",
    "OBJECT_TABCONSTRAINT": "constraints",
}  # fmt: skip


def name_pattern(name: str) -> Callable[[str], bool]:
    """Return a test of whether a name may be this one."""
    if not is_open_name(name):
        return name.__eq__
    parts = re.split(f"{ANYTHING}|{NAME}", name)
    found = re.compile(".*".join(map(re.escape, parts)), re.DOTALL)
    return lambda candidate: found.fullmatch(candidate) is not None


def meanings(replay: Replay, kind: str, node: Node) -> Iterator[Node]:
    """Yield a statement once for each object that its open names may mean.

    A name that is to be made stays as it is: nothing else has it.
    """
    match kind:
        case "DropStmt":
            for item in node["objects"]:
                for meant in _dropped(replay, node["removeType"], item):
                    yield {**node, "objects": [meant]}
        case "GrantStmt":
            for item in node.get("objects", ()):
                for meant in _granted_on(replay, node, item):
                    yield from _revoked(replay, {**node, "objects": [meant]})
        case "AlterTableStmt":
            for named in _with_relation(replay, node, "relation"):
                for item in node["cmds"]:
                    yield from (
                        {**named, "cmds": [{"AlterTableCmd": command}]}
                        for command in _commands(replay, named, item["AlterTableCmd"])
                    )
        case "AlterPolicyStmt":
            for named in _with_relation(replay, node, "table"):
                yield from _with_member(replay, named, named["table"], "policies", "policy_name")
        case "CreatePolicyStmt":
            yield from _with_relation(replay, node, "table")
        case "IndexStmt" | "CreateTrigStmt":
            yield from _with_relation(replay, node, "relation")
        case "RenameStmt":
            yield from _renamed(replay, node)
        case "AlterObjectSchemaStmt" | "AlterOwnerStmt":
            yield from _of_object(replay, node)
        case "AlterFunctionStmt":
            yield from ({**node, "func": meant} for meant in _functions(replay, node["func"]))
        case "CreateFunctionStmt":
            yield node
            for function in _matching(replay, strings(node["funcname"])):
                yield {**node, "funcname": _list((function.schema, function.name))}
        case "AlterRoleStmt" | "AlterRoleSetStmt" if "role" in node:
            yield from ({**node, "role": role} for role in _roles(replay, node["role"]))
        case "GrantRoleStmt":
            for item in node["grantee_roles"]:
                for role in _roles(replay, item["RoleSpec"]):
                    yield {**node, "grantee_roles": [{"RoleSpec": role}]}
        case "AlterDefaultPrivilegesStmt":
            # What is taken away is as unknown as what is granted.
            yield {**node, "action": {**node["action"], "is_grant": True}}
        case "AlterPublicationStmt":
            matches = name_pattern(node["pubname"])
            for publication in replay.catalog.publications.known():
                if matches(publication.name):
                    yield {**node, "pubname": publication.name}
        case _:
            yield node


def relations_named(replay: Replay, schema: str, name: str) -> list[Relation]:
    """Return the relations that a name with unknown parts may mean."""
    matches = name_pattern(name)
    anywhere = not schema and name.startswith(ANYTHING)
    in_schema = name_pattern(schema) if schema else replay.session.search_path.__contains__
    return [
        relation
        for relation in all_relations(replay)
        if matches(relation.name) and (anywhere or in_schema(relation.schema))
    ]


def all_relations(replay: Replay) -> list[Relation]:
    """Return the relations of the history, and those that it uses without making them."""
    catalog = replay.catalog
    return [*catalog.relations.known(), *catalog.unknown_relations.values()]


def _meant(replay: Replay, range_var: Node) -> list[Node]:
    schema, name = range_var.get("schemaname", ""), range_var["relname"]
    if not is_open_name(schema) and not is_open_name(name):
        return [range_var]
    return [
        {**range_var, "schemaname": relation.schema, "relname": relation.name}
        for relation in relations_named(replay, schema, name)
    ]


def _with_relation(replay: Replay, node: Node, key: str) -> Iterator[Node]:
    return ({**node, key: meant} for meant in _meant(replay, node[key]))


def _with_member(
    replay: Replay, node: Node, range_var: Node, members: str, key: str
) -> Iterator[Node]:
    if not is_open_name(node[key]):
        yield node
        return
    matches = name_pattern(node[key])
    for name in _names_of(_relation(replay, range_var), members):
        if matches(name):
            yield {**node, key: name}


def _relation(replay: Replay, range_var: Node) -> Relation | None:
    """Return the relation of a name, be it one that the history uses without making it."""
    schema, unknown = range_var.get("schemaname", ""), replay.catalog.unknown_relations
    stand_ins = (unknown.get((s, range_var["relname"])) for s in (schema, *replay.usable_path) if s)
    return replay.find(range_var) or next(filter(None, stand_ins), None)


def _names_of(relation: Relation | None, members: str) -> list[str]:
    if relation is None or not relation.knows(members):
        return []
    return list(dict.keys(getattr(relation, members)))


def _commands(replay: Replay, node: Node, command: Node) -> Iterator[Node]:
    match command:
        case {"def": {"PartitionCmd": {"name": part}}}:
            for meant in _meant(replay, part):
                yield {**command, "def": {"PartitionCmd": {"name": meant}}}
        case {"subtype": "AT_DropConstraint"}:
            yield from _with_member(replay, command, node["relation"], "constraints", "name")
        case {"subtype": subtype, "name": _} if "Column" in subtype or "NotNull" in subtype:
            yield from _with_member(replay, command, node["relation"], "columns", "name")
        case _:
            yield command


def _renamed(replay: Replay, node: Node) -> Iterator[Node]:
    members = _OF_MEMBERS.get(node["renameType"])
    if "relation" not in node:
        yield from _of_object(replay, node)
        return
    for named in _with_relation(replay, node, "relation"):
        if members is None:
            yield named
        else:
            yield from _with_member(replay, named, named["relation"], members, "subname")


def _of_object(replay: Replay, node: Node) -> Iterator[Node]:
    match node:
        case {"relation": _}:
            yield from _with_relation(replay, node, "relation")
        case {"object": {"ObjectWithArgs": target}}:
            for meant in _functions(replay, target):
                yield {**node, "object": {"ObjectWithArgs": meant}}
        case {"object": {"String": {"sval": name}}}:
            for schema in _existing(replay.catalog.schemas, name):
                yield {**node, "object": {"String": {"sval": schema}}}
        case _:
            yield node


def _existing(names: Iterable[str], name: str) -> list[str]:
    return list(filter(name_pattern(name), names)) if is_open_name(name) else [name]


def _matching(replay: Replay, names: tuple[str, ...]) -> list[Function]:
    if not any(map(is_open_name, names)):
        return []
    matches = name_pattern(names[-1])
    return [one for one in replay.catalog.functions.known() if matches(one.name)]


def _functions(replay: Replay, target: Node) -> list[Node]:
    names = strings(target["objname"])
    if not any(map(is_open_name, names)):
        return [target]
    return [
        {**target, "objname": _list((one.schema, one.name)), "args_unspecified": True}
        for one in _matching(replay, names)
    ]


def _list(names: Iterable[str]) -> list[Node]:
    return [{"String": {"sval": name}} for name in names]


def _dropped(replay: Replay, kind: str, item: Node) -> Iterator[Node]:
    match item:
        case {"ObjectWithArgs": target}:
            yield from ({"ObjectWithArgs": meant} for meant in _functions(replay, target))
        case {"String": {"sval": name}}:
            known: Iterable[str] = (
                dict.keys(replay.catalog.publications)
                if kind == "OBJECT_PUBLICATION"
                else list(replay.catalog.schemas)
            )
            yield from _list(_existing(known, name))
        case {"List": {"items": items}}:
            for names in _dropped_names(replay, kind, strings(items)):
                yield {"List": {"items": _list(names)}}
        case _:
            yield item


def _dropped_names(replay: Replay, kind: str, names: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if not any(map(is_open_name, names)):
        yield names
        return
    if kind == "OBJECT_INDEX":
        matches = name_pattern(names[-1])
        for relation in all_relations(replay):
            indexes = dict.keys(relation.indexes)
            yield from ((relation.schema, name) for name in list(indexes) if matches(name))
        return
    members = _OF_MEMBERS.get(kind)
    table = names if members is None else names[:-1]
    if not table:
        return
    range_var = {"relname": table[-1], "schemaname": table[-2] if len(table) > 1 else ""}
    for meant in _meant(replay, range_var):
        place = (meant["schemaname"], meant["relname"]) if meant["schemaname"] else table
        if members is None:
            yield place
            continue
        matches = name_pattern(names[-1])
        found = (
            _names_of(_relation(replay, meant), members) if is_open_name(names[-1]) else names[-1:]
        )
        yield from ((*place, name) for name in found if matches(name))


def _granted_on(replay: Replay, node: Node, item: Node) -> Iterator[Node]:
    match item:
        case {"RangeVar": range_var}:
            yield from ({"RangeVar": meant} for meant in _meant(replay, range_var))
        case {"ObjectWithArgs": target}:
            yield from ({"ObjectWithArgs": meant} for meant in _functions(replay, target))
        case {"String": {"sval": name}}:
            everywhere = {schema for schema, _ in replay.catalog.names}
            yield from _list(_existing(sorted({*replay.catalog.schemas, *everywhere}), name))
        case _:
            yield item


def _revoked(replay: Replay, node: Node) -> Iterator[Node]:
    """REVOKE of what is not known may take every privilege, from everyone."""
    if node.get("is_grant", False):
        yield node
        return
    if any(map(is_open_name, _words(node.get("privileges", ())))):
        node = {key: value for key, value in node.items() if key != "privileges"}
    grantees = [
        {"RoleSpec": role}
        for item in node["grantees"]
        for role in (*_roles(replay, item["RoleSpec"]), *_public_if_open(item["RoleSpec"]))
    ]
    yield {**node, "grantees": grantees}


def _public_if_open(role: Node) -> tuple[Node, ...]:
    is_open = is_open_name(role.get("rolename", ""))
    return ({"roletype": "ROLESPEC_PUBLIC"},) if is_open else ()


def _roles(replay: Replay, role: Node) -> list[Node]:
    name = role.get("rolename", "")
    if not is_open_name(name):
        return [role]
    return [{**role, "rolename": known} for known in _existing(replay.catalog.roles, name)]


def _words(part: Any) -> Iterator[str]:
    match part:
        case str():
            yield part
        case dict():
            for value in part.values():
                yield from _words(value)
        case list() | tuple():
            for value in part:
                yield from _words(value)
        case _:
            return
