"""What a statement may change that is perhaps run, or that names what is not known.

Facts that would be different afterwards become unknown; those that it would leave as they are
stay known.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from rlslint.catalog.facts import Facts, Members
from rlslint.catalog.model import Function, Kind, Relation, Role, Schema
from rlslint.catalog.plpgsql.values import dotted_name
from rlslint.sql.expressions import strings
from rlslint.sql.parser import Node
from rlslint.text import Statement

if TYPE_CHECKING:
    from rlslint.catalog.replay.state import Replay

ANYTHING = "rlslint_anything"
"""Stands in SQL for a stretch that is not known."""
NAME = "rlslint_name"
"""Stands in SQL for a single name that is not known."""

_ROW_SECURITY = {
    "AT_EnableRowSecurity": ("rls_enabled", True),
    "AT_DisableRowSecurity": ("rls_enabled", False),
    "AT_ForceRowSecurity": ("rls_forced", True),
    "AT_NoForceRowSecurity": ("rls_forced", False),
}
_RELATION_FACTS = (
    "kind", "owner", "columns", "rls_enabled", "rls_forced", "options", "query", "partition_of",
    "parents",
)  # fmt: skip
_FUNCTION_FACTS = (
    "owner", "language", "volatility", "security_definer", "leakproof", "parallel", "settings",
    "body", "atomic",
)  # fmt: skip
_FUNCTION_OPTIONS = {
    "as": ("body",), "security": ("security_definer",), "set": ("settings",),
    "volatility": ("volatility",), "leakproof": ("leakproof",), "parallel": ("parallel",),
}  # fmt: skip
_ROLE_ATTRIBUTES = {
    "superuser": "superuser", "bypassrls": "bypassrls", "canlogin": "login",
    "inherit": "inherit", "createrole": "createrole", "isreplication": "replication",
}  # fmt: skip
_RELATION_KINDS = {
    "OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_FOREIGN_TABLE", "OBJECT_SEQUENCE",
}  # fmt: skip
_TABLE_IN_WORDS = re.compile(
    r"(?:\balter\s+table(?:\s+if\s+exists)?(?:\s+only)?|\bon(?:\s+table)?)\s+([\w.\"]+)",
    re.IGNORECASE,
)
_FUNCTION_KINDS = {"OBJECT_FUNCTION", "OBJECT_PROCEDURE", "OBJECT_ROUTINE"}


class PossibleEffects:
    """Makes unknown what a statement may change; `changed` tells whether there was anything."""

    def __init__(self, replay: Replay, statement: Statement) -> None:
        self.replay = replay
        self.catalog = replay.catalog
        self.statement = statement
        self.changed = False

    def of(self, kind: str, node: Node) -> None:
        """Make unknown what a statement of this kind may change."""
        effect = _EFFECTS.get(kind)
        if effect is not None:
            effect(self, node)

    def of_words(self, sql: str) -> None:
        """Make unknown what SQL may change that cannot be parsed for what is not known in it."""
        lower = sql.lower().strip()
        named = _TABLE_IN_WORDS.search(sql)
        names = dotted_name(named.group(1)) if named else ()
        relations = self._named(names) if names else self._everything()
        everything = lower.startswith((ANYTHING, "create table", "drop table", "drop schema"))
        alters = re.match(r"alter\s+table", lower) is not None
        rest = everything or (alters and lower.endswith(ANYTHING))
        for relation in relations:
            if rest or "row level security" in lower:
                self.forget(relation, "rls_enabled")
                self.forget(relation, "rls_forced")
            if everything or "policy" in lower:
                self.lose(relation.policies)
            if everything or "grant" in lower or "revoke" in lower:
                self.lose(relation.grants)
            if rest or "owner" in lower:
                self.forget(relation, "owner")
            if rest or alters:
                self.forget(relation, "columns")
        self._of_other_words(lower, everything)

    def _of_other_words(self, lower: str, everything: bool) -> None:
        if everything:
            self.open(self.catalog.relations)
        if everything or re.search(r"function|procedure|routine", lower):
            for function in self.catalog.functions.known():
                self._forget_all(function, _FUNCTION_FACTS)
                self.lose(function.grants)
            self.open(self.catalog.functions)
        if everything or re.search(r"\b(alter|create)\s+(role|user)\b", lower):
            for role in self.catalog.roles.values():
                self._forget_all(role, _ROLE_ATTRIBUTES.values())
                self.lose(role.memberships)

    def forget(self, facts: Facts, fact: str, would_be: object = None) -> None:
        """Make a fact unknown, unless it is what the statement would make it."""
        if not facts.knows(fact):
            return
        if would_be is not None and getattr(facts, fact) == would_be:
            return
        facts.forget(fact, self.statement)
        self.changed = True

    def open(self, members: Members[Any, Any]) -> None:
        """Declare that a set may have more members than are known."""
        self.changed |= not members.is_open
        members.open(self.statement)

    def lose(self, members: Members[Any, Any], key: object = None) -> None:
        """Declare that a member (for None each of them) may be gone."""
        known = set(dict.keys(members))
        for name in known if key is None else known & {key}:
            dict.pop(members, name, None)
        self.open(members)

    def _forget_all(self, facts: Facts, names: Iterable[str]) -> None:
        for name in names:
            self.forget(facts, name)

    def _lose_relation(self, relation: Relation) -> None:
        self._forget_all(relation, _RELATION_FACTS)
        for members in (
            relation.policies, relation.indexes, relation.constraints, relation.grants,
            relation.triggers,
        ):  # fmt: skip
            self.lose(members)

    def _everything(self) -> list[Relation]:
        return [*self.catalog.relations.known(), *self.catalog.unknown_relations.values()]

    def relations(self, range_var: Node) -> list[Relation]:
        """Return the relations that a name with unknown parts may mean."""
        schema, name = range_var.get("schemaname", ""), range_var["relname"]
        if not is_open_name(schema) and not is_open_name(name):
            return [self.replay.relation(range_var, self.statement)]
        matches = name_pattern(name)
        anywhere = not schema and name.startswith(ANYTHING)
        in_schema = name_pattern(schema) if schema else None
        path = self.replay.session.search_path
        return [
            relation
            for relation in self._everything()
            if matches(relation.name)
            and (anywhere or (in_schema(relation.schema) if in_schema else relation.schema in path))
        ]

    def _tables(self, range_var: Node) -> list[Relation]:
        tables = (Kind.table, Kind.partitioned_table)
        return [
            relation
            for relation in self.relations(range_var)
            if not relation.knows("kind") or relation.kind in tables
        ]

    def _named(self, names: tuple[str, ...]) -> list[Relation]:
        schema = names[-2] if len(names) > 1 else ""
        return self.relations({"relname": names[-1], "schemaname": schema})

    def _functions(self, names: tuple[str, ...]) -> list[Function]:
        if not any(map(is_open_name, names)):
            return list(self.replay.functions_named(names))
        matches = name_pattern(names[-1])
        return [f for f in self.catalog.functions.known() if matches(f.name)]

    def _role_name(self, specification: Node) -> str:
        name = specification.get("rolename", "")
        if is_open_name(name):
            return ""
        return self.replay.role_name(specification)

    def alter_table(self, node: Node) -> None:
        relations = self.relations(node["relation"])
        for item in node["cmds"]:
            command = item["AlterTableCmd"]
            subtype = command["subtype"]
            if subtype in _ROW_SECURITY:
                for table in self._tables(node["relation"]):
                    self.forget(table, *_ROW_SECURITY[subtype])
                continue
            for relation in relations:
                self._alter(relation, subtype, command)

    def _alter(self, relation: Relation, subtype: str, command: Node) -> None:
        match subtype:
            case "AT_AddColumn":
                name = command["def"]["ColumnDef"]["colname"]
                if not self._has_column(relation, name):
                    self.forget(relation, "columns")
            case "AT_DropColumn":
                if is_open_name(command["name"]) or self._has_column(relation, command["name"]):
                    self.forget(relation, "columns")
                    self.lose(relation.policies)
            case "AT_AlterColumnType":
                self._forget_of_column(relation, command["name"], "type")
            case "AT_SetNotNull" | "AT_DropNotNull":
                would_be = subtype == "AT_SetNotNull"
                self._forget_of_column(relation, command["name"], "not_null", would_be)
            case "AT_ColumnDefault":
                self._forget_of_column(relation, command["name"], "default")
            case "AT_AddConstraint":
                self.open(relation.constraints)
                self.open(relation.indexes)
            case "AT_DropConstraint":
                key = None if is_open_name(command["name"]) else command["name"]
                self.lose(relation.constraints, key)
                self.lose(relation.indexes, key)
            case "AT_ChangeOwner":
                self.forget(relation, "owner", self._role_name(command["newowner"]) or None)
            case "AT_AttachPartition" | "AT_DetachPartition":
                for partition in self.relations(command["def"]["PartitionCmd"]["name"]):
                    self.forget(partition, "partition_of")
            case "AT_AddInherit" | "AT_DropInherit":
                self.forget(relation, "parents")
            case "AT_SetRelOptions" | "AT_ResetRelOptions":
                self.forget(relation, "options")
            case _:
                return

    def _has_column(self, relation: Relation, name: str) -> bool:
        return relation.knows("columns") and name in relation.columns

    def _forget_of_column(
        self, relation: Relation, name: str, fact: str, would_be: object = None
    ) -> None:
        if not relation.knows("columns"):
            return
        matches = name_pattern(name)
        for column in relation.columns.values():
            if matches(column.name):
                self.forget(column, fact, would_be)

    def create_policy(self, node: Node) -> None:
        name = node["policy_name"]
        for table in self._tables(node["table"]):
            if not any(policy.name == name for policy in table.policies.known()):
                self.open(table.policies)

    def alter_policy(self, node: Node) -> None:
        matches = name_pattern(node["policy_name"])
        for table in self._tables(node["table"]):
            for policy in table.policies.known():
                if matches(policy.name):
                    for part, fact in (
                        ("roles", "roles"), ("qual", "using"), ("with_check", "check"),
                    ):  # fmt: skip
                        if node.get(part):
                            self.forget(policy, fact)

    def drop(self, node: Node) -> None:
        kind = node["removeType"]
        for item in node["objects"]:
            if kind == "OBJECT_SCHEMA":
                self._drop_schema(item["String"]["sval"])
                continue
            if kind in _FUNCTION_KINDS:
                for function in self._functions(strings(item["ObjectWithArgs"]["objname"])):
                    self._forget_all(function, _FUNCTION_FACTS)
                    self.lose(function.grants)
                continue
            if "List" not in item:
                continue
            names = strings(item["List"]["items"])
            if kind in _RELATION_KINDS:
                for relation in self._named(names):
                    self._lose_relation(relation)
            elif kind in ("OBJECT_POLICY", "OBJECT_TRIGGER"):
                self._drop_members(kind, names)
            elif kind == "OBJECT_INDEX":
                self._drop_index(names[-1])

    def _drop_schema(self, name: str) -> None:
        matches = name_pattern(name)
        for relation in self._everything():
            if matches(relation.schema):
                self._lose_relation(relation)

    def _drop_members(self, kind: str, names: tuple[str, ...]) -> None:
        matches = name_pattern(names[-1])
        for relation in self._named(names[:-1]):
            members: Members[str, Any] = (
                relation.policies if kind == "OBJECT_POLICY" else relation.triggers
            )
            for name in list(dict.keys(members)):
                if matches(name):
                    self.lose(members, name)

    def _drop_index(self, name: str) -> None:
        matches = name_pattern(name)
        for relation in self._everything():
            for index in relation.indexes.known():
                if matches(index.name):
                    self.lose(relation.indexes, index.name)

    def grant(self, node: Node) -> None:
        for owned in self._granted_objects(node):
            if not node.get("is_grant", False):
                self._revoke(owned, node)
            elif not self._holds_already(owned, node):
                self.open(owned.grants)

    def _granted_objects(self, node: Node) -> Iterator[Relation | Function | Schema]:
        for item in node.get("objects", ()):
            match item:
                case {"RangeVar": range_var}:
                    yield from self.relations(range_var)
                case {"ObjectWithArgs": target}:
                    yield from self._functions(strings(target["objname"]))
                case {"String": {"sval": name}} if node["targtype"] == "ACL_TARGET_ALL_IN_SCHEMA":
                    matches = name_pattern(name)
                    if node["objtype"] in _FUNCTION_KINDS:
                        functions = self.catalog.functions.known()
                        yield from (f for f in functions if matches(f.schema))
                    else:
                        yield from (r for r in self._everything() if matches(r.schema))
                case {"String": {"sval": name}}:
                    matches = name_pattern(name)
                    schemas = self.catalog.schemas.values()
                    yield from (schema for schema in schemas if matches(schema.name))
                case _:
                    continue

    def _holds_already(self, owned: Relation | Function | Schema, node: Node) -> bool:
        grantees = [self._role_name(item["RoleSpec"]) for item in node["grantees"]]
        privileges = [
            (item["AccessPriv"].get("priv_name", ""), column)
            for item in node.get("privileges", ())
            for column in strings(item["AccessPriv"].get("cols")) or ("",)
        ]
        held = {(grant.grantee, grant.privilege, grant.column) for grant in owned.grants.known()}
        return bool(privileges) and all(
            (grantee, privilege, column) in held
            for grantee in grantees
            for privilege, column in privileges
        )

    def _revoke(self, owned: Relation | Function | Schema, node: Node) -> None:
        grantees = {self._role_name(item["RoleSpec"]) for item in node["grantees"]}
        named = {item["AccessPriv"].get("priv_name", "") for item in node.get("privileges", ())} - {
            ""
        }
        for grant in owned.grants.known():
            someone = "" in grantees or grant.grantee in grantees
            if someone and (not named or grant.privilege in named):
                self.lose(owned.grants, (grant.grantee, grant.privilege, grant.column))

    def grant_role(self, node: Node) -> None:
        for item in node["grantee_roles"]:
            name = self._role_name(item["RoleSpec"])
            members = [self.catalog.role(name)] if name else list(self.catalog.roles.values())
            for member in members:
                for granted in node["granted_roles"]:
                    role = granted["AccessPriv"]["priv_name"]
                    held = any(m.role.name == role for m in member.memberships.known())
                    if not node.get("is_grant", False):
                        if held:
                            self.lose(member.memberships, role)
                    elif not held:
                        self.open(member.memberships)

    def set_role_attributes(self, node: Node) -> None:
        """CREATE ROLE and ALTER ROLE."""
        specified = node["role"] if isinstance(node["role"], dict) else {"rolename": node["role"]}
        name = specified.get("rolename", "")
        roles: list[Role] = list(self.catalog.roles.values())
        if name and not is_open_name(name):
            roles = [self.catalog.role(name)]
        for role in roles:
            for item in node.get("options", ()):
                definition = item["DefElem"]
                fact = _ROLE_ATTRIBUTES.get(definition["defname"])
                if fact is not None:
                    would_be = definition["arg"].get("Boolean", {}).get("boolval", False)
                    self.forget(role, fact, would_be)

    def create_function(self, node: Node) -> None:
        found = self._functions(strings(node["funcname"]))
        for function in found if node.get("replace") else ():
            self._forget_all(function, _FUNCTION_FACTS)
        if not found:
            self.open(self.catalog.functions)

    def alter_function(self, node: Node) -> None:
        for function in self._functions(strings(node["func"]["objname"])):
            for item in node.get("actions", ()):
                for fact in _FUNCTION_OPTIONS.get(item["DefElem"]["defname"], ()):
                    self.forget(function, fact)

    def create_relation(self, node: Node) -> None:
        node = node.get("base", node)
        range_var = node.get("relation") or node.get("view") or node.get("into", {}).get("rel")
        if range_var is None:
            return
        names = range_var.get("schemaname", ""), range_var["relname"]
        existing = None if any(map(is_open_name, names)) else self.replay.find(range_var)
        if existing is None:
            self.open(self.catalog.relations)
        elif node.get("replace"):
            self._forget_all(existing, ("query", "options", "columns"))

    def create_index(self, node: Node) -> None:
        for relation in self.relations(node["relation"]):
            name = node.get("idxname", "")
            if not any(index.name == name for index in relation.indexes.known()):
                self.open(relation.indexes)

    def create_trigger(self, node: Node) -> None:
        for relation in self.relations(node["relation"]):
            self.open(relation.triggers)

    def rename(self, node: Node) -> None:
        kind = node["renameType"]
        if "relation" not in node:
            return
        for relation in self.relations(node["relation"]):
            if kind in _RELATION_KINDS:
                self._lose_relation(relation)
            elif kind == "OBJECT_COLUMN":
                self.forget(relation, "columns")
            elif kind == "OBJECT_POLICY":
                self.lose(relation.policies)
            elif kind == "OBJECT_TABCONSTRAINT":
                self.lose(relation.constraints)
                self.lose(relation.indexes)

    def set_schema(self, node: Node) -> None:
        if "relation" in node:
            for relation in self.relations(node["relation"]):
                self._lose_relation(relation)

    def change_owner(self, node: Node) -> None:
        owner = self._role_name(node["newowner"]) or None
        match node:
            case {"objectType": kind, "relation": range_var} if kind in _RELATION_KINDS:
                for relation in self.relations(range_var):
                    self.forget(relation, "owner", owner)
            case {"object": {"ObjectWithArgs": target}}:
                for function in self._functions(strings(target["objname"])):
                    self.forget(function, "owner", owner)
            case {"objectType": "OBJECT_SCHEMA", "object": {"String": {"sval": name}}}:
                matches = name_pattern(name)
                for schema in self.catalog.schemas.values():
                    if matches(schema.name):
                        self.forget(schema, "owner", owner)
            case _:
                return

    def reassign_owned(self, node: Node) -> None:
        names = {self._role_name(item["RoleSpec"]) for item in node["roles"]}
        for owned in (*self._everything(), *self.catalog.functions.known()):
            if owned.knows("owner") and ("" in names or owned.owner in names):
                self.forget(owned, "owner")


Effect = Callable[[PossibleEffects, Node], None]

_EFFECTS: dict[str, Effect] = {
    "AlterFunctionStmt": PossibleEffects.alter_function,
    "AlterObjectSchemaStmt": PossibleEffects.set_schema,
    "AlterOwnerStmt": PossibleEffects.change_owner,
    "AlterPolicyStmt": PossibleEffects.alter_policy,
    "AlterRoleStmt": PossibleEffects.set_role_attributes,
    "AlterTableStmt": PossibleEffects.alter_table,
    "CreateForeignTableStmt": PossibleEffects.create_relation,
    "CreateFunctionStmt": PossibleEffects.create_function,
    "CreatePolicyStmt": PossibleEffects.create_policy,
    "CreateRoleStmt": PossibleEffects.set_role_attributes,
    "CreateStmt": PossibleEffects.create_relation,
    "CreateTableAsStmt": PossibleEffects.create_relation,
    "CreateTrigStmt": PossibleEffects.create_trigger,
    "DropStmt": PossibleEffects.drop,
    "GrantRoleStmt": PossibleEffects.grant_role,
    "GrantStmt": PossibleEffects.grant,
    "IndexStmt": PossibleEffects.create_index,
    "ReassignOwnedStmt": PossibleEffects.reassign_owned,
    "RenameStmt": PossibleEffects.rename,
    "ViewStmt": PossibleEffects.create_relation,
}


def is_open_name(name: str) -> bool:
    """Tell whether a part of a name is not known."""
    return ANYTHING in name or NAME in name


def name_pattern(name: str) -> Callable[[str], bool]:
    """Return a test of whether a name may be this one."""
    if not is_open_name(name):
        return name.__eq__
    parts = re.split(f"{ANYTHING}|{NAME}", name)
    found = re.compile(".*".join(map(re.escape, parts)), re.DOTALL)
    return lambda candidate: found.fullmatch(candidate) is not None
