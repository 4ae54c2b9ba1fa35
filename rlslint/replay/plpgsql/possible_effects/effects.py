"""The facts that what is perhaps run makes unknown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from rlslint.catalog.facts import Facts, Members
from rlslint.catalog.functions import Function
from rlslint.catalog.model import Kind, Relation
from rlslint.replay.plpgsql.possible_effects.open_names import ANYTHING, is_open_name, name_pattern
from rlslint.sql.parser import Node
from rlslint.text import Statement

if TYPE_CHECKING:
    from rlslint.replay.state import Replay


_RELATION_FACTS = (
    "kind", "owner", "columns", "rls_enabled", "rls_forced", "options", "query", "partition_of",
    "parents",
)  # fmt: skip
FUNCTION_FACTS = (
    "owner", "language", "volatility", "security_definer", "leakproof", "parallel", "settings",
    "body", "atomic",
)  # fmt: skip
FUNCTION_KINDS = {"OBJECT_FUNCTION", "OBJECT_PROCEDURE", "OBJECT_ROUTINE"}
RELATION_KINDS = {
    "OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_FOREIGN_TABLE", "OBJECT_SEQUENCE",
}  # fmt: skip
ROLE_ATTRIBUTES = {
    "superuser": "superuser", "bypassrls": "bypassrls", "canlogin": "login",
    "inherit": "inherit", "createrole": "createrole", "isreplication": "replication",
}  # fmt: skip


class PossibleEffects:
    """Makes unknown what a statement may change; `changed` tells whether there was anything."""

    def __init__(self, replay: Replay, statement: Statement) -> None:
        self.replay = replay
        self.catalog = replay.catalog
        self.statement = statement
        self.changed = False

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
            members.pop(name, None)
        self.open(members)

    def forget_all(self, facts: Facts, names: Iterable[str]) -> None:
        for name in names:
            self.forget(facts, name)

    def lose_relation(self, relation: Relation) -> None:
        self.forget_all(relation, _RELATION_FACTS)
        for members in (
            relation.policies, relation.indexes, relation.constraints, relation.grants,
            relation.triggers,
        ):  # fmt: skip
            self.lose(members)

    def all_relations(self) -> list[Relation]:
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
            for relation in self.all_relations()
            if matches(relation.name)
            and (anywhere or (in_schema(relation.schema) if in_schema else relation.schema in path))
        ]

    def tables(self, range_var: Node) -> list[Relation]:
        tables = (Kind.table, Kind.partitioned_table)
        return [
            relation
            for relation in self.relations(range_var)
            if not relation.knows("kind") or relation.kind in tables
        ]

    def relations_named(self, names: tuple[str, ...]) -> list[Relation]:
        schema = names[-2] if len(names) > 1 else ""
        return self.relations({"relname": names[-1], "schemaname": schema})

    def functions_named(self, names: tuple[str, ...]) -> list[Function]:
        if not any(map(is_open_name, names)):
            return list(self.replay.functions_named(names))
        matches = name_pattern(names[-1])
        return [f for f in self.catalog.functions.known() if matches(f.name)]

    def role_name(self, specification: Node) -> str:
        name = specification.get("rolename", "")
        if is_open_name(name):
            return ""
        return self.replay.role_name(specification)
