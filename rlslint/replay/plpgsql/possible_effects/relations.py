"""What the creation of a relation, an index or a trigger may change."""

from __future__ import annotations

from rlslint.replay.plpgsql.possible_effects.effects import PossibleEffects
from rlslint.replay.plpgsql.possible_effects.open_names import is_open_name
from rlslint.sql.parser import Node


def create_relation(effects: PossibleEffects, node: Node) -> None:
    node = node.get("base", node)
    range_var = node.get("relation") or node.get("view") or node.get("into", {}).get("rel")
    if range_var is None:
        return
    names = range_var.get("schemaname", ""), range_var["relname"]
    existing = None if any(map(is_open_name, names)) else effects.replay.find(range_var)
    if existing is None:
        effects.open(effects.catalog.relations)
    elif node.get("replace"):
        effects.forget_all(existing, ("query", "options", "columns"))


def create_index(effects: PossibleEffects, node: Node) -> None:
    for relation in effects.relations(node["relation"]):
        name = node.get("idxname", "")
        if not any(index.name == name for index in relation.indexes.known()):
            effects.open(relation.indexes)


def create_trigger(effects: PossibleEffects, node: Node) -> None:
    for relation in effects.relations(node["relation"]):
        effects.open(relation.triggers)
