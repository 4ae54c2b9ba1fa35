"""What PostgreSQL refuses in the state that a block has reached, and what it may refuse."""

from __future__ import annotations

from typing import Any, NamedTuple

from rlslint.catalog.facts import Members
from rlslint.catalog.model import Relation
from rlslint.replay.plpgsql.conditions import ANY_ERROR
from rlslint.replay.state import Replay
from rlslint.sql.nodes import strings, type_name
from rlslint.sql.parser import Node


class Failure(NamedTuple):
    """`certain` is the condition of an error that surely comes, "" where none does.

    `possible` are those that what the history does not tell may bring about.
    """

    certain: str = ""
    possible: frozenset[str] = frozenset()


SUCCEEDS = Failure()
MAY_FAIL = Failure("", frozenset({ANY_ERROR}))
_DATA_VIOLATIONS = {
    "CONSTR_CHECK": "check_violation", "CONSTR_FOREIGN": "foreign_key_violation",
    "CONSTR_UNIQUE": "unique_violation", "CONSTR_PRIMARY": "unique_violation",
    "CONSTR_EXCLUSION": "exclusion_violation", "CONSTR_NOTNULL": "not_null_violation",
}  # fmt: skip
_INPUT_MODES = {"FUNC_PARAM_IN", "FUNC_PARAM_INOUT", "FUNC_PARAM_VARIADIC", "FUNC_PARAM_DEFAULT"}


def failure_of(replay: Replay, kind: str, node: Node) -> Failure:
    """Return how a statement may fail, as far as the catalog decides it."""
    match kind:
        case "CreatePolicyStmt":
            return _on_relation(replay, node["table"], _policy_exists(replay, node))
        case "AlterPolicyStmt":
            return _on_relation(replay, node["table"], _policy_is_missing(replay, node))
        case "CreateRoleStmt":
            role = replay.catalog.roles.get(node["role"])
            # One that the history does not make is taken to be missing, as in IF NOT EXISTS.
            return _named("duplicate_object", role is not None and role.declared)
        case "CreateStmt" | "ViewStmt" | "CreateTableAsStmt":
            return _created_relation(replay, node)
        case "CreateSchemaStmt" if not node.get("if_not_exists"):
            exists = node.get("schemaname", "") in replay.catalog.schemas
            return Failure("duplicate_schema") if exists else SUCCEEDS
        case "CreateFunctionStmt" if not node.get("replace"):
            return _named("duplicate_function", _function_exists(replay, node))
        case "CreateTrigStmt" if not node.get("replace"):
            return _on_relation(replay, node["relation"], _trigger_exists(replay, node))
        case "IndexStmt":
            return _index(replay, node)
        case "AlterTableStmt":
            return _alteration(replay, node)
        case "GrantStmt":
            return _grant(replay, node)
        case "DropStmt" if not node.get("missing_ok"):
            return _removal(replay, node)
        case _:
            return SUCCEEDS


def _named(condition: str, truth: bool | None) -> Failure:
    """An error that comes if `truth` holds; None stands for what is not known."""
    if truth:
        return Failure(condition)
    return SUCCEEDS if truth is False else Failure("", frozenset({condition}))


def _has(members: Members[str, Any], name: str) -> bool | None:
    """Tell whether a set has a member, None where it may have one that is not known."""
    if dict.__contains__(members, name):
        return True
    return None if members.is_open else False


def _exists(replay: Replay, range_var: Node) -> bool | None:
    """Tell whether there is a relation of this name: what the history never makes may be there."""
    return True if replay.find(range_var) is not None else None


def _on_relation(replay: Replay, range_var: Node, failure: Failure) -> Failure:
    """Add that the relation may be missing, which is how it fails first."""
    if failure.certain or _exists(replay, range_var):
        return failure
    return Failure("", failure.possible | {"undefined_table"})


def _policy_exists(replay: Replay, node: Node) -> Failure:
    relation = replay.find(node["table"])
    exists = _has(relation.policies, node["policy_name"]) if relation is not None else None
    return _with_roles(replay, node.get("roles", ()), _named("duplicate_object", exists))


def _trigger_exists(replay: Replay, node: Node) -> Failure:
    relation = replay.find(node["relation"])
    exists = _has(relation.triggers, node["trigname"]) if relation is not None else None
    return _named("duplicate_object", exists)


def _policy_is_missing(replay: Replay, node: Node) -> Failure:
    relation = replay.find(node["table"])
    exists = _has(relation.policies, node["policy_name"]) if relation is not None else None
    return _named("undefined_object", None if exists is None else not exists)


def _with_roles(replay: Replay, roles: list[Node] | tuple[()], failure: Failure) -> Failure:
    """Add that a role which the history does not make may be missing."""
    for item in roles:
        name = item["RoleSpec"].get("rolename", "")
        role = replay.catalog.roles.get(name)
        if name and (role is None or not role.declared):
            return failure._replace(possible=failure.possible | {"undefined_object"})
    return failure


def _created_relation(replay: Replay, node: Node) -> Failure:
    if node.get("if_not_exists") or node.get("replace"):
        return SUCCEEDS
    range_var = node.get("relation") or node.get("view") or node.get("into", {}).get("rel")
    if range_var is None or range_var.get("relpersistence") == "t":
        return SUCCEEDS
    place = replay.creation_schema(range_var.get("schemaname", "")), range_var["relname"]
    catalog = replay.catalog
    if place in catalog.names:
        return Failure("duplicate_table")
    unsure = catalog.relations.is_open or place in catalog.unknown_relations
    return _named("duplicate_table", None if unsure else False)


def _function_exists(replay: Replay, node: Node) -> bool | None:
    *schema, name = strings(node["funcname"])
    home = replay.creation_schema(schema[-1] if schema else "")
    parameters = [item["FunctionParameter"] for item in node.get("parameters", ())]
    types = tuple(type_name(p["argType"]) for p in parameters if p["mode"] in _INPUT_MODES)
    overloads = replay.catalog.function_names.get((home, name), ())
    if any(function.argument_types == types for function in overloads):
        return True
    return None if replay.catalog.functions.is_open else False


def _index(replay: Replay, node: Node) -> Failure:
    relation, name = replay.find(node["relation"]), node.get("idxname", "")
    possible = {"unique_violation"} if node.get("unique") else set()
    failure = Failure("", frozenset(possible))
    if relation is not None and name and not node.get("if_not_exists"):
        taken = any(
            index.name == name
            for other in replay.catalog.relations.known()
            if other.schema == relation.schema
            for index in other.indexes.known()
        )
        if taken or (relation.schema, name) in replay.catalog.names:
            return Failure("duplicate_table")
    return _on_relation(replay, node["relation"], failure)


def _alteration(replay: Replay, node: Node) -> Failure:
    relation = replay.find(node["relation"])
    if relation is None:
        missing_ok = node.get("missing_ok", False)
        return SUCCEEDS if missing_ok else _on_relation(replay, node["relation"], SUCCEEDS)
    possible: frozenset[str] = frozenset()
    for item in node["cmds"]:
        failure = _command(relation, item["AlterTableCmd"])
        if failure.certain:
            return failure
        possible |= failure.possible
    return Failure("", possible)


def _command(relation: Relation, command: Node) -> Failure:
    match command["subtype"]:
        case "AT_AddColumn" if not command.get("missing_ok"):
            name = command["def"]["ColumnDef"]["colname"]
            return _named("duplicate_column", _has_column(relation, name))
        case "AT_DropColumn" if not command.get("missing_ok"):
            exists = _has_column(relation, command["name"])
            return _named("undefined_column", None if exists is None else not exists)
        case "AT_AlterColumnType" | "AT_SetNotNull" | "AT_ColumnDefault" | "AT_DropNotNull":
            exists = _has_column(relation, command["name"])
            failure = _named("undefined_column", None if exists is None else not exists)
            data = {"AT_SetNotNull": "not_null_violation", "AT_AlterColumnType": ANY_ERROR}
            more = {data[command["subtype"]]} if command["subtype"] in data else set()
            return failure._replace(possible=failure.possible | more)
        case "AT_AddConstraint":
            return _constraint(relation, command["def"]["Constraint"])
        case "AT_DropConstraint" if not command.get("missing_ok"):
            if any(c.name == command["name"] for c in relation.constraints.known()):
                return SUCCEEDS
            return _named("undefined_object", None if relation.constraints.is_open else True)
        case _:
            return SUCCEEDS


def _has_column(relation: Relation, name: str) -> bool | None:
    return name in relation.columns if relation.knows("columns") else None


def _constraint(relation: Relation, constraint: Node) -> Failure:
    name = constraint.get("conname", "")
    kind = constraint.get("contype", "")
    if name and any(c.name == name for c in relation.constraints.known()):
        if kind in ("CONSTR_PRIMARY", "CONSTR_UNIQUE"):
            return Failure("duplicate_table")
        return Failure("duplicate_object")
    has_key = any(c.kind == "primary" for c in relation.constraints.known())
    if kind == "CONSTR_PRIMARY" and has_key:
        return Failure("invalid_table_definition")
    possible = {_DATA_VIOLATIONS[kind]} if kind in _DATA_VIOLATIONS else set()
    if relation.constraints.is_open:
        possible.add("duplicate_object")
    return Failure("", frozenset(possible))


def _grant(replay: Replay, node: Node) -> Failure:
    failure = _with_roles(replay, node.get("grantees", ()), SUCCEEDS)
    for item in node.get("objects", ()):
        if "RangeVar" in item:
            failure = _on_relation(replay, item["RangeVar"], failure)
    return failure


def _removal(replay: Replay, node: Node) -> Failure:
    kind = node["removeType"]
    possible: frozenset[str] = frozenset()
    for item in node["objects"]:
        if "List" not in item:
            return MAY_FAIL
        *table, name = strings(item["List"]["items"])
        if kind in ("OBJECT_POLICY", "OBJECT_TRIGGER"):
            range_var = {"relname": table[-1], "schemaname": table[-2] if len(table) > 1 else ""}
            relation = replay.find(range_var)
            if relation is None:
                possible |= {"undefined_table", "undefined_object"}
                continue
            members = relation.policies if kind == "OBJECT_POLICY" else relation.triggers
            exists = _has(members, name)
        elif kind in ("OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW"):
            range_var = {"relname": name, "schemaname": table[-1] if table else ""}
            if _exists(replay, range_var) is None:
                possible |= {"undefined_table"}
            elif node.get("behavior") != "DROP_CASCADE":
                possible |= {"dependent_objects_still_exist"}
            continue
        else:
            return MAY_FAIL
        if exists is False:
            return Failure("undefined_object")
        possible |= {"undefined_object"} if exists is None else frozenset()
    return Failure("", possible)
